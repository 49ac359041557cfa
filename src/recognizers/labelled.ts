import { withFoldedSpelling } from "./folded-spelling.ts";
import { confirmBic } from "./payment.ts";
import type { Confirmer, Core, PatternSpec, Recognizer } from "./recognizer.ts";

/** A short value that means something only after its name: the name is public, the value is held. */
interface Labelled {
	readonly type: string;
	readonly groups: readonly string[];
	/** Alternatives of the name, an expression; any case. */
	readonly names: string;
	/** What may stand between the two, where the value can begin with a small letter or a sign of `MARKUP`. */
	readonly skip?: string;
	readonly bytes: string;
	/** The value at the start of what follows, a JavaScript expression. */
	readonly value: string;
	readonly maxBytes: number;
	readonly score: number;
	readonly confirm?: Confirmer;
	/** Forms that need no name. */
	readonly bare?: PatternSpec;
	readonly match: readonly string[];
	readonly noMatch: readonly string[];
}

const SUFFIX =
	"(?:[ _-]?(?:number|num|nr|no|id|code|value)\\.?)?(?:[\"'*]{0,2}[ ]?(?:is|was|to|=>|=|:|–|—|->|→|lautet|ist|es|est|è|é|は|是|는|은))?";

/** Between a name and its value: also tags and what they hold, which `GAP` tells from words. */
const PLAIN = " \\t\\r\\n\"'`:=#*|()\\[\\]{}<>/：（「";
const MARKUP = `${PLAIN},;?._\\\\a-z`;
const MAX_SKIP = 48;
/** Punctuation, tags and names of a second field that holds the value (`"name": "pin", "value": "…"`). The end of a sentence parts the two, and so does a comparison. */
const GAP =
	"(?:</?[a-z][^<>]*>|[\"']>|[:=] ?<|&nbsp;|[\"'`],|\\.{2,}(?!\\.)|(?:type: string|value|default|example)(?!\\p{L})|[\\s\"'`:=#*|()\\[\\]{}/\\\\_：（「])*";

/** A year may be the beginning of a date; a change is no value (`pin ([#1730](https://…))`). */
const confirmPin: Confirmer = ({ text, left, right }) => {
	if (left.endsWith("[#")) return 0;
	if (!/^(?:19|20)\d{2}$/.test(text)) return 0.8;
	if (right === undefined) return undefined;
	return /^[-/.]\d{2}[-/.]\d{2}(?!\d)/.test(right) ? 0 : 0.8;
};

// biome-ignore format: a table
const ROWS: readonly Labelled[] = [
	{
		type: "cvv", groups: ["pci", "financial"], names: "cvv2?(?:/cvc2?)?|cvc2?(?:/cvv2?)?|cvn|csc|security code|card verification|(?:karten)?prüfnummer|prüfziffer|cryptogramme(?: visuel)?|código de (?:seguridad|segurança)|codice di sicurezza|kod (?:cvv|bezpieczeństwa)|セキュリティコード|安全[码碼]|보안 코드",
		bytes: "0-9", value: "^\\d{3,4}$", maxBytes: 5, score: 0.9,
		match: ["<cvv>⟦482⟧</cvv>", "CVV: ⟦482⟧", "'cvv' => '⟦482⟧'", "CVV – ⟦482⟧", "cvc code is ⟦1234⟧", '"cvv": "⟦818⟧"', "security code ⟦560⟧.", "CVV:\n⟦482⟧", "<td><b>CVV</b></td>\n<td class=\"v\">⟦482⟧</td>", "CVV/CVC (⟦482⟧)", "Código de segurança: ⟦482⟧", "セキュリティコードは⟦482⟧です", '{"name": "cvv", "value": "⟦482⟧"}', "CVV .......... ⟦482⟧"], noMatch: ["CVV", "cvv 12", "the security code is on the back", "cvv 12345", "the CVV on the back of the card has 123", "Enter the CVV. 482 of them", "<td>cvv</td><td>of all</td><td>482</td>"],
	},
	{
		type: "card_expiry", groups: ["pci", "financial"], names: "exp(?:iry|ires|iration)?(?: date)?(?:\\x20?\\([my/]{4,7}\\))?|valid (?:thru|until|till)|gültig bis|ablaufdatum|verfallsdatum|expires on|(?:fecha de )?(?:caducidad|vencimiento)|válida hasta|date d'expiration|expire (?:le|fin)|scadenza|validade|data ważności|ważna do|vervaldatum|geldig tot|有効期限|有效期限?|유효기간",
		bytes: "0-9/ -", value: "^(?:0[1-9]|1[0-2]) ?[/-] ?(?:20)?[2-4]\\d", maxBytes: 9, score: 0.75,
		match: ["<expiry>⟦12/27⟧</expiry>", "exp ⟦12/27⟧", "Valid thru: ⟦09/2028⟧", "expiry date ⟦03-29⟧", "Scadenza: ⟦12/27⟧", "Ważna do ⟦12/27⟧", "Expiry (MM/YY): ⟦12/27⟧", "<dt>Valid thru</dt>\n<dd>⟦12/27⟧</dd>", "有效期：⟦12/27⟧"], noMatch: ["exp 13/27", "expires soon", "exp 2019", "exports in 12/27 of the regions"],
	},
	{
		type: "date_of_birth", groups: ["demographic", "phi"], names: "d\\.o\\.b\\.?|(?:dob|date of birth)(?:\\x20?\\([dmy/.-]{6,10}\\))?|birth date|birthday|born(?: on)?|geboren(?: am)?|geburts(?:datum|tag)|geb(?:oren|\\.)?(?: am| op)?|geb\\.?-(?:datum|dat\\.)|né(?:e|\\(e\\))? le|date (?:de )?naissance|(?:fecha (?:de )?|f\\.? (?:de )?)?nacimiento|f(?:ec)?\\.? ?nac\\.?|nacid(?:[oa]|o/a|o\\(a\\)) el|data (?:di )?nascita|nat[oa](?: a [a-z]{3,16})? il|(?:data (?:de )?)?nascimento|d(?:ata|t)\\.? (?:de )?nasc\\.?|nascid[oa] em|data urodzenia|urodzon[yaą]|ur\\.?|geboortedatum|fødselsdato|født(?: den)?|födelsedatum|född(?: den)?|syntymäaika|datum narození|dátum narodenia|narozen[aá]?|születési (?:idő|dátum)|született|data nașterii|datum rođenja|datum rojstva|doğum tarihi|ημερομηνία γέννησης|ngày sinh|tanggal lahir|tgl\\.? lahir|tarikh lahir|дата народження|дата на раждане|д\\. ?р\\.|дата рождения|родил(?:ся|ась)|出生(?:年月)?日期?|生年月日|생년월일|تاريخ الميلاد|תאריך לידה|जन्म तिथि|วันเกิด",
		bytes: "0-9A-Za-zäéûúçñ ./,年月日-",
		value: "^(?:(?:0?[1-9]|[12]\\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:19|20)?\\d{2}|(?:0?[1-9]|1[0-2])[./-](?:0?[1-9]|[12]\\d|3[01])[./-](?:19|20)?\\d{2}|(?:19|20)\\d{2}[./-](?:0?[1-9]|1[0-2])[./-](?:0?[1-9]|[12]\\d|3[01])|(?:19|20)\\d{2} ?年 ?\\d{1,2} ?月 ?\\d{1,2} ?日|(?:0?[1-9]|[12]\\d|3[01])\\.? (?:de )?[A-Za-zäéûç]{3,10}\\.?,?(?: de)? (?:19|20)\\d{2}|[A-Z][a-z]{2,8}\\.? (?:0?[1-9]|[12]\\d|3[01])(?:st|nd|rd|th)?,? (?:19|20)\\d{2})(?![0-9])",
		maxBytes: 32, score: 0.85,
		match: ["<dateOfBirth>⟦1976-11-06⟧</dateOfBirth>", "DOB: ⟦1976-11-06⟧", "born on ⟦March 3, 1980⟧ in Ohio", "geboren am ⟦12.03.1975⟧", "Fecha de nacimiento: ⟦03/03/1946⟧.", "Né(e) le ⟦03/09/1988⟧ à Lyon", '"dateOfBirth": "⟦1990-01-31⟧"', "D.O.B.: ⟦1976-11-06⟧", "geb. am ⟦12.03.1975⟧", "F. nac.: ⟦03/03/1946⟧", "født ⟦12.03.1975⟧", "Doğum tarihi: ⟦12.03.1975⟧", "ngày sinh ⟦12/03/1975⟧", "تاريخ الميلاد: ⟦1975-03-12⟧", "<th>Date of birth</th><td>⟦1975-03-12⟧</td>", "Date of birth\n⟦1975-03-12⟧", "Date of birth ........... ⟦1975-03-12⟧", "DOB (MM/DD/YYYY): ⟦03/12/1975⟧", "Dt. Nasc.: ⟦12/03/1975⟧", "nata a Roma il ⟦12/03/1975⟧", '<td><strong>DOB:</strong></td>\n  <td style="width: auto">⟦1975-03-12⟧</td>'],
		noMatch: ["born in the USA", "birthday party on Friday", "1976-11-06", "DOB unknown", "born 1879", "date of birth as written on 1975-03-12"],
	},
	{
		type: "bic", groups: ["financial"], names: "(?:bic|swift)(?:[\\x20/-]{1,2}\\(?(?:bic|swift)\\)?)?", bytes: "A-Z0-9", confirm: confirmBic, value: "^[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$", maxBytes: 12, score: 0.85,
		match: ["<bic>⟦DEUTDEFF⟧</bic>", "BIC: ⟦DEUTDEFF⟧", "SWIFT code ⟦CHASUS33XXX⟧", '"swift": "⟦MDMKUSSR⟧"'], noMatch: ["SWIFT is a language", "BIC pens", "DEUTDEFF", "SWIFT PROGRAMMING"],
	},
	{
		type: "pin", groups: ["password"], names: "pin|pin code|geheimzahl|passcode|atm pin|暗証番号", bytes: "0-9", confirm: confirmPin, value: "^\\d{4,6}$", maxBytes: 7, score: 0.8,
		match: ["<pin>⟦6403⟧</pin>", "PIN: ⟦6403⟧", "PIN\n⟦6403⟧", "- name: PIN\n  value: \"⟦6403⟧\"", "PIN (⟦6403⟧)", "PIN ⟦1984⟧", "<label>PIN</label><span class=\"value\">⟦6403⟧</span>", "暗証番号：⟦6403⟧", "pin code is ⟦424511⟧", '"pin": "⟦6072⟧"'], noMatch: ["pin 12", "if (pin > 1000) return pin - 1024", "while (pin<1000)", "GPIO pin 1234567", "pin 2011-05-20 15:03", "of `table_pin` ([#1730](https://x.example/1730))", "the pin is bent", "pins the 2024 release", "pin in slot 1234", "Enter your PIN. 1234 people"],
	},
	{
		type: "patient_number", groups: ["phi"], names: "mrn|medical record|patient id|nhc|fallnummer|chart", bytes: "A-Z0-9-", value: "^(?=.*\\d{3})[A-Z]{0,4}-?\\d{3,10}$", maxBytes: 16, score: 0.8,
		match: ["MRN: ⟦4711⟧", "patient id ⟦K-315⟧"], noMatch: ["chart 1", "MRN pending"],
	},
	{
		type: "icd10", groups: ["phi"], names: "icd(?:-?10)?(?:-?[cg]m)?|diagnosis code|dx", bytes: "A-Z0-9.", value: "^[A-TV-Z]\\d[0-9AB](?:\\.[0-9A-Z]{1,4})?$", maxBytes: 9, score: 0.7,
		match: ["ICD-10: ⟦E11.9⟧", "Dx: ⟦J45.909⟧"], noMatch: ["ICD-10 codes", "E11.9"],
	},
	{
		type: "gps", groups: ["location"], names: "lat(?:itude)?[/,\\x20]{1,3}(?:lon|lng)(?:gitude)?|gps|coordinates?|coords|koordinaten|coordonnées|coordenadas|location|position", bytes: "0-9.,; +-", value: "^[-+]?(?:[1-8]?\\d|90)\\.\\d{3,8} ?[,; ] ?[-+]?(?:1[0-7]\\d|[1-9]?\\d|180)\\.\\d{3,8}", maxBytes: 32, score: 0.8,
		bare: { name: "gps_dms", expression: "(?<![0-9.])\\d{1,3}[°º] ?[0-5]?\\d['′’] ?[0-5]?\\d(?:[.,]\\d{1,4})?[\"″”'′’]{0,2} ?[NSEWO](?![A-Za-z])", score: 0.9 },
		match: ["GPS: ⟦52.5200, 13.4050⟧", "at ⟦52°31′12.5″N⟧", "coordinates (⟦-33.8688, 151.2093⟧)"], noMatch: ["position 1.5, 2.5", "52.5200, 13.4050"],
	},
	{
		type: "in_upi", groups: ["contact", "financial", "national_id:in"], names: "upi|vpa", skip: PLAIN, bytes: "A-Za-z0-9._@-", value: "^[A-Za-z0-9._-]{2,64}@[a-z]{2,16}(?![A-Za-z0-9.@-])", maxBytes: 84, score: 0.85,
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
		type: "us_zip", groups: ["location", "address"], names: "zip|zip code|postal code|plz|código postal|cp[\\x20\\t\"':.=|*]|c\\.p\\.|code postal|cap", bytes: "0-9-", value: "^\\d{5}(?:-\\d{4})?$", maxBytes: 11, score: 0.6,
		match: ["ZIP: ⟦62701⟧", "zip code ⟦94105-1234⟧"], noMatch: ["62701", "zip file", "cp65001", "charset CP10007"],
	},
	{
		type: "advertising_id", groups: ["device"], names: "idfa|gaid|aaid|advertising|device|idfv|android", skip: PLAIN, bytes: "0-9a-fA-F-", value: "^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$", maxBytes: 37, score: 0.7,
		match: ["IDFA: ⟦AEBE52E7-03EE-455A-B3C4-E57283966239⟧", "device_id=⟦aebe52e7-03ee-455a-b3c4-e57283966239⟧"], noMatch: ["AEBE52E7-03EE-455A-B3C4-E57283966239", "device driver"],
	},
	{
		type: "salary", groups: ["employment"], names: "salary|compensation|annual pay|base pay|(?:brutto|jahres|monats|grund)?gehalt|salaire(?: (?:brut|net))?|sueldo|sal[aá]rio|stipendio|wynagrodzenie|年収|年[薪俸]|月[薪給]|연봉", skip: " \\t\\r\\n\"'`:=#*|()\\[\\]{}<>/,;?._a-z", bytes: "0-9.,$€£k ", value: "^[$€£]?\\d{2,3}(?:[.,]\\d{3})+|^[$€£]?\\d(?:[.,]\\d{3}){2}|^[$€£]\\d{4,7}|^[$€£]?\\d{2,3}k(?![a-z])", maxBytes: 20, score: 0.7,
		match: ["salary: ⟦$198,000⟧", "base pay ⟦€85.000⟧", "年収: ⟦8,500,000⟧", "<th>Bruttogehalt</th><td>⟦85.000⟧</td>"], noMatch: ["salary negotiations", "salary 12"],
	},
	{
		type: "social_handle", groups: ["contact"], names: "twitter|instagram|insta|ig|tiktok|telegram|handle|snapchat|threads", bytes: "@A-Za-z0-9_.", value: "^@[A-Za-z0-9_.]{3,30}$", maxBytes: 32, score: 0.7,
		match: ["Twitter: ⟦@johnsmith42⟧"], noMatch: ["twitter is down", "@johnsmith42"],
	},
];

const namesOf = ({ names }: Labelled): string => withFoldedSpelling(names).replaceAll(" ", "[ _-]?");

export const LABELLED: readonly Recognizer[] = ROWS.map((row) => {
	const { type, groups, skip = MARKUP, bytes, value, maxBytes, score, bare, match, noMatch } = row;
	const core: Core = { skip, maxSkip: MAX_SKIP, bytes, minBytes: 1, maxBytes, value };
	const named: PatternSpec = {
		name: type,
		expression: `(?<![A-Za-z])(?:${namesOf(row)})${SUFFIX}`,
		caseInsensitive: true,
		score,
		confirm: `labelled:${type}`,
		core,
	};
	return {
		type,
		category: type === "pin" ? ("secret" as const) : ("pii" as const),
		groups,
		label: type.toUpperCase(),
		patterns: [named, ...(bare ? [bare] : [])],
		examples: { match, noMatch },
	};
});

/** Whether only punctuation and markup stand between the name and the value. */
function labelledConfirmer(row: Labelled): Confirmer {
	const name = `(?:${namesOf(row)})${SUFFIX}`;
	const named = new RegExp(`(?:${name}|<[a-z:_-]{0,16}${name}[^<>]{0,32}>)${GAP}$`, "iu");
	return (candidate) => (named.test(candidate.left) ? (row.confirm === undefined ? row.score : row.confirm(candidate)) : 0);
}

export const LABELLED_CONFIRMERS = ROWS.map((row) => [`labelled:${row.type}`, labelledConfirmer(row)] as const);
