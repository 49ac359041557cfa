import { isIP } from "node:net";

/**
 * How the corpora's labels map to our recognizers. Labels are `TYPE` or `TYPE/ORIGINAL`; a kind takes a span when one
 * of its `labels` equals the label or the part before the slash. `ours` are detection names: types or groups.
 */
export interface Kind {
	readonly kind: string;
	readonly labels: readonly string[];
	readonly ours: readonly string[];
	/** Whether a value obeys the kind's own standard. Labelled values that do not (made-up check digits) count in the first line of the kind and not in the second. */
	readonly isWellFormed?: (value: string) => boolean;
	/** A well-formed value cannot be anything else: where a corpus labels it in one line and forgets it in another, the finding is not false. */
	readonly provesItself?: boolean;
}

export interface LabelledCorpus {
	readonly name: string;
	readonly kinds: readonly Kind[];
}

const digitsOf = (value: string): string => value.replace(/\D/g, "");

/** ISO/IEC 7812-1, written here once more so that the measure does not lean on what it measures. */
function hasLuhn(value: string): boolean {
	const digits = [...digitsOf(value)].reverse().map(Number);
	return (
		digits.length > 11 &&
		digits.reduce((sum, digit, i) => sum + (i % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit), 0) % 10 === 0
	);
}

function hasIbanCheck(value: string): boolean {
	const compact = value.replace(/[^A-Za-z0-9]/g, "").toUpperCase();
	if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(compact)) return false;
	const digits = [...(compact.slice(4) + compact.slice(0, 4))].map((char) => Number.parseInt(char, 36)).join("");
	return BigInt(digits) % 97n === 1n;
}

/** The last digit of PESEL (11 digits), NIP (10) and REGON (9), as their registers publish it. */
function hasPolishCheck(value: string): boolean {
	const digits = [...digitsOf(value)].map(Number);
	const sum = (weights: readonly number[]): number => weights.reduce((total, weight, i) => total + weight * (digits[i] as number), 0);
	switch (digits.length) {
		case 11:
			return (10 - (sum([1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === digits[10];
		case 10:
			return sum([6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === digits[9];
		case 9:
			return (sum([8, 9, 2, 3, 4, 5, 6, 7]) % 11) % 10 === digits[8];
		default:
			return false;
	}
}

const isAsciiEmail = (value: string): boolean => /^[\x21-\x7e]+@[\x21-\x7e]+\.[A-Za-z]{2,}$/.test(value);
const isSsn = (value: string): boolean => /^(?!000|666|9)\d{3}[- ]?(?!00)\d{2}[- ]?(?!0000)\d{4}$/.test(value);

const EMAIL: Kind = { kind: "email", labels: ["EMAIL"], ours: ["email"], isWellFormed: isAsciiEmail, provesItself: true };
const PHONE: Kind = {
	kind: "phone",
	labels: ["PHONE"],
	ours: ["phone"],
	isWellFormed: (value) => /^\+[1-9][\d ()-]{7,}$/.test(value),
	provesItself: true,
};
const CARD: Kind = { kind: "credit_card", labels: ["CREDIT_CARD"], ours: ["credit_card"], isWellFormed: hasLuhn, provesItself: true };
const IBAN: Kind = { kind: "iban", labels: ["IBAN"], ours: ["iban"], isWellFormed: hasIbanCheck, provesItself: true };
const IP: Kind = {
	kind: "ip_address",
	labels: ["IP"],
	ours: ["ip_address"],
	isWellFormed: (value) => isIP(value) !== 0,
	provesItself: true,
};
const MAC: Kind = {
	kind: "mac_address",
	labels: ["MAC_ADDRESS"],
	ours: ["mac_address"],
	isWellFormed: (value) => /^(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(value),
	provesItself: true,
};
const PASSPORT: Kind = { kind: "passport", labels: ["PASSPORT"], ours: ["passport"] };
const DRIVER: Kind = { kind: "driver_license", labels: ["DRIVER_LICENSE"], ours: ["driver_license"] };

/** Sets with spans. Labels that no kind names (names, places, dates, …) are outside this evaluation. */
export const LABELLED: readonly LabelledCorpus[] = [
	{
		name: "pii-anon-eval",
		kinds: [
			EMAIL,
			PHONE,
			CARD,
			IBAN,
			IP,
			MAC,
			{ kind: "ssn", labels: ["NATIONAL_ID/SOCIAL_SECURITY_NUMBER"], ours: ["ssn"], isWellFormed: isSsn },
			{ kind: "national_id (other)", labels: ["NATIONAL_ID/NATIONAL_ID_NUMBER", "NATIONAL_ID/TAX_ID"], ours: ["national_id", "tax_id"] },
			PASSPORT,
			DRIVER,
			{ kind: "bank_account", labels: ["BANK_ACCOUNT/BANK_ACCOUNT_NUMBER"], ours: ["bank_account"] },
			{ kind: "bank_routing", labels: ["BANK_ACCOUNT/BANK_ROUTING_NUMBER"], ours: ["bank_routing"] },
			{ kind: "bic", labels: ["SWIFT_BIC_CODE"], ours: ["bic"] },
			{
				kind: "medical_id",
				labels: ["MEDICAL_ID"],
				ours: ["medical_record", "patient_number", "us_npi", "health_insurance_id", "prescription"],
			},
			{ kind: "cvv", labels: ["CVV"], ours: ["cvv"] },
			{ kind: "license_plate", labels: ["LICENSE_PLATE"], ours: ["license_plate"] },
			{ kind: "employee_id", labels: ["EMPLOYEE_ID"], ours: ["employee_id"] },
			{ kind: "date_of_birth", labels: ["DOB"], ours: ["date_of_birth"] },
			{ kind: "secrets", labels: ["API_KEY", "PASSWORD", "PIN", "AUTHENTICATION_TOKEN"], ours: ["secrets"] },
		],
	},
	{
		name: "pii-presidio-synth",
		kinds: [EMAIL, PHONE, CARD, { kind: "ssn", labels: ["NATIONAL_ID"], ours: ["ssn"], isWellFormed: isSsn }],
	},
	{
		name: "pii-pl-bench",
		kinds: [
			EMAIL,
			PHONE,
			CARD,
			IBAN,
			{ kind: "pesel, nip, regon", labels: ["NATIONAL_ID"], ours: ["pl_pesel", "pl_nip", "pl_regon"], isWellFormed: hasPolishCheck },
			PASSPORT,
			DRIVER,
			{ kind: "id card", labels: ["DOWOD"], ours: ["pl_dowod"] },
			{ kind: "license_plate", labels: ["VEHICLE_PLATE"], ours: ["license_plate"] },
		],
	},
	{
		name: "pii-meddocan-es",
		kinds: [
			EMAIL,
			PHONE,
			{ kind: "insurance number", labels: ["NATIONAL_ID/ID_ASEGURAMIENTO"], ours: ["es_nss"] },
			{
				kind: "patient number",
				labels: ["NATIONAL_ID/ID_SUJETO_ASISTENCIA"],
				ours: ["medical_record", "patient_number", "es_dni", "ar_dni"],
			},
		],
	},
	{ name: "pii-ner-real", kinds: [EMAIL] },
];

/** CredData's categories that identify rather than authenticate: its own README asks to report them apart. */
export const WEAK_SECRET = /^(?:UUID|Nonce|Salt|AWS S3 Bucket|Firebase Domain)(?::|$)/;

/** What each recogniser of `pii-presidio-unit` asks for, as our detection names. Others of its entities are not sensitive here. */
export const UNIT_NAMES: Readonly<Record<string, readonly string[]>> = {
	AU_ACN: ["organization_id"],
	AU_MEDICARE: ["phi", "national_id:au"],
	CREDIT_CARD: ["credit_card"],
	DE_FUEHRERSCHEIN: ["driver_license"],
	DE_HANDELSREGISTER: ["organization_id"],
	DE_KFZ: ["license_plate"],
	DE_PASSPORT: ["passport"],
	DE_TAX_ID: ["national_id:de"],
	DE_TAX_NUMBER: ["tax_id"],
	DE_VAT_ID: ["tax_id"],
	EMAIL_ADDRESS: ["email"],
	FI_PERSONAL_IDENTITY_CODE: ["national_id:fi"],
	IN_PAN: ["national_id:in"],
	IN_PASSPORT: ["passport"],
	IP_ADDRESS: ["ip_address"],
	IT_PASSPORT: ["passport"],
	IT_VAT_CODE: ["tax_id"],
	KR_PASSPORT: ["passport"],
	KR_RRN: ["national_id:kr"],
	MAC_ADDRESS: ["mac_address"],
	NG_VEHICLE_REGISTRATION: ["license_plate"],
	PH_MOBILE_NUMBER: ["phone"],
	PL_PESEL: ["national_id:pl"],
	SE_ORGANISATIONSNUMMER: ["organization_id"],
	SG_NRIC_FIN: ["national_id:sg"],
	TH_TNIN: ["national_id:th"],
	TR_PHONE_NUMBER: ["phone"],
	UK_DRIVING_LICENCE: ["driver_license"],
	UK_PASSPORT: ["passport"],
	UK_VEHICLE_REGISTRATION: ["license_plate"],
	US_DRIVER_LICENSE: ["driver_license"],
	US_ITIN: ["national_id:us"],
	US_PASSPORT: ["passport"],
	US_SSN: ["ssn"],
	ZA_ID_NUMBER: ["national_id:za"],
};
