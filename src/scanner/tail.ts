import type { Tail } from "../recognizers/recognizer.ts";

/** How far a tail has come; plain data so that it survives a move to another lane. */
export interface TailState {
	readonly rule: number;
	/** Absolute offset up to which the tail's bytes were judged. */
	to: number;
	/** Bytes left before the cap. */
	left: number;
	/** Which of the `until` literals is looked for. */
	stage: number;
	/** Characters of that literal seen at the end of the judged bytes (KMP state). */
	seen: number;
	/** False once the tail ended; `to` is then final. */
	open: boolean;
}

/** The bytes a tail may swallow and the literals that end it, prepared once per rule. */
export interface TailProgram {
	readonly accepts: Uint8Array;
	readonly until: readonly Uint8Array[];
	readonly maxBytes: number;
}

export function compileTail(tail: Tail): TailProgram {
	return {
		accepts: byteClass(tail.bytes),
		until: (tail.until ?? []).map((literal) => Buffer.from(literal, "latin1")),
		maxBytes: tail.maxBytes,
	};
}

/** 1 for every byte in the class. A class that is negated or names other than ASCII characters has all bytes beyond ASCII. */
export function byteClass(source: string): Uint8Array {
	const member = new RegExp(`^[${source}]$`, "s");
	const beyond = Number(source.startsWith("^") || /\P{ASCII}/u.test(source));
	return Uint8Array.from({ length: 256 }, (_, byte) => (byte < 128 ? Number(member.test(String.fromCharCode(byte))) : beyond));
}

export function beginTail(rule: number, at: number, program: TailProgram): TailState {
	return { rule, to: at, left: program.maxBytes, stage: 0, seen: 0, open: true };
}

/** Judges `window[index, end)`, whose first byte stands at absolute offset `state.to`. Byte by byte, so chunking cannot matter. */
export function advanceTail(state: TailState, program: TailProgram, window: Uint8Array, index: number, end: number): void {
	for (let i = index; i < end && state.open; i++) {
		const byte = window[i] as number;
		if (state.left === 0 || program.accepts[byte] !== 1) {
			state.open = false;
			return;
		}
		state.to++;
		state.left--;
		const literal = program.until[state.stage];
		if (literal === undefined) continue;
		state.seen = nextSeen(literal, state.seen, byte);
		if (state.seen < literal.length) continue;
		state.stage++;
		state.seen = 0;
		if (state.stage === program.until.length) state.open = false;
	}
}

/** Length of the longest prefix of `literal` that ends with the matched `seen` bytes followed by `byte`. Literals are short. */
function nextSeen(literal: Uint8Array, seen: number, byte: number): number {
	for (let length = seen + 1; length > 0; length--) {
		if (literal[length - 1] !== byte) continue;
		let same = true;
		for (let k = 0; k < length - 1 && same; k++) same = literal[k] === literal[seen - (length - 1) + k];
		if (same) return length;
	}
	return 0;
}
