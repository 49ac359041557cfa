import { allSame, digitAt, isDate, isYymmdd, luhn36, mod11Digit, verhoeff, weightedSum } from "./check-digits.ts";
import type { Identifier } from "./identifiers.ts";

const NATIONAL = ["national_id"];

const isChineseId = (id: string): boolean =>
	"10X98765432"[weightedSum(id, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11] === id[17] &&
	isDate(Number(id.slice(6, 10)), Number(id.slice(10, 12)), Number(id.slice(12, 14)));

const USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
function isUscc(id: string): boolean {
	let sum = 0;
	for (let i = 0, weight = 1; i < 17; i++, weight = (weight * 3) % 31) sum += USCC_ALPHABET.indexOf(id[i] as string) * weight;
	return USCC_ALPHABET[(31 - (sum % 31)) % 31] === id[17];
}

function isHkid(id: string): boolean {
	const padded = id.length === 8 ? ` ${id}` : id;
	let sum = 0;
	for (let i = 0; i < 8; i++) {
		const code = padded.charCodeAt(i);
		sum += (code === 32 ? 36 : code > 57 ? code - 55 : code - 48) * (9 - i);
	}
	return (sum + (padded[8] === "A" ? 10 : digitAt(padded, 8))) % 11 === 0;
}

function isTaiwanese(id: string): boolean {
	const letter = "ABCDEFGHJKLMNPQRSTUVXYWZIO".indexOf(id[0] as string) + 10;
	const second = "ABCD".includes(id[1] as string) ? "0123"["ABCD".indexOf(id[1] as string)] : id[1];
	const digits = `${second}${id.slice(2)}`;
	return (Math.floor(letter / 10) + (letter % 10) * 9 + weightedSum(digits, [8, 7, 6, 5, 4, 3, 2, 1, 1])) % 10 === 0;
}

function isNric(id: string): boolean {
	const offset = id[0] === "T" || id[0] === "G" ? 4 : id[0] === "M" ? 3 : 0;
	const letters = id[0] === "S" || id[0] === "T" ? "JZIHGFEDCBA" : id[0] === "M" ? "XWUTRQPNJLK" : "XWUTRQPNMLK";
	return letters[(weightedSum(id, [2, 7, 6, 5, 4, 3, 2], 1) + offset) % 11] === id[8];
}

const isTfn = (id: string): boolean =>
	(id.length === 9 ? weightedSum(id, [1, 4, 3, 7, 5, 8, 6, 9, 10]) : weightedSum(id, [10, 7, 8, 4, 6, 3, 5, 1])) % 11 === 0 && !allSame(id);

function isIrd(id: string): boolean {
	const padded = id.padStart(9, "0");
	const first = (11 - (weightedSum(padded, [3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
	const digit = first === 10 ? (11 - (weightedSum(padded, [7, 4, 3, 2, 5, 2, 7, 6]) % 11)) % 11 : first;
	return digit === digitAt(padded, 8) && Number(id) >= 10_000_000;
}

const isThai = (id: string): boolean => (11 - (weightedSum(id, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === digitAt(id, 12);

/** Personal identifiers of Asia and Oceania. */
// biome-ignore format: a table
export const ASIA_PACIFIC_IDS: readonly Identifier[] = [
	{
		type: "in_aadhaar", country: "in", groups: NATIONAL, lengths: [12], shape: /^[2-9]\d{11}$/, check: (id) => verhoeff(id) && !allSame(id), format: /^\d{4}([ -])\d{4}\1\d{4}$/,
		words: ["aadhaar", "aadhar", "uidai", "uid", "आधार"], without: 0.6, with: 0.96,
		match: ["2341 2341 2346", "Aadhaar ⟦234123412346⟧", "आधार: ⟦2341-2341-2346⟧"], noMatch: ["2341 2341 2347", "234123412346", "1341 2341 2346", "pages 6258-7227-2015"],
	},
	{
		type: "in_pan", country: "in", groups: [...NATIONAL, "tax_id"], lengths: [10], shape: /^[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]$/, words: ["pan", "income tax", "permanent account"], without: 0.7, with: 0.96,
		match: ["ABCPD1234Z", "PAN: ⟦ABBPM4567S⟧", "my pan is ⟦abbpm4567s⟧"], noMatch: ["ABCDE1234F", "ABCPD123Z", "ABCPD12345"],
	},
	{
		type: "in_gstin", country: "in", groups: ["organization_id", "tax_id"], lengths: [15], shape: /^[0-3]\d[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]$/,
		check: (id) => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(36 - (luhn36(id.slice(0, 14)) % 36)) % 36] === id[14], words: ["gstin", "gst"], without: 0.93, with: 0.98,
		match: ["27AAPFU0939F1ZV", "GSTIN ⟦27AAPFU0939F1ZV⟧"], noMatch: ["27AAPFU0939F1ZO", "47AAPFU0939F1ZV"],
	},
	{
		type: "in_voter_id", country: "in", groups: NATIONAL, lengths: [10], shape: /^[A-Z]{3}\d{7}$/, words: ["voter", "epic", "election"], without: 0, with: 0.88,
		match: ["Voter ID ⟦WKH1186253⟧", "EPIC no. ⟦WKH1186253⟧"], noMatch: ["WKH1186253"],
	},
	{
		type: "pk_cnic", country: "pk", groups: NATIONAL, lengths: [13], shape: /^[1-7]\d{12}$/, format: /^\d{5}-\d{7}-\d$/, words: ["cnic", "nic", "nadra", "identity card"], without: 0.6, with: 0.9,
		match: ["34201-0891231-8", "CNIC ⟦3420108912318⟧"], noMatch: ["3420108912318", "94201-0891231-8"],
	},
	{
		type: "lk_nic", country: "lk", groups: NATIONAL, lengths: [10, 12], shape: /^\d{9}[VX]$|^(?:19|20)\d{10}$/, words: ["nic", "national identity card"], without: 0, with: 0.9,
		match: ["NIC ⟦853400937V⟧", "nic: ⟦198534000937⟧"], noMatch: ["853400937V", "NIC 853400937"],
	},
	{
		type: "bd_nid", country: "bd", groups: NATIONAL, lengths: [10, 13, 17], shape: /^\d+$/, words: ["nid", "জাতীয় পরিচয়পত্র", "bangladesh"], without: 0, with: 0.8,
		match: ["NID ⟦19912345678901234⟧", "NID: ⟦1234567890⟧"], noMatch: ["19912345678901234"],
	},
	{
		type: "cn_resident_id", country: "cn", groups: NATIONAL, lengths: [18], shape: /^[1-9]\d{5}(?:19|20)\d{9}[0-9X]$/, check: isChineseId, words: ["身份证", "公民身份", "id card", "居民身份"], without: 0.96, with: 0.99,
		match: ["11010519491231002X", "身份证号 ⟦360426199101010071⟧", "身份证:⟦11010519491231002x⟧"], noMatch: ["110105194912310021", "11010519491331002X"],
	},
	{
		type: "cn_uscc", country: "cn", groups: ["organization_id"], lengths: [18], shape: /^[1-9ANY][1-59](?:10|1[1-5]|2[123]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])\d{4}[0-9A-HJ-NPQRTUWXY]{10}$/, check: isUscc, words: ["统一社会信用代码", "信用代码", "uscc"], without: 0.55, with: 0.95,
		match: ["91110000600037341L", "统一社会信用代码:⟦91110000600037341L⟧"], noMatch: ["91110000600037342L", "<:winter:219150858921991698>"],
	},
	{
		type: "hk_hkid", country: "hk", groups: NATIONAL, lengths: [8, 9], shape: /^[A-Z]{1,2}\d{6}[0-9A]$/, check: isHkid, words: ["hkid", "身份證", "hong kong id", "identity card"], without: 0, with: 0.95,
		match: ["HKID ⟦A1234563⟧", "身份證 ⟦AB9876543⟧"], noMatch: ["A1234563", "HKID A1234564"],
	},
	{
		type: "tw_national_id", country: "tw", groups: NATIONAL, lengths: [10], shape: /^[A-Z][1289A-D]\d{8}$/, check: isTaiwanese, words: ["身分證", "身份證", "統一編號", "taiwan"], without: 0.6, with: 0.95,
		match: ["A123456789", "身分證字號 ⟦A123456789⟧"], noMatch: ["A123456788", "A323456789"],
	},
	{
		type: "jp_my_number", country: "jp", groups: NATIONAL, lengths: [12], shape: /^\d{12}$/,
		check: (id) => mod11Digit(id, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) === digitAt(id, 11), format: /^\d{4}[ -]?\d{4}[ -]?\d{4}$/, words: ["マイナンバー", "個人番号", "my number", "mynumber", "個人No"], without: 0, with: 0.95,
		match: ["マイナンバー ⟦1234 5678 9018⟧", "My Number: ⟦123456789018⟧", "個人番号:⟦123456789018⟧"], noMatch: ["123456789018", "マイナンバー 123456789019"],
	},
	{
		type: "kr_rrn", country: "kr", groups: NATIONAL, lengths: [13], shape: /^\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[1-8]\d{6}$/, check: (id) => isYymmdd(id), format: /^\d{6}-\d{7}$/,
		words: ["주민등록", "주민번호", "외국인등록", "rrn", "resident registration"], without: 0.75, with: 0.95,
		match: ["960121-1234567", "⟦960121-1234567⟧ 12", "주민등록번호 ⟦9601211234567⟧", "RRN ⟦960121-1234567⟧"], noMatch: ["960121-1234567-12", "961321-1234567", "960121-9234567", "9601211234567"],
	},
	{
		type: "sg_nric", country: "sg", groups: NATIONAL, lengths: [9], shape: /^[STFGM]\d{7}[A-Z]$/, check: isNric, words: ["nric", "fin", "singapore"], without: 0.9, with: 0.97,
		match: ["S1234567D", "NRIC: ⟦T1234567J⟧", "fin ⟦g1234567x⟧"], noMatch: ["S1234567E", "A1234567D", "S123456D"],
	},
	{
		type: "my_mykad", country: "my", groups: NATIONAL, lengths: [12], shape: /^\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|[1-5]\d|6[0-8]|7[14-9]|8[2-9]|9[0-389])\d{4}$/, check: (id) => isYymmdd(id), format: /^\d{6}-\d{2}-\d{4}$/,
		words: ["mykad", "nric", "kad pengenalan", "ic no", "ic number"], without: 0.7, with: 0.92,
		match: ["770305-02-1234", "MyKad ⟦770305021234⟧"], noMatch: ["771305-02-1234", "770305021234"],
	},
	{
		type: "th_national_id", country: "th", groups: NATIONAL, lengths: [13], shape: /^[1-8]\d{12}$/, check: isThai, format: /^\d-\d{4}-\d{5}-\d{2}-\d$|^\d \d{4} \d{5} \d{2} \d$/,
		words: ["บัตรประชาชน", "ประจำตัวประชาชน", "thai id", "citizen id", "tnin"], without: 0.85, with: 0.95,
		match: ["1-2345-67890-12-1", "บัตรประชาชน ⟦1234567890121⟧"], noMatch: ["1-2345-67890-12-2", "1234567890121"],
	},
	{
		type: "id_nik", country: "id", groups: NATIONAL, lengths: [16], shape: /^(?:[1-9]\d)(?:0[1-9]|[1-7]\d)(?:0[1-9]|[1-9]\d)\d{10}$/,
		check: (id) => isDate(Number(id.slice(10, 12)), Number(id.slice(8, 10)), Number(id.slice(6, 8)) % 40), words: ["nik", "ktp", "induk kependudukan"], without: 0, with: 0.92,
		match: ["NIK ⟦3171011708450001⟧", "KTP: ⟦3171014108450001⟧"], noMatch: ["3171011708450001", "NIK 3171011713450001"],
	},
	{
		type: "ph_id", country: "ph", groups: NATIONAL, lengths: [10, 12, 16], shape: /^\d+$/, format: /^\d{4}-\d{7}-\d$|^\d{2}-\d{7}-\d$|^\d{4}-\d{4}-\d{4}-\d{4}$/, words: ["philsys", "philhealth", "sss", "umid", "crn"], without: 0, with: 0.88,
		match: ["PhilSys ⟦1234-5678-9012-3456⟧", "SSS ⟦34-1234567-8⟧", "UMID CRN ⟦0111-1234567-8⟧"], noMatch: ["34-1234567-8"],
	},
	{
		type: "vn_cccd", country: "vn", groups: NATIONAL, lengths: [9, 12], shape: /^(?:0\d{11}|\d{9})$/, words: ["cccd", "cmnd", "căn cước", "chứng minh"], without: 0, with: 0.9,
		match: ["CCCD ⟦001099012345⟧", "CMND: ⟦012345678⟧"], noMatch: ["001099012345"],
	},
	{
		type: "au_tfn", country: "au", groups: [...NATIONAL, "tax_id"], lengths: [8, 9], shape: /^\d{8,9}$/, check: isTfn, format: /^\d{3}[ -]?\d{3}[ -]?\d{2,3}$/, words: ["tfn", "tax file"], without: 0, with: 0.95,
		match: ["TFN ⟦123 456 782⟧", "tax file number: ⟦123456782⟧"], noMatch: ["123 456 782", "TFN 123 456 783"],
	},
	{
		type: "au_medicare", country: "au", groups: [...NATIONAL, "phi"], lengths: [10, 11], shape: /^[2-6]\d{9,10}$/, check: (id) => weightedSum(id, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digitAt(id, 8),
		format: /^\d{4} \d{5} \d(?:[ /-]?\d)?$/, words: ["medicare", "irn"], without: 0.55, with: 0.95,
		match: ["2123 45670 1", "Medicare ⟦2123456701⟧"], noMatch: ["2123 25870 1", "2123456701"],
	},
	{
		type: "nz_ird", country: "nz", groups: [...NATIONAL, "tax_id"], lengths: [8, 9], shape: /^\d{8,9}$/, check: isIrd, format: /^\d{2,3}-?\d{3}-?\d{3}$/, words: ["ird", "inland revenue"], without: 0, with: 0.93,
		match: ["IRD ⟦49-091-850⟧", "ird number: ⟦136410132⟧"], noMatch: ["49-091-850", "IRD 49-091-851"],
	},
	{
		type: "nz_nhi", country: "nz", groups: [...NATIONAL, "phi"], lengths: [7], shape: /^[A-HJ-NP-Z]{3}\d{2}(?:\d{2}|\d[A-HJ-NP-Z]|[A-HJ-NP-Z]{2})$/, words: ["nhi", "national health index"], without: 0, with: 0.92,
		match: ["NHI ⟦ZAC5361⟧", "NHI: ⟦ZBN77VL⟧"], noMatch: ["ZAC5361", "NHI AIC5361"],
	},
];
