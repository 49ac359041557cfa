import { mentionsOf } from "./mentions.ts";
import { settingOf } from "./setting.ts";
import type { TextBefore } from "./text-before.ts";
import type { Token } from "./token-text.ts";

/** Word lists a token may stand in, as bits. */
export type WordBits = (word: number) => number;

/** How words and features become numbers. */
export interface Hashing {
	readonly lists: WordBits;
	readonly bits: number;
}

/** Features of one token. */
export const FEATURES = 49;

/** What is known of one token by itself: hashes, and the bits of the word lists. */
interface Traits {
	readonly word: number;
	readonly shape: number;
	readonly lists: number;
	readonly head: number;
	readonly tail: number;
	readonly longHead: number;
	readonly longTail: number;
}

const EDGE: Traits = { word: 1, shape: 1, lists: 0, head: 1, tail: 1, longHead: 1, longTail: 1 };

/** FNV-1a over UTF-16 units. */
export function hashWord(text: string): number {
	let hash = 0x811c9dc5;
	for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
	return hash | 0;
}

/**
 * Feature buckets of every token, `FEATURES` in a row. A bucket is a hash in `[0, 2^bits)`; two features may share one.
 * `dropLists`, in training only, hides the word lists of some tokens, so that the model does not rely on them alone.
 */
export function featuresOf(tokens: readonly Token[], before: TextBefore, { lists, bits }: Hashing, dropLists?: () => boolean): Uint32Array {
	const traits = tokens.map((token) => traitsOf(token, lists, dropLists?.() === true));
	const hasCapitals = tokens.some(({ text }) => /\p{Lu}\p{Ll}/u.test(text)) ? 1 : 2;
	const out = new Uint32Array(tokens.length * FEATURES);
	const shift = 32 - bits;
	let at = 0;
	const put = (a: number, b = 0, c = 0): void => {
		let hash = Math.imul(at % FEATURES, 0x9e3779b1) ^ a;
		hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) ^ b;
		hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) ^ c;
		hash = Math.imul(hash ^ (hash >>> 16), 0x27d4eb2f);
		out[at++] = (hash ^ (hash >>> 15)) >>> shift;
	};
	const setting = settingOf(tokens);
	const opening = traits[0]?.word ?? 1;
	const mentions = mentionsOf(tokens);
	const textOpening = before.opening === 0 ? opening : before.opening;
	const past = 1 + before.contact + 4 * before.segments;
	for (const [i, token] of tokens.entries()) {
		const t = traits[i] as Traits;
		const l = traits[i - 1] ?? EDGE;
		const ll = traits[i - 2] ?? EDGE;
		const r = traits[i + 1] ?? EDGE;
		const rr = traits[i + 2] ?? EDGE;
		const gap = (token.beginsLine ? 2 : 0) + (token.isSpaced ? 1 : 0);
		const nextGap = (tokens[i + 1]?.beginsLine === true ? 2 : 0) + (tokens[i + 1]?.isSpaced === true ? 1 : 0);
		put(hasCapitals, t.shape, gap);
		put(t.word);
		put(l.word);
		put(r.word);
		put(ll.word);
		put(rr.word);
		put((traits[i - 3] ?? EDGE).word);
		put(t.word, l.word);
		put(t.word, r.word);
		put(l.word, r.word);
		put(ll.word, l.word);
		put(r.word, rr.word);
		put(t.head);
		put(t.tail);
		put(t.longHead, t.shape);
		put(t.longTail, t.shape);
		put(t.shape, l.shape, gap);
		put(t.shape, r.shape, nextGap);
		put(t.shape, l.shape, r.shape);
		put(t.shape, ll.shape, l.shape);
		put(t.shape, r.shape, rr.shape);
		put(t.shape, l.word, gap);
		put(t.shape, r.word, nextGap);
		put(t.shape, l.word, ll.word);
		put(t.shape, r.word, rr.word);
		put(t.lists, t.shape, hasCapitals);
		put(t.lists, l.lists, t.shape);
		put(t.lists, r.lists, t.shape);
		put(t.lists, l.lists, r.lists);
		put(t.lists, l.word, hasCapitals);
		put(t.lists, r.word, hasCapitals);
		put(t.lists, l.word, ll.word);
		put(l.lists, l.shape, ll.word);
		put(r.lists, r.shape, t.shape);
		put(t.word, l.shape, r.shape);
		put(t.word, hasCapitals, t.shape);
		put(l.tail, t.shape, r.tail);
		put(ll.lists, l.lists, t.lists);
		put(setting, t.shape, l.shape);
		put(setting, t.lists, l.lists);
		put(setting, t.shape, l.word);
		put(opening, t.shape, Math.min(i, 4));
		put(opening, t.lists, setting);
		const mentioned = mentions[i] as number;
		put(mentioned, t.shape, mentions[i - 1]);
		put(mentioned, t.lists, mentions[i + 1]);
		put(textOpening, t.shape, l.shape);
		put(textOpening, past, t.lists);
		put(past, t.shape, l.shape);
		put(past, t.lists, l.lists);
	}
	return out;
}

function traitsOf({ text }: Token, lists: WordBits, dropsLists: boolean): Traits {
	const isNumber = /^\d+$/.test(text);
	const lower = isNumber ? `#${text.length}` : text.toLowerCase();
	const word = hashWord(lower);
	return {
		word,
		shape: shapeOf(text),
		lists: isNumber || dropsLists ? 0 : lists(word),
		head: hashWord(lower.slice(0, 2)),
		tail: hashWord(lower.slice(-3)),
		longHead: hashWord(lower.slice(0, 4)),
		longTail: hashWord(lower.slice(-4)),
	};
}

const UPPER = /^\p{Lu}$/u;

/** `Smith-Jones` is `Xx-Xx`, `ACME` `XX`, `12B` `ddX`: kinds of characters, two of a run at most. */
function shapeOf(text: string): number {
	let shape = "";
	let last = "";
	let run = 0;
	const length = Math.min(text.length, 24);
	for (let i = 0; i < length; i++) {
		const kind = kindOf(text.charCodeAt(i));
		run = kind === last ? run + 1 : 1;
		last = kind;
		if (run <= 2) shape += kind;
	}
	return hashWord(shape);
}

function kindOf(unit: number): string {
	if (unit >= 0x61 && unit <= 0x7a) return "x";
	if (unit >= 0x41 && unit <= 0x5a) return "X";
	if (unit >= 0x30 && unit <= 0x39) return "d";
	if (unit < 0x80) return String.fromCharCode(unit);
	if (unit >= 0x2e80) return "c";
	return UPPER.test(String.fromCharCode(unit)) ? "X" : "x";
}
