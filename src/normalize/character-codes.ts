import { isOrdinary } from "./fold.ts";
import { writeMargin } from "./margin.ts";
import type { ShadowSink, Transducer, TransducerState } from "./transducer.ts";
import { Undecided } from "./undecided.ts";

/** So many codes in a row say something. */
const LEAST_RUN = 8;
/** How a code may be written, and the base of its digits; in the order in which they are preferred. */
const WRITINGS: readonly (readonly [form: RegExp, base: number])[] = [
	[/^([1-9]\d{1,2})$/, 10],
	[/^(?:0x|00)?([0-9a-f]{2})$/i, 16],
	[/^(?:0b)?0?([01]{7})$/i, 2],
	[/^(?:0o?)?(1?[0-7]{2})$/i, 8],
];
/** The beginning of any of them. */
const CODE_HEAD = /^(?:[0-9a-f]{1,3}|0x[0-9a-f]{0,2}|00[0-9a-f]{0,2}|0?[01]{0,7}|0b0?[01]{0,7}|0o?1?[0-7]{0,2})$/i;
/** Between two codes, with what some write before each: `52, 49`, `chr(52) + chr(49)`, `U+0034 U+0031`. */
const GAP = /^[^0-9A-Za-z\x80-\xff]{1,20}(?:U\+|char\(|chr\()?$/i;
const GAP_HEAD = /^[^0-9A-Za-z\x80-\xff]{1,20}(?:U\+?|c|ch|cha?r\(?|cha)?$/i;
/** Letters that the end of a gap begins with. */
const PREFIX_STARTS: ReadonlySet<number> = new Set(Buffer.from("UuCc"));
/** What ends a code in a list of strings, or a member's name: `{"0":65,"1":75}`. */
const [QUOTE, COLON] = [0x22, 0x3a];
const SHORT_NAME = /^\d{1,3}$/;
/** In a list, behind a quote. */
const LONG_NAME = /^\d{4,7}$/;
const NO_LIST = -1;

/**
 * The texts that lists of character codes spell (`52, 49, 49`, `0x34 0x31`, `00110100 00110001`), and nothing else. A list is
 * undecided until it is long enough or spells no ASCII any more: for a number among words that is until the next word begins.
 */
export class CharacterCodes implements Omit<Transducer, "skip"> {
	readonly #sink: ShadowSink;
	/** The letters and digits at hand, of which the first is a digit; behind digits perhaps the quote that ends them. */
	readonly #code: Undecided;
	/** What stands behind the last code, while the next one may still be none; empty where no list is open. */
	readonly #gap: Undecided;
	/** What the list spells in each writing, while it is too short. */
	readonly #spelled: readonly Undecided[];
	/** The writing of a list that is long enough. */
	#writing: number;
	/** End of the last code. */
	#end: number;
	/** The last byte was a letter or digit that is part of no code. */
	#isInWord: boolean;

	constructor(sink: ShadowSink, [code, gap, ...spelled]: readonly TransducerState[] = []) {
		const [writing = NO_LIST, end = 0, isInWord = 0] = code?.memory ?? [];
		this.#sink = sink;
		this.#code = new Undecided(code);
		this.#gap = new Undecided(gap);
		this.#spelled = WRITINGS.map((_, i) => new Undecided(spelled[i]));
		this.#writing = writing;
		this.#end = end;
		this.#isInWord = isInWord === 1;
	}

	get undecidedFrom(): number {
		let from = Math.min(this.#code.from, this.#writing === NO_LIST ? Number.POSITIVE_INFINITY : this.#gap.from);
		for (const spelled of this.#spelled) from = Math.min(from, spelled.from);
		return from;
	}

	push(byte: number, from: number, to: number): void {
		if (this.#code.length === 0) {
			this.#between(byte, from, to);
			return;
		}
		if (this.#isQuoted) {
			this.#endQuoted(byte, from, to);
			return;
		}
		if (byte === QUOTE && (SHORT_NAME.test(this.#code.latin1()) || this.#mayBeName())) {
			this.#code.push(byte, from, to);
			return;
		}
		if (isWord(byte)) {
			this.#code.push(byte, from, to);
			if (CODE_HEAD.test(this.#code.latin1()) || this.#mayBeName()) return;
			this.#endList();
			this.#isInWord = true;
			return;
		}
		this.#endCode();
		this.#between(byte, from, to);
	}

	finish(): void {
		if (this.#code.length > 0) this.#endCode();
		this.#endList();
	}

	/** Index of the first of `window[from, end)` that must be pushed. */
	next(window: Uint8Array, from: number, end: number): number {
		if (this.#gap.length > 0) return from;
		let isInWord = this.#isInWord;
		for (let at = from; at < end; at++) {
			const byte = window[at] as number;
			if (!isInWord && isDigit(byte) && mayBeList(window, at, end)) return at;
			isInWord = isWord(byte);
		}
		return end;
	}

	/** Nothing of `window[from, at)` is pushed. */
	skipped(window: Uint8Array, from: number, at: number): void {
		if (at > from) this.#isInWord = isWord(window[at - 1] as number);
	}

	state(): TransducerState[] {
		const memory = [this.#writing, this.#end, Number(this.#isInWord)];
		return [this.#code.state(memory), this.#gap.state(), ...this.#spelled.map((spelled) => spelled.state())];
	}

	get #isQuoted(): boolean {
		return this.#code.byte(this.#code.length - 1) === QUOTE;
	}

	#mayBeName(): boolean {
		return this.#gap.length > 0 && this.#gap.byte(this.#gap.length - 1) === QUOTE && LONG_NAME.test(this.#code.latin1());
	}

	/** Behind the quote that ends a code, or a member's name, which says nothing. */
	#endQuoted(byte: number, from: number, to: number): void {
		if (byte === COLON) this.#code.drop(this.#code.length - 1);
		const quote = this.#code.takeLast();
		if (this.#code.length > 0) this.#endCode();
		this.#between(...quote);
		this.push(byte, from, to);
	}

	get #isInList(): boolean {
		return this.#writing !== NO_LIST || this.#spelled.some(({ length }) => length > 0);
	}

	#between(byte: number, from: number, to: number): void {
		const begins = isDigit(byte) && !this.#isInWord;
		if (begins && (!this.#isInList || GAP.test(this.#gap.latin1()))) {
			this.#code.push(byte, from, to);
			return;
		}
		if (this.#isInList) {
			this.#gap.push(byte, from, to);
			if (GAP_HEAD.test(this.#gap.latin1())) return;
			this.#endList();
		}
		this.#isInWord = isWord(byte);
	}

	#endCode(): void {
		if (this.#isQuoted) this.#code.takeLast();
		const source = this.#code.latin1();
		const { from, to } = this.#code;
		this.#code.drop(source.length);
		if (this.#writing !== NO_LIST) {
			const value = valueOf(source, this.#writing);
			if (value === undefined) this.#endList();
			else this.#sink(value, from, to);
		}
		this.#gap.drop(this.#gap.length);
		this.#end = to;
		if (this.#writing === NO_LIST) this.#begin(source, from, to);
	}

	#begin(source: string, from: number, to: number): void {
		for (const [writing, spelled] of this.#spelled.entries()) {
			const value = valueOf(source, writing);
			if (value === undefined) spelled.drop(spelled.length);
			else spelled.push(value, from, to);
		}
		const long = this.#spelled.filter(({ length }) => length === LEAST_RUN);
		const chosen = long.find((spelled) => saysWords(spelled.latin1())) ?? long[0];
		if (chosen === undefined) return;
		this.#writing = this.#spelled.indexOf(chosen);
		writeMargin(chosen.from, this.#sink);
		chosen.pass(chosen.length, this.#sink);
		for (const spelled of this.#spelled) spelled.drop(spelled.length);
	}

	#endList(): void {
		if (this.#writing !== NO_LIST) writeMargin(this.#gap.length > 0 ? this.#gap.from : this.#end, this.#sink);
		this.#writing = NO_LIST;
		for (const undecided of [this.#code, this.#gap, ...this.#spelled]) undecided.drop(undecided.length);
	}
}

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

function isWord(byte: number): boolean {
	const letter = byte | 0x20;
	return isDigit(byte) || (letter >= 0x61 && letter <= 0x7a);
}

/** A look at the bytes that are here: false only when no second code can follow the one that begins at `at`. */
function mayBeList(window: Uint8Array, at: number, end: number): boolean {
	let next = at;
	while (next < end && isWord(window[next] as number)) next++;
	while (next < end && !isWord(window[next] as number) && isOrdinary(window[next] as number)) next++;
	const byte = window[next] as number;
	return next === end || !isOrdinary(byte) || isDigit(byte) || PREFIX_STARTS.has(byte);
}

/** The character of ASCII that a code stands for in a writing. */
function valueOf(source: string, writing: number): number | undefined {
	const [form, base] = WRITINGS[writing] as (typeof WRITINGS)[number];
	const digits = form.exec(source)?.[1];
	const value = digits === undefined ? 0 : Number.parseInt(digits, base);
	return value === 0x0a || (value >= 0x20 && value < 0x7f) ? value : undefined;
}

/** Of two readings of one list the one with letters and digits is meant: `34 31 31 31` is 4111, and no `"` with control characters. */
function saysWords(text: string): boolean {
	return text.replace(/[^0-9A-Za-z]/g, "").length >= (text.length * 3) / 4;
}
