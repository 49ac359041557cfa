import { withFoldedSpelling } from "./folded-spelling.ts";
import type { Core, PatternSpec, Recognizer } from "./recognizer.ts";

/** A short value that means something only after its name: the name is public, the value is held. */
interface Labelled {
	readonly type: string;
	readonly groups: readonly string[];
	/** Alternatives of the name, an expression; any case. */
	readonly names: string;
	/** Between name and value, beside blanks, quotes and `:=#`. */
	readonly skip?: string;
	readonly bytes: string;
	/** The value at the start of what follows, a JavaScript expression. */
	readonly value: string;
	readonly maxBytes: number;
	/** Bytes between name and value, 8 by default. */
	readonly maxSkip?: number;
	readonly score: number;
	readonly confirm?: string;
	/** An example of its element in XML, where it is looked for there. */
	readonly element?: string;
	/** Forms that need no name. */
	readonly bare?: PatternSpec;
	readonly match: readonly string[];
	readonly noMatch: readonly string[];
}

const SUFFIX = "(?:[ _-]?(?:number|num|nr|no|id|code|value)\\.?)?(?:[\"'*]{0,2}[ ]?(?:is|was|=>|=|:|–|—|lautet|ist|es|est))?";

// biome-ignore format: a table
const ROWS: readonly Labelled[] = [
	{
		type: "cvv", groups: ["pci", "financial"], names: "cvv2?|cvc2?|cvn|csc|security code|card verification|prüfziffer|kartenprüfnummer|cryptogramme|código de seguridad|kod cvv",
		bytes: "0-9", value: "^\\d{3,4}$", maxBytes: 5, score: 0.9,
		element: "<cvv>⟦482⟧</cvv>", match: ["CVV: ⟦482⟧", "'cvv' => '⟦482⟧'", "CVV – ⟦482⟧", "cvc code is ⟦1234⟧", '"cvv": "⟦818⟧"', "security code ⟦560⟧."], noMatch: ["CVV", "cvv 12", "the security code is on the back", "cvv 12345"],
	},
	{
		type: "card_expiry", groups: ["pci", "financial"], names: "exp(?:iry|ires|iration)?(?: date)?|valid (?:thru|until|till)|gültig bis|expires on|fecha de caducidad|date d'expiration",
		bytes: "0-9/ -", value: "^(?:0[1-9]|1[0-2]) ?[/-] ?(?:20)?[2-4]\\d", maxBytes: 9, score: 0.75,
		element: "<expiry>⟦12/27⟧</expiry>", match: ["exp ⟦12/27⟧", "Valid thru: ⟦09/2028⟧", "expiry date ⟦03-29⟧"], noMatch: ["exp 13/27", "expires soon", "exp 2019"],
	},
	{
		type: "date_of_birth", groups: ["demographic", "phi"], names: "dob|d\\.o\\.b\\.?|date of birth|birth date|birthday|born(?: on)?|geboren(?: am)?|geburtsdatum|geb(?:oren|\\.)?(?: am| op)?|geb\\.?-(?:datum|dat\\.)|né(?:e|\\(e\\))? le|date de naissance|fecha de nacimiento|f\\.? ?nac(?:imiento|\\.)?|nacid(?:[oa]|o/a|o\\(a\\)) el|data di nascita|nat[oa] il|data de nascimento|nascid[oa] em|data urodzenia|urodzon[yaą]|ur\\.?|geboortedatum|fødselsdato|født(?: den)?|födelsedatum|född(?: den)?|syntymäaika|datum narození|dátum narodenia|narozen[aá]?|születési (?:idő|dátum)|született|data nașterii|datum rođenja|datum rojstva|doğum tarihi|ημερομηνία γέννησης|ngày sinh|tanggal lahir|tgl\\.? lahir|tarikh lahir|дата народження|дата на раждане|д\\. ?р\\.|дата рождения|родил(?:ся|ась)|出生日期|生年月日|생년월일|تاريخ الميلاد|תאריך לידה|जन्म तिथि|วันเกิด",
		skip: "(.：<>/tdh\\r\\n", maxSkip: 32, bytes: "0-9A-Za-zäéûúçñ ./,年月日-",
		value: "^(?:(?:0?[1-9]|[12]\\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:19|20)?\\d{2}|(?:0?[1-9]|1[0-2])[./-](?:0?[1-9]|[12]\\d|3[01])[./-](?:19|20)?\\d{2}|(?:19|20)\\d{2}[./-](?:0?[1-9]|1[0-2])[./-](?:0?[1-9]|[12]\\d|3[01])|(?:19|20)\\d{2} ?年 ?\\d{1,2} ?月 ?\\d{1,2} ?日|(?:0?[1-9]|[12]\\d|3[01])\\.? (?:de )?[A-Za-zäéûç]{3,10}\\.?,?(?: de)? (?:19|20)\\d{2}|[A-Z][a-z]{2,8}\\.? (?:0?[1-9]|[12]\\d|3[01])(?:st|nd|rd|th)?,? (?:19|20)\\d{2})(?![0-9])",
		maxBytes: 32, score: 0.85,
		element: "<dateOfBirth>⟦1976-11-06⟧</dateOfBirth>", match: ["DOB: ⟦1976-11-06⟧", "born on ⟦March 3, 1980⟧ in Ohio", "geboren am ⟦12.03.1975⟧", "Fecha de nacimiento: ⟦03/03/1946⟧.", "Né(e) le ⟦03/09/1988⟧ à Lyon", '"dateOfBirth": "⟦1990-01-31⟧"', "D.O.B.: ⟦1976-11-06⟧", "geb. am ⟦12.03.1975⟧", "F. nac.: ⟦03/03/1946⟧", "født ⟦12.03.1975⟧", "Doğum tarihi: ⟦12.03.1975⟧", "ngày sinh ⟦12/03/1975⟧", "تاريخ الميلاد: ⟦1975-03-12⟧", "<th>Date of birth</th><td>⟦1975-03-12⟧</td>", "Date of birth\n⟦1975-03-12⟧", "Date of birth ........... ⟦1975-03-12⟧"],
		noMatch: ["born in the USA", "birthday party on Friday", "1976-11-06", "DOB unknown", "born 1879"],
	},
	{
		type: "bic", groups: ["financial"], names: "bic|swift(?:/bic)?|bic/swift", bytes: "A-Z0-9", confirm: "bic", value: "^[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$", maxBytes: 12, score: 0.85,
		element: "<bic>⟦DEUTDEFF⟧</bic>", match: ["BIC: ⟦DEUTDEFF⟧", "SWIFT code ⟦CHASUS33XXX⟧", '"swift": "⟦MDMKUSSR⟧"'], noMatch: ["SWIFT is a language", "BIC pens", "DEUTDEFF", "SWIFT PROGRAMMING"],
	},
	{
		type: "pin", groups: ["password"], names: "pin|pin code|geheimzahl|passcode|atm pin", bytes: "0-9", value: "^\\d{4,6}$", maxBytes: 7, score: 0.8,
		element: "<pin>⟦6403⟧</pin>", match: ["PIN: ⟦6403⟧", "pin code is ⟦424511⟧", '"pin": "⟦6072⟧"'], noMatch: ["pin 12", "if (pin > 1000) return pin - 1024", "GPIO pin 1234567", "the pin is bent"],
	},
	{
		type: "patient_number", groups: ["phi"], names: "mrn|medical record|patient id|nhc|fallnummer|chart", bytes: "A-Z0-9-", value: "^(?=.*\\d{3})[A-Z]{0,4}-?\\d{3,10}$", maxBytes: 16, score: 0.8,
		match: ["MRN: ⟦4711⟧", "patient id ⟦K-315⟧"], noMatch: ["chart 1", "MRN pending"],
	},
	{
		type: "icd10", groups: ["phi"], names: "icd(?:-?10)?|diagnosis code|dx", bytes: "A-Z0-9.", value: "^[A-TV-Z]\\d[0-9AB](?:\\.[0-9A-Z]{1,4})?$", maxBytes: 9, score: 0.7,
		match: ["ICD-10: ⟦E11.9⟧", "Dx: ⟦J45.909⟧"], noMatch: ["ICD-10 codes", "E11.9"],
	},
	{
		type: "gps", groups: ["location"], names: "lat(?:itude)?[/,\\x20]{1,3}(?:lon|lng)(?:gitude)?|gps|coordinates|coords|location|position", skip: "(\\[{", bytes: "0-9.,; +-", value: "^[-+]?(?:[1-8]?\\d|90)\\.\\d{3,8} ?[,; ] ?[-+]?(?:1[0-7]\\d|[1-9]?\\d|180)\\.\\d{3,8}", maxBytes: 32, score: 0.8,
		bare: { name: "gps_dms", expression: "(?<![0-9.])\\d{1,3}[°º] ?[0-5]?\\d['′’] ?[0-5]?\\d(?:[.,]\\d{1,4})?[\"″”'′’]{0,2} ?[NSEWO](?![A-Za-z])", score: 0.9 },
		match: ["GPS: ⟦52.5200, 13.4050⟧", "at ⟦52°31′12.5″N⟧", "coordinates (⟦-33.8688, 151.2093⟧)"], noMatch: ["position 1.5, 2.5", "52.5200, 13.4050"],
	},
	{
		type: "in_upi", groups: ["contact", "financial", "national_id:in"], names: "upi|vpa", bytes: "A-Za-z0-9._@-", value: "^[A-Za-z0-9._-]{2,64}@[a-z]{2,16}(?![A-Za-z0-9.@-])", maxBytes: 84, score: 0.85,
		match: ["UPI ID: ⟦asha.rao42@okaxis⟧", "upi=⟦9800000000@ybl⟧"], noMatch: ["UPI payments", "asha.rao42@okaxis", "upi: mail@example.com"],
	},
	{
		type: "plus_code", groups: ["location"], names: "plus code|open location code", bytes: "23456789CFGHJMPQRVWX+", value: "^[23456789CFGHJMPQRVWX]{4,8}\\+[23456789CFGHJMPQRVWX]{2,7}$", maxBytes: 16, score: 0.85,
		match: ["plus code ⟦8FWC2345+G6⟧"], noMatch: ["plus code", "8FWC2345+G6"],
	},
	{
		type: "uk_postcode", groups: ["location", "address"], names: "post code|postal code|zip code", bytes: "A-Za-z0-9 ", value: "^[A-PR-UWYZ][A-HK-Y]?\\d[A-Z0-9]? ?\\d[ABD-HJLNP-UW-Z]{2}(?![A-Za-z0-9])", maxBytes: 10, score: 0.7,
		match: ["postcode ⟦SW1A 1AA⟧", "Postcode: ⟦M1 1AE⟧"], noMatch: ["SW1A 1AA", "postcode lottery"],
	},
	{
		type: "us_zip", groups: ["location", "address"], names: "zip|zip code|postal code|plz|código postal|cp[\\x20\\t\"':.=|*]|code postal|cap", bytes: "0-9-", value: "^\\d{5}(?:-\\d{4})?$", maxBytes: 11, score: 0.6,
		match: ["ZIP: ⟦62701⟧", "zip code ⟦94105-1234⟧"], noMatch: ["62701", "zip file", "cp65001", "charset CP10007"],
	},
	{
		type: "advertising_id", groups: ["device"], names: "idfa|gaid|aaid|advertising|device|idfv|android", bytes: "0-9a-fA-F-", value: "^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$", maxBytes: 37, score: 0.7,
		match: ["IDFA: ⟦AEBE52E7-03EE-455A-B3C4-E57283966239⟧", "device_id=⟦aebe52e7-03ee-455a-b3c4-e57283966239⟧"], noMatch: ["AEBE52E7-03EE-455A-B3C4-E57283966239", "device driver"],
	},
	{
		type: "salary", groups: ["employment"], names: "salary|compensation|annual pay|base pay|gehalt|salaire|sueldo|wynagrodzenie", bytes: "0-9.,$€£k ", value: "^[$€£]?\\d{2,3}(?:[.,]\\d{3})+|^[$€£]\\d{4,7}|^[$€£]?\\d{2,3}k(?![a-z])", maxBytes: 20, score: 0.7,
		match: ["salary: ⟦$198,000⟧", "base pay ⟦€85.000⟧"], noMatch: ["salary negotiations", "salary 12"],
	},
	{
		type: "social_handle", groups: ["contact"], names: "twitter|instagram|insta|tiktok|telegram|handle|snapchat|threads", bytes: "@A-Za-z0-9_.", value: "^@[A-Za-z0-9_.]{3,30}$", maxBytes: 32, score: 0.7,
		match: ["Twitter: ⟦@johnsmith42⟧"], noMatch: ["twitter is down", "@johnsmith42"],
	},
];

export const LABELLED: readonly Recognizer[] = ROWS.map(
	({ type, groups, names, skip = "", bytes, value, maxBytes, maxSkip = 8, score, confirm, element, bare, match, noMatch }) => {
		const core: Core = { skip: ` \\t"'\`:=#*|${skip}`, maxSkip, bytes, minBytes: 1, maxBytes, value };
		const named = withFoldedSpelling(names).replaceAll(" ", "[ _-]?");
		const pattern = (name: string, expression: string): PatternSpec => ({
			name,
			expression,
			caseInsensitive: true,
			score,
			core,
			...(confirm && { confirm }),
		});
		return {
			type,
			category: type === "pin" ? ("secret" as const) : ("pii" as const),
			groups,
			label: type.toUpperCase(),
			patterns: [
				pattern(type, `(?<![A-Za-z])(?:${named})${SUFFIX}`),
				...(element === undefined ? [] : [pattern(`${type}_element`, `<(?:${named})>`)]),
				...(bare ? [bare] : []),
			],
			examples: { match: element === undefined ? match : [...match, element], noMatch },
		};
	},
);
