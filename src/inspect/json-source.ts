import type { ByteOffset } from "../core/units.ts";
import { longNumber } from "../wire/json-numbers.ts";

/**
 * What a run of JSON source is: `text` stands in a string, `bare` outside (a number); `structure` must survive every
 * redaction; `plain` is no JSON, but text around it.
 */
type RunKind = "text" | "bare" | "structure" | "plain";

interface Run {
	readonly kind: RunKind;
	/** As the sender wrote it. */
	readonly raw: string;
	/** What it says: escapes decoded, a whole number in its digits. Empty for an escape that is not complete. */
	readonly decoded: string;
	/** UTF-8 bytes of `decoded`. */
	readonly bytes: number;
	/** A bare value begins here. */
	readonly isStart: boolean;
}

/** Plain data. */
export interface JsonSourceState {
	readonly isMixed: boolean;
	readonly lexer: LexerState;
	readonly runs: readonly Run[];
	readonly at: ByteOffset;
	readonly marker: string | undefined;
	readonly isBareReplaced: boolean;
}

interface LexerState {
	/** Objects and arrays that are open. */
	depth: number;
	inString: boolean;
	inBare: boolean;
	/** Behind the last bracket stands a bare value: what follows may belong to it, as digits in groups do. */
	isBareLast: boolean;
	/** An escape, the high half of an escaped surrogate pair, or the end of a number, that the next delta completes. */
	carry: string;
	/** The digits that the value at hand begins with, where it may be a number. */
	head: string | undefined;
}

const PLAIN = /[^"\\]+/y;
const ESCAPE = /\\(?:u[0-9a-fA-F]{4}|[^u])/y;
const BARE = /[^"{}[\],:\s]+/y;
/** What a number begins with in any case, and any number as far as it came; longer ones are read as they stand. */
const HEAD = /^-?\d{0,8}/;
const OPEN_NUMBER = /^-?\d[\d.eE+-]{0,62}$/;
const STRUCTURE = /[{}[\]]|[,:\s]+/y;
const SEPARATOR = /^[,:\s]/;
/** Text before, between and after JSON. */
const PROSE = /[^{[]+/y;
const HIGH_SURROGATE = /^\\u[dD][89abAB]/;
const LOW_SURROGATE = /^\\u[dD][c-fC-F]/;

/**
 * JSON source that arrives in pieces (tool-call arguments), seen as its decoded text: `\u0034` reads as `4` and `4e8` as
 * `400000000`, so neither an escape nor an exponent can hide a finding. Keeps the source of what is held, so that clean text goes out as it was written and a
 * replaced region leaves valid JSON behind.
 *
 * Mixed source is text in which objects and arrays may stand: what a model answers that was asked for JSON. Outside of
 * these it is read and written as it stands, so that it need not be JSON at all.
 */
export class JsonSource {
	readonly #isMixed: boolean;
	readonly #lexer: LexerState;
	/** Source of the decoded bytes from `#at` on. */
	#runs: Run[];
	#at: ByteOffset;
	/** A replacement waiting for the first byte of a value inside its region. */
	#marker: string | undefined;
	/** The bare value at hand was replaced from its first character, so the rest of it must not follow. */
	#isBareReplaced: boolean;

	constructor(kind: "pure" | "mixed", state?: JsonSourceState) {
		this.#isMixed = kind === "mixed";
		this.#lexer = { depth: 0, inString: false, inBare: false, isBareLast: false, carry: "", head: undefined, ...state?.lexer };
		this.#runs = [...(state?.runs ?? [])];
		this.#at = state?.at ?? 0;
		this.#marker = state?.marker;
		this.#isBareReplaced = state?.isBareReplaced ?? false;
	}

	state(): JsonSourceState {
		return {
			isMixed: this.#isMixed,
			lexer: { ...this.#lexer },
			runs: [...this.#runs],
			at: this.#at,
			marker: this.#marker,
			isBareReplaced: this.#isBareReplaced,
		};
	}

	/** An escape or a number is not complete. */
	get isHolding(): boolean {
		return this.#lexer.carry !== "";
	}

	/** What came so far is a whole value, or several, and has an end of its own: a bracket, or the quote of a string alone. */
	get isWhole(): boolean {
		const { depth, inString, isBareLast, carry } = this.#lexer;
		return depth === 0 && !inString && !isBareLast && carry === "";
	}

	/** The decoded text of the next piece. */
	decode(piece: string): string {
		const source = this.#lexer.carry + piece;
		this.#lexer.carry = "";
		let decoded = "";
		for (let i = 0; i < source.length; ) {
			const run = this.#next(source, i);
			if (run === undefined) {
				this.#lexer.carry = source.slice(i);
				break;
			}
			decoded += this.#keep(run);
			i += run.raw.length;
		}
		return decoded;
	}

	/** End of the source: the decoded text of a number that nothing ended. */
	finish(): string {
		const { carry, inString } = this.#lexer;
		if (carry === "" || inString) return "";
		this.#lexer.carry = "";
		return this.#keep(this.#bare(carry));
	}

	/** Keeps the source of decoded text. Only runs whose source is their text are ever cut, so a number written in another way is one run a digit. */
	#keep(run: Run): string {
		const { kind, raw, decoded } = run;
		if (kind !== "bare" || raw === decoded) this.#runs.push(run);
		else for (const [i, digit] of [...decoded].entries()) this.#runs.push(runOf("bare", i < decoded.length - 1 ? "" : raw, digit));
		return decoded;
	}

	/** Source of the clean bytes `[from, to)`; everything before `from` that is still here is dropped but for its structure. */
	clean(from: ByteOffset, to: ByteOffset): string {
		let out = this.replaced(from);
		this.#marker = undefined;
		this.#take(to, (run) => {
			if (run.kind === "bare" && this.#isBareReplaced) return;
			this.#isBareReplaced = false;
			out += run.raw;
		});
		return out;
	}

	/** Up to `at` everything is replaced, and `mark` stands before what follows, where that goes on with a text. */
	marked(at: ByteOffset, mark: string): string {
		const before = this.replaced(at);
		const kind = this.#runs[0]?.kind;
		if (kind === "text") return before + JSON.stringify(mark).slice(1, -1);
		return kind === "plain" ? before + mark : before;
	}

	/** Begins a replaced region at `from`. */
	beginReplaced(from: ByteOffset, marker: string): string {
		const out = this.replaced(from);
		this.#marker = marker;
		return out;
	}

	/** What is left of the replaced bytes up to `to`: the structure, and the marker in the first value. */
	replaced(to: ByteOffset): string {
		let out = "";
		this.#take(to, (run) => {
			if (run.kind === "structure") {
				this.#isBareReplaced = false;
				out += run.raw;
			} else if (run.kind === "plain") {
				this.#isBareReplaced = false;
				out += this.#marker ?? "";
				this.#marker = undefined;
			} else if (run.kind === "text") {
				out += this.#marker === undefined ? "" : JSON.stringify(this.#marker).slice(1, -1);
				this.#marker = undefined;
			} else if (run.isStart) {
				// What is no longer there was a value, also where another value of the region took the marker.
				out += this.#marker === undefined ? "null" : JSON.stringify(this.#marker);
				this.#marker = undefined;
				this.#isBareReplaced = true;
			} else if (this.#isBareReplaced) {
				this.#marker = undefined;
			} else {
				// Its first characters have left already; ones keep it a number, also after a sign or a point.
				out += run.raw.replace(/[\p{L}\p{N}]/gu, "1");
			}
		});
		return out;
	}

	/** End of the source: an escape that never became complete. */
	rest(): string {
		const { carry } = this.#lexer;
		this.#lexer.carry = "";
		return carry;
	}

	/** Hands over the runs up to `to`, cutting the last one. */
	#take(to: ByteOffset, use: (run: Run) => void): void {
		let count = 0;
		for (const run of this.#runs) {
			if (this.#at + run.bytes > to) break;
			this.#at += run.bytes;
			count++;
			use(run);
		}
		// All at once: one by one would move the rest of a long list each time.
		this.#runs.splice(0, count);
		const [run] = this.#runs;
		if (run === undefined || this.#at >= to) return;
		const [head, tail] = cut(run, to - this.#at);
		this.#runs[0] = tail;
		this.#at = to;
		use(head);
	}

	#outside(source: string, at: number): Run | undefined {
		const prose = this.#isMixed && this.#lexer.depth === 0 ? match(PROSE, source, at) : undefined;
		if (prose !== undefined) return runOf("plain", prose, prose);
		const bare = match(BARE, source, at);
		if (bare !== undefined) return this.#isEndOpen(bare, at + bare.length === source.length) ? undefined : this.#bare(bare);
		const raw = match(STRUCTURE, source, at) ?? source.slice(at);
		this.#lexer.inBare = false;
		if (!SEPARATOR.test(raw)) this.#lexer.isBareLast = false;
		if (raw === "{" || raw === "[") this.#lexer.depth++;
		if (raw === "}" || raw === "]") this.#lexer.depth = Math.max(0, this.#lexer.depth - 1);
		return runOf("structure", raw, raw);
	}

	/** Whether the end of a number may go on. Its head need not wait. */
	#isEndOpen(bare: string, isLast: boolean): boolean {
		const { head, inBare } = this.#lexer;
		return isLast && inBare && head !== undefined && HEAD.exec(head + bare)?.[0] === head && OPEN_NUMBER.test(head + bare);
	}

	/** The next part of a value outside of strings: the head of a number, the end that tells what it is, or anything else. */
	#bare(raw: string): Run {
		const isStart = !this.#lexer.inBare;
		const before = isStart ? "" : this.#lexer.head;
		this.#lexer.inBare = true;
		this.#lexer.isBareLast = true;
		this.#lexer.head = before === undefined ? undefined : HEAD.exec(before + raw)?.[0];
		const more = (this.#lexer.head ?? "").slice(before?.length);
		if (more !== "") return runOf("bare", more, more, isStart);
		const digits = before !== undefined && OPEN_NUMBER.test(before + raw) ? longNumber(before + raw) : "";
		this.#lexer.head = undefined;
		if (digits === "") return runOf("bare", raw, raw, isStart);
		return runOf("bare", raw, digits.startsWith(before ?? "") ? digits.slice(before?.length) : ` ${digits}`);
	}

	#next(source: string, at: number): Run | undefined {
		if (source[at] === '"' && (this.#lexer.depth > 0 || !this.#isMixed)) {
			this.#lexer.inString = !this.#lexer.inString;
			this.#lexer.inBare = false;
			return runOf("structure", '"', '"');
		}
		if (!this.#lexer.inString) return this.#outside(source, at);
		const plain = match(PLAIN, source, at);
		if (plain !== undefined) return runOf("text", plain, plain);
		const escape = match(ESCAPE, source, at);
		if (escape === undefined) return source.length - at < 6 ? undefined : runOf("text", "\\", "\\");
		if (!HIGH_SURROGATE.test(escape)) return runOf("text", escape, unescape(escape));
		const low = match(ESCAPE, source, at + escape.length);
		if (low === undefined && source.length - at < 12 && "\\u".startsWith(source.slice(at + 6, at + 8))) return undefined;
		const pair = low !== undefined && LOW_SURROGATE.test(low) ? escape + low : escape;
		return runOf("text", pair, unescape(pair));
	}
}

function runOf(kind: RunKind, raw: string, decoded: string, isStart = false): Run {
	return { kind, raw, decoded, bytes: Buffer.byteLength(decoded), isStart };
}

/** An escape is one character, and never cut. */
function cut(run: Run, bytes: number): [Run, Run] {
	const source = Buffer.from(run.raw);
	const head = source.toString("utf8", 0, bytes);
	const tail = source.toString("utf8", bytes);
	return [runOf(run.kind, head, head, run.isStart), runOf(run.kind, tail, tail)];
}

function match(expression: RegExp, source: string, at: number): string | undefined {
	expression.lastIndex = at;
	return expression.exec(source)?.[0];
}

/** The character of one escape, or of an escaped surrogate pair; an invalid escape stands for itself. */
function unescape(escape: string): string {
	try {
		return Buffer.from(JSON.parse(`"${escape}"`) as string).toString();
	} catch {
		return escape;
	}
}
