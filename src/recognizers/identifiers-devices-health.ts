import { allSame, luhn } from "./check-digits.ts";
import type { Identifier } from "./identifiers.ts";

/** Numbers of devices, SIM cards and patients. */
// biome-ignore format: a table
export const DEVICE_AND_HEALTH_IDS: readonly Identifier[] = [
	{
		type: "imei", groups: ["device"], lengths: [15, 16], shape: /^\d{15,16}$/, check: (id) => (id.length === 16 || luhn(id)) && !allSame(id), format: /^\d{2}-?\d{6}-?\d{6}-?\d{1,2}$/, words: ["imei", "imeisv", "device id", "*#06#"], without: 0, with: 0.93,
		match: ["IMEI ⟦490154203237518⟧", "imei: ⟦49-015420-323751-8⟧"], noMatch: ["490154203237518", "IMEI 490154203237519"],
	},
	{
		type: "iccid", groups: ["device"], lengths: [19, 20], shape: /^89\d{17,18}$/, check: luhn, words: ["iccid", "sim"], without: 0, with: 0.93,
		match: ["SIM ⟦8991101200003204514⟧"], noMatch: ["8991101200003204514", "SIM 8991101200003204515"],
	},
	{
		type: "imsi", groups: ["device"], lengths: [14, 15], shape: /^[2-7]\d{13,14}$/, words: ["imsi"], without: 0, with: 0.9,
		match: ["IMSI ⟦310150123456789⟧"], noMatch: ["310150123456789"],
	},
	{
		type: "medical_record", groups: ["phi"], lengths: [5, 6, 7, 8, 9, 10, 11, 12], shape: /^[A-Z]{0,4}\d{5,10}$/, format: /^[A-Za-z0-9/-]+$/,
		words: ["mrn", "medical record", "patient id", "patient no", "patient number", "fallnummer", "chart", "nhc", "historia clínica", "nº historia", "dossier patient", "cartella clinica", "patientennummer", "病历号", "hospital number", "pat nr", "patienten nr", "patienten id", "dossier médical", "n° dossier", "n° de dossier", "nº hc", "nº de historia", "patiëntnummer", "patientnummer", "potilasnumero", "journalnummer", "pacjenta", "číslo pacienta", "пациент", "пациента", "пацієнта", "病歷號", "患者id", "患者番号", "カルテ番号", "환자번호", "환자 번호", "رقم المريض", "रोगी", "hasta no:", "hasta numarası", "fall nr", "hosp no", "hosp nr", "hospital no", "hospital nr", "med rec", "n dossier", "prontuário", "prontuario", "historii choroby", "住院号", "门诊号", "病案号", "診察券番号"],
		without: 0, with: 0.85,
		match: ["MRN ⟦8827044⟧", "NHC: ⟦368503⟧", "Patient ID: ⟦NH-932161⟧", "medical record number ⟦12345678⟧", "Pat.-Nr. ⟦8827044⟧", "nr pacjenta: ⟦8827044⟧", "患者ID：⟦8827044⟧"], noMatch: ["8827044", "MRN pending"],
	},
	{
		type: "health_insurance_id", groups: ["phi"], lengths: [6, 7, 8, 9, 10, 11, 12, 13, 14], shape: /^[A-Z]{0,4}\d{5,12}[A-Z]{0,2}$/, format: /^[A-Za-z0-9 -]+$/,
		words: ["insurance", "insurance id", "member id", "policy number", "subscriber", "health plan", "versicherung", "mutuelle", "aseguradora", "policy #", "policy no", "policy nr", "policy id", "policy is", "policy:", "group number", "member no", "member nr", "member #", "member number", "group no", "medicaid", "n° de police", "numéro de police", "n° adhérent", "numéro d'adhérent", "póliza", "poliza", "apólice", "polizza", "nr polisy", "numer polisy", "policennummer", "versicherungsschein", "polisnummer", "保险单号", "保单号", "保険証番号", "被保険者番号", "증권번호", "보험증번호"], without: 0, with: 0.75,
		match: ["Insurance ID: ⟦INS-168010837⟧", "Member ID ⟦XYZ123456789⟧", "policy number ⟦POL-8984878⟧"], noMatch: ["168010837", "insurance since 2019", "a security policy of 123456789", "--firewall-policy=123456789", "policy since 2021-02-08"],
	},
	{
		type: "prescription", groups: ["phi"], lengths: [8, 9, 10, 11], shape: /^RX\d{6,9}$/, format: /^[A-Za-z]{2}-?\d{6,9}$/, words: ["rx", "prescription", "rezept", "ordonnance", "receta"], without: 0, with: 0.8,
		match: ["prescription ⟦RX-78901234⟧"], noMatch: ["78901234"],
	},
	{
		type: "medical_license", groups: ["phi"], lengths: [9, 10], shape: /^\d{9,10}$/, format: /^\d{2} \d{2} \d{5,6}$|^\d{9,10}$/, words: ["nºcol", "ncol", "nº col", "colegiado", "nºcol.", "license number", "lanr", "medical license", "medical licence", "rpps", "col. nº"], without: 0, with: 0.85,
		match: ["NºCol: ⟦28 28 70973⟧"], noMatch: ["28 28 70973"],
	},
];
