import { ean13, luhn, mod97 } from "./check-digits.ts";
import { confirmWhole } from "./confirm-whole.ts";
import { contextWords } from "./context.ts";
import type { Candidate, Confirmer, Recognizer } from "./recognizer.ts";

export const PAYMENT_CARD: Recognizer = {
	type: "credit_card",
	category: "pii",
	groups: ["financial", "pci"],
	label: "CREDIT_CARD",
	patterns: [
		{
			name: "credit_card",
			expression: "(?<![0-9A-Za-z])[1-9](?:[ .-]?\\d){11,18}(?![0-9A-Za-z])",
			score: 0.5,
			confirm: "payment_card",
			views: ["compact", "decoded"],
		},
		{
			name: "credit_card_exponent",
			expression: "(?<![0-9A-Za-z.,])\\d{1,19}(?:\\.\\d{1,19})?[eE][+-]?\\d{1,2}(?![0-9A-Za-z.])",
			score: 0.5,
			confirm: "payment_card_exponent",
			views: ["compact", "decoded"],
		},
	],
	examples: {
		match: [
			"4111 1111 1111 1111",
			"card 5555-5555-5555-4444.",
			"378282246310005",
			"6011111111111117",
			"4111 1111 1111 1111 12/27",
			"2204 1201 0000 0005",
			"4.111111111111111e15",
			"the card is ⟦4.111111111111111E+15⟧, thanks",
			"valid to 2027, ⟦4024 5678 6789 7896⟧ or 5105",
			"⟦4024 5678 6789 7896⟧ ⟦5105 1051 0510 5100⟧",
			"⟦4024 4100 4200 4304⟧ ⟦5105 5200 5300 5401⟧",
			"valid to 2027 ⟦4024 5678 6789 7896⟧ or so",
		],
		noMatch: [
			"4111 1111 1111 1112",
			"1234567812345670",
			"41111111111111110",
			"4111 1111",
			"order 9411111111111111111",
			"0.4111111111111111",
			"4.111111111111111e14",
			"4.1e15",
			"6.02214076e23",
			"3848 4488 5128 5768 6408",
			"2901,3004,3005,3006,3007,3008,3009,3010,3017,3018",
			"[.4300.0020.0011.0002]",
			"EAN 4005401000174, 12 pieces",
			"EAN-13: 4248207855777",
			"1739 1832 2203 1625 1057 1010",
			"[583496.911269] usb 1-1: new device",
		],
	},
};

/** Issuer ranges (ISO/IEC 7812) with the lengths the issuers use. */
const ISSUERS: readonly (readonly [brand: string, prefix: RegExp, lengths: readonly number[]])[] = [
	["visa", /^4/, [13, 16, 19]],
	["mastercard", /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
	["amex", /^3[47]/, [15]],
	["diners", /^3(?:0[0-5]|095|[689])/, [14, 16, 19]],
	["discover", /^(?:6011|64[4-9]|65)/, [16, 19]],
	["jcb", /^(?:35(?:2[89]|[3-8])|2131|1800)/, [15, 16, 17, 18, 19]],
	["unionpay", /^(?:62|81)/, [16, 17, 18, 19]],
	["maestro", /^(?:5018|5020|5038|5[678]|6304|6759|676[1-3])/, [12, 13, 14, 15, 16, 17, 18, 19]],
	["mir", /^220[0-4]/, [16, 17, 18, 19]],
	["rupay", /^(?:60|81|82|508)/, [16]],
	["troy", /^9792/, [16]],
	["verve", /^(?:506[01]|6500)/, [16, 18, 19]],
	["elo", /^(?:4011|4389|4514|4576|5041|5066|509|6277|636[23])/, [16]],
];

const CARD_WORDS = contextWords([
	"card",
	"credit",
	"debit",
	"visa",
	"mastercard",
	"amex",
	"karte",
	"kreditkarte",
	"carte",
	"tarjeta",
	"carta di credito",
	"kaart",
	"karta",
	"карта",
	"カード",
	"卡号",
]);

/** Before the number of an article of trade or a book. */
const ARTICLE = /\b(?:ean|gtin|upc|isbn)(?:-?1[0-4])?[ :#=]{1,3}$/i;

/** Luhn, one kind of separator, and the length and range of a known issuer or a word that says what it is. */
export const confirmCard: Confirmer = (candidate) => {
	const { compact } = candidate;
	if (!luhn(compact)) return 0;
	const { text, left } = candidate;
	const isIssued = ISSUERS.some(([, prefix, lengths]) => lengths.includes(compact.length) && prefix.test(compact));
	if (!isIssued && !(compact.length > 12 && CARD_WORDS(left))) return 0;
	// Articles of trade have numbers as long, with a check digit of another kind.
	if ((compact.length === 12 || compact.length === 13) && ean13(compact.padStart(13, "0")) && !CARD_WORDS(left)) return 0;
	if (ARTICLE.test(left)) return 0;
	// A part of a longer number, or of a weight in brackets.
	if (/(?:\d|[[(])\.$/.test(left) || new Set(text.replace(/\d/g, "")).size > 1) return 0;
	const groups = text.split(/[ .-]/);
	const isListed = areListed(groups, candidate);
	if (isListed !== false) return isListed ? 0 : undefined;
	const lengths = groups.map((group) => group.length).join();
	// Six and six are seconds and microseconds since a kernel has started.
	const isWritten = groups.length === 1 || /^(?:4,4,4,[1-4]|4,4,4,4,[1-3]|4,6,[45]|6,(?!6$)\d{1,2})$/.test(lengths);
	return isWritten ? 0.95 : 0.4;
};

const isTime = (group: string): boolean => /^(?:[01]\d|2[0-3])[0-5]\d$/.test(group);

/**
 * Whether the groups are four numbers of a list that goes on before or behind them, rising or of times of the day (`2203 1625 …`), with the
 * same between its numbers. A year is none of it, and what goes on may be another card.
 */
function areListed(groups: readonly string[], { text, left, right }: Candidate): boolean | undefined {
	if (groups.length !== 4 || groups.some((group) => group.length !== 4)) return false;
	const areTimes = groups.every(isTime);
	if (!areTimes && groups.some((group, i) => group < (groups[i - 1] ?? ""))) return false;
	const between = text.charAt(4);
	const isNext = (group: string, rises: boolean): boolean => (areTimes ? isTime(group) : rises);
	const [, before = "", gapBefore] = /(?<!\d)(?!19|20)(\d{4})([-,; ])$/.exec(left) ?? [];
	if (gapBefore === between && isNext(before, before <= (groups[0] as string))) return !isCard(left.slice(-20, -1));
	if (right === undefined) return undefined;
	const [, gapBehind, behind = ""] = /^([-,; ])(\d{4})(?!\d)/.exec(right) ?? [];
	return gapBehind === between && isNext(behind, behind >= (groups[3] as string)) && !isCard(right.slice(1, 20));
}

/** Four groups of four digits. */
const isCard = (text: string): boolean => /^(?:\d{4}[ -]){3}\d{4}$/.test(text) && luhn(text.replace(/\D/g, ""));

/** `4.111111111111111e15` is a card number to every reader that counts, and to a model. */
export const confirmExponentCard: Confirmer = ({ text, left, right }) => {
	const [, whole = "", fraction = "", exponent = ""] = /^(\d+)\.?(\d*)[eE](.+)$/.exec(text) ?? [];
	const digits = (whole + fraction).replace(/^0+/, "");
	const length = digits.length - fraction.length + Number(exponent);
	if (length < 12 || length > 19 || digits.length < 12) return 0;
	const number = digits.slice(0, length).padEnd(length, "0");
	return confirmCard({ text: number, compact: number, left, right });
};

// biome-ignore format: a table
/** Lengths by country (ISO 13616 registry, and the countries that use the form without being in it). */
const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(
	Object.entries({
		15: "NO", 16: "BE", 18: "DK FI FO GL NL SD AX", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK", 21: "CH HR LI LV",
		22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST AO CV GW MZ",
		26: "IS TR DZ IR", 27: "FR GF GP MF MQ NC PF PM RE TF WF YT BL GR IT MC MR SM BI CF CG CM DJ GA GQ KM MG TD",
		28: "AL AZ BY CY DO GT HU LB NI PL SV BF BJ CI HN MA ML NE SN TG", 29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC", 32: "LC", 33: "RU",
	}).flatMap(([length, countries]) => countries.split(" ").map((country) => [country, Number(length)] as const)),
);

export const IBAN: Recognizer = {
	type: "iban",
	category: "pii",
	groups: ["financial"],
	label: "IBAN",
	patterns: [
		{
			name: "iban",
			expression: "(?<![0-9A-Za-z])[A-Z]{2}\\d{2}(?:[ -]?[A-Z0-9]){10,30}(?![0-9A-Za-z])",
			score: 0.5,
			confirm: "iban",
			views: ["compact", "decoded"],
		},
		{
			name: "iban_any_case",
			expression: "(?<![0-9A-Za-z])[A-Za-z]{2}\\d{2}(?:[ -]?[A-Za-z0-9]){10,30}(?![0-9A-Za-z])",
			score: 0.5,
			confirm: "iban",
			views: ["compact", "decoded"],
			// Every short word could be the country.
			inAnswers: {
				expression: "(?<![\\x00-@[-`{-\\x7f])\\d{2}(?:[ -]?[A-Za-z0-9]){10,30}(?![0-9A-Za-z])",
				confirm: "iban_from_digit",
			},
		},
	],
	examples: {
		match: [
			"DE89 3704 0044 0532 0130 00",
			"GB29NWBK60161331926819",
			"to FR1420041010050500013M02606.",
			"NO9386011117947",
			"de89370400440532013000",
			"IBAN: ⟦GB69ABCD60331309⟧",
		],
		noMatch: ["DE89 3704 0044 0532 0130 01", "GB29NWBK6016133192681", "XX12 3456 7890 1234 5678", "AB12CD34"],
	},
};

/** ISO 13616: length of the country and remainder 1 modulo 97; a number that says it is one may be mistyped. */
export const confirmIban: Confirmer = ({ text, compact, left }) => {
	const length = IBAN_LENGTHS.get(compact.slice(0, 2));
	if (length === undefined) return 0;
	if (length === compact.length && mod97(compact.slice(4) + compact.slice(0, 4)) === 1) return 0.98;
	return /iban(?: [a-z]{2,12})?[\s:="'-]{0,4}$/i.test(left) && /^[A-Z0-9 ]+$/.test(text) ? 0.6 : 0;
};

export const confirmIbanFromDigit = confirmWhole(/(?<![0-9A-Za-z])[A-Za-z]{2}$/, confirmIban);

const REGION_NAMES = new Intl.DisplayNames("en", { type: "region", fallback: "none" });

/** ISO 9362: the fifth and sixth letters are a country. */
export const confirmBic: Confirmer = ({ text }) => (REGION_NAMES.of(text.slice(4, 6)) === undefined ? 0 : 0.85);

/** Tracks 1 and 2 of a magnetic stripe (ISO/IEC 7813). */
export const CARD_TRACK: Recognizer = {
	type: "card_track",
	category: "pii",
	groups: ["pci", "financial"],
	label: "CARD_TRACK",
	patterns: [
		{
			name: "card_track_1",
			expression: "%?B\\d{12,19}\\^[^^?\\n]{2,26}\\^\\d{4,7}",
			score: 0.97,
			confirm: "card_track",
			tail: { bytes: "0-9A-Za-z /=?", maxBytes: 64 },
		},
		{
			name: "card_track_2",
			expression: ";\\d{12,19}=\\d{4,7}",
			score: 0.97,
			confirm: "card_track",
			tail: { bytes: "0-9=?", maxBytes: 32 },
		},
	],
	examples: {
		match: ["⟦%B4111111111111111^DOE/JOHN^27121011000?⟧", "⟦;4111111111111111=27121011000?⟧"],
		noMatch: [";4111111111111112=2712", "B4111 is a room", "%B4111111111111112^DOE/JOHN^2712"],
	},
};

export const confirmTrack: Confirmer = ({ text }) => (luhn(/\d{12,19}/.exec(text)?.[0] ?? "1") ? 0.97 : 0);
