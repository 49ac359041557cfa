/**
 * How the corpora's labels map to our recognizers. Labels are `TYPE` or `TYPE/ORIGINAL`; a kind takes a span when one
 * of its `labels` equals the label or the part before the slash. `ours` are detection names: types or groups.
 */
export interface Kind {
	readonly kind: string;
	readonly labels: readonly string[];
	readonly ours: readonly string[];
}

export interface LabelledCorpus {
	readonly name: string;
	readonly kinds: readonly Kind[];
}

const EMAIL: Kind = { kind: "email", labels: ["EMAIL"], ours: ["email"] };
const PHONE: Kind = { kind: "phone", labels: ["PHONE"], ours: ["phone"] };
const CARD: Kind = { kind: "credit_card", labels: ["CREDIT_CARD"], ours: ["credit_card"] };
const IBAN: Kind = { kind: "iban", labels: ["IBAN"], ours: ["iban"] };
const IP: Kind = { kind: "ip_address", labels: ["IP"], ours: ["ip_address"] };
const MAC: Kind = { kind: "mac_address", labels: ["MAC_ADDRESS"], ours: ["mac_address"] };
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
			{ kind: "ssn", labels: ["NATIONAL_ID/SOCIAL_SECURITY_NUMBER"], ours: ["ssn"] },
			{ kind: "national_id (other)", labels: ["NATIONAL_ID/NATIONAL_ID_NUMBER", "NATIONAL_ID/TAX_ID"], ours: ["national_id", "tax_id"] },
			PASSPORT,
			DRIVER,
			{ kind: "bank_account", labels: ["BANK_ACCOUNT/BANK_ACCOUNT_NUMBER"], ours: ["bank_account"] },
			{ kind: "bank_routing", labels: ["BANK_ACCOUNT/BANK_ROUTING_NUMBER"], ours: ["bank_routing"] },
			{ kind: "bic", labels: ["SWIFT_BIC_CODE"], ours: ["bic"] },
			{ kind: "medical_id", labels: ["MEDICAL_ID"], ours: ["phi"] },
			{ kind: "cvv", labels: ["CVV"], ours: ["cvv"] },
			{ kind: "license_plate", labels: ["LICENSE_PLATE"], ours: ["license_plate"] },
			{ kind: "employee_id", labels: ["EMPLOYEE_ID"], ours: ["employee_id"] },
			{ kind: "date_of_birth", labels: ["DOB"], ours: ["date_of_birth"] },
			{ kind: "secrets", labels: ["API_KEY", "PASSWORD", "PIN", "AUTHENTICATION_TOKEN"], ours: ["secrets"] },
		],
	},
	{
		name: "pii-presidio-synth",
		kinds: [EMAIL, PHONE, CARD, { kind: "ssn", labels: ["NATIONAL_ID"], ours: ["ssn"] }],
	},
	{
		name: "pii-pl-bench",
		kinds: [
			EMAIL,
			PHONE,
			CARD,
			IBAN,
			{ kind: "pesel, nip, regon", labels: ["NATIONAL_ID"], ours: ["national_id", "tax_id"] },
			PASSPORT,
			DRIVER,
			{ kind: "id card", labels: ["DOWOD"], ours: ["national_id"] },
			{ kind: "license_plate", labels: ["VEHICLE_PLATE"], ours: ["license_plate"] },
		],
	},
	{
		name: "pii-meddocan-es",
		kinds: [
			EMAIL,
			PHONE,
			{ kind: "insurance number", labels: ["NATIONAL_ID/ID_ASEGURAMIENTO"], ours: ["national_id", "phi"] },
			{ kind: "patient number", labels: ["NATIONAL_ID/ID_SUJETO_ASISTENCIA"], ours: ["national_id", "phi"] },
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
