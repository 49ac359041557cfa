/** Finds surrogates in the forms that a model gives them. Works on UTF-16 text; knows nothing of streams. */
export interface SurrogateMatcher {
	/**
	 * Looks for a surrogate that begins at `at`. `left` is the character before the text. When the text ends while a
	 * longer one may still come and `isEnd` is false, the answer is `open`.
	 */
	match(text: string, at: number, left: string, isEnd: boolean): SurrogateMatch;
}

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
const WORD = /[\p{L}\p{N}_]/u;
const BLANK = /\s/;
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
	fold: (char) => (char === "\\" ? "" : char === "-" || BLANK.test(char) ? "_" : char.toLowerCase()),
	accepts: (raw, left, right) => raw.endsWith("]") || (!isWord(left) && !isWord(right) && !/^\\|[\s-]/.test(raw)),
};

/** Numbers: the letters and digits count, whatever separates them. */
const NUMBER: Form = {
	opens: "(+",
	collapses: "",
	fold: (char) => (/[\s+().\\/\-\u2010-\u2015]/.test(char) ? "" : char.toLowerCase()),
	accepts: (raw, left, right) => !isWord(left) && !isWord(right) && !/^[(+]{2}/.test(raw) && raw.startsWith("(") <= raw.includes(")"),
};

/** Words and addresses: any letter case, any white space, markdown escapes. */
const WORDS: Form = {
	opens: "",
	collapses: " ",
	fold: (char) => (char === "\\" ? "" : BLANK.test(char) ? " " : char.toLowerCase()),
	accepts: (_raw, left, right) => !isWord(left) && !isWord(right),
};

export interface Restorable {
	readonly surrogate: string;
	readonly original: string;
}

export function createSurrogateMatcher(restorables: readonly Restorable[]): SurrogateMatcher {
	const tries = new Map<Form, Node>();
	const add = (form: Form, surrogate: string, original: string): void => {
		const root = tries.get(form) ?? { next: new Map() };
		tries.set(form, root);
		insert(root, form, surrogate, original);
	};
	for (const { surrogate, original } of restorables) {
		if (/^\[.*\]$/.test(surrogate)) {
			add(PLACEHOLDER, surrogate, original);
			add(PLACEHOLDER, surrogate.slice(1, -1), original);
		} else add(isNumber(surrogate) ? NUMBER : WORDS, surrogate, original);
	}
	const forms = [...tries];
	return {
		match(text, at, left, isEnd) {
			const first = text[at] ?? "";
			if (isWord(left) && first !== "[" && first !== "\\") return NONE;
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
