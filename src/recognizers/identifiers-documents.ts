import { vinCheck } from "./check-digits.ts";
import type { Identifier } from "./identifiers.ts";

/** Documents and papers whose numbers have no check digit worth the name: a context word is required. */
// biome-ignore format: a table
export const DOCUMENT_IDS: readonly Identifier[] = [
	{
		type: "passport", groups: ["travel_document"], lengths: [7, 8, 9, 10], shape: /^(?:[A-Z]{1,3}\d{6,8}|\d{8,9}|[A-Z]\d{2}[A-Z]{2}\d{4}|[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\d?|[MSRODGT]\d{3}[A-Z]\d{4})$/,
		format: /^[A-Za-z0-9 -]+$/,
		words: ["passport", "passports", "travel document", "reisepass", "pass nr", "passeport", "pasaporte", "passaporto", "passaporte", "paspoort", "paszport", "paszportu", "paszportem", "pasaport", "パスポート", "旅券", "护照", "護照", "여권", "جواز", "passnummer", "passnr", "pasnummer", "pas nr", "pasu", "cestovní pas", "cestovný pas", "útlevél", "διαβατηρίου", "διαβατήριο", "паспорт", "паспорта", "паспортом", "загранпаспорт", "паспортни", "pașaport", "putovnice", "putovnica", "passin numero", "passinumero", "hộ chiếu", "paspor", "पासपोर्ट", "หนังสือเดินทาง", "דרכון"],
		without: 0, with: 0.85,
		match: ["passport number ⟦A12345678⟧", "Passport: ⟦912803456⟧", "Reisepass ⟦C01X00T47⟧", "pasaporte ⟦PAB123456⟧", "SSN 457-55-5462, passport number ⟦912803456⟧", "passport number ⟦912803456⟧ / SSN 457-55-5462", "Paszport: ⟦JB6088075⟧", "номер паспорта ⟦912803456⟧", "číslo pasu: ⟦912803456⟧", "útlevélszám ⟦AB1234567⟧"],
		noMatch: ["A12345678", "passport 1234", "the passport office on Main Street 12345"],
	},
	{
		type: "driver_license", groups: ["travel_document"], lengths: [6, 7, 8, 9, 10, 11, 12, 13, 14, 15], shape: /^(?=.*\d{4})[A-Z]{0,3}\d[0-9A-Z]{4,14}$/, format: /^[A-Za-z0-9 /-]+$/,
		words: ["driver's license", "drivers license", "driver license", "driving licence", "driving license", "driver's licence", "driver’s license", "dl#", "dl #", "dl:", 'dl"', "dl no", "dl nr", "dl number", "dl is", "dl |", "dln", "license: dl", "licence: dl", "license dl", "licence dl", "license number", "licence number", "führerschein", "permis de conduire", "permiso de conducir", "carnet de conducir", "patente di guida", "prawo jazdy", "prawa jazdy", "rijbewijs", "carta de condução", "körkort", "водительское", "водійське", "cnh", "carteira de habilitação", "førerkort", "kørekort", "ajokortti", "řidičský průkaz", "řidičského průkazu", "vodičský preukaz", "vezetői engedély", "permis auto", "vozačka", "vozniško", "ehliyet", "sürücü belgesi", "δίπλωμα οδήγησης", "驾驶证", "驾照", "運転免許", "免許証番号", "운전면허", "رخصة القيادة", "רישיון נהיגה", "giấy phép lái xe", "ใบขับขี่", "d.l. no", "driver's lic", "drivers lic", "n° permis", "permis n°", "numéro de permis", "oln"],
		without: 0, with: 0.8,
		match: ["driver's license ⟦D1234567⟧", "DL# ⟦R15685-85⟧", "(License: DL-⟦U10930-30⟧)", "prawo jazdy nr ⟦04873/63/73⟧", "CNH: ⟦04567891234⟧", "řidičský průkaz č. ⟦EA123456⟧", "运驾驶证号 ⟦D1234567⟧", "driving licence number: ⟦12345678⟧"],
		noMatch: ["D1234567", "driving licence from 2019", "DL 12", "pulled from dl.example.org (id b75a219904)", "on static dl builds. Closes: #1028200"],
	},
	{
		type: "uk_driving_licence", country: "gb", groups: ["travel_document", "driver_license"], lengths: [16], shape: /^[A-Z]{2,5}9{0,3}\d(?:[05][1-9]|[16][0-2])(?:0[1-9]|[12]\d|3[01])\d[A-Z9]{2}[A-Z0-9][A-Z]{2}$/,
		words: ["driving licence", "dvla", "licence"], without: 0.85, with: 0.95,
		match: ["MORGA657054SM9IJ", "DVLA ⟦SMIT9801015JK2CD⟧"], noMatch: ["MORGA697054SM9IJ", "MORGA657994SM9IJ"],
	},
	{
		type: "other_national_id", groups: ["national_id"], lengths: [6, 7, 8, 9, 10, 11, 12, 13, 14], shape: /^[A-Z]{0,3}\d{6,13}[A-Z]?$/, format: /^[A-Za-z0-9-]+$/,
		words: ["national id", "nid", "national identity", "identity card", "id card", "government id", "identity number", "personalausweis", "carte d'identité", "documento de identidad", "carta d'identità", "identiteitskaart", "ausweisnummer", "ausweis nr", "bilhete de identidade", "bi nº", "cni", "id karte", "carte nationale d'identité"], without: 0, with: 0.75,
		match: ["National ID: ⟦NID-840885572⟧", "Personalausweis ⟦T22000129⟧"], noMatch: ["840885572", "national identity in 2019"],
	},
	{
		type: "vin", groups: ["vehicle"], lengths: [17], shape: /^(?=.*[A-HJ-NPR-Z])[A-HJ-NPR-Z0-9]{13}\d{4}$/, check: (id) => vinCheck(id) || /^[J-Z]/.test(id), words: ["vin", "chassis", "vehicle identification", "fahrgestell", "fahrzeug ident", "fin", "bastidor", "châssis", "telaio", "chassi", "nr nadwozia", "车架号", "車架號", "車台番号", "차대번호"], without: 0, with: 0.93,
		match: ["VIN ⟦1M8GDM9AXKP042788⟧", "Fahrgestellnummer: ⟦WVWZZZ1KZ6W000001⟧"], noMatch: ["1M8GDM9AXKP042788", "VIN 1M8GDM9AXKP042789", "VIN 1M8GDM9AIKP042788"],
	},
	{
		type: "license_plate", groups: ["vehicle"], lengths: [5, 6, 7, 8], shape: /^(?=.*[A-Z])[A-Z]{1,3}\d[0-9A-Z]{2,6}$|^\d{1,4}[A-Z]{2,3}\d{0,3}$/, format: /^[A-Za-z0-9 -]+$/,
		words: ["plate", "license plate", "licence plate", "number plate", "registration number", "registration plate", "vehicle registration", "reg:", "reg is", "reg no", "reg nr", "reg number", "car reg", "vehicle reg", "kennzeichen", "matrícula", "matricula", "targa", "immatriculation", "kenteken", "nr rej", "rejestracyjny", "rejestracyjnym", "rejestracyjnych", "plaka", "registration no", "placa", "nummernschild", "车牌", "車牌", "ナンバープレート", "차량번호", "번호판"],
		without: 0, with: 0.7,
		match: ["license plate ⟦JBL-4637⟧", "My car reg is ⟦AB51 ABC⟧", "Nr rej.: ⟦WX 22514E⟧", "Kennzeichen ⟦AB 1234⟧"],
		noMatch: ["JBL-4637", "AB51 ABC", "registration opens at 12 noon", "RegExp of RFC 5322", "emailReg RFC 6838"],
	},
	{
		type: "employee_id", groups: ["employment"], lengths: [5, 6, 7, 8, 9, 10], shape: /^[A-Z]{0,4}\d{4,9}$/, format: /^[A-Za-z0-9-]+$/,
		words: ["employee id", "employee no", "employee number", "employee #", "emp id", "staff id", "staff number", "personnel number", "personalnummer", "worker id", "badge number", "badge id", "badge no", "mitarbeiternummer", "número de empleado", "matricule", "emp no", "emp nr", "emp #", "staff no", "staff nr", "personnel no", "personal nr", "pers nr", "mitarbeiter nr", "mitarbeiternr", "mitarbeiter id", "matricola", "nº empleado", "nº de empleado", "n° employé", "n° salarié", "nr pracownika", "numer pracownika", "payroll no", "payroll number", "personeelsnummer", "medewerkersnummer", "anställningsnummer", "medarbejdernummer", "社員番号", "従業員番号", "员工编号", "员工号", "工号", "員工編號", "사번", "사원번호"], without: 0, with: 0.75,
		match: ["Employee ID: ⟦EMP-21335⟧", "employee_id=⟦A123456⟧", "badge number ⟦0045123⟧"], noMatch: ["MP-21335", "employee since 2019", "12345 employees"],
	},
	{
		type: "court_case", groups: ["legal"], lengths: [7, 8, 9, 10, 11, 12, 13, 14, 15, 16], shape: /^\d{4}[A-Z]{2,5}\d{3,6}$|^\d{3}[A-Z]{2}\d{5}$|^\d{2}[A-Z]{2}\d{4,6}$/, format: /^\d{4}-[A-Z]{2,5}-\d{3,6}$|^\d:\d{2}-[a-z]{2}-\d{5}$|^\d{2}-[A-Z]{2}-\d{4,6}$/, words: ["case", "docket", "case number", "court", "cause no", "aktenzeichen"], without: 0, with: 0.75,
		match: ["Case No. ⟦2024-CR-3773⟧", "docket ⟦2023-CIV-7268⟧"], noMatch: ["2024-CR-3773", "case 2024", "in that case (merge 8777616e4d)", "case 2147483647: return", "in this case 6936b58"],
	},
	{
		type: "bar_number", groups: ["legal"], lengths: [7, 8], shape: /^[A-Z]{2}\d{5,6}$/, format: /^[A-Za-z]{2}-?\d{5,6}$/, words: ["bar", "bar number", "state bar", "attorney", "sbn"], without: 0, with: 0.8,
		match: ["Bar No. ⟦CA-828364⟧", "State Bar ⟦VA-982040⟧"], noMatch: ["CA-828364"],
	},
	{
		type: "invoice_number", groups: ["commerce"], lengths: [6, 7, 8, 9, 10, 11], shape: /^(?:INV|RE|FA|FV|BILL)\d{4,8}$/, format: /^[A-Za-z]{2,4}-?\d{4,8}$/, words: ["invoice", "bill", "rechnung", "factura", "facture", "faktura", "fattura", "faktury", "factuur", "fatura", "請求書", "发票"], without: 0, with: 0.7,
		match: ["invoice ⟦INV-231302⟧"], noMatch: ["NV-231302", "invoice 12"],
	},
];
