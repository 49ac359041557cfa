import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { parse } from "tldts";
import { confirmWhole } from "./confirm-whole.ts";
import { contextWords, mayHold } from "./context.ts";
import type { Confirmer, Recognizer } from "./recognizer.ts";
import { reversed } from "./reversed.ts";

const LETTERS = "A-Za-z\\u00c0-\\u024f\\u0370-\\u03ff\\u0400-\\u052f";

const EMAIL_LOCAL = `${LETTERS}0-9._%+'-`;
const EMAIL_HOST = "(?:[A-Za-z0-9-]{1,63}\\.){1,5}[A-Za-z][A-Za-z0-9-]{1,23}(?![A-Za-z0-9-])";

/** Endings of most addresses, backwards: any word could be one of the others. */
const REVERSED_TLDS = "moc|ten|gro|ude|vog|lim|ofni|zib|ppa|ved|ku\\.oc";
const REVERSED_LOCAL = "@[A-Za-z0-9._%+-]{1,64}(?![A-Za-z0-9._%+@-])";

export const EMAIL: Recognizer = {
	type: "email",
	category: "pii",
	groups: ["contact"],
	label: "EMAIL",
	patterns: [
		{
			name: "email",
			expression: `(?<![A-Za-z0-9._%+-])[${LETTERS}0-9._%+-][${EMAIL_LOCAL}]{0,63}@${EMAIL_HOST}`,
			score: 0.9,
			confirm: "email",
			sensitiveFrom: { at: { expression: `@${EMAIL_HOST}`, confirm: "email_from_at" } },
			views: ["compact", "decoded"],
		},
		{
			name: "email_reversed",
			expression: `(?<![A-Za-z0-9._%+@-])(?:${REVERSED_TLDS})\\.[A-Za-z0-9.-]{1,100}${REVERSED_LOCAL}`,
			caseInsensitive: true,
			score: 0.9,
			confirm: "email_reversed",
			views: ["compact", "decoded"],
			sensitiveFrom: { at: { expression: REVERSED_LOCAL, confirm: "email_reversed_from_at" } },
		},
	],
	examples: {
		match: [
			"⟦moc.elpmaxe.liam@eod.enaj⟧ is her address, backwards",
			"a@b.co",
			"Write to jane.doe+tag@mail.example.com.",
			"<o'neil@example.org>",
			"x_1@sub.domain.example.museum, then",
			"müller@buero.de",
			"a@xn--d1acufc.xn--p1ai",
			"⟦jane.noreply@corp.com⟧",
		],
		noMatch: [
			"@handle",
			"user@localhost",
			"a@b",
			"not an address: foo@-bar.com",
			"price @ 3.50",
			"icon@2x.png",
			"lib@1.2.3",
			"git@github.com:org/repo.git",
			"Co-Authored-By: Claude <noreply@anthropic.com>",
			"From: Shop <Do-Not-Reply@shop.example.com>",
			"moc.elpmaxe",
			"ten.foo@",
			"com.example@host",
		],
	},
};

/** Names that stand for a program in SSH and scp addresses. */
const SSH_USERS: ReadonlySet<string> = new Set(["git", "hg", "svn", "ec2-user", "ubuntu", "root", "pi"]);
/** Nobody reads what is sent there: no person has it. */
const NO_REPLY = /^(?:no|do[._-]?not)[._-]?reply$/i;
const INTERNAL_TLD = /^(?:local|internal|intranet|corp|lan|home|test|example|invalid|localdomain)$/i;

/** RFC 5321 lengths and dots, and a top-level domain that exists. */
export const confirmEmail: Confirmer = ({ text, right }) => {
	const at = text.lastIndexOf("@");
	const local = text.slice(0, at);
	const host = text.slice(at + 1);
	const labels = host.split(".");
	if (local.startsWith(".") || local.endsWith(".") || local.includes("..") || Buffer.byteLength(text) > 254) return 0;
	if (NO_REPLY.test(local)) return 0;
	if (labels.some((label) => label === "" || label.startsWith("-") || label.endsWith("-"))) return 0;
	if (SSH_USERS.has(local.toLowerCase())) return right === undefined ? undefined : /^:[^\s]/.test(right) ? 0 : 0.9;
	if (INTERNAL_TLD.test(labels.at(-1) as string)) return 0.7;
	return parse(host).isIcann === true ? 0.95 : 0;
};

const LOCAL_BEFORE = new RegExp(`[${EMAIL_LOCAL}]{1,64}$`);

/** The text begins at the `@`. */
export const confirmEmailFromAt = confirmWhole(LOCAL_BEFORE, confirmEmail);

const REVERSED_HEAD = new RegExp(`^(?:${REVERSED_TLDS})\\.`, "i");

/** Whether an address is written from the last letter to the first, or might be. */
export const isReversedEmail = (text: string): boolean => REVERSED_HEAD.test(text);

export const confirmReversedEmail: Confirmer = (candidate) => confirmEmail({ ...candidate, text: reversed(candidate.text) });
export const confirmReversedEmailFromAt = confirmWhole(/[A-Za-z0-9.-]{1,120}$/, confirmReversedEmail);

export const PHONE: Recognizer = {
	type: "phone",
	category: "pii",
	groups: ["contact"],
	label: "PHONE",
	patterns: [
		{
			name: "phone_e164",
			expression: "(?<![0-9A-Za-z+])\\+[1-9](?:[ .()/-]{0,2}\\d){7,14}(?![0-9])",
			score: 0.75,
			confirm: "phone_e164",
			views: ["compact", "decoded"],
		},
		{
			name: "phone_nanp",
			expression: "(?<![0-9A-Za-z.+-])(?:1[ .-])?(?:\\([2-9]\\d{2}\\) ?|[2-9]\\d{2}[ .-])[2-9]\\d{2}[ .-]\\d{4}(?![0-9A-Za-z-])",
			score: 0.7,
			confirm: "phone_nanp",
			views: ["compact", "decoded"],
		},
		{
			name: "phone_national",
			expression: "(?<![0-9A-Za-z.,/+-])(?:\\(0\\d{1,5}\\)|\\(?[0-9]\\d{1,5})(?:[ .()/-]{0,3}\\d){5,12}(?![0-9A-Za-z])",
			score: 0.6,
			confirm: "phone_national",
		},
	],
	examples: {
		match: [
			"call +44 20 7946 0958 now",
			"+14155552671",
			"(415) 555-2671",
			"212-555-0187.",
			"Tel.: ⟦947 349 000⟧",
			"cell number ⟦947 349 000⟧",
			"Handy ⟦0171 1234567⟧",
			"mobile ⟦09171234567⟧",
			"téléphone : ⟦01 23 45 67 89⟧",
			"Telefon: ⟦0221 / 47 11 900⟧",
			"Head of Sales | M ⟦07700 900456⟧",
		],
		noMatch: [
			"+12",
			"1234567890",
			"415 555",
			"version 2.10.415",
			"911-911-9111",
			"947 349 000",
			"01/02/2024",
			"phone in 2024",
			"the phone of 2011.05.26",
			"+318-45-528",
			"cell_type: macro, cell_id 16541648",
			"| Cell type | 26650 9256 |",
			"shelf 031.0866\ncall number QA",
			"row M 0770090045612",
			"as defined in Clause 252.227-7013 (c)",
			"Copyright 2009 Mobile Inc., 2007-2009",
			"the mechanisms through which the Shang Dynasty (c. 1600-1046 BCE) rose",
		],
	},
};

const PHONE_WORDS = contextWords([
	"phone",
	"phones",
	"telephone",
	"tel",
	"tfno",
	"tlfno",
	"telf",
	"telfs",
	"mobile",
	"mob",
	"cell",
	"cellphone",
	"call",
	"call me",
	"whatsapp",
	"fax",
	"sms",
	"text me",
	"hotline",
	"telefon",
	"telefonnummer",
	"handy",
	"mobil",
	"rufnummer",
	"téléphone",
	"portable",
	"tél",
	"teléfono",
	"telefono",
	"móvil",
	"movil",
	"celular",
	"telefone",
	"telemóvel",
	"cellulare",
	"telefoon",
	"gsm",
	"telefonu",
	"komórka",
	"kom",
	"tlf",
	"puhelin",
	"τηλ",
	"τηλέφωνο",
	"телефон",
	"тел",
	"моб",
	"звоните",
	"電話",
	"电话",
	"手机",
	"전화",
	"휴대폰",
	"هاتف",
	"فون",
	"फ़ोन",
	"numero",
	"contact number",
	"contact no",
	"contact nr",
	"contact:",
	"ph no",
	"whats app",
	"call back",
	"mobiltelefon",
	"rückruf",
	"tlm",
	"联系方式",
	"連絡先",
	"연락처",
]);

/** Cells of tables, networks and bodies, and what librarians and radio operators have. */
const OTHER_WORDS =
	/\bcell[\s_-]?(?:types?|ids?|index|lines?|towers?|counts?|values?|sizes?|ref(?:erence)?s?|formats?|styles?|width|height|cultures?)\b|\bcall[\s_-]?(?:numbers?|signs?|sites?|stacks?|ids?)\b/gi;

/** Whether a text says that a telephone number is near. */
const isPhoneNear = (text: string): boolean => mayHold(PHONE_WORDS, text) && PHONE_WORDS(text.replace(OTHER_WORDS, "-"));

const digitsOf = (text: string): string => text.replace(/\D/g, "");

/** Valid for its numbering plan, or of a possible length in a written form nobody gives to another number. */
export const confirmE164: Confirmer = ({ text, left }) => {
	const parsed = parsePhoneNumberFromString(text);
	if (parsed === undefined) return 0;
	if (parsed.isValid()) return 0.9;
	if (!parsed.isPossible()) return 0;
	if (PHONE_WORDS(left)) return 0.8;
	// Its first group is the country, or it may be a sum (`+318,45-528`).
	return /^\+(\d+)[ ()-]/.exec(text)?.[1] === parsed.countryCallingCode ? 0.65 : 0.3;
};

const N11 = /^(?:.11|.{3}.11)/;

/** NANP: area and exchange are NXX and not N11; an area code that is in use, or brackets. */
export const confirmNanp: Confirmer = ({ text, left }) => {
	const digits = digitsOf(text).slice(-10);
	if (N11.test(digits)) return 0;
	if (PHONE_WORDS(left)) return 0.9;
	// A clause of a law (`252.227-7013`) mixes what stands between.
	const isMixed = /^(?:1.)?\d{3}([ .-])\d{3}(?!\1)/.test(text);
	if (!isMixed && parsePhoneNumberFromString(digits, "US")?.isValid() === true) return 0.75;
	return text.includes("(") ? 0.6 : 0.4;
};

function afterLastDigit(text: string): string {
	let at = text.length;
	while (at > 0 && !/\d/.test(text[at - 1] as string)) at--;
	return text.slice(at);
}

/** The last 40 characters, without the end of a word that begins before them. */
const endOf = (left: string): string => (left.length > 40 ? left.slice(-40).replace(/^[A-Za-z]+/, "") : left);

/** Telephone, mobile, phone and fax in a signature. */
const LETTER_LABEL = /(?:^|[\s|])[TMPF][.:]? {1,2}$/;

/** A date, or years from one to another. */
const DATE_OR_SPAN =
	/^\d{1,2}([./-])\d{1,2}\1\d{2,4}$|^\d{4}-\d{2}-\d{2}|^(?:19|20)\d{2}([./])(?:0[1-9]|1[0-2])\2(?:0[1-9]|[12]\d|3[01])$|^(?:19|20)\d{2} ?[-–/ ] ?(?:19|20)\d{2}$/;

/** National numbers in any grouping need a word: without one they are any number. */
export const confirmNationalPhone: Confirmer = ({ text, left, right }) => {
	// The word belongs to this number: no other number stands between.
	const isNamed = mayHold(PHONE_WORDS, left) && isPhoneNear(afterLastDigit(endOf(left)));
	if (!isNamed && !/^\(?0/.test(text)) return 0;
	const digits = digitsOf(text);
	if (digits.length < 7 || digits.length > 13 || /^(\d)\1+$/.test(digits)) return 0;
	if (DATE_OR_SPAN.test(text)) return 0;
	if (isNamed) return 0.75;
	if (text.startsWith("0") && digits.length <= 11 && LETTER_LABEL.test(left)) return 0.6;
	if (right === undefined) return undefined;
	return isPhoneNear(right.slice(0, 16)) ? 0.6 : 0;
};
