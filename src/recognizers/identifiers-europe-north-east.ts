import { allSame, digitAt, isDate, isDdmmyy, isYymmdd, luhn, mod11And10, weightedSum } from "./check-digits.ts";
import type { Identifier } from "./identifiers.ts";

const NATIONAL = ["national_id"];

function isFodselsnummer(id: string): boolean {
	const k1 = (11 - (weightedSum(id, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11)) % 11;
	const k2 = (11 - (weightedSum(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
	return k1 === digitAt(id, 9) && k2 === digitAt(id, 10) && isDdmmyy(id, 0, 40);
}

function isBaltic(id: string): boolean {
	let remainder = weightedSum(id, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
	if (remainder === 10) remainder = (weightedSum(id, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11) % 10;
	return remainder === digitAt(id, 10) && isYymmdd(id, 1);
}

const isRodneCislo = (id: string): boolean =>
	isYymmdd(id, 0, 50) && (id.length === 9 || Number(id) % 11 === 0 || (Number(id.slice(0, 9)) % 11 === 10 && id[9] === "0"));

const isEgn = (id: string): boolean => (weightedSum(id, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === digitAt(id, 9) && isYymmdd(id, 0, 20);

const isCnp = (id: string): boolean => {
	const remainder = weightedSum(id, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
	return (remainder === 10 ? 1 : remainder) === digitAt(id, 12) && isYymmdd(id, 1) && /^(?:0[1-9]|[1-4]\d|5[12]|[7-9]\d)/.test(id.slice(7));
};

const isJmbg = (id: string): boolean => {
	const remainder = weightedSum(id, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
	const year = Number(id.slice(4, 7));
	return (
		(remainder < 2 ? 0 : 11 - remainder) === digitAt(id, 12) &&
		isDate(year < 800 ? 2000 + year : 1000 + year, Number(id.slice(2, 4)), Number(id.slice(0, 2)))
	);
};

function isInn(id: string): boolean {
	if (id.length === 10) return (weightedSum(id, [2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === digitAt(id, 9);
	const first = (weightedSum(id, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10;
	return first === digitAt(id, 10) && (weightedSum(id, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === digitAt(id, 11);
}

/** Personal identifiers of northern and eastern Europe. Sources and tests as for the west. */
// biome-ignore format: a table
export const NORTH_EAST_EUROPEAN_IDS: readonly Identifier[] = [
	{
		type: "se_personnummer", country: "se", groups: NATIONAL, lengths: [10, 12], shape: /^(?:19|20)?\d{10}$/,
		check: (id) => luhn(id.slice(-10)) && isYymmdd(id.slice(-10), 0, 0, 60), format: /^(?:19|20)?\d{6}[-+]\d{4}$/,
		words: ["personnummer", "samordningsnummer", "personal number", "svensk", "pnr"], without: 0.6, with: 0.95,
		match: ["811228-9874", "personnummer ⟦8112289874⟧", "19811228-9874", "Personnummer: ⟦198112289874⟧"], noMatch: ["811228-9873", "8112289874", "811328-9874"],
	},
	{
		type: "fi_hetu", country: "fi", groups: NATIONAL, lengths: [10, 11], shape: /^[0-3]\d[01]\d{3}[A-FU-Y]?\d{3}[0-9A-FHJ-NPR-Y]$/,
		check: (id) => { const digits = id.slice(0, 6) + id.slice(-4, -1); return "0123456789ABCDEFHJKLMNPRSTUVWXY"[Number(digits) % 31] === id.at(-1) && isDdmmyy(id); },
		format: /^\d{6}[-+A-FU-Ya-fu-y]\d{3}[0-9A-Za-z]$/, words: ["hetu", "henkilötunnus", "personbeteckning", "personal identity code"], without: 0.92, with: 0.98,
		match: ["131052-308T", "hetu ⟦010594Y9032⟧", "(131052-308T)"], noMatch: ["131052-308U", "321052-308T", "131052308T5"],
	},
	{
		type: "dk_cpr", country: "dk", groups: NATIONAL, lengths: [10], shape: /^[0-3]\d[01]\d{7}$/, check: (id) => isDdmmyy(id), format: /^\d{6}-\d{4}$/,
		words: ["cpr", "personnummer", "cpr nr"], without: 0, with: 0.9,
		match: ["CPR ⟦070761-4285⟧", "cpr-nr: ⟦0707614285⟧"], noMatch: ["070761-4285", "CPR 320761-4285", "CPR 071361-4285"],
	},
	{
		type: "no_fodselsnummer", country: "no", groups: NATIONAL, lengths: [11], shape: /^[0-7]\d[01]\d{8}$/, check: isFodselsnummer, format: /^\d{6} ?\d{5}$/,
		words: ["fødselsnummer", "fodselsnummer", "personnummer", "fnr", "d nummer"], without: 0.75, with: 0.97,
		match: ["15108695088", "fødselsnummer ⟦151086 95088⟧", "fnr: ⟦15108695088⟧"], noMatch: ["15108695077", "99108695088", "fnr 15108695089"],
	},
	{
		type: "is_kennitala", country: "is", groups: NATIONAL, lengths: [10], shape: /^[0-7]\d[01]\d{6}[09]$/,
		check: (id) => (11 - (weightedSum(id, [3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === digitAt(id, 8) && isDdmmyy(id, 0, 40), format: /^\d{6}-\d{4}$/,
		words: ["kennitala", "kt"], without: 0.6, with: 0.93,
		match: ["450401-3150", "kennitala ⟦1201743399⟧", "kt. ⟦120174-3399⟧"], noMatch: ["450401-3160", "120174-3389", "1201743399"],
	},
	{
		type: "pl_pesel", country: "pl", groups: NATIONAL, lengths: [11], shape: /^\d{11}$/,
		check: (id) => (10 - (weightedSum(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === digitAt(id, 10) && isYymmdd(id, 0, 20) && !allSame(id),
		words: ["pesel"], without: 0.6, with: 0.97,
		match: ["44051401458", "PESEL: ⟦02070803628⟧.", "nr pesel ⟦440514 01458⟧"], noMatch: ["44051401459", "44991401458", "PESEL 44051401457"],
	},
	{
		type: "pl_dowod", country: "pl", groups: NATIONAL, lengths: [9], shape: /^[A-Z]{3}\d{6}$/,
		format: /^[A-Za-z]{3} ?\d{6}$/, words: ["dowód", "dowod", "dowodem", "dowodu", "dowodzie", "id card", "seria i numer", "osobisty"], without: 0, with: 0.85,
		match: ["dowód osobisty ⟦ABK323847⟧", "legitymującym się dowodem nr ⟦ABA 300000⟧"], noMatch: ["ABK323847", "dowód AB323847"],
	},
	{
		type: "cz_rodne_cislo", country: "cz", groups: [...NATIONAL, "national_id:sk"], lengths: [9, 10], shape: /^\d{2}[0-8]\d[0-3]\d{4,5}$/, check: isRodneCislo, format: /^\d{6}\/\d{3,4}$/,
		words: ["rodné číslo", "rodne cislo", "rč", "rodné čísla", "rodného čísla"], without: 0.65, with: 0.95,
		match: ["710319/2745", "⟦710319/2745⟧ 12", "rodné číslo ⟦7103192745⟧", "RČ: ⟦991231/123⟧"], noMatch: ["710319/2746", "7103192745", "711319/2745"],
	},
	{
		type: "hu_taj", country: "hu", groups: [...NATIONAL, "phi"], lengths: [9], shape: /^\d{9}$/, check: (id) => weightedSum(id, [3, 7, 3, 7, 3, 7, 3, 7]) % 10 === digitAt(id, 8) && !allSame(id),
		format: /^\d{3}[ -]?\d{3}[ -]?\d{3}$/, words: ["taj", "társadalombiztosítási"], without: 0, with: 0.93,
		match: ["TAJ ⟦123 456 788⟧", "taj szám: ⟦123456788⟧"], noMatch: ["123 456 788", "TAJ 123 456 789"],
	},
	{
		type: "ro_cnp", country: "ro", groups: NATIONAL, lengths: [13], shape: /^[1-9]\d{12}$/, check: isCnp, words: ["cnp", "cod numeric personal"], without: 0.88, with: 0.97,
		match: ["1630615123457", "CNP: ⟦1630615123457⟧"], noMatch: ["1630615123458", "1631315123457", "0630615123457"],
	},
	{
		type: "bg_egn", country: "bg", groups: NATIONAL, lengths: [10], shape: /^\d{10}$/, check: isEgn, words: ["егн", "egn"], without: 0, with: 0.95,
		match: ["ЕГН ⟦7523169263⟧", "egn: ⟦8032056031⟧"], noMatch: ["7523169263", "ЕГН 7523169264", "ЕГН 7553169263"],
	},
	{
		type: "hr_oib", country: "hr", groups: [...NATIONAL, "tax_id"], lengths: [11], shape: /^\d{11}$/, check: mod11And10, words: ["oib", "osobni identifikacijski"], without: 0, with: 0.95,
		match: ["OIB ⟦33392005961⟧", "oib: ⟦33392005961⟧"], noMatch: ["33392005961", "OIB 33392005962"],
	},
	{
		type: "jmbg", groups: [...NATIONAL, "national_id:rs", "national_id:ba", "national_id:me", "national_id:mk", "national_id:si"], lengths: [13], shape: /^[0-3]\d[01]\d{10}$/, check: isJmbg,
		words: ["jmbg", "јмбг", "emšo", "emso", "емшо", "матични број"], without: 0.75, with: 0.96,
		match: ["0101006500006", "JMBG: ⟦0101006500006⟧"], noMatch: ["0101006500007", "3301006500006"],
	},
	{
		type: "baltic_id", groups: [...NATIONAL, "national_id:ee", "national_id:lt"], lengths: [11], shape: /^[1-8]\d{10}$/, check: isBaltic,
		words: ["isikukood", "asmens kodas", "asmens kodo", "personal code"], without: 0.55, with: 0.95,
		match: ["37605030299", "isikukood ⟦37605030299⟧", "asmens kodas: ⟦38703181745⟧"], noMatch: ["37605030290", "97605030299"],
	},
	{
		type: "lv_personas_kods", country: "lv", groups: NATIONAL, lengths: [11], shape: /^(?:[0-3]\d[01]\d{8}|32\d{9})$/, check: (id) => id.startsWith("32") || isDdmmyy(id), format: /^\d{6}-\d{5}$/,
		words: ["personas kods", "personas koda", "p.k", "pers. kods"], without: 0, with: 0.9,
		match: ["personas kods ⟦161175-19997⟧", "personas kods: ⟦328673-00679⟧"], noMatch: ["161175-19997", "personas kods 991175-19997"],
	},
	{
		type: "gr_amka", country: "gr", groups: [...NATIONAL, "phi"], lengths: [11], shape: /^[0-3]\d[01]\d{8}$/, check: (id) => luhn(id) && isDdmmyy(id), words: ["αμκα", "amka"], without: 0.55, with: 0.95,
		match: ["ΑΜΚΑ ⟦01013099997⟧", "amka: ⟦01013099997⟧"], noMatch: ["ΑΜΚΑ 01013099998", "99013099997"],
	},
	{
		type: "ua_rntrc", country: "ua", groups: [...NATIONAL, "tax_id"], lengths: [10], shape: /^\d{10}$/,
		check: (id) => (((weightedSum(id, [-1, 5, 7, 9, 4, 6, 10, 5, 7]) % 11) + 11) % 11) % 10 === digitAt(id, 9),
		words: ["рнокпп", "іпн", "ідентифікаційний код", "ідентифікаційний номер"], without: 0, with: 0.92,
		match: ["РНОКПП ⟦1759013776⟧", "ІПН: ⟦1759013776⟧"], noMatch: ["1759013776", "ІПН 1759013770"],
	},
	{
		type: "ru_snils", country: "ru", groups: NATIONAL, lengths: [11], shape: /^\d{11}$/, check: (id) => ((weightedSum(id, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100) === Number(id.slice(9)) && !allSame(id.slice(0, 9)),
		format: /^\d{3}-\d{3}-\d{3}[ -]\d{2}$/, words: ["снилс", "snils", "страховое свидетельство"], without: 0.9, with: 0.97,
		match: ["112-233-445 95", "СНИЛС ⟦11223344595⟧"], noMatch: ["112-233-445 96", "11223344595"],
	},
	{
		type: "ru_inn", country: "ru", groups: [...NATIONAL, "tax_id"], lengths: [10, 12], shape: /^\d{10}(?:\d{2})?$/, check: isInn, words: ["инн", "inn"], without: 0, with: 0.95,
		match: ["ИНН ⟦7830002293⟧", "инн: ⟦500100732259⟧"], noMatch: ["7830002293", "ИНН 7830002294", "500100732259"],
	},
	{
		type: "ru_passport", country: "ru", groups: ["passport"], lengths: [10], shape: /^\d{10}$/, format: /^\d{2} ?\d{2} ?\d{6}$/,
		words: ["паспорт", "паспорта", "паспорте", "паспортные", "серия"], without: 0, with: 0.85,
		match: ["паспорт ⟦45 08 123456⟧", "паспорт серии: ⟦4508 123456⟧"], noMatch: ["45 08 123456", "паспорт 45 08"],
	},
];
