import type { Core } from "../recognizers/recognizer.ts";
import { byteClass } from "./tail.ts";

/** How far a value after a trigger has come; plain data so that it survives a move to another lane. Absolute offsets. */
export interface CoreState {
	readonly rule: number;
	/** End of the trigger. */
	readonly at: number;
	/** Offset up to which bytes were judged. */
	to: number;
	/** First byte of the value; -1 while blanks and quotes are skipped. */
	from: number;
	/** The quote that ends the value, 0 for none. */
	quote: number;
	/** The last byte was a backslash. */
	escaping: boolean;
	/** The opening quote was itself escaped: a literal within a literal, in which no further escape can stand. */
	inner: boolean;
}

/** The bytes of a core, prepared once per rule. */
export interface CoreProgram {
	readonly skips: Uint8Array;
	readonly accepts: Uint8Array;
	readonly value: RegExp | undefined;
	readonly spec: Core;
}

export function compileCore(spec: Core): CoreProgram {
	const value = spec.value === undefined ? undefined : new RegExp(spec.value, "u");
	return { skips: byteClass(spec.skip), accepts: byteClass(spec.bytes), value, spec };
}

export function armCore(rule: number, at: number): CoreState {
	return { rule, at, to: at, from: -1, quote: 0, escaping: false, inner: false };
}

const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;
const QUOTES: ReadonlySet<number> = new Set([0x22, 0x27, 0x60]);

/** `open`: more bytes are needed. `value`: `[from, to)` is the value. `none`: there is no value. */
export type CoreProgress = "open" | "value" | "none";

/**
 * Judges `window[0, length)` from `state.to` on; `base` is the offset of `window[0]`. Byte by byte, so chunking cannot
 * matter.
 */
export function advanceCore(state: CoreState, program: CoreProgram, window: Uint8Array, base: number, length: number): CoreProgress {
	for (let i = state.to - base; i < length; i++) {
		const progress = judge(state, program, window[i] as number);
		if (progress !== "open") return progress;
	}
	return "open";
}

function judge(state: CoreState, program: CoreProgram, byte: number): CoreProgress {
	const { maxSkip, maxBytes } = program.spec;
	if (state.from < 0 && program.skips[byte] === 1) {
		if (state.to - state.at >= maxSkip) return "none";
		if (QUOTES.has(byte)) {
			state.quote = byte;
			state.inner = state.escaping;
		} else if (byte !== BACKSLASH) state.quote = 0;
		state.escaping = byte === BACKSLASH;
		state.to++;
		return "open";
	}
	if (state.from < 0) {
		state.from = state.to;
		state.escaping = false;
	}
	if (!belongs(byte, state, program)) return endCore(state, program);
	state.to++;
	return state.to - state.from === maxBytes ? "value" : "open";
}

/** At the end of the text. */
export function endCore(state: CoreState, { spec }: CoreProgram): CoreProgress {
	return state.from >= 0 && state.to - state.from >= spec.minBytes ? "value" : "none";
}

/** Bytes of the value at the start of the run `bytes`; 0 when it does not have the shape. What is no UTF-8 in the run, decoded from a code, reads as a longer character. */
export function valueLength(bytes: Buffer, { value }: CoreProgram): number {
	if (value === undefined) return bytes.length;
	const match = value.exec(bytes.toString("utf8"));
	return match?.index === 0 ? Math.min(bytes.length, Buffer.byteLength(match[0])) : 0;
}

/** In quotes everything up to the quote or the end of the line belongs to the value, an escaped quote too. */
function belongs(byte: number, state: CoreState, { accepts }: CoreProgram): boolean {
	if (state.quote === 0) return accepts[byte] === 1;
	if (byte === NEWLINE || (byte === BACKSLASH && state.inner)) return false;
	const isEscaped = state.escaping;
	state.escaping = byte === BACKSLASH && !isEscaped;
	return byte !== state.quote || isEscaped;
}
