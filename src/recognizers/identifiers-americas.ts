import { allSame, digitAt, isYymmdd, luhn, mod11Digit, weightedSum } from "./check-digits.ts";
import type { Identifier } from "./identifiers.ts";

const NATIONAL = ["national_id"];

/** SSA since 2011: no area 000, 666, 900-999, no group 00, no serial 0000. */
const isSsn = (id: string): boolean => !/^(?:000|666|9)/.test(id) && id.slice(3, 5) !== "00" && id.slice(5) !== "0000" && !allSame(id);

const CPF_1 = [10, 9, 8, 7, 6, 5, 4, 3, 2];
const isCpf = (id: string): boolean =>
	!allSame(id) && mod11Digit(id, CPF_1) === digitAt(id, 9) && mod11Digit(id, [11, ...CPF_1]) === digitAt(id, 10);

const CNPJ_1 = [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
const isCnpj = (id: string): boolean =>
	!allSame(id) && mod11Digit(id, CNPJ_1) === digitAt(id, 12) && mod11Digit(id, [6, ...CNPJ_1]) === digitAt(id, 13);

const CURP_ALPHABET = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ";
function isCurp(id: string): boolean {
	let sum = 0;
	for (let i = 0; i < 17; i++) sum += CURP_ALPHABET.indexOf(id[i] as string) * (18 - i);
	return (10 - (sum % 10)) % 10 === digitAt(id, 17) && isYymmdd(id, 4);
}

function isCuit(id: string): boolean {
	const remainder = 11 - (weightedSum(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11);
	return (remainder === 11 ? 0 : remainder === 10 ? 9 : remainder) === digitAt(id, 10);
}

function isRut(id: string): boolean {
	let sum = 0;
	for (let i = id.length - 2, weight = 2; i >= 0; i--, weight = weight === 7 ? 2 : weight + 1) sum += digitAt(id, i) * weight;
	return "0K987654321"[sum % 11] === id.at(-1);
}

const MBI_LETTER = "[AC-HJKMNP-RT-Y]";
const MBI_BOTH = "[AC-HJKMNP-RT-Y0-9]";

/** Personal identifiers of the Americas. */
// biome-ignore format: a table
export const AMERICAN_IDS: readonly Identifier[] = [
	{
		type: "ssn", country: "us", groups: NATIONAL, lengths: [9], shape: /^\d{9}$/, check: isSsn, format: /^\d{3}(?:-\d{2}-|\.\d{2}\.| \d{2} )\d{4}$/,
		words: ["ssn", "social security", "social sec", "my social", "his social", "her social", "their social", "your social", "social number", "ss#", "soc sec", "ssnum", "seguro social", "seguridad social", "nss", "社会保障号", "社会安全号", "社會安全", "ソーシャルセキュリティ"], without: 0.7, with: 0.95,
		match: ["123-45-6789", "SSN: ⟦078-05-1120⟧.", "(219-09-9999)", "social_security_number: ⟦457555462⟧", "⟦457555462⟧ is my SSN", "⟦457-55-5462⟧ 814", "1001 ⟦457-55-5462⟧", "1001 ⟦457-55-5462⟧ 814", "my ssn is ⟦457-55-5462⟧ 814 Main Street", "SSN ⟦457 55 5462⟧ 814 Main Street", "I lost my passport. My social is ⟦457 55 5462⟧", "⟦457-55-5462⟧ 12/2027"],
		noMatch: ["000-12-3456", "666-12-3456", "912-12-3456", "123-00-4567", "123-45-0000", "1123-45-6789", "123-45-67890", "457555462", "457-55-5462-814", "457 55 5462 814", "1001 457 55 5462", "1001-457-55-5462"],
	},
	{
		type: "us_itin", country: "us", groups: [...NATIONAL, "tax_id"], lengths: [9], shape: /^9\d{2}(?:5\d|6[0-5]|[78]\d|9[0-24-9])\d{4}$/, format: /^\d{3}-\d{2}-\d{4}$/,
		words: ["itin", "atin", "taxpayer", "tin", "tax id"], without: 0.6, with: 0.95,
		match: ["911-70-1234", "ITIN ⟦911701234⟧", "taxpayer id ⟦911-53-1234⟧", "⟦911-70-1234⟧ 814", "12 ⟦911-70-1234⟧"], noMatch: ["911-49-1234", "911-70-1234-814", "911701234", "811-70-1234"],
	},
	{
		type: "us_ein", country: "us", groups: ["organization_id", "tax_id"], lengths: [9], shape: /^(?:0[1-6]|1[0-6]|2[0-7]|3\d|4[0-8]|5\d|6[0-8]|7[1-7]|8[0-8]|9[0-5]|9[89])\d{7}$/, format: /^\d{2}-\d{7}$/,
		words: ["ein", "fein", "employer identification", "employer id", "tax id", "irs", "tin"], without: 0, with: 0.88,
		match: ["EIN ⟦12-3456789⟧", "Employer Identification Number: ⟦12-3456789⟧", "tax_id=⟦123456789⟧"], noMatch: ["12-3456789", "EIN 07-1234567", "part 12-3456789"],
	},
	{
		type: "us_mbi", country: "us", groups: [...NATIONAL, "phi"], lengths: [11],
		shape: new RegExp(`^[1-9]${MBI_LETTER}${MBI_BOTH}\\d${MBI_LETTER}${MBI_BOTH}\\d${MBI_LETTER}{2}\\d{2}$`), format: /^[A-Za-z0-9]{4}-[A-Za-z0-9]{3}-[A-Za-z0-9]{4}$|^[A-Z0-9]{11}$/,
		words: ["medicare", "mbi", "beneficiary"], without: 0.7, with: 0.95,
		match: ["1EG4-TE5-MK73", "MBI: ⟦1EG4TE5MK73⟧", "medicare ⟦1eg4te5mk73⟧"], noMatch: ["1SG4-TE5-MK73", "0EG4-TE5-MK73", "1EG4-TE5-MK7"],
	},
	{
		type: "us_npi", country: "us", groups: ["phi"], lengths: [10], shape: /^[12]\d{9}$/, check: (id) => luhn(`80840${id}`), words: ["npi", "national provider", "provider id", "provider number"], without: 0, with: 0.95,
		match: ["NPI ⟦1234567893⟧", "provider_id: ⟦1245319599⟧"], noMatch: ["1234567893", "NPI 1234567894"],
	},
	{
		type: "us_dea", country: "us", groups: ["phi"], lengths: [9], shape: /^[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}$/,
		check: (id) => (digitAt(id, 2) + digitAt(id, 4) + digitAt(id, 6) + 2 * (digitAt(id, 3) + digitAt(id, 5) + digitAt(id, 7))) % 10 === digitAt(id, 8),
		words: ["dea", "prescriber", "controlled", "registration"], without: 0, with: 0.95,
		match: ["DEA ⟦AB1234563⟧", "DEA #: ⟦BB1388568⟧"], noMatch: ["AB1234563", "DEA AB1234564"],
	},
	{
		type: "ca_sin", country: "ca", groups: NATIONAL, lengths: [9], shape: /^[1-79]\d{8}$/, check: (id) => luhn(id) && !allSame(id), format: /^\d{3}[ -]\d{3}[ -]\d{3}$/,
		words: ["sin", "nas", "social insurance", "assurance sociale"], without: 0, with: 0.95,
		match: ["SIN ⟦130 692 544⟧", "social insurance number: ⟦130692544⟧", "NAS ⟦130-692-544⟧"], noMatch: ["130 692 544", "SIN 130 692 545", "SIN 046 454 286"],
	},
	{
		type: "ca_health", country: "ca", groups: [...NATIONAL, "phi"], lengths: [10, 12], shape: /^\d{10}(?:[A-Z]{2})?$|^[A-Z]{4}\d{8}$/,
		check: (id) => (/^[A-Z]/.test(id) ? Number(id.slice(6, 8)) % 50 >= 1 && Number(id.slice(6, 8)) % 50 <= 12 : luhn(id.slice(0, 10)) || /^9/.test(id)),
		format: /^\d{4}[ -]\d{3}[ -]\d{3}(?:[ -]?[A-Za-z]{2})?$|^[A-Za-z]{4} ?\d{4} ?\d{4}$/, words: ["ohip", "ramq", "health card", "carte soleil", "phn", "health number", "assurance maladie"], without: 0, with: 0.92,
		match: ["OHIP ⟦1234-567-897⟧", "RAMQ ⟦TREM 8251 0512⟧", "health card ⟦1234567897⟧"], noMatch: ["1234-567-897", "OHIP 1234-567-898", "TREM 8251 0512"],
	},
	{
		type: "br_cpf", country: "br", groups: [...NATIONAL, "tax_id"], lengths: [11], shape: /^\d{11}$/, check: isCpf, format: /^\d{3}\.\d{3}\.\d{3}-\d{2}$|^\d{11}$|^\d{9}-\d{2}$/,
		words: ["cpf", "cadastro de pessoa"], without: 0.75, with: 0.98,
		match: ["111.444.777-35", "⟦111.444.777-35⟧ 12", "12 ⟦111.444.777-35⟧", "CPF: ⟦11144477735⟧", "cpf ⟦529 982 247 25⟧"], noMatch: ["111.111.111-11", "111.444.777-36", "111.444.777-35-12", "11144477735 12", "CPF 11144477734"],
	},
	{
		type: "br_cnpj", country: "br", groups: ["organization_id", "tax_id"], lengths: [14], shape: /^[0-9A-Z]{12}\d{2}$/, check: isCnpj, format: /^[0-9A-Za-z]{2}\.?[0-9A-Za-z]{3}\.?[0-9A-Za-z]{3}\/?[0-9A-Za-z]{4}-?\d{2}$/,
		words: ["cnpj", "cadastro nacional"], without: 0.7, with: 0.98,
		match: ["11.222.333/0001-81", "CNPJ ⟦11222333000181⟧", "CNPJ: 12.ABC.345/01DE-35"], noMatch: ["11.222.333/0001-82", "11111111111111"],
	},
	{
		type: "mx_curp", country: "mx", groups: NATIONAL, lengths: [18], shape: /^[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{5}[0-9A-Z]\d$/, check: isCurp, words: ["curp"], without: 0.95, with: 0.99,
		match: ["BOXW310820HNERXN09", "CURP: ⟦BOXW310820HNERXN09⟧"], noMatch: ["BOXW310820HNERXN08", "BOXW311320HNERXN09"],
	},
	{
		type: "mx_rfc", country: "mx", groups: [...NATIONAL, "tax_id"], lengths: [12, 13], shape: /^[A-Z&]{3,4}\d{6}[0-9A-Z]{3}$/, check: (id) => isYymmdd(id, id.length - 9),
		format: /^[A-Za-z]{3,4}[ -]?\d{6}[ -]?[0-9A-Za-z]{3}$/, words: ["rfc", "contribuyentes", "sat"], without: 0, with: 0.93,
		match: ["RFC ⟦GODE561231GR8⟧", "RFC: ⟦GODE-561231-GR8⟧"], noMatch: ["GODE561231GR8", "RFC GODE561331GR8"],
	},
	{
		type: "ar_cuit", country: "ar", groups: [...NATIONAL, "tax_id"], lengths: [11], shape: /^(?:20|2[3-7]|3[034])\d{9}$/, check: isCuit, format: /^\d{2}-\d{8}-\d$/,
		words: ["cuit", "cuil"], without: 0.75, with: 0.96,
		match: ["20-05536168-2", "CUIT ⟦20267565393⟧", "CUIL: ⟦20-26756539-3⟧"], noMatch: ["20-05536168-3", "20267565393", "99-05536168-2"],
	},
	{
		type: "cl_rut", country: "cl", groups: [...NATIONAL, "tax_id"], lengths: [8, 9], shape: /^\d{7,8}[0-9K]$/, check: isRut, format: /^\d{1,2}\.\d{3}\.\d{3}-[0-9Kk]$/,
		words: ["rut", "run", "rol único", "rol unico"], without: 0.85, with: 0.95,
		match: ["12.531.909-2", "RUT ⟦125319092⟧", "rut: ⟦12531909-2⟧"], noMatch: ["12.531.909-3", "125319092", "RUT 22.831.674-8"],
	},
	{
		type: "ec_cedula", country: "ec", groups: NATIONAL, lengths: [10], shape: /^(?:[01]\d|2[0-4]|30)[0-5]\d{7}$/, check: (id) => luhn(id), words: ["cédula", "cedula", "identidad", "c.i."], without: 0, with: 0.9,
		match: ["cédula ⟦1710034065⟧"], noMatch: ["1710034065", "cédula 9910034065"],
	},
	{
		type: "co_id", country: "co", groups: [...NATIONAL, "tax_id"], lengths: [6, 7, 8, 9, 10], shape: /^\d{6,10}$/, format: /^\d{1,3}(?:\.?\d{3}){1,3}(?:-\d)?$/, words: ["cédula de ciudadanía", "cedula de ciudadania", "cédula", "nit", "c.c. no", "c.c. nº", "con c.c", "cc nº", "cc no", "con cc", "c.c.", "cc:"], without: 0, with: 0.85,
		match: ["cédula de ciudadanía ⟦1.020.456.789⟧", "NIT ⟦213123432-1⟧"], noMatch: ["1.020.456.789", "cédula pendiente"],
	},
	{
		type: "ar_dni", country: "ar", groups: [...NATIONAL, "national_id:pe"], lengths: [7, 8], shape: /^\d{7,8}$/, format: /^\d{1,2}\.?\d{3}\.?\d{3}$/, words: ["dni", "documento nacional de identidad", "documento de identidad", "nro de documento", "nº de documento", "número de documento", "mi documento", "nro documento", "n° documento", "nº documento", "num documento", "doc. identidad"], without: 0, with: 0.85,
		match: ["DNI ⟦20.123.456⟧", "DNI: ⟦20123456⟧"], noMatch: ["20.123.456", "DNI 123"],
	},
	{
		type: "pe_ruc", country: "pe", groups: ["organization_id", "tax_id"], lengths: [11], shape: /^(?:10|15|16|17|20)\d{9}$/,
		check: (id) => (11 - (weightedSum(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === digitAt(id, 10), words: ["ruc"], without: 0, with: 0.95,
		match: ["RUC ⟦20512333797⟧"], noMatch: ["20512333797", "RUC 20512333798"],
	},
];
