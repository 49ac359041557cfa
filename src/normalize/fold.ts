import { ESCAPE_STARTS, readEscape, utf8Length } from "./escape.ts";
import { foldCharacter } from "./fold-character.ts";
import type { ShadowSink, Transducer, TransducerState } from "./transducer.ts";
import { Undecided } from "./undecided.ts";

/** 0: an ordinary ASCII byte, 1: an escape may begin, 2: part of a longer character, or an invisible one. */
const KINDS = new Uint8Array(256).fill(2, 0x80);
for (let byte = 0; byte < 0x80; byte++) if (foldCharacter(byte) !== undefined) KINDS[byte] = 2;
for (const byte of ESCAPE_STARTS) KINDS[byte] = 1;

/** An ASCII byte that always stands for itself. */
export function isOrdinary(byte: number): boolean {
	return KINDS[byte] === 0;
}

/** Bytes of the character at `at` when it always stands for itself, else 0. */
export function ownLength(window: Uint8Array, at: number, end: number): number {
	const byte = window[at] as number;
	if (KINDS[byte] === 0) return 1;
	const length = utf8Length(byte);
	const codePoint = length > 1 && at + length <= end ? codePointAt(window, at, length) : undefined;
	return codePoint === undefined || foldCharacter(codePoint) !== undefined ? 0 : length;
}

/**
 * Text as its reader takes it: invisible characters left out, every character that looks like or is compatible with
 * ASCII written as ASCII (so with all decimal digits), combining marks dropped, escapes of HTML, URLs, code and
 * terminals decoded.
 */
export class Fold implements Transducer {
	readonly #sink: ShadowSink;
	readonly #undecided: Undecided;

	constructor(sink: ShadowSink, state?: TransducerState) {
		this.#sink = sink;
		this.#undecided = new Undecided(state);
	}

	get undecidedFrom(): number {
		return this.#undecided.from;
	}

	push(byte: number, from: number, to: number): void {
		if (this.#undecided.length === 0 && KINDS[byte] === 0) {
			this.#sink(byte, from, to);
			return;
		}
		this.#undecided.push(byte, from, to);
		this.#decide(false);
	}

	finish(): void {
		this.#decide(true);
	}

	skip(window: Uint8Array, from: number, end: number): number {
		for (let at = from; at < end; ) {
			const length = ownLength(window, at, end);
			if (length === 0) return at;
			at += length;
		}
		return end;
	}

	state(): TransducerState[] {
		return [this.#undecided.state()];
	}

	#decide(isEnd: boolean): void {
		const undecided = this.#undecided;
		while (undecided.length > 0) {
			const kind = KINDS[undecided.byte(0)];
			if (kind === 0) undecided.pass(1, this.#sink);
			else if (!(kind === 1 ? this.#escape(isEnd) : this.#character(isEnd))) return;
		}
	}

	/** False: not decidable yet. */
	#escape(isEnd: boolean): boolean {
		const reading = readEscape(this.#undecided.latin1(), isEnd);
		if (reading === "more") return false;
		if (reading === "none") this.#undecided.pass(1, this.#sink);
		else this.#undecided.replace(reading.length, foldText(reading.text), this.#sink);
		return true;
	}

	/** False: not decidable yet. */
	#character(isEnd: boolean): boolean {
		const undecided = this.#undecided;
		const length = utf8Length(undecided.byte(0));
		if (undecided.length < length && !isEnd) return false;
		const bytes = Uint8Array.from({ length: Math.min(length, undecided.length) }, (_, i) => undecided.byte(i));
		const codePoint = codePointAt(bytes, 0, length);
		const folded = codePoint === undefined ? undefined : foldCharacter(codePoint);
		if (folded === undefined) undecided.pass(codePoint === undefined ? 1 : length, this.#sink);
		else undecided.replace(length, folded, this.#sink);
		return true;
	}
}

/** Every character of a text folded. */
export function foldText(text: string): string {
	let out = "";
	for (const character of text) out += foldCharacter(character.codePointAt(0) as number) ?? character;
	return out;
}

const LAST_CODE_POINT = 0x10ffff;

/** Undefined where the bytes are no well-formed character of this length. */
function codePointAt(bytes: Uint8Array, at: number, length: number): number | undefined {
	const lead = bytes[at] as number;
	if (length === 1) return lead < 0x80 ? lead : undefined;
	let codePoint = lead & (0x7f >> length);
	for (let i = 1; i < length; i++) {
		const byte = bytes[at + i];
		if (byte === undefined || (byte & 0xc0) !== 0x80) return undefined;
		codePoint = (codePoint << 6) | (byte & 0x3f);
	}
	return codePoint > LAST_CODE_POINT ? undefined : codePoint;
}
