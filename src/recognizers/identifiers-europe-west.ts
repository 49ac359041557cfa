import { allSame, digitAt, ean13, isDate, luhn, mod11And10, weightedSum } from "./check-digits.ts";
import type { Identifier } from "./identifiers.ts";

const NATIONAL = ["national_id"];

/** One digit of the first ten stands twice or three times, all others at most once (BZSt, since 2016). */
function isIdNr(id: string): boolean {
	const counts = [...new Set(id.slice(0, 10))].map((digit) => id.slice(0, 10).split(digit).length - 1).filter((count) => count > 1);
	return counts.length === 1 && (counts[0] as number) <= 3 && mod11And10(id);
}

/** Digit sums of the products; the letter counts as two digits. */
function isRvnr(id: string): boolean {
	const WEIGHTS = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
	const letter = String(id.charCodeAt(8) - 64).padStart(2, "0");
	const digits = id.slice(0, 8) + letter + id.slice(9, 11);
	const sum = WEIGHTS.reduce((total, weight, i) => {
		const product = digitAt(digits, i) * weight;
		return total + Math.floor(product / 10) + (product % 10);
	}, 0);
	return sum % 10 === digitAt(id, 11);
}

const DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";

const isDni = (id: string): boolean => DNI_LETTERS[Number(id.slice(0, 8)) % 23] === id[8];

function isCodiceFiscale(id: string): boolean {
	const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
	let sum = 0;
	for (let i = 0; i < 15; i++) {
		const code = id.charCodeAt(i);
		const value = code < 58 ? code - 48 : code - 65;
		sum += i % 2 === 0 ? (ODD[value] as number) : value;
	}
	return id.charCodeAt(15) - 65 === sum % 26;
}

function isNir(id: string): boolean {
	const body = id.slice(0, 13).replace("2A", "19").replace("2B", "18");
	return Number(97n - (BigInt(body) % 97n)) === Number(id.slice(13));
}

const isBelgian = (id: string): boolean =>
	["", "2"].some((century) => 97 - Number(BigInt(century + id.slice(0, 9)) % 97n) === Number(id.slice(9)));

function isPps(id: string): boolean {
	const second = id[8] === undefined || id[8] === "W" ? 0 : id.charCodeAt(8) - 64;
	return "WABCDEFGHIJKLMNOPQRSTUV"[(weightedSum(id, [8, 7, 6, 5, 4, 3, 2]) + 9 * second) % 23] === id[7];
}

const isNino = (id: string): boolean => !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(id);

function isNhs(id: string): boolean {
	const digit = (11 - (weightedSum(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
	return digit === digitAt(id, 9) && !allSame(id);
}

/** Luhn with letters as 10…35, doubled from the left. */
function isCartao(id: string): boolean {
	const sum = [...id].reduce((total, char, i) => {
		const value = Number.parseInt(char, 36) * (i % 2 === 0 ? 2 : 1);
		return total + (i % 2 === 0 && value > 9 ? value - 9 : value);
	}, 0);
	return sum % 10 === 0;
}

function luhnLeft(digits: string): boolean {
	const sum = [...digits.slice(0, -1)].reduce((total, char, i) => {
		const product = Number(char) * (i % 2 === 0 ? 1 : 2);
		return total + Math.floor(product / 10) + (product % 10);
	}, 0);
	return sum % 10 === Number(digits.at(-1));
}

/** Personal identifiers of western and southern Europe. Sources: the issuers' published rules; tested against npm `stdnum` where it knows them. */
// biome-ignore format: a table
export const WEST_EUROPEAN_IDS: readonly Identifier[] = [
	{
		type: "uk_nino", country: "gb", groups: NATIONAL, lengths: [9], shape: /^[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/, check: isNino,
		format: /^[A-Za-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-Da-d]$/,
		words: ["nino", "national insurance", "ni number", "ni no"], without: 0.8, with: 0.95,
		match: ["AB123456C", "NINO: ⟦JG 10 37 59 A⟧.", "national insurance ⟦ce123456d⟧", "(AA 12 34 56 B)"],
		noMatch: ["GB123456A", "AB123456E", "DA123456A", "AB12345C"],
	},
	{
		type: "uk_nhs", country: "gb", groups: [...NATIONAL, "phi"], lengths: [10], shape: /^\d{10}$/, check: isNhs, format: /^\d{3} \d{3} \d{4}$/,
		words: ["nhs", "patient", "health service"], without: 0, with: 0.95,
		match: ["NHS number ⟦943 476 5919⟧", "nhs_number: ⟦9434765919⟧", "Patient ⟦401 023 2137⟧", "NHS No. ⟦943-476-5919⟧"],
		noMatch: ["NHS number 943 476 5918", "943 476 5919", "call 401 023 2138"],
	},
	{
		type: "de_steuer_id", country: "de", groups: [...NATIONAL, "tax_id"], lengths: [11], shape: /^[1-9]\d{10}$/, check: isIdNr, format: /^\d{2} ?\d{3} ?\d{3} ?\d{3}$/,
		words: ["steuer id", "steuerid", "idnr", "identifikationsnummer", "steuerliche", "tax id", "tin"], without: 0.6, with: 0.97,
		match: ["36574261809", "Steuer-ID: ⟦86 095 742 719⟧", "IdNr. ⟦47036892816⟧", "65 929 970 489"],
		noMatch: ["36574261808", "12345678901", "06574261809", "Steuer-ID 1234567890"],
	},
	{
		type: "de_rvnr", country: "de", groups: NATIONAL, lengths: [12], shape: /^\d{2}(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{2}[A-Z]\d{3}$/, check: isRvnr,
		format: /^\d{2} ?\d{6} ?[A-Za-z] ?\d{3}$/, words: ["rentenversicherung", "sozialversicherung", "rvnr", "svnr", "sv nummer"], without: 0.85, with: 0.97,
		match: ["15070649C103", "SV-Nummer ⟦15 070649 C 103⟧", "Rentenversicherungsnummer: 65 170839 J 003", "(65170839J003)"],
		noMatch: ["15070649C102", "15390649C103", "15070649103"],
	},
	{
		type: "de_kvnr", country: "de", groups: [...NATIONAL, "phi"], lengths: [10], shape: /^[A-Z]\d{9}$/,
		check: (id) => luhnLeft(String(id.charCodeAt(0) - 64).padStart(2, "0") + id.slice(1)),
		words: ["krankenversicherung", "krankenversicherten", "krankenkasse", "kv nummer", "kv nr", "kvnr", "versichertennummer", "versicherten", "vers nr"], without: 0, with: 0.95,
		match: ["KVNR ⟦A123456780⟧", "Versichertennummer: ⟦T220001291⟧", "Krankenkasse, Nr. ⟦A123456780⟧", "kvnr=⟦a123456780⟧"],
		noMatch: ["A123456780", "KVNR A123456781", "KVNR 1234567890"],
	},
	{
		type: "fr_nir", country: "fr", groups: NATIONAL, lengths: [15], shape: /^[12378]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d{2}|2[AB])\d{8}$/, check: isNir,
		format: /^\d ?\d{2} ?\d{2} ?(?:\d{2}|2[AaBb]) ?\d{3} ?\d{3} ?\d{2}$/, words: ["sécurité sociale", "securite sociale", "n° sécu", "de sécu", "nir", "assuré", "insee"], without: 0.9, with: 0.98,
		match: ["295109912611193", "NIR: ⟦1 84 12 76 451 089 46⟧", "sécurité sociale 2 95 10 99 126 111 93", "(184127645108946)"],
		noMatch: ["295109912611199", "495109912611193", "2 95 10 99 126 111 99"],
	},
	{
		type: "es_dni", country: "es", groups: NATIONAL, lengths: [9], shape: /^\d{8}[A-HJ-NP-TV-Z]$/, check: isDni, format: /^(?:\d{8}-?|\d{2}\.\d{3}\.\d{3}[ -]?)[A-Za-z]$/,
		words: ["dni", "nif", "documento", "identidad"], without: 0.85, with: 0.97,
		match: ["12345678Z", "DNI: ⟦12.345.678-Z⟧", "DNI ⟦12345678 Z⟧", "nif ⟦54362315k⟧", "(54362315-K)"], noMatch: ["12345678A", "54362315Z", "1234567Z", "Cache Size: ~36 MB (37277767 B)"],
	},
	{
		type: "es_nie", country: "es", groups: NATIONAL, lengths: [9], shape: /^[XYZ]\d{7}[A-HJ-NP-TV-Z]$/, check: (id) => isDni("XYZ".indexOf(id[0] as string) + id.slice(1)),
		format: /^[A-Za-z][ -]?\d{7}[ -]?[A-Za-z]$/, words: ["nie", "extranjero", "nif"], without: 0.88, with: 0.97,
		match: ["X2482300W", "NIE ⟦Y-1234567-X⟧", "x2482300w", "(X-2482300-W)"], noMatch: ["X2482300A", "W2482300W", "X248230W"],
	},
	{
		type: "es_nss", country: "es", groups: [...NATIONAL, "phi"], lengths: [10, 11, 12], shape: /^\d{10,12}$/, check: () => true,
		format: /^\d{2}[ /]?\d{8}(?:[ /]?\d{2})?$/, words: ["nass", "seguridad social", "naf", "nss", "afiliación", "afiliacion", "número de la seguridad", "nuss", "nº s.s", "nº ss", "seg. social", "núm s.s"], without: 0, with: 0.9,
		match: ["NASS: ⟦26 63514095⟧", "Nº Seguridad Social ⟦28/12345678/40⟧", "NAF ⟦281234567840⟧"], noMatch: ["26 63514095", "281234567840", "NASS pendiente"],
	},
	{
		type: "it_codice_fiscale", country: "it", groups: NATIONAL, lengths: [16], shape: /^[A-Z]{6}[\dLMNP-V]{2}[A-EHLMPRST][\dLMNP-V]{2}[A-Z][\dLMNP-V]{3}[A-Z]$/, check: isCodiceFiscale,
		format: /^[A-Za-z]{6} ?[\dA-Za-z]{5} ?[\dA-Za-z]{4}[A-Za-z]$/, words: ["codice fiscale", "cf", "c.f", "cod fisc"], without: 0.95, with: 0.99,
		match: ["RSSMRA85T10A562S", "cf: ⟦rssmra85t10a562s⟧", "codice fiscale VRDGNN80A01H501J"], noMatch: ["RSSMRA85T10A562A", "RSSMRA85Z10A562S", "RSSMRA85T10A562"],
	},
	{
		type: "nl_bsn", country: "nl", groups: NATIONAL, lengths: [9], shape: /^\d{9}$/, check: (id) => !allSame(id) && weightedSum(id, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
		format: /^\d{4}[ .]?\d{2}[ .]?\d{3}$/, words: ["bsn", "burgerservicenummer", "sofinummer", "burger service nummer", "burgerservicenr", "sofi", "sofinr"], without: 0, with: 0.95,
		match: ["BSN ⟦111222333⟧", "burgerservicenummer: ⟦123456782⟧", "bsn=⟦1112.22.333⟧"], noMatch: ["111222333", "BSN 111222334", "BSN 000000000"],
	},
	{
		type: "be_nn", country: "be", groups: NATIONAL, lengths: [11], shape: /^\d{2}[0-5]\d[0-3]\d{6}$/, check: isBelgian, format: /^(?:\d{6}|\d{2}\.\d{2}\.\d{2})[-. ]?\d{3}[. ]?\d{2}$/,
		words: ["rijksregister", "registre national", "niss", "insz", "rrn", "numéro national", "nationaal nummer"], without: 0.7, with: 0.97,
		match: ["85.07.30-033.28", "NISS ⟦85073003328⟧", "rijksregisternummer: 93.05.18-223.61"], noMatch: ["85.07.30-033.29", "85973003328", "93.05.18-223.60", "3\t64.420630487\thost"],
	},
	{
		type: "at_svnr", country: "at", groups: NATIONAL, lengths: [10], shape: /^[1-9]\d{9}$/,
		check: (id) => (digitAt(id, 0) * 3 + digitAt(id, 1) * 7 + digitAt(id, 2) * 9 + weightedSum(id, [5, 8, 4, 2, 1, 6], 4)) % 11 === digitAt(id, 3) && Number(id.slice(4, 6)) <= 31 && Number(id.slice(6, 8)) <= 15,
		format: /^\d{4} ?\d{6}$/, words: ["svnr", "sozialversicherung", "versicherungsnummer", "vers nr", "sv nr", "sv nummer", "vsnr", "vnr"], without: 0, with: 0.93,
		match: ["SVNR ⟦1237 010180⟧", "Sozialversicherungsnummer: ⟦1237010180⟧", "SV-Nr. ⟦1237010180⟧"], noMatch: ["1237 010180", "SVNR 1238 010180", "SVNR 0237010180"],
	},
	{
		type: "ch_ahv", country: "ch", groups: NATIONAL, lengths: [13], shape: /^756\d{10}$/, check: ean13, format: /^756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}$/,
		words: ["ahv", "avs", "sozialversicherung"], without: 0.92, with: 0.98,
		match: ["756.9217.0769.85", "AHV ⟦7569217076985⟧", "AVS-Nr. 756 9217 0769 85"], noMatch: ["756.9217.0769.84", "755.9217.0769.85", "756.9217.0769"],
	},
	{
		type: "ie_pps", country: "ie", groups: NATIONAL, lengths: [8, 9], shape: /^\d{7}[A-W][A-IW]?$/, check: isPps, words: ["pps", "ppsn", "personal public service"], without: 0.55, with: 0.95,
		match: ["1234567T", "PPSN ⟦1234567FA⟧", "pps number: ⟦6433435f⟧"], noMatch: ["1234567A", "PPSN 6433435E", "123456T"],
	},
	{
		type: "pt_cartao_cidadao", country: "pt", groups: NATIONAL, lengths: [12], shape: /^\d{9}[A-Z]{2}\d$/, check: isCartao,
		format: /^\d{8} ?\d ?[A-Za-z]{2}\d$/, words: ["cartão de cidadão", "cartao de cidadao", "bi", "cc"], without: 0.6, with: 0.95,
		match: ["cartão de cidadão ⟦00000000 0 ZZ4⟧", "CC: ⟦000000000ZZ4⟧"], noMatch: ["CC 000000000ZZ5", "000000000Z4"],
	},
	{
		type: "pt_nif", country: "pt", groups: [...NATIONAL, "tax_id"], lengths: [9], shape: /^[1-35689]\d{8}$/,
		check: (id) => { const digit = 11 - (weightedSum(id, [9, 8, 7, 6, 5, 4, 3, 2]) % 11); return (digit >= 10 ? 0 : digit) === digitAt(id, 8); },
		format: /^\d{3} ?\d{3} ?\d{3}$/, words: ["nif", "contribuinte", "número fiscal", "numero fiscal", "cont. nº"], without: 0, with: 0.93,
		match: ["NIF ⟦123456789⟧", "contribuinte nº ⟦501 964 843⟧", "nif: ⟦501964843⟧"], noMatch: ["123456789", "NIF 123456788", "NIF 501964844"],
	},
	{
		type: "lu_matricule", country: "lu", groups: NATIONAL, lengths: [13], shape: /^(?:19|20)\d{11}$/, check: (id) => luhn(id.slice(0, 12)) && isDate(Number(id.slice(0, 4)), Number(id.slice(4, 6)), Number(id.slice(6, 8))),
		words: ["matricule", "cns", "matrikel"], without: 0, with: 0.92,
		match: ["matricule ⟦1993120105722⟧"], noMatch: ["1993120105722", "matricule 1993120105732"],
	},
];
