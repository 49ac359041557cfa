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

export type SseDecoding =
	| { readonly kind: "blocks"; readonly blocks: readonly SseBlock[] }
	/** `upstream_invalid_utf8`, `upstream_event_too_large` or `upstream_invalid_event`; the decoder must not be used again. */
	| {
			readonly kind: "fault";
			readonly code: "upstream_invalid_utf8" | "upstream_event_too_large" | "upstream_invalid_event";
			readonly blocks: readonly SseBlock[];
	  };

export interface SseDecoder {
	decode(bytes: Uint8Array): SseDecoding;
	/** Bytes taken in whose block is not complete. */
	readonly pendingBytes: number;
	/** A block was decoded: a byte order mark can no longer come. */
	readonly began: boolean;
}

/**
 * Cuts a byte stream into blocks and parses each with eventsource-parser, so that untouched blocks can be passed on
 * as they came. A block longer than `maxBlockBytes` is a fault. `began`: the stream continues another decoder's.
 */
export function createSseDecoder(maxBlockBytes: number, began: boolean): SseDecoder {
	const pending = new ByteQueue();
	let searchFrom = 0;
	let hasBegun = began;
	return {
		get pendingBytes() {
			return pending.length;
		},
		get began() {
			return hasBegun;
		},
		decode(bytes) {
			pending.append(bytes);
			const blocks: SseBlock[] = [];
			const { bytes: all } = pending;
			let at = 0;
			for (;;) {
				const end = blockEnd(all, at + searchFrom);
				if (end === undefined) break;
				const block = parseBlock(all.subarray(at, end), !hasBegun);
				hasBegun = true;
				at = end;
				searchFrom = 0;
				if (typeof block === "string") return { kind: "fault", code: block, blocks };
				blocks.push(block);
			}
			pending.drop(at);
			searchFrom = Math.max(0, pending.length - 4);
			if (pending.length > maxBlockBytes) return { kind: "fault", code: "upstream_event_too_large", blocks };
			return { kind: "blocks", blocks };
		},
	};
}

const LF = 10;
const CR = 13;

/**
 * Index after the first blank line. A CR at the very end is left undecided: a LF may follow that belongs to it.
 */
function blockEnd(bytes: Uint8Array, from: number): number | undefined {
	for (let i = from; i < bytes.length; i++) {
		const first = lineEnd(bytes, i);
		if (first === undefined) continue;
		if (first < 0) return undefined;
		const second = first < bytes.length ? lineEnd(bytes, first) : undefined;
		if (second !== undefined) return second < 0 ? undefined : second;
	}
	return undefined;
}

/** Index after the line end at `at`; undefined when there is none, -1 when it is not decidable yet. */
function lineEnd(bytes: Uint8Array, at: number): number | undefined {
	if (bytes[at] === LF) return at + 1;
	if (bytes[at] !== CR) return undefined;
	if (at + 1 >= bytes.length) return -1;
	return bytes[at + 1] === LF ? at + 2 : at + 1;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What nearly every block is: at most a name, and its data on one line. The parser says the same of it, ten times slower. */
const PLAIN_BLOCK = /^(?:event: ([\w.]+)\n)?data: ([^\r\n]+)\n\n$/;

function parseBlock(bytes: Uint8Array, first: boolean): SseBlock | "upstream_invalid_utf8" | "upstream_invalid_event" {
	let raw: string;
	try {
		raw = utf8.decode(bytes);
	} catch {
		return "upstream_invalid_utf8";
	}
	if (first && raw.startsWith("\ufeff")) raw = raw.slice(1);
	const plain = PLAIN_BLOCK.exec(raw);
	if (plain !== null) return { raw, byteLength: bytes.length, event: { data: plain[2] as string, name: plain[1], id: undefined } };
	const events: EventSourceMessage[] = [];
	const parser = createParser({ onEvent: (event) => events.push(event) });
	parser.feed(raw);
	const [event] = events;
	// Two events in one block would mean that the parser and blockEnd disagree about line ends.
	if (events.length > 1) return "upstream_invalid_event";
	return { raw, byteLength: bytes.length, event: event && { data: event.data, name: event.event, id: event.id } };
}
