import { allSame, digitAt, luhn, mod97, weightedSum } from "./check-digits.ts";
import type { Identifier } from "./identifiers.ts";

const isAba = (id: string): boolean =>
	weightedSum(id, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0 && /^(?:0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)/.test(id) && !allSame(id);

const isClabe = (id: string): boolean => {
	const WEIGHTS = [3, 7, 1];
	const sum = [...id.slice(0, 17)].reduce((total, digit, i) => total + ((Number(digit) * (WEIGHTS[i % 3] as number)) % 10), 0);
	return (10 - (sum % 10)) % 10 === digitAt(id, 17);
};

const isIsin = (id: string): boolean => luhn([...id].map((char) => Number.parseInt(char, 36)).join(""));

const isAbn = (id: string): boolean => (weightedSum(id, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 === 0 && id[0] !== "0";
const isAcn = (id: string): boolean => (10 - (weightedSum(id, [8, 7, 6, 5, 4, 3, 2, 1]) % 10)) % 10 === digitAt(id, 8);
const isPartitaIva = (id: string): boolean => luhn(id) && !allSame(id) && !id.startsWith("0000000");
const isUtr = (id: string): boolean => "21987654321"[weightedSum(id, [6, 7, 8, 9, 10, 5, 4, 3, 2], 1) % 11] === id[0];
const isNip = (id: string): boolean => weightedSum(id, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === digitAt(id, 9) && !allSame(id);
const isRegon = (id: string): boolean => (weightedSum(id, [8, 9, 2, 3, 4, 5, 6, 7]) % 11) % 10 === digitAt(id, 8) && !allSame(id);

const ORGANIZATION = ["organization_id"];

/** Bank, tax and organisation numbers. */
// biome-ignore format: a table
export const FINANCE_IDS: readonly Identifier[] = [
	{
		type: "bank_routing", country: "us", groups: ["financial"], lengths: [9], shape: /^\d{9}$/, check: isAba, format: /^\d{9}$|^\d{4}-\d{4}-\d$/,
		words: ["routing", "aba", "rtn", "ach", "wire", "transit"], without: 0, with: 0.95,
		match: ["routing number ⟦021000021⟧", "ABA: ⟦122105155⟧", "ach ⟦0210-0002-1⟧"], noMatch: ["021000021", "routing 021000022", "routing 999999999"],
	},
	{
		type: "bank_account", groups: ["financial"], lengths: [6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17], shape: /^\d{6,17}$/, format: /^[\d -]+$/,
		words: ["account", "acct", "account number", "checking:", "checking #", "checking no", "checking number", "savings", "bank account", "konto", "kontonummer", "compte", "cuenta", "conto", "rekening", "счёт", "счет", "口座", "账户", "帐号", "account no", "a/c", "账号", "帳號", "帳戶", "계좌", "kto nr", "kontonr", "konta", "rachunek", "rachunku", "счёта", "счета", "счёту", "счету", "рахунок", "рахунку", "сметка", "conta corrente", "nº da conta", "conta nº", "hesap no", "hesap numarası", "tilinumero", "číslo účtu", "čísla účtu", "számlaszám", "bankszámla", "λογαριασμός", "λογαριασμού", "număr cont", "broj računa", "žiro račun", "حساب", "חשבון", "खाता", "tài khoản", "บัญชี", "a c no", "bankkonto", "conta:", "n° conta"],
		without: 0, with: 0.75,
		match: ["bank account ⟦10147602⟧", "Account number: ⟦5691076798⟧", "acct_no=⟦1234567890⟧", "Kontonummer ⟦0532013000⟧", "Nr konta: ⟦10147602⟧", "номер счёта ⟦5691076798⟧", "رقم الحساب: ⟦5691076798⟧", "số tài khoản ⟦10147602⟧"],
		noMatch: ["10147602", "account opened in 2019", "1234567890", "no account of it.\n\n2011-12-07 Jane", "spell checking in 12345678", "account for 2006-2009", "account created 2017-08-04 01:10:24", "account 2004 2006", "accounting from upstream. Closes: #964141", "account 9.0.0434", "(account < 990000)", "account 111111111"],
	},
	{
		type: "clabe", country: "mx", groups: ["financial"], lengths: [18], shape: /^(?:0\d\d|1[0-6]\d|6\d\d|7[0-3]\d|90[12])\d{15}$/, check: isClabe, words: ["clabe", "interbancaria"], without: 0.6, with: 0.95,
		match: ["CLABE ⟦032180000118359719⟧"], noMatch: ["032180000118359718", "replied to 479644794580395347:", "[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]"],
	},
	{
		type: "pl_nrb", country: "pl", groups: ["financial", "iban"], lengths: [26], shape: /^\d{26}$/, check: (id) => mod97(`${id.slice(2)}2521${id.slice(0, 2)}`) === 1, format: /^\d{2}(?: ?\d{4}){6}$/,
		words: ["rachunek", "rachunku", "konto", "nrb", "iban"], without: 0.9, with: 0.97,
		match: ["27 1140 2004 0000 3002 0135 5387"], noMatch: ["27 1140 2004 0000 3002 0135 5388"],
	},
	{
		type: "uk_sort_code", country: "gb", groups: ["financial"], lengths: [6, 14], shape: /^\d{6}(?:\d{8})?$/, format: /^\d{2}-\d{2}-\d{2}(?: \d{8})?$/, words: ["sort code", "sortcode", "account", "bank"], without: 0, with: 0.9,
		match: ["sort code ⟦20-00-00⟧", "Sort Code: ⟦04-00-04⟧"], noMatch: ["20-00-00", "date 12-11-09"],
	},
	{
		type: "au_bsb", country: "au", groups: ["financial"], lengths: [6], shape: /^\d{6}$/, format: /^\d{3}-\d{3}$/, words: ["bsb"], without: 0, with: 0.9,
		match: ["BSB ⟦062-000⟧"], noMatch: ["062-000"],
	},
	{
		type: "in_ifsc", country: "in", groups: ["financial"], lengths: [11], shape: /^[A-Z]{4}0[A-Z0-9]{6}$/, words: ["ifsc", "neft", "rtgs", "branch", "ifs code"], without: 0, with: 0.92,
		match: ["IFSC ⟦SBIN0125620⟧"], noMatch: ["SBIN0125620", "IFSC SBIN1125620"],
	},
	{
		type: "isin", groups: ["securities"], lengths: [12], shape: /^[A-Z]{2}[A-Z0-9]{9}\d$/, check: isIsin, words: ["isin", "security", "wkn", "bond", "fund"], without: 0, with: 0.9,
		match: ["ISIN ⟦US0378331005⟧"], noMatch: ["the security issue CVE-2023-23946", "US0378331005", "ISIN US0378331006"],
	},
	{
		type: "lei", groups: ORGANIZATION, lengths: [20], shape: /^[A-Z0-9]{18}\d{2}$/, check: (id) => mod97(id) === 1, words: ["lei", "legal entity"], without: 0, with: 0.95,
		match: ["LEI ⟦5493001KJTIIGC8Y1R12⟧"], noMatch: ["5493001KJTIIGC8Y1R12", "LEI 5493001KJTIIGC8Y1R13"],
	},
	{
		type: "uk_utr", country: "gb", groups: ["tax_id"], lengths: [10], shape: /^\d{10}$/, check: isUtr, format: /^\d{5} ?\d{5}$/, words: ["utr", "self assessment", "hmrc", "unique taxpayer"], without: 0, with: 0.93,
		match: ["UTR ⟦1955839661⟧"], noMatch: ["1955839661", "UTR 2955839661"],
	},
	{
		type: "de_steuernummer", country: "de", groups: ["tax_id"], lengths: [10, 11, 13], shape: /^\d{10,11}$|^\d{4}0\d{8}$/, format: /^\d{2,3}[ /]\d{3,4}[ /]\d{4,5}$|^\d{13}$/, words: ["steuernummer", "st nr", "steuer nr", "finanzamt", "steuernr"], without: 0, with: 0.88,
		match: ["Steuernummer ⟦181/815/08155⟧", "St.-Nr. ⟦2181081508155⟧"], noMatch: ["181/815/08155"],
	},
	{
		type: "it_partita_iva", country: "it", groups: ["tax_id", ...ORGANIZATION], lengths: [11], shape: /^\d{11}$/, check: isPartitaIva, words: ["partita iva", "p.iva", "p iva", "piva", "vat", "p.i.", "i.v.a."], without: 0, with: 0.9,
		match: ["P.IVA ⟦01333550323⟧"], noMatch: ["01333550323", "P.IVA 01333550324"],
	},
	{
		type: "pl_nip", country: "pl", groups: ["tax_id", ...ORGANIZATION], lengths: [10], shape: /^\d{10}$/, check: isNip, format: /^\d{3}-\d{3}-\d{2}-\d{2}$|^\d{3}-\d{2}-\d{2}-\d{3}$/, words: ["nip"], without: 0.6, with: 0.95,
		match: ["NIP: ⟦060-270-28-26⟧", "NIP ⟦9251585675⟧"], noMatch: ["NIP 060-270-28-27", "9251585675"],
	},
	{
		type: "pl_regon", country: "pl", groups: ORGANIZATION, lengths: [9, 14], shape: /^\d{9}(?:\d{5})?$/, check: isRegon, format: /^\d{3}[ -]?\d{3}[ -]?\d{3}$|^\d{14}$/, words: ["regon"], without: 0, with: 0.95,
		match: ["REGON ⟦123456785⟧"], noMatch: ["123456785", "REGON 123456786"],
	},
	{
		type: "fr_siren", country: "fr", groups: ORGANIZATION, lengths: [9, 14], shape: /^\d{9}(?:\d{5})?$/, check: (id) => luhn(id), format: /^\d{3} ?\d{3} ?\d{3}(?: ?\d{5})?$/, words: ["siren", "siret", "rcs"], without: 0, with: 0.92,
		match: ["SIREN ⟦732 829 320⟧", "SIRET ⟦73282932000074⟧"], noMatch: ["732 829 320", "SIREN 732 829 321"],
	},
	{
		type: "se_orgnr", country: "se", groups: ORGANIZATION, lengths: [10, 12], shape: /^(?:16)?[2-9]\d[2-9]\d{7}$/, check: (id) => luhn(id.slice(-10)), format: /^(?:16)?\d{6}-?\d{4}$/, words: ["organisationsnummer", "org nr", "orgnr", "company identity", "org. nr"], without: 0, with: 0.92,
		match: ["Organisationsnummer ⟦556703-7485⟧", "org.nr ⟦2120000142⟧"], noMatch: ["556703-7485", "org.nr 556703-7486"],
	},
	{
		type: "au_abn", country: "au", groups: ORGANIZATION, lengths: [11], shape: /^\d{11}$/, check: isAbn, format: /^\d{2} \d{3} \d{3} \d{3}$/, words: ["abn", "business number"], without: 0.6, with: 0.95,
		match: ["51 824 753 556", "ABN ⟦51824753556⟧"], noMatch: ["51 824 753 557", "51824753556"],
	},
	{
		type: "au_acn", country: "au", groups: ORGANIZATION, lengths: [9], shape: /^\d{9}$/, check: isAcn, format: /^\d{3} \d{3} \d{3}$/, words: ["acn", "company number"], without: 0, with: 0.93,
		match: ["ACN ⟦005 499 981⟧", "ACN: ⟦006249976⟧"], noMatch: ["005 499 981", "ACN 824 753 557"],
	},
	{
		type: "eu_vat", groups: ["tax_id", ...ORGANIZATION], lengths: [10, 11, 12, 13, 14],
		shape: /^(?:ATU\d{8}|BE[01]\d{9}|BG\d{9,10}|CY\d{8}[A-Z]|CZ\d{8,10}|DE[1-9]\d{8}|DK\d{8}|EE\d{9}|EL\d{9}|ES[A-Z0-9]\d{7}[A-Z0-9]|FI\d{8}|FR[0-9A-HJ-NP-Z]{2}\d{9}|GB\d{9}|HR\d{11}|HU\d{8}|IE\d{7}[A-Z]{1,2}|IT\d{11}|LT\d{9}(?:\d{3})?|LU\d{8}|LV\d{11}|MT\d{8}|NL\d{9}B\d{2}|PL\d{10}|PT\d{9}|RO\d{8,10}|SE\d{12}|SI\d{8}|SK\d{10}|XI\d{9})$/,
		check: isVat, words: ["vat", "ust id", "ust idnr", "umsatzsteuer", "tva", "iva", "btw", "mwst", "moms", "alv", "vies", "dič", "nip", "uid"], without: 0, with: 0.93,
		match: ["VAT ⟦DE136695976⟧", "USt-IdNr. ⟦ATU13585627⟧", "BTW ⟦NL004495445B01⟧"], noMatch: ["DE136695976", "VAT DE136695977", "VAT DE13669597"],
	},
];

/** Check digits for the countries whose rule is a published standard; elsewhere the shape decides. */
function isVat(id: string): boolean {
	const number = id.slice(2);
	switch (id.slice(0, 2)) {
		case "DE":
			return germanVat(number);
		case "IT":
			return luhn(number);
		case "PL":
			return isNip(number);
		case "BE":
			return 97 - (Number(number.slice(0, 8)) % 97) === Number(number.slice(8));
		case "DK":
			return weightedSum(number, [2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0;
		default:
			return true;
	}
}

/** ISO 7064 MOD 11,10, as for the personal number. */
function germanVat(digits: string): boolean {
	let product = 10;
	for (let i = 0; i < 8; i++) product = (((digitAt(digits, i) + product) % 10 || 10) * 2) % 11;
	return (11 - product) % 10 === digitAt(digits, 8);
}
