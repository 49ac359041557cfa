import { PASSWORD_KEYS } from "./credential-keys.ts";
import { asksForOne, isPlaceholder } from "./placeholders.ts";
import type { Candidate, Confirmer } from "./recognizer.ts";
import { entropy, tokenEfficiency } from "./token-efficiency.ts";

/** How a value was assigned, read from what stands before it. */
interface Assignment {
	/** The identifier that ends with the operator: `DB_PASSWORD`, `spring.datasource.password`. */
	readonly key: string;
	/** `:`, `=`, `==`, `(` as in `setPassword("…")`, `,` as in `put("password", "…")`. */
	readonly operator: string;
	readonly isQuoted: boolean;
	/** It stands in a URN. */
	readonly isInName: boolean;
}

const ASSIGNMENT =
	/([\p{L}\p{N}_$.-]*)["'`*\])\s]*(=>|:=|===?|=|:|\(|,|\|)(?: ?[|>][-+]?\r?\n)?[\s"'`=>:\\(@[*]*(?:(?<=[\s:=(,])[rbuf]{1,2}#?["'])?$/iu;

function assignmentOf(left: string): Assignment {
	const [, key = "", operator = ""] = ASSIGNMENT.exec(left) ?? [];
	const isInName = /(?<![A-Za-z])urn:[\w:.-]*$/.test(left);
	return { key, operator: operator.startsWith("==") ? "==" : operator.charAt(0), isQuoted: /["'`]$/.test(left), isInName };
}

const SECRET_WORD =
	/pass(?:w(?:or)?d|wd|phrase|code)?|pwd|pswd|kennwort|passwort|contraseña|contrasena|senha|hasło|haslo|wachtwoord|secret|token|key|auth|credential|pin/gi;
/** What follows the secret word in a key and says that the value is something about a secret. */
const ABOUT =
	/^(?:s?[_.-]?(?:id|ids|name|names|type|spec|specs|usage|url|uri|urls|path|file|files|dir|label|labels|hint|text|title|message|msg|policy|policies|length|len|size|min|max|count|iterations|algorithm|alg|format|field|fields|form|param|params|parameter|header|method|mode|provider|service|server|endpoint|host|port|domain|expir\w*|ttl|timeout|at|date|updated|created|reset|required|enabled|env|var|map|izer|ization|split|prefix|suffix|pattern|regex|regexp|rule|rules|class|input|prompt|placeholder|error|errors|status|state|source|ref|version|index|order|column|table|arn|alias|store|manager|handler|handlers|ring|word|words|board|frame|or|ors|entication|enticate|orization|orize|hash|salt|digest|encoder|tooltip))\b/i;
/** What stands before it and does the same. */
const OF_SOMETHING_ELSE =
	/(?:public|primary|foreign|sort|partition|range|cache|object|bucket|row|map|dict|i18n|label|title|btn|button|mandatory|invalid|forgot|reset|show|hide|confirm|new|old|current|repeat|msg|error|hot|short|api_version|encrypted|monkey|tur|whis|don|key)[_.-]?$/i;

/** Tokens that are counted: `max_tokens`, `budgetTokens`. */
const COUNT = /(?:[a-z]_|[a-z](?=T))tokens$|^(?:max|min)tokens$/i;
const DIGITS = /^[\d.,_]+$/;
/** Where in a file: `auth/token.go:723 +0x539`. */
const SOURCE_FILE = /\.(?:go|py|rb|rs|[cm]?[jt]sx?|java|kt|php|cs|cc?|cpp|hp?p?|swift|scala|exs?)$/i;
const LINE_NUMBER = /^\d{1,6}(?:$|[\s:,)]|[-+]0x)/;
/** What ends a key of several words, and says the same as `ABOUT`. */
const ABOUT_AT_END =
	/_(?:names?|type|url|uri|path|file|dir|title|message|policy|length|size|count|format|method|host|port|expir\w*|time|at)$/i;

/** A password that is typed twice. */
const AGAIN = /^[_-]?confirm(?:ation|ed)?$/i;

type Meaning = "secret" | "doubtful" | "other";

/** `mapping`, `CmpInst`: the three letters are a part of a word. */
const WITHIN_WORD = /(?!(?<![A-Za-z])pin(?![a-z])|Pin(?![a-z])|(?<![A-Z])PIN(?![A-Z]))[pP][iI][nN]/g;

function meaningOf({ key: written, isInName }: Assignment): Meaning {
	if (/^\$/.test(written) || isInName) return "other";
	const key = written.replace(WITHIN_WORD, "-");
	const last = [...key.matchAll(SECRET_WORD)].at(-1);
	if (COUNT.test(key) || ABOUT_AT_END.test(key) || (last === undefined && key !== written)) return "other";
	if (last === undefined || /^key$/i.test(key)) return key === "" || last !== undefined ? "doubtful" : "secret";
	const after = key.slice(last.index + last[0].length);
	const before = key.slice(0, last.index);
	if (AGAIN.test(after)) return "secret";
	if (ABOUT.test(after)) return "other";
	return OF_SOMETHING_ELSE.test(before) || /^[a-z]{3,}/i.test(after.replace(/^[_.-]/, "")) ? "doubtful" : "secret";
}

/** A call or a path of names is code, not a literal. */
const CODE = /^[A-Za-z_$][\w$]*(?:(?:\.|::|->|\?\.)[A-Za-z_$][\w$]*)*(?:\[.*)?;?$/;
/** Words of a constant's name. A literal of this form stands for what it says. */
const CONSTANT = /^_?[A-Z][A-Z0-9]*(?:[_.][A-Z][A-Z0-9]*)+$/;
const PATH =
	/^(?:path\/|[\w.*+()|/-]+\.(?:[cm]?[jt]sx?|map|pub|pem|key)$|https?:|arn:|[a-z][a-z0-9-]*:[A-Z][A-Za-z]+\*?$|\/|\.\.?\/|~\/|[\w.-]+\.(?:js|ts|py|go|rb|json|ya?ml|pem|key|crt|cer|txt|html|com|org|net|io)\b)/;
const FINGERPRINT = /^(?:[0-9A-Fa-f]{2}:){4}|^[\^~<>=v]{0,2}\d+(?:\.\d+)+$|^\d{4}-\d{2}-\d{2}/;
/** The structure of a chemical. */
const INCHI_KEY = /^[A-Z]{14}-[A-Z]{10}-[A-Z]$/;
/** Of memory: `#<Token:0x00028f608b73ed44>`. */
const ADDRESS = /^0x[0-9a-f]{6,16}$/i;
/** Of what a build keeps: words and the hash of a file. */
const CACHE_KEY = /^(?:[A-Za-z][\w.]*-)+(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

const kindsOf = (value: string): number => [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9_.\s-]/].filter((kind) => kind.test(value)).length;

/** Words with blanks, or of a script in which nobody types passwords, are what a person reads. */
function isProse(value: string): boolean {
	if (/^[{[]/.test(value)) return false;
	if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]{4}/u.test(value)) return true;
	return /\s/.test(value) || (/[^\x20-\x7e]/.test(value) && !/\d/.test(value));
}

/** A hash of a password is found as such, and not by the name it is stored under. */
const isHash = (value: string): boolean => /^(?:\{[A-Z0-9]+\})?\$[a-z0-9]+\$/i.test(value);

/** A special token of a model, a name of RFC 4151, a constant without a digit. */
const isNames = (value: string): boolean => /^<\|.*\|>$|^tag:[\w.-]+,\d{4}/.test(value) || (CONSTANT.test(value) && !/\d/.test(value));

/** Counted through digits and letters. */
const COUNTED = /0?123456789(?:0?abc|0ab)|abcdefghijkl/i;

const isUseless = (value: string): boolean =>
	isPlaceholder(value) ||
	COUNTED.test(value) ||
	asksForOne(value) ||
	isProse(value) ||
	PATH.test(value) ||
	FINGERPRINT.test(value) ||
	INCHI_KEY.test(value) ||
	ADDRESS.test(value) ||
	isHash(value) ||
	isNames(value);

/** Random characters: 1 sure, 0 plain words. */
function randomness(value: string): number {
	const efficiency = tokenEfficiency(value);
	if (efficiency < 1.9) return 1;
	if (efficiency < 2.4) return /\d/.test(value) ? 0.9 : 0.7;
	if (efficiency < 3) return /\d/.test(value) && kindsOf(value) >= 2 ? 0.6 : 0.4;
	return kindsOf(value) >= 3 ? 0.5 : 0.1;
}

/** A number that its name explains: how many tokens there are, or a line. */
function isExplained({ key, operator }: Assignment, value: string): boolean {
	return /tokens$/i.test(key) ? DIGITS.test(value) : operator === ":" && SOURCE_FILE.test(key) && LINE_NUMBER.test(value);
}

/** Passwords are short and may be words; keys and tokens are long and random. */
function judge({ text, left, right }: Candidate, isPassword: boolean): number | undefined {
	const assignment = assignmentOf(left);
	const meaning = meaningOf(assignment);
	if (meaning === "other" || text.length < (isPassword ? 4 : 8) || isUseless(text) || isExplained(assignment, text)) return 0;
	if (UUID.test(text)) return meaning === "secret" ? scoreUuid(assignment) : 0;
	const random = randomness(text);
	const isLiteral = assignment.isQuoted || isVariable(assignment, left, random);
	if (meaning === "doubtful" && !isBeyondDoubt(text, random, assignment, isPassword, isLiteral)) return 0;
	if (!isLiteral && right === undefined) return undefined;
	if (!isLiteral && !standsForItself(text, right ?? "", random, assignment.operator)) return 0;
	if (isPassword) return scorePassword(text, random, assignment);
	return isInCall(assignment) && /^[A-Z_]+$/.test(text) ? 0 : scoreToken(text, random);
}

/** Of a token a UUID may be the value; of most else it is a name. */
const scoreUuid = ({ key }: Assignment): number => (/secret|token|api.?key/i.test(key) ? 0.6 : 0);

/** What stands in a call that is about tokens: in capitals it is the name of one. */
const isInCall = ({ operator }: Assignment): boolean => /^[(,]$/.test(operator);

/** Whether a value is a secret whatever its name: random and long, or a password as far as one can be told from a name. */
function isBeyondDoubt(value: string, random: number, { operator }: Assignment, isPassword: boolean, isLiteral: boolean): boolean {
	if (operator === "," || random < 0.9 || CACHE_KEY.test(value)) return false;
	return value.length >= 12 || (isPassword && value.length >= 8 && kindsOf(value) >= (isLiteral ? 3 : 4));
}

/** A variable of the environment or of a compose file: what is behind it is never a name of something else. */
function isVariable({ key, operator }: Assignment, left: string, random: number): boolean {
	return random >= 0.6 && /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(key) && (operator === "=" ? left.endsWith("=") : /: $/.test(left));
}

/** Without quotes a name stands for something else; only what is random, or no name at all, is the value itself. */
function standsForItself(value: string, right: string, random: number, operator: string): boolean {
	if (operator === "==" || operator === "(" || operator === "," || /^[$%&*@!?-]|[[\]]|::/.test(value)) return false;
	const isName = CODE.test(value) || /^[([]/.test(right);
	if (isName && (CONSTANT.test(value) || (value.includes(".") && /^(?:\(| [=!]==? | = )/.test(right)))) return false;
	return !isName || (random >= 0.9 && value.length >= 6);
}

function scoreToken(value: string, random: number): number {
	if (!/\d/.test(value) && random < 1) return 0.3;
	if (random >= 0.9 && entropy(value) > 2.6) return 0.85;
	return random >= 0.6 && value.length >= 16 && entropy(value) > 3.2 ? 0.65 : 0.3;
}

function scorePassword(value: string, random: number, { isQuoted, operator }: Assignment): number {
	if (!isQuoted) return random >= 0.5 ? 0.7 : 0.3;
	if (operator === "(" || operator === ",") return random >= 0.6 ? 0.7 : 0.3;
	return random >= 0.5 || (kindsOf(value) >= 2 && /\d/.test(value)) ? 0.85 : 0.4;
}

export const confirmPasswordValue: Confirmer = (candidate) => judge(candidate, true);
export const confirmTokenValue: Confirmer = (candidate) => judge(candidate, false);

/** What may stand between a name and its `=`: a type, or the markup of a second field that holds the value. */
const BETWEEN = /(?::\s*(?:&(?:'static )?)?str(?:ing)?(?: \| \w+)?|["']?[,;]?\s+["']?value["']?)\s*(?=[=:][\s"'`]*$)/i;
const PASSWORD_NAME = new RegExp(PASSWORD_KEYS, "i");

/** Judges a value as if it stood right behind its name. */
function judgeNamed({ text, compact, right }: Candidate, left: string): number | undefined {
	return judge({ text, compact, left, right }, PASSWORD_NAME.test(assignmentOf(left).key));
}

/** Like an assignment, with the name further away. */
export const confirmNamedValue: Confirmer = (candidate) => judgeNamed(candidate, candidate.left.replace(BETWEEN, ""));

/** In a block whose name says what it is, and may be too far away to be seen. */
export const confirmBlockValue: Confirmer = ({ text, compact, right }) => judge({ text, compact, left: 'password = "', right }, true) ?? 0;

/** The text of an element: it ends with the closing tag, and stands for itself as in quotes. */
export const confirmElementValue: Confirmer = (candidate) => {
	if (candidate.right === undefined) return undefined;
	if (/<label\b[^<>]*>\s*$/i.test(candidate.left) || candidate.text.endsWith(":")) return 0;
	return candidate.right.startsWith("</") ? judgeNamed(candidate, candidate.left.replace(/["']?>\s*$/, '="')) : 0;
};

export const confirmCdataValue: Confirmer = (candidate) => judgeNamed(candidate, candidate.left.replace(/><!\[CDATA\[\s*$/i, '="'));

/** A cell behind the cell with its name. */
export const confirmCell: Confirmer = (candidate) => {
	if (candidate.right === undefined) return undefined;
	if (!candidate.right.startsWith("</")) return 0;
	return judgeNamed(candidate, candidate.left.replace(/ ?:?(?:<\/\w{1,6}>\s*){1,2}<\w{2}> ?$/, '="'));
};

/** The password in a list of literals. */
export const confirmArgument: Confirmer = ({ text, left }) =>
	/["'`]$/.test(left) && text.length >= 4 && !isUseless(text) && randomness(text) >= 0.5 ? 0.8 : 0;

/** Not the first of a list: like its name in the singular. */
export const confirmListed: Confirmer = ({ text, left }) =>
	/["'`]$/.test(left) && text.length >= 8 && !isUseless(text) ? scoreToken(text, randomness(text)) : 0;

/** What a format has no other use for. */
export const confirmFormatValue: Confirmer = ({ text }) => (isUseless(text) ? 0 : 0.9);

/** In a sentence a password has to look like one, and more so behind two letters. */
export const confirmSpokenPassword: Confirmer = ({ text, left }) => {
	const value = text.replace(/[.!?:,]+$/, "");
	if (value.length < 5 || isUseless(value)) return 0;
	if (/(?<![A-Za-z])p(?:w|sk) ["'`]?$/i.test(left)) return kindsOf(value) >= 3 ? 0.8 : 0;
	return kindsOf(value) >= 3 || (kindsOf(value) === 2 && /\d/.test(value)) ? 0.8 : 0;
};

/** Alone in the line below its name. */
export const confirmPasswordBelow: Confirmer = (candidate) => {
	if (candidate.text.endsWith(":")) return 0;
	if (candidate.right === undefined) return undefined;
	return /^(?:\*\*|`)?[ \t]*(?:\r?\n|$)/.test(candidate.right) ? confirmSpokenPassword(candidate) : 0;
};

/** Behind its name and dots, or in a column behind blanks: what stands there may be anything else of a table. */
export const confirmAlignedPassword: Confirmer = ({ text, right }) => {
	if (kindsOf(text) < 3 || randomness(text) < 0.5 || isUseless(text)) return 0;
	if (right === undefined) return undefined;
	return /^(?:[ \t]*(?:\r?\n|$)| {2}|\t)/.test(right) ? 0.8 : 0;
};

export const confirmOption: Confirmer = ({ text, left }) => {
	if (text.length < 4 || isUseless(text) || /^[-$<[/.]/.test(text) || (CODE.test(text) && randomness(text) < 0.7)) return 0;
	if (/(?<![\w-])-p[ =]["']?$/.test(left) && !/[A-Z].*\d|\d.*[A-Z]|[!#%^*]/.test(text)) return 0;
	return randomness(text) >= 0.5 ? 0.8 : 0.3;
};

/** Basic credentials decode to `user:password`; other schemes carry something random. */
export const confirmAuthorization: Confirmer = ({ text, left }) => {
	if (text.length < 8 || isUseless(text)) return 0;
	const isBasic = /basic[ "']*$/i.test(left);
	if (isBasic || /auth"?[ "':=]*$/i.test(left)) {
		const decoded = Buffer.from(text, "base64").toString("latin1");
		if (/^[\x20-\x7e]{1,64}:[\x20-\x7e]+$/.test(decoded)) return 0.95;
		if (isBasic) return 0;
	}
	return /\d/.test(text) && tokenEfficiency(text) < 2.4 && entropy(text) > 2.8 ? 0.85 : 0;
};
