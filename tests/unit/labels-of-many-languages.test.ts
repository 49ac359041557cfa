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
	["457555462", "Nº seguridad social", "社会安全号码", "ソーシャルセキュリティ番号"],
	["A123456", "Emp. No.", "Personal-Nr.", "Mitarbeiter-Nr.", "N° employé", "Nº empleado", "Nr pracownika", "社員番号", "工号", "사번"],
	[
		"POL8984878",
		"Group No.",
		"N° de police",
		"N° adhérent",
		"Nº póliza",
		"Polizza n.",
		"Nr polisy",
		"Policennummer",
		"保险单号",
		"保険証番号",
	],
	["WVWZZZ1KZ6W000001", "Telaio", "车架号", "車台番号", "차대번호"],
	["123456782", "מספר זהות", "מס' זהות"],
	["8827044", "Hospital No.", "Fall-Nr.", "Prontuário", "住院号", "门诊号"],
	["947 349 000", "Contact No.", "Tlm.", "联系方式", "연락처"],
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

/** Scripts without blanks between words: a word of another script stands right beside them. */
const SENTENCES = ["您的{}是{}。", "私の{}は{}です。", "제 {}는 {}입니다."];

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

test("a name in Latin letters is read in sentences that have no blanks", () => {
	const named = [
		["SSN", "457555462"],
		["NHS", "9434765919"],
		["TFN", "123456782"],
		["IMEI", "490154203237518"],
		["passport", "912803456"],
	];
	const left = named.flatMap(([name = "", value = ""]) =>
		SENTENCES.map((sentence) => sentence.replace("{}", name).replace("{}", value)).filter((text) => inspect(text).redacted.includes(value)),
	);
	expect(left).toEqual([]);
});
