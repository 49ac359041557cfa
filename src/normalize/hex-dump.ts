import { PLANE_14 } from "./hidden.ts";
import { writeMargin } from "./margin.ts";
import type { ShadowSink, Transducer, TransducerState } from "./transducer.ts";
import { Undecided } from "./undecided.ts";

const LINE_FEED = 0x0a;
const ZERO = 0x30;
/** Indentation, and the quotes of a mail. */
const BEFORE: ReadonlySet<number> = new Set(Buffer.from(" \t>|"));
const MAX_ROW = 160;
/** Offset of the first byte: a multiple of 8, with a colon or of six digits and more. */
const OFFSET = /^(?:([0-9a-f]{3,7}[08]):[ \t]{1,3}|([0-9a-f]{5,7}[08])[ \t]{1,3})/i;
/** What an offset and a first group can begin with. */
const ROW_HEAD = /^(?:[0-9a-f]{0,8}|[0-9a-f]{3,7}[08]:[ \t]{0,3}|[0-9a-f]{5,7}[08][ \t]{1,3})(?:(?<=[ \t])[0-9a-f]{1,8})?$/i;
/** Bytes by one, two or four. Behind them stands what they spell. */
const GROUP = /^(?:(?:[0-9a-f]{2}){1,2}|[0-9a-f]{8})(?=[ \t\r]|$)/i;
/** Where a row of bytes one by one has a wider gap. */
const MIDDLE = 8;
/** Where the line at hand stands: nothing but its indentation is there, it may be a row, it is none. */
const [AT_START, IN_ROW, PASSED] = [0, 1, 2];

/** The bytes of a row and where each stands in the line. */
interface Row {
	readonly offset: number;
	readonly bytes: readonly number[];
	readonly at: readonly number[];
}

/**
 * The text that the rows of a hex dump spell (`xxd`, `hexdump -C`, `od -t x1`), and nothing else. A row is undecided until its end, and each of
 * its bytes stands for the rest of it: beside the digits a dump has the same once more as text.
 */
export class HexDump implements Transducer {
	readonly #line: Undecided;
	readonly #sink: ShadowSink;
	#place: number;
	/** Offset that a row must have to go on with the rows before it; below zero: there are none. */
	#next: number;

	constructor(sink: ShadowSink, state?: TransducerState) {
		const [place = AT_START, next = -1] = state?.memory ?? [];
		this.#line = new Undecided(state);
		this.#sink = sink;
		this.#place = place;
		this.#next = next;
	}

	get undecidedFrom(): number {
		return this.#line.from;
	}

	push(byte: number, from: number, to: number): void {
		if (byte === LINE_FEED) {
			this.#endLine();
			this.#place = AT_START;
		} else if (this.#place === IN_ROW || (this.#place === AT_START && byte === ZERO)) {
			this.#place = IN_ROW;
			this.#line.push(byte, from, to);
			// Of a line that turns out to be no row the end would come between the characters of what is hidden in it.
			if (byte === PLANE_14 || !this.#mayBeRow()) this.#pass(from);
		} else if (this.#place === AT_START && !BEFORE.has(byte)) this.#pass(from);
	}

	finish(): void {
		this.#endLine();
	}

	skip(window: Uint8Array, from: number, end: number): number {
		if (this.#next >= 0) return from;
		for (let at = from; at < end; at++) {
			const byte = window[at] as number;
			if (byte === LINE_FEED) this.#place = AT_START;
			else if (this.#place === AT_START && byte === ZERO) return at;
			else if (this.#place === AT_START && !BEFORE.has(byte)) this.#place = PASSED;
		}
		return end;
	}

	state(): TransducerState[] {
		return [this.#line.state([this.#place, this.#next])];
	}

	/** Judged by its first 20 bytes. */
	#mayBeRow(): boolean {
		const { length } = this.#line;
		if (length > 20) return length <= MAX_ROW;
		const line = this.#line.latin1();
		const groups = line.slice(OFFSET.exec(line)?.[0].length ?? length);
		return ROW_HEAD.test(line) || GROUP.test(groups);
	}

	/** The line is no row. */
	#pass(at: number): void {
		if (this.#next >= 0) writeMargin(at, this.#sink);
		this.#next = -1;
		this.#place = PASSED;
		this.#line.drop(this.#line.length);
	}

	#endLine(): void {
		const { length } = this.#line;
		if (length === 0) return;
		const row = rowOf(this.#line.latin1());
		const { from, to } = this.#line;
		if (row === undefined) {
			this.#pass(from);
			return;
		}
		const starts = row.at.map((index) => this.#line.fromOf(index));
		if (row.offset !== this.#next) writeMargin(from, this.#sink);
		for (const [i, byte] of row.bytes.entries()) this.#sink(byte, starts[i] as number, to);
		this.#next = row.offset + row.bytes.length;
		this.#line.drop(length);
	}
}

function rowOf(line: string): Row | undefined {
	const offset = OFFSET.exec(line);
	let at = offset?.[0].length ?? line.length;
	const bytes: number[] = [];
	const starts: number[] = [];
	const size = GROUP.exec(line.slice(at))?.[0].length ?? 0;
	for (let group = size; group > 0; ) {
		for (let i = 0; i < group; i += 2) {
			starts.push(at + i);
			bytes.push(Number.parseInt(line.slice(at + i, at + i + 2), 16));
		}
		at += group;
		const gap = /^ */.exec(line.slice(at))?.[0].length ?? 0;
		const next = GROUP.exec(line.slice(at + gap))?.[0].length ?? 0;
		at += gap;
		// A shorter group is the last one.
		group = group === size && next <= size && (gap === 1 || (gap === 2 && size === 2 && bytes.length === MIDDLE)) ? next : 0;
	}
	return bytes.length === 0 ? undefined : { offset: Number.parseInt(offset?.[1] ?? offset?.[2] ?? "", 16), bytes, at: starts };
}
