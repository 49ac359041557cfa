import type { ByteOffset } from "../core/units.ts";
import { JsonLexer, type JsonLexerState, type Run, runOf } from "./json-lexer.ts";
import { NestedJson, type NestedJsonState } from "./nested-json.ts";

/** Plain data. */
export interface JsonSourceState {
	readonly isMixed: boolean;
	readonly lexer: JsonLexerState;
	readonly runs: readonly Run[];
	readonly at: ByteOffset;
	readonly marker: string | undefined;
	readonly isBareReplaced: boolean;
	readonly nested: NestedJsonState;
}

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
	readonly #lexer: JsonLexer;
	/** Source of the decoded bytes from `#at` on. */
	#runs: Run[];
	#at: ByteOffset;
	/** A replacement waiting for the first byte of a value inside its region. */
	#marker: string | undefined;
	/** The bare value at hand was replaced from its first character, so the rest of it must not follow. */
	#isBareReplaced: boolean;
	/** What the string at hand says, as it was written. */
	readonly #nested: NestedJson;

	constructor(kind: "pure" | "mixed", state?: JsonSourceState) {
		this.#isMixed = kind === "mixed";
		this.#lexer = new JsonLexer(this.#isMixed, state?.lexer);
		this.#runs = [...(state?.runs ?? [])];
		this.#at = state?.at ?? 0;
		this.#marker = state?.marker;
		this.#isBareReplaced = state?.isBareReplaced ?? false;
		this.#nested = new NestedJson(state?.nested);
	}

	state(): JsonSourceState {
		return {
			isMixed: this.#isMixed,
			lexer: this.#lexer.state(),
			runs: [...this.#runs],
			at: this.#at,
			marker: this.#marker,
			isBareReplaced: this.#isBareReplaced,
			nested: this.#nested.state(),
		};
	}

	/** An escape or a number is not complete. */
	get isHolding(): boolean {
		return this.#lexer.isHolding;
	}

	/** See `JsonLexer.isWhole`. */
	get isWhole(): boolean {
		return this.#lexer.isWhole;
	}

	/** The decoded text of the next piece. */
	decode(piece: string): string {
		let decoded = "";
		for (const run of this.#lexer.read(piece)) decoded += this.#keep(run);
		return decoded;
	}

	/** End of the source: the decoded text of a number that nothing ended. */
	finish(): string {
		const run = this.#lexer.finish();
		return run === undefined ? "" : this.#keep(run);
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
			if (run.kind === "text") this.#nested.push(run.decoded);
			out += run.kind === "structure" ? this.#structure(run) : run.raw;
		});
		return out;
	}

	#structure({ raw }: Run): string {
		if (raw === '"') this.#nested.begin();
		return raw;
	}

	/** A text in the string at hand, in whose text may stand JSON again. */
	#inString(text: string): string {
		return JSON.stringify(this.#nested.write(text)).slice(1, -1);
	}

	/** What a value is that begins at `from` and reads so: JSON in a string escapes it once more. */
	valueAt(from: ByteOffset, written: string): string {
		return this.#at === from && this.#runs[0]?.kind === "text" ? this.#nested.read(written) : written;
	}

	/** Up to `at` everything is replaced, and `mark` stands before what follows, where that goes on with a text. */
	marked(at: ByteOffset, mark: string): string {
		const before = this.replaced(at);
		const kind = this.#runs[0]?.kind;
		if (kind === "text") return before + this.#inString(mark);
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
				out += this.#structure(run);
			} else if (run.kind === "plain") {
				this.#isBareReplaced = false;
				out += this.#marker ?? "";
				this.#marker = undefined;
			} else if (run.kind === "text") {
				out += this.#marker === undefined ? "" : this.#inString(this.#marker);
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
		return this.#lexer.rest();
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
}

/** An escape is one character, and never cut. */
function cut(run: Run, bytes: number): [Run, Run] {
	const source = Buffer.from(run.raw);
	const head = source.toString("utf8", 0, bytes);
	const tail = source.toString("utf8", bytes);
	return [runOf(run.kind, head, head, run.isStart), runOf(run.kind, tail, tail)];
}
