import { createParser, type EventSourceMessage } from "eventsource-parser";
import { ByteQueue } from "../core/byte-queue.ts";

/**
 * One SSE block (HTML standard, "server-sent events"): everything up to and including its blank line.
 * `event` is absent for blocks of comments only.
 */
export interface SseBlock {
	readonly raw: string;
	readonly event: { readonly data: string; readonly name: string | undefined; readonly id: string | undefined } | undefined;
	/** Raw bytes of the block (UTF-8), a stripped byte order mark included. */
	readonly byteLength: number;
}

/** What ends a stream of blocks. */
export type SseFault = "upstream_invalid_utf8" | "upstream_event_too_large" | "upstream_invalid_event";

export interface SseDecoder {
	/** Takes bytes in. */
	push(bytes: Uint8Array): void;
	/** The stream has ended, and a CR at its end is the end of a line. Answers whether there is one, the first time. */
	end(): boolean;
	readonly hasEnded: boolean;
	/** The next block; undefined while it is not complete. After a fault the decoder must not be used again. */
	next(): SseBlock | SseFault | undefined;
	/**
	 * Takes the blocks that `endOf` accepts, one behind the other, and returns their text. `endOf` gets decoded text and an
	 * index where a block begins, and returns the index behind its blank line, or -1 for any other block.
	 */
	takeWhile(endOf: (text: string, at: number) => number): string;
	/** Everything that was taken in has been given out. */
	readonly isEmpty: boolean;
	/** Bytes taken in whose block is not complete. Ask when `next` has nothing more. */
	readonly pendingBytes: number;
	/** A block was decoded: a byte order mark can no longer come. */
	readonly began: boolean;
}

/**
 * Cuts a byte stream into blocks, so that untouched ones can be passed on as they came. `began`: the stream continues
 * another decoder's.
 */
export function createSseDecoder(maxBlockBytes: number, began: boolean): SseDecoder {
	return new Decoder(maxBlockBytes, began);
}

/** The blocks of a text that ends with one. */
export function sseBlocks(sse: string): SseBlock[] {
	const decoder = createSseDecoder(Number.POSITIVE_INFINITY, true);
	decoder.push(Buffer.from(sse));
	decoder.end();
	const blocks: SseBlock[] = [];
	for (let block = decoder.next(); typeof block === "object"; block = decoder.next()) blocks.push(block);
	return blocks;
}

class Decoder implements SseDecoder {
	readonly #maxBlockBytes: number;
	readonly #pending = new ByteQueue();
	/** Where in `#pending` the search for the end of the next block goes on. */
	#searchFrom = 0;
	/** What the last push brought may be decoded together. */
	#isSimple = true;
	#hasBegun: boolean;
	#hasEnded = false;
	/** Whole blocks that are decoded already, from `#at` on; their bytes are no longer pending. All their lines end alike. */
	#text = "";
	#at = 0;
	#blankLine = "\n\n";

	constructor(maxBlockBytes: number, began: boolean) {
		this.#maxBlockBytes = maxBlockBytes;
		this.#hasBegun = began;
	}

	get isEmpty(): boolean {
		return this.#pending.length === 0 && this.#at === this.#text.length;
	}
	get pendingBytes(): number {
		return this.#pending.length;
	}
	get began(): boolean {
		return this.#hasBegun;
	}
	get hasEnded(): boolean {
		return this.#hasEnded;
	}

	push(bytes: Uint8Array): void {
		this.#pending.append(bytes);
		this.#isSimple = true;
	}

	end(): boolean {
		if (this.#hasEnded) return false;
		this.#hasEnded = true;
		return this.#pending.bytes.at(-1) === CR;
	}

	next(): SseBlock | SseFault | undefined {
		if (this.#hasText()) {
			const from = this.#at;
			this.#at = this.#text.indexOf(this.#blankLine, from) + this.#blankLine.length;
			return parseBlock(this.#text.slice(from, this.#at));
		}
		const { bytes } = this.#pending;
		const end = blockEnd(bytes, this.#searchFrom, this.#hasEnded);
		if (end === undefined) {
			this.#searchFrom = Math.max(0, bytes.length - 4);
			return bytes.length > this.#maxBlockBytes ? "upstream_event_too_large" : undefined;
		}
		const raw = decodeUtf8(bytes.subarray(0, end));
		const isFirst = !this.#hasBegun;
		this.#drop(end);
		if (raw === undefined) return "upstream_invalid_utf8";
		return isFirst && raw.startsWith("\ufeff") ? parseBlock(raw.slice(1), end) : parseBlock(raw, end);
	}

	takeWhile(endOf: (text: string, at: number) => number): string {
		if (!this.#hasText()) return "";
		const from = this.#at;
		for (let end = endOf(this.#text, from); end > 0; end = this.#at < this.#text.length ? endOf(this.#text, this.#at) : -1) this.#at = end;
		return this.#text.slice(from, this.#at);
	}

	/**
	 * Whether a decoded block is there. Blocks are decoded together where that is simple: the stream has begun, and its lines
	 * all end with LF, or all with CRLF.
	 */
	#hasText(): boolean {
		if (this.#at < this.#text.length) return true;
		const { bytes } = this.#pending;
		if (!this.#hasBegun || !this.#isSimple) return false;
		const last = lastBlankLine(bytes, this.#searchFrom);
		if (last < 0) return false;
		const lineEnd = bytes[last - 2] === CR ? "\r\n" : "\n";
		const whole = last === bytes.length ? bytes : bytes.subarray(0, last);
		const text = decodeUtf8(whole);
		this.#isSimple = text !== undefined && !(lineEnd === "\n" ? /\r/ : OTHER_THAN_CRLF).test(text);
		if (text === undefined || !this.#isSimple) return false;
		// Two line ends are a blank line each time; an odd one behind them begins the next block.
		let lines = 2;
		while (text.endsWith(lineEnd, text.length - lines * lineEnd.length)) lines++;
		const odd = (lines % 2) * lineEnd.length;
		this.#text = text.slice(0, text.length - odd);
		this.#at = 0;
		this.#blankLine = lineEnd + lineEnd;
		this.#drop(whole.length - odd);
		return true;
	}

	#drop(bytes: number): void {
		this.#pending.drop(bytes);
		this.#searchFrom = 0;
		this.#hasBegun = true;
	}
}

const LF = 10;
const CR = 13;
const OTHER_THAN_CRLF = /\r(?!\n)|(?<!\r)\n/;

/** Index behind the last two LF of `bytes[from, …)`, or LF, CR and LF; -1 when there are none. */
function lastBlankLine(bytes: Uint8Array, from: number): number {
	for (let at = bytes.length - 1; at > from; at = bytes.subarray(from, at).lastIndexOf(LF) + from) {
		if (bytes[at] === LF && bytes[at - (bytes[at - 1] === CR ? 2 : 1)] === LF) return at + 1;
	}
	return -1;
}

/**
 * Index after the first blank line. A CR at the very end is left undecided while the stream goes on: a LF may follow that
 * belongs to it.
 */
function blockEnd(bytes: Uint8Array, from: number, hasEnded: boolean): number | undefined {
	for (let i = from; i < bytes.length; i++) {
		const first = lineEnd(bytes, i, hasEnded);
		if (first === undefined) continue;
		if (first < 0) return undefined;
		const second = first < bytes.length ? lineEnd(bytes, first, hasEnded) : undefined;
		if (second !== undefined) return second < 0 ? undefined : second;
	}
	return undefined;
}

/** Index after the line end at `at`; undefined when there is none, -1 when it is not decidable yet. */
function lineEnd(bytes: Uint8Array, at: number, hasEnded: boolean): number | undefined {
	if (bytes[at] === LF) return at + 1;
	if (bytes[at] !== CR) return undefined;
	if (at + 1 >= bytes.length && !hasEnded) return -1;
	return bytes[at + 1] === LF ? at + 2 : at + 1;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Undefined: it is no UTF-8. */
function decodeUtf8(bytes: Uint8Array): string | undefined {
	try {
		return utf8.decode(bytes);
	} catch {
		return undefined;
	}
}

/** What nearly every block is: at most a name, and its data on one line. The parser says the same of it, ten times slower. */
const PLAIN_BLOCK = /^(?:event: ([\w.]+)\r?\n)?data: ([^\r\n]+)\r?\n\r?\n$/;

function parseBlock(raw: string, byteLength = Buffer.byteLength(raw)): SseBlock | SseFault {
	const plain = PLAIN_BLOCK.exec(raw);
	if (plain !== null) return { raw, byteLength, event: { data: plain[2] as string, name: plain[1], id: undefined } };
	const events: EventSourceMessage[] = [];
	const parser = createParser({ onEvent: (event) => events.push(event) });
	// The parser waits for what follows a CR; here the block is whole.
	parser.feed(raw.replace(/\r\n?/g, "\n"));
	const [event] = events;
	// Two events in one block would mean that the parser and blockEnd disagree about line ends.
	if (events.length > 1) return "upstream_invalid_event";
	return { raw, byteLength, event: event && { data: event.data, name: event.event, id: event.id } };
}
