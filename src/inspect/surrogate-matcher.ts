/** Finds surrogates in the forms that a model gives them. Works on UTF-16 text; knows nothing of streams. */
export interface SurrogateMatcher {
	/**
	 * Looks for a surrogate that begins at `at`, behind `LEFT_UNITS` of the text or all there are. When the text ends while
	 * a longer one may still come and `isEnd` is false, the answer is `open`.
	 */
	match(text: string, at: number, isEnd: boolean): SurrogateMatch;
}

/** UTF-16 units before a surrogate that tell whether it begins a word: an escape of a URL. */
export const LEFT_UNITS = 3;

export type SurrogateMatch =
	| { readonly kind: "none" }
	| { readonly kind: "open" }
	| { readonly kind: "match"; readonly to: number; readonly original: string };

interface Node {
	readonly next: Map<string, Node>;
	original?: string;
}

/** One way to read a text: which of its characters count, and where a surrogate may begin and end. */
interface Form {
	/** What a character counts as; empty: it may stand between others without meaning. */
	fold(char: string): string;
	/** Characters without meaning that may come first. */
	readonly opens: string;
	/** Runs of these count once. */
	readonly collapses: string;
	accepts(raw: string, left: string, right: string): boolean;
}

/** Characters without meaning in a row; more end the match. Keeps what is held small. */
const MAX_SKIPPED = 3;
/** Surrogates are Latin. Letters of other scripts may stand beside one: some write no blanks (`请写EMAIL_1`), some add endings (`EMAIL_1에게`). */
const WORD = /[\p{Script=Latin}\p{N}_]/u;
const BLANK = /\s/;
const SEPARATOR = /[\s\-\u2010-\u2015]/;
const NONE = { kind: "none" } as const;
const OPEN = { kind: "open" } as const;

function isWord(char: string): boolean {
	const code = char.charCodeAt(0);
	if (code > 127) return WORD.test(char);
	return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95;
}

/** `[EMAIL_1]` in any letter case, `[EMAIL 1]`, `[email-1]`, `\[EMAIL\_1\]`; without brackets only with `_`, and as a word of its own. */
const PLACEHOLDER: Form = {
	opens: "\\",
	collapses: "_",
	fold: (char) => (char === "\\" ? "" : SEPARATOR.test(char) ? "_" : char.toLowerCase()),
	accepts: (raw, left, right) => raw.endsWith("]") || (!isWord(left) && !isWord(right) && !raw.startsWith("\\") && !SEPARATOR.test(raw)),
};

/** Numbers: the letters and digits count, whatever separates them. */
const NUMBER: Form = {
	opens: "(+",
	collapses: "",
	fold: (char) => (/[\s+().\\/\-\u2010-\u2015]/.test(char) ? "" : char.toLowerCase()),
	accepts: (raw, left, right) => standsAlone(left, right) && !/^[(+]{2}/.test(raw) && raw.startsWith("(") <= raw.includes(")"),
};

const TYPESET: Readonly<Record<string, string>> = { "\u2018": "'", "\u2019": "'", "\u2010": "-", "\u2011": "-" };

/** Words and addresses: any letter case, any white space, markdown escapes, what typesetters make of `'` and `-`. */
const WORDS: Form = {
	opens: "",
	collapses: " ",
	fold: (char) => (char === "\\" ? "" : BLANK.test(char) ? " " : (TYPESET[char] ?? char.toLowerCase())),
	accepts: (_raw, left, right) => standsAlone(left, right),
};

/** What stands in a URL comes back in its encoding. */
const IN_URL: Form = { ...WORDS };

/** `_` on both sides is Markdown. */
function standsAlone(left: string, right: string): boolean {
	return (left === "_" && right === "_") || (!isWord(left) && !isWord(right));
}

export interface Restorable {
	readonly surrogate: string;
	readonly original: string;
}

export function createSurrogateMatcher(restorables: readonly Restorable[]): SurrogateMatcher {
	// Of two that end at one place the first counts.
	const tries = new Map<Form, Node>([[IN_URL, { next: new Map() }]]);
	const add = (form: Form, surrogate: string, original: string): void => {
		const root = tries.get(form) ?? { next: new Map() };
		tries.set(form, root);
		insert(root, form, surrogate, original);
	};
	for (const { surrogate, original } of restorables) {
		if (isPlaceholder(surrogate)) {
			add(PLACEHOLDER, surrogate, original);
			add(PLACEHOLDER, surrogate.slice(1, -1), original);
		} else add(isNumber(surrogate) ? NUMBER : WORDS, surrogate, original);
	}
	// Behind them all: what one of them is made into may be another one.
	for (const { surrogate, original } of restorables) {
		if (isPlaceholder(surrogate)) add(PLACEHOLDER, `${surrogate.slice(1, -1)}s`, `${original}s`);
		else if (NAME.test(surrogate)) add(WORDS, `${surrogate}s`, `${original}s`);
		for (const inUrl of IN_URLS) if (inUrl(surrogate) !== surrogate) add(IN_URL, inUrl(surrogate), inUrl(original));
	}
	const forms = [...tries];
	return {
		match(text, at, isEnd) {
			const first = text[at] ?? "";
			const left = leftOf(text, at);
			if (isWord(left) && left !== "_" && first !== "[" && first !== "\\") return NONE;
			let best: SurrogateMatch = NONE;
			for (const [form, root] of forms) {
				const found = walk(text, at, left, isEnd, form, root);
				if (found.kind === "open") return found;
				if (found.kind === "match" && (best.kind !== "match" || found.to > best.to)) best = found;
			}
			return best;
		},
	};
}

function isPlaceholder(surrogate: string): boolean {
	return /^\[.*\]$/.test(surrogate);
}

/** Of a person or an organisation: German and Scandinavian languages put their genitive's `s` at the end (`Anna Lunds`). */
const NAME = /^\p{L}[\p{L}\s',.-]*\p{L}$/u;

/** In a path or a query, and in a form. */
const IN_URLS: readonly ((text: string) => string)[] = [
	(text) => encodeURIComponent(text.toWellFormed()),
	(text) => encodeURIComponent(text.toWellFormed()).replaceAll("%20", "+"),
];

/** The character before `at`; none behind an escape of a URL. */
function leftOf(text: string, at: number): string {
	const left = text[at - 1] ?? "";
	return isWord(left) && /^%[\da-f]{2}$/i.test(text.slice(Math.max(0, at - LEFT_UNITS), at)) ? "" : left;
}

/** Separators of it mean nothing: no dots (an IP address) and no `@`. */
function isNumber(surrogate: string): boolean {
	return /^[+(]?[A-Z\d][A-Z\d\s()-]*$/.test(surrogate) && (surrogate.match(/\d/g)?.length ?? 0) >= 7;
}

function insert(root: Node, form: Form, surrogate: string, original: string): void {
	let node = root;
	for (const char of surrogate) {
		const token = form.fold(char);
		if (token === "") continue;
		let next = node.next.get(token);
		if (next === undefined) {
			next = { next: new Map() };
			node.next.set(token, next);
		}
		node = next;
	}
	node.original ??= original;
}

/** Where a walk down one trie has come to. */
interface Cursor {
	node: Node;
	/** Characters without meaning since the last that counted. */
	skipped: number;
	last: string;
}

/** Follows one trie from `at`; the longest accepted surrogate counts. */
function walk(text: string, at: number, left: string, isEnd: boolean, form: Form, root: Node): SurrogateMatch {
	const cursor: Cursor = { node: root, skipped: 0, last: "" };
	let best: SurrogateMatch = NONE;
	for (let i = at; ; i++) {
		const right = text[i] ?? "";
		// A bracket ends a surrogate; any other end depends on what follows.
		if (right !== "" || isEnd || text[i - 1] === "]") {
			const original = originalAt(cursor, form, text.slice(at, i), left, right);
			if (original !== undefined) best = { kind: "match", to: i, original };
			if (cursor.node.next.size === 0) return best;
		}
		if (right === "") return isEnd ? best : OPEN;
		if (!advance(cursor, form, right)) return best;
	}
}

/** The original of the surrogate that ends at the cursor. */
function originalAt({ node, skipped }: Cursor, form: Form, raw: string, left: string, right: string): string | undefined {
	return node.original !== undefined && skipped === 0 && form.accepts(raw, left, right) ? node.original : undefined;
}

/** False when no surrogate goes on with the character. */
function advance(cursor: Cursor, form: Form, char: string): boolean {
	const token = form.fold(char);
	const isSkipped = token === "" || (token === cursor.last && form.collapses === token);
	if (isSkipped) return (cursor.last !== "" || form.opens.includes(char)) && ++cursor.skipped <= MAX_SKIPPED;
	const next = cursor.node.next.get(token);
	if (next === undefined) return false;
	cursor.node = next;
	cursor.skipped = 0;
	cursor.last = token;
	return true;
}
