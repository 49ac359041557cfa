import { ASKS_FOR_ONE, isPlaceholder } from "./placeholders.ts";
import type { Candidate, Confirmer } from "./recognizer.ts";
import { entropy, tokenEfficiency } from "./token-efficiency.ts";

/** How a value was assigned, read from what stands before it. */
interface Assignment {
	/** The identifier that ends with the operator: `DB_PASSWORD`, `spring.datasource.password`. */
	readonly key: string;
	/** `:`, `=`, `==`, `(` as in `setPassword("…")`, `,` as in `put("password", "…")`. */
	readonly operator: string;
	readonly isQuoted: boolean;
}

const ASSIGNMENT = /([\p{L}\p{N}_$.-]*)["'`\])\s]*(=>|:=|===?|=|:|\(|,)[\s"'`=>:\\(@[]*$/u;

function assignmentOf(left: string): Assignment {
	const [, key = "", operator = ""] = ASSIGNMENT.exec(left) ?? [];
	return { key, operator: operator.startsWith("==") ? "==" : operator.charAt(0), isQuoted: /["'`]$/.test(left) };
}

const SECRET_WORD =
	/pass(?:w(?:or)?d|wd|phrase|code)?|pwd|pswd|kennwort|passwort|contraseña|contrasena|senha|hasło|haslo|wachtwoord|secret|token|key|auth|credential|pin/gi;
/** What follows the secret word in a key and says that the value is something about a secret. */
const ABOUT =
	/^(?:s?[_.-]?(?:id|ids|name|names|type|spec|specs|usage|url|uri|urls|path|file|files|dir|label|labels|hint|text|title|message|msg|policy|policies|length|len|size|min|max|count|iterations|algorithm|alg|format|field|fields|form|param|params|parameter|header|method|mode|provider|service|server|endpoint|host|port|domain|expir\w*|ttl|timeout|at|date|updated|created|reset|required|enabled|env|var|prefix|suffix|pattern|regex|regexp|rule|rules|class|input|prompt|placeholder|error|errors|status|state|source|ref|version|index|order|column|table|arn|alias|store|manager|handler|handlers|ring|word|words|board|frame|or|ors|entication|enticate|orization|orize|hash|salt|digest|encoder|tooltip))\b/i;
/** What stands before it and does the same. */
const OF_SOMETHING_ELSE =
	/(?:public|primary|foreign|sort|partition|range|cache|object|bucket|row|map|dict|i18n|label|title|btn|button|mandatory|invalid|forgot|reset|show|hide|confirm|new|old|current|repeat|msg|error|hot|short|api_version|encrypted|monkey|tur|whis|don|key)[_.-]?$/i;

type Meaning = "secret" | "doubtful" | "other";

function meaningOf({ key }: Assignment): Meaning {
	if (/^\$/.test(key)) return "other";
	const last = [...key.matchAll(SECRET_WORD)].at(-1);
	if (last === undefined || /^key$/i.test(key)) return key === "" || last !== undefined ? "doubtful" : "secret";
	const after = key.slice(last.index + last[0].length);
	const before = key.slice(0, last.index);
	if (ABOUT.test(after)) return "other";
	return OF_SOMETHING_ELSE.test(before) || /^[a-z]{3,}/i.test(after.replace(/^[_.-]/, "")) ? "doubtful" : "secret";
}

/** A call or a path of names is code, not a literal. */
const CODE = /^[A-Za-z_$][\w$]*(?:(?:\.|::|->|\?\.)[A-Za-z_$][\w$]*)*(?:\[.*)?;?$/;
const PATH = /^(?:https?:|\/|\.\.?\/|~\/|[\w.-]+\.(?:js|ts|py|go|rb|json|ya?ml|pem|key|crt|cer|txt|html|com|org|net|io)\b)/;
const FINGERPRINT = /^(?:[0-9A-Fa-f]{2}:){4}|^\d+(?:\.\d+)+$|^\d{4}-\d{2}-\d{2}/;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

const kindsOf = (value: string): number => [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9_.\s-]/].filter((kind) => kind.test(value)).length;

/** Words with blanks, or of a script in which nobody types passwords, are what a person reads. */
function isProse(value: string): boolean {
	if (/^[{[]/.test(value)) return false;
	return /\s/.test(value) || (/[^\x20-\x7e]/.test(value) && !/\d/.test(value));
}

/** A hash of a password is found as such, and not by the name it is stored under. */
const isHash = (value: string): boolean => /^(?:\{[A-Z0-9]+\})?\$[a-z0-9]+\$/i.test(value);

const isUseless = (value: string): boolean =>
	isPlaceholder(value) || ASKS_FOR_ONE.test(value) || isProse(value) || PATH.test(value) || FINGERPRINT.test(value) || isHash(value);

/** Random characters: 1 sure, 0 plain words. */
function randomness(value: string): number {
	const efficiency = tokenEfficiency(value);
	if (efficiency < 1.9) return 1;
	if (efficiency < 2.4) return /\d/.test(value) ? 0.9 : 0.7;
	if (efficiency < 3) return /\d/.test(value) && kindsOf(value) >= 2 ? 0.6 : 0.4;
	return kindsOf(value) >= 3 ? 0.5 : 0.1;
}

/** Passwords are short and may be words; keys and tokens are long and random. */
function judge({ text, left, right }: Candidate, isPassword: boolean): number | undefined {
	const assignment = assignmentOf(left);
	const meaning = meaningOf(assignment);
	if (meaning === "other" || text.length < (isPassword ? 4 : 8) || isUseless(text)) return 0;
	if (UUID.test(text)) return meaning === "secret" && /secret|token|api.?key/i.test(assignment.key) ? 0.6 : 0;
	const random = randomness(text);
	if (meaning === "doubtful" && (random < 0.9 || text.length < 12)) return 0;
	if (!assignment.isQuoted) {
		if (right === undefined) return undefined;
		if (!standsForItself(text, right, random, assignment.operator)) return 0;
	}
	return isPassword ? scorePassword(text, random, assignment) : scoreToken(text, random);
}

/** Without quotes a name stands for something else; only what is random, or no name at all, is the value itself. */
function standsForItself(value: string, right: string, random: number, operator: string): boolean {
	if (operator === "==" || operator === "(" || operator === "," || /^[$%&*@!?-]|[[\]]|::/.test(value)) return false;
	const isName = CODE.test(value) || /^[([]/.test(right);
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

/** In a sentence a password has to look like one. */
export const confirmSpokenPassword: Confirmer = ({ text }) => {
	const value = text.replace(/[.!?:,]+$/, "");
	if (value.length < 5 || isUseless(value)) return 0;
	return kindsOf(value) >= 3 || (kindsOf(value) === 2 && /\d/.test(value)) ? 0.8 : 0;
};

export const confirmOption: Confirmer = ({ text, left }) => {
	if (text.length < 4 || isUseless(text) || /^[-$<[/.]/.test(text) || (CODE.test(text) && randomness(text) < 0.7)) return 0;
	if (/(?:^|\s)-p[ =]["']?$/.test(left) && !/[A-Z].*\d|\d.*[A-Z]|[!#%^*]/.test(text)) return 0;
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
