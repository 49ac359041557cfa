import { longNumber } from "../wire/json-numbers.ts";

/**
 * What a run of JSON source is: `text` stands in a string, `bare` outside (a number); `structure` must survive every
 * redaction; `plain` is no JSON, but text around it.
 */
export type RunKind = "text" | "bare" | "structure" | "plain";

export interface Run {
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
export interface JsonLexerState {
	/** Objects and arrays that are open. */
	depth: number;
	inString: boolean;
	inBare: boolean;
	/** What came last, but for separators, is the bracket that closes an object or array in which no other is open. */
	isClosed: boolean;
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

/** Reads JSON source that arrives in pieces. Mixed source: text in which objects and arrays may stand. */
export class JsonLexer {
	readonly #isMixed: boolean;
	readonly #state: JsonLexerState;

	constructor(isMixed: boolean, state?: JsonLexerState) {
		this.#isMixed = isMixed;
		this.#state = { depth: 0, inString: false, inBare: false, isClosed: false, carry: "", head: undefined, ...state };
	}

	state(): JsonLexerState {
		return { ...this.#state };
	}

	/** An escape or a number is not complete. */
	get isHolding(): boolean {
		return this.#state.carry !== "";
	}

	/** What came so far ends with a whole object or array. Of any other value more may come: digits in groups, a string joined to the next. */
	get isWhole(): boolean {
		return this.#state.isClosed && this.#state.carry === "";
	}

	/** The runs of the next piece. */
	read(piece: string): Run[] {
		const source = this.#state.carry + piece;
		this.#state.carry = "";
		const runs: Run[] = [];
		for (let i = 0; i < source.length; ) {
			const run = this.#next(source, i);
			if (run === undefined) {
				this.#state.carry = source.slice(i);
				break;
			}
			runs.push(run);
			i += run.raw.length;
		}
		return runs;
	}

	/** End of the source: a number that nothing ended. */
	finish(): Run | undefined {
		const { carry, inString } = this.#state;
		if (carry === "" || inString) return undefined;
		this.#state.carry = "";
		return this.#bare(carry);
	}

	/** End of the source: an escape that never became complete. */
	rest(): string {
		const { carry } = this.#state;
		this.#state.carry = "";
		return carry;
	}

	#outside(source: string, at: number): Run | undefined {
		const prose = this.#isMixed && this.#state.depth === 0 ? match(PROSE, source, at) : undefined;
		if (prose !== undefined) return runOf("plain", prose, prose);
		const bare = match(BARE, source, at);
		if (bare !== undefined) return this.#isEndOpen(bare, at + bare.length === source.length) ? undefined : this.#bare(bare);
		const raw = match(STRUCTURE, source, at) ?? source.slice(at);
		this.#state.inBare = false;
		if (raw === "{" || raw === "[") this.#state.depth++;
		if (raw === "}" || raw === "]") this.#state.depth = Math.max(0, this.#state.depth - 1);
		if (!SEPARATOR.test(raw)) this.#state.isClosed = this.#state.depth === 0;
		return runOf("structure", raw, raw);
	}

	/** Whether the end of a number may go on. Its head need not wait. */
	#isEndOpen(bare: string, isLast: boolean): boolean {
		const { head, inBare } = this.#state;
		return isLast && inBare && head !== undefined && HEAD.exec(head + bare)?.[0] === head && OPEN_NUMBER.test(head + bare);
	}

	/** The next part of a value outside of strings: the head of a number, the end that tells what it is, or anything else. */
	#bare(raw: string): Run {
		const isStart = !this.#state.inBare;
		const before = isStart ? "" : this.#state.head;
		this.#state.inBare = true;
		this.#state.isClosed = false;
		this.#state.head = before === undefined ? undefined : HEAD.exec(before + raw)?.[0];
		const more = (this.#state.head ?? "").slice(before?.length);
		if (more !== "") return runOf("bare", more, more, isStart);
		const digits = before !== undefined && OPEN_NUMBER.test(before + raw) ? longNumber(before + raw) : "";
		this.#state.head = undefined;
		if (digits === "") return runOf("bare", raw, raw, isStart);
		return runOf("bare", raw, digits.startsWith(before ?? "") ? digits.slice(before?.length) : ` ${digits}`);
	}

	#next(source: string, at: number): Run | undefined {
		if (source[at] === '"' && (this.#state.depth > 0 || !this.#isMixed)) {
			this.#state.inString = !this.#state.inString;
			this.#state.inBare = false;
			this.#state.isClosed = false;
			return runOf("structure", '"', '"');
		}
		if (!this.#state.inString) return this.#outside(source, at);
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

export function runOf(kind: RunKind, raw: string, decoded: string, isStart = false): Run {
	return { kind, raw, decoded, bytes: Buffer.byteLength(decoded), isStart };
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
