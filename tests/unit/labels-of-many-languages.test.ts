import { beforeAll, expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { createTextInspector, type TextInspection } from "../../src/inspect/inspect-text.ts";
import { compilePolicy } from "../../src/policy/compile-policy.ts";

/** Names under which forms and systems of a country keep a number, with one that such a place may hold. */
const LABELS: readonly (readonly [value: string, ...labels: string[]])[] = [
	["10147602", "Account No.", "Kto.-Nr.", "Kontonummer", "numéro de compte", "número de cuenta", "Nr konta", "rekeningnummer", "hesap no"],
	["10147602", "номер счёта", "номер рахунку", "číslo účtu", "számlaszám", "账号", "口座番号", "계좌번호", "رقم الحساب", "số tài khoản"],
	[
		"912803456",
		"Passport #",
		"Passnummer",
		"N° de passeport",
		"Nº de pasaporte",
		"nr paszportu",
		"číslo pasu",
		"útlevélszám",
		"номер паспорта",
	],
	["912803456", "αριθμός διαβατηρίου", "护照号", "護照號碼", "여권번호", "رقم الجواز", "số hộ chiếu", "nomor paspor"],
	["8827044", "MRN", "Pat.-Nr.", "N° de dossier", "Nº HC", "patiëntnummer", "nr pacjenta", "患者ID", "환자번호"],
	["D1234567", "Driver's License", "Führerschein-Nr.", "CNH", "kørekort", "řidičský průkaz", "ehliyet no", "驾驶证号", "운전면허번호"],
	["12.03.1975", "D.O.B.", "geb. am", "Née le", "F. nac.", "nascido em", "ur.", "geboren op", "født", "Syntymäaika", "Datum narození"],
	[
		"1975-03-12",
		"Születési idő",
		"Дата рождения",
		"д.р.",
		"Doğum tarihi",
		"출생일 / 생년월일",
		"تاريخ الميلاد",
		"Ngày sinh",
		"Tanggal lahir",
	],
	["20123456", "D.N.I.", "Nro. de documento"],
	["130692544", "N.A.S."],
	["9434765919", "NHSNumber", "NHS no."],
];

const CARRIERS: readonly ((label: string, value: string) => string)[] = [
	(label, value) => `${label}: ${value}\n`,
	(label, value) => `John Smith (${label} ${value})`,
	(label, value) => JSON.stringify({ name: "x", [label]: value, city: "y" }),
	(label, value) => `| ${label} | ${value} |\n`,
	(label, value) => `<tr><th>${label}</th><td>${value}</td></tr>`,
	(label, value) => `${label}\n${value}\n`,
	(label, value) => `${label.padEnd(24)}${value}`,
];

let inspect: (text: string) => TextInspection;

beforeAll(async () => {
	const loaded = parseConfig("security: { pii_protection: { detection_types: [pii] } }", {});
	if (!loaded.ok) throw new Error("the configuration is valid");
	const inspector = await createTextInspector(compilePolicy(loaded.config.security).prompt);
	if (!inspector.ok) throw new Error("the patterns compile");
	inspect = (text) => inspector.inspect(Buffer.from(text));
});

test.each(LABELS)("%s is found under its names in every carrier", (value, ...labels) => {
	const left = labels.flatMap((label) =>
		CARRIERS.map((carrier) => carrier(label, value)).filter((text) => inspect(text).redacted.includes(value)),
	);
	expect(left).toEqual([]);
});
