import { digitAt, isYymmdd, luhn, verhoeff } from "./check-digits.ts";
import type { Identifier } from "./identifiers.ts";

const NATIONAL = ["national_id"];

function isTckn(id: string): boolean {
	const at = (indices: readonly number[]): number => indices.reduce((sum, i) => sum + digitAt(id, i), 0);
	const odd = at([0, 2, 4, 6, 8]);
	const even = at([1, 3, 5, 7]);
	return (((odd * 7 - even) % 10) + 10) % 10 === digitAt(id, 9) && (odd + even + digitAt(id, 9)) % 10 === digitAt(id, 10);
}

/** Personal identifiers of Africa and the Middle East. */
// biome-ignore format: a table
export const AFRICA_MIDEAST_IDS: readonly Identifier[] = [
	{
		type: "tr_tckn", country: "tr", groups: NATIONAL, lengths: [11], shape: /^[1-9]\d{10}$/, check: isTckn, words: ["tckn", "tc kimlik", "t.c. kimlik", "kimlik no", "kimlik numarası"], without: 0.75, with: 0.97,
		match: ["10000000146", "TC kimlik no: ⟦17291716060⟧"], noMatch: ["10000000147", "01000000146"],
	},
	{
		type: "il_id", country: "il", groups: NATIONAL, lengths: [9], shape: /^\d{9}$/, check: luhn, format: /^\d{9}$|^\d{8}-\d$/, words: ["ת.ז", "תעודת זהות", "teudat zehut", "israeli id", "מספר זהות", "מס' זהות", 'ת"ז'], without: 0, with: 0.93,
		match: ["ת.ז. ⟦123456782⟧", "teudat zehut ⟦12345678-2⟧"], noMatch: ["123456782", "ת.ז. 123456783"],
	},
	{
		type: "ae_emirates_id", country: "ae", groups: NATIONAL, lengths: [15], shape: /^784(?:19|20)\d{10}$/, check: luhn, format: /^784-?\d{4}-?\d{7}-?\d$/, words: ["emirates id", "الهوية", "هوية"], without: 0.85, with: 0.97,
		match: ["784-1968-6570305-0", "Emirates ID ⟦784196865703050⟧"], noMatch: ["784-1968-6570305-1", "785-1968-6570305-0"],
	},
	{
		type: "sa_national_id", country: "sa", groups: NATIONAL, lengths: [10], shape: /^[12]\d{9}$/, check: luhn, words: ["iqama", "national id", "هوية", "الهوية", "إقامة", "saudi"], without: 0, with: 0.93,
		match: ["Iqama ⟦2123456788⟧", "الهوية ⟦1000000008⟧"], noMatch: ["2123456788", "Iqama 2123456789"],
	},
	{
		type: "eg_national_id", country: "eg", groups: NATIONAL, lengths: [14], shape: /^[23]\d{13}$/, check: (id) => isYymmdd(id, 1) && Number(id.slice(7, 9)) >= 1 && Number(id.slice(7, 9)) <= 88, words: ["national id", "الرقم القومي", "egyptian"], without: 0, with: 0.92,
		match: ["الرقم القومي ⟦29001011234567⟧"], noMatch: ["29001011234567", "الرقم القومي 29013011234567"],
	},
	{
		type: "kw_civil_id", country: "kw", groups: NATIONAL, lengths: [12], shape: /^[1-3]\d{11}$/, check: (id) => isYymmdd(id, 1), words: ["civil id", "الرقم المدني", "kuwait"], without: 0, with: 0.9,
		match: ["Civil ID ⟦290010112345⟧"], noMatch: ["290010112345", "Civil ID 291310112345"],
	},
	{
		type: "za_id", country: "za", groups: NATIONAL, lengths: [13], shape: /^\d{10}[0-2]\d{2}$/, check: (id) => luhn(id) && isYymmdd(id), words: ["id number", "south african", "rsa id", "sa id", "id no"], without: 0.75, with: 0.96,
		match: ["8001015009087", "RSA ID ⟦9202204720083⟧", "8001015009087 is an ID"], noMatch: ["8001015009086", "8013015009087", "EAN-13: 2002280408075"],
	},
	{
		type: "ng_nin", country: "ng", groups: NATIONAL, lengths: [11], shape: /^\d{11}$/, check: (id) => verhoeff(id) || id.startsWith("22"), words: ["nin", "bvn", "bank verification", "nigeria"], without: 0, with: 0.88,
		match: ["BVN ⟦22123456789⟧"], noMatch: ["22123456789", "NIN 1234567890"],
	},
	{
		type: "ke_kra_pin", country: "ke", groups: [...NATIONAL, "tax_id"], lengths: [11], shape: /^[AP]\d{9}[A-Z]$/, words: ["kra", "pin", "kenya"], without: 0.55, with: 0.92,
		match: ["KRA PIN ⟦A001234567B⟧", "P051365947M"], noMatch: ["B001234567B", "A00123456B"],
	},
	{
		type: "ma_cnie", country: "ma", groups: NATIONAL, lengths: [6, 7, 8], shape: /^[A-Z]{1,2}\d{5,6}$/, words: ["cnie", "cin", "carte nationale"], without: 0, with: 0.85,
		match: ["CNIE ⟦BK123456⟧"], noMatch: ["BK123456"],
	},
	{
		type: "ir_national_code", country: "ir", groups: NATIONAL, lengths: [10], shape: /^\d{10}$/,
		check: (id) => { const remainder = [...id.slice(0, 9)].reduce((sum, digit, i) => sum + Number(digit) * (10 - i), 0) % 11; return digitAt(id, 9) === (remainder < 2 ? remainder : 11 - remainder); },
		words: ["کد ملی", "شماره ملی", "code melli"], without: 0, with: 0.93,
		match: ["کد ملی ⟦0499370899⟧"], noMatch: ["0499370899", "کد ملی 0499370898"],
	},
];
