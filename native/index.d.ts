/** The whole surface of the addon. Bytes and pattern ids; nothing of HTTP, SSE or policy. */

/** Glushkov automaton of one pattern body without its edge assertions. n positions. */
export interface Graph {
	/** n * 32 bytes: 256-bit set of bytes each position accepts; bit b is byte b>>3, mask 1<<(b&7). */
	readonly classes: Uint8Array;
	/** n + 1 offsets into `preds`. */
	readonly predOffsets: Uint32Array;
	/** Predecessor positions of each position. */
	readonly preds: Uint32Array;
	/** 1: a match may begin at the position. */
	readonly first: Uint8Array;
	/** 1: a match may end at the position. */
	readonly last: Uint8Array;
}

/** kind 0: none; 1: `\b` (ASCII word); 2: the neighbouring byte must not be in `set` (edge of text is fine). */
export interface Assertion {
	readonly kind: 0 | 1 | 2;
	/** 32 bytes, only read for kind 2. */
	readonly set: Uint8Array;
}

export interface PatternTables {
	/** Exact, for the start finder. */
	readonly exact: Graph;
	/** Counters above 16 relaxed to `+`/`*`, for the release point and the reading of small pieces. May be the same object as `exact`. */
	readonly relaxed: Graph;
	readonly left: Assertion;
	readonly right: Assertion;
	/** Bytes. */
	readonly maxWidth: number;
	/** Never held; reported once per end with its leftmost start, which may lie before what is held. */
	readonly trigger: boolean;
}

/** Compiles a block-mode Hyperscan database (no start-of-match, DOTALL; index in the array is the id) and serialises it. Throws Error with `pattern: number` (index or -1). Run it in a child process only. */
export function compile(expressions: readonly string[], caseInsensitive: readonly boolean[]): Buffer;

export interface NativeStream {
	readonly brand: unique symbol;
}

/** One rule set on one thread: shared database, own scratch, own lazy automata. */
export class NativeEngine {
	/** `key` names the serialised database: engines of any thread with the same key share one database in memory. */
	constructor(key: string, serialised: Uint8Array, patterns: readonly PatternTables[]);
	readonly maxWidth: number;
	openStream(): NativeStream;
	/** See EngineStream.scan; returns the release index, -2 less it where there are matches to take, or -1 on an engine error (caller fails closed). */
	scan(stream: NativeStream, window: Uint8Array, heldFrom: number, newFrom: number, end: number): number;
	/** End of text; returns 0, -2 where there are matches to take, or -1 on an engine error. Closes the stream. */
	finish(stream: NativeStream, window: Uint8Array, heldFrom: number, end: number): number;
	/** Triples (pattern, from, to) of the last scan or finish; empty Int32Array when none. */
	takeMatches(): Int32Array;
	closeStream(stream: NativeStream): void;
}

/** Ends the process with this exit code, whatever its threads do (`_exit`); nothing that was not written is written then. */
export function endProcess(code: number): never;

export function hyperscanVersion(): string;
