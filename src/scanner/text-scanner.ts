import type { ByteOffset } from "../core/units.ts";
import type { Rule, RuleSet } from "../policy/policy.ts";
import type { Finding } from "../verdict/finding.ts";
import { type CandidateProgram, Candidates, createCandidateProgram } from "./candidates.ts";
import { LEFT_CONTEXT_BYTES, type TextWindow } from "./confirm.ts";
import type { CoreState } from "./core.ts";
import { type CoreRules, Cores, compileCores } from "./cores.ts";
import type { Engine, EngineMatch, EngineStream } from "./engine.ts";
import { byPosition, mergePending, newPending, type Pending } from "./pending.ts";
import { advanceTail, beginTail, compileTail, type TailProgram, type TailState } from "./tail.ts";

/**
 * Inspection of one text that arrives in pieces. `take` gives out what is final, in the order of the text.
 *
 * Why the result cannot depend on the chunking: a finding takes effect only when the release point has passed its
 * first byte. From then on no further match can begin at or before that byte, so every finding that starts there is
 * known, and they are visited by `(from, tail first, longest, rule)`, an order that needs nothing still to come.
 */
export interface TextScanner {
	/** Appends UTF-8 bytes (whole code points) and scans them. */
	write(bytes: Uint8Array): void;
	/** End of the text: everything becomes final. */
	finish(): void;
	/** What is final in `[taken, upTo)`, absolute byte offsets. Stops for good at a cut. */
	take(upTo: number): Piece[];
	/** Absolute offset up to which bytes are final. */
	readonly release: number;
	/** Absolute offset of the end of the text so far. */
	readonly end: number;
	/** Absolute offset up to which `take` has given out text. */
	readonly taken: number;
	readonly isCut: boolean;
	/** Findings passed so far, in order of the text. */
	readonly findings: readonly Finding[];
	/** What another scanner needs to go on from here. Call only after `take(Infinity)`. */
	snapshot(): ScannerState;
	close(): void;
}

/**
 * Clean bytes, or the beginning of a replaced region. `from` is an absolute offset; bytes that no piece covers belong
 * to the region before them. `text` is absent where the length is not known yet (a tail).
 */
export type Piece =
	| { readonly kind: "clean"; readonly from: ByteOffset; readonly bytes: Uint8Array }
	| { readonly kind: "redacted"; readonly from: ByteOffset; readonly rule: Rule; readonly text: string | undefined };

/** Plain data. */
export interface ScannerState {
	readonly context: Uint8Array;
	readonly held: Uint8Array;
	readonly release: number;
	readonly redactedUntil: number;
	readonly tails: readonly TailState[];
	readonly cores: readonly CoreState[];
}

export interface ScannerProgram {
	/** `isOwn`: confirmed text that counts as no finding all the same. */
	open(state?: ScannerState, isOwn?: (text: string) => boolean): TextScanner;
}

const INITIAL_WINDOW_BYTES = 256;

/** What is per rule set and shared by its scanners. */
interface Prepared {
	readonly rules: readonly Rule[];
	readonly candidates: CandidateProgram;
	readonly cores: CoreRules;
	/** By rule. */
	readonly tails: readonly (TailProgram | undefined)[];
}

/** Prepares everything that is per rule set; `open` makes one scanner per text. */
export function createScannerProgram(ruleSet: RuleSet, engine: Engine): ScannerProgram {
	const prepared: Prepared = {
		rules: ruleSet.rules,
		candidates: createCandidateProgram(ruleSet),
		cores: compileCores(ruleSet.rules),
		tails: ruleSet.rules.map(({ tail }) => (tail === undefined ? undefined : compileTail(tail))),
	};
	return { open: (state, isOwn) => new Scanner(prepared, engine.openStream(), state, isOwn) };
}

class Scanner implements TextScanner {
	/** `window[0, length)`: left context, then what is held. `base` is the absolute offset of `window[0]`. */
	#window = Buffer.allocUnsafe(INITIAL_WINDOW_BYTES);
	#length = 0;
	#base = 0;
	#release = 0;
	#taken = 0;
	#redactedUntil = 0;
	#cut = false;
	#matches: EngineMatch[] = [];
	/** Confirmed, first byte not yet passed. */
	#pending: Pending[] = [];
	/** Findings already passed whose tail may still grow; `finding` is absent after a restore. */
	#openTails: { readonly tail: TailState; readonly finding: Finding | undefined }[] = [];
	readonly #passed: Finding[] = [];
	readonly #prepared: Prepared;
	readonly #candidates: Candidates;
	readonly #cores: Cores;
	readonly #stream: EngineStream;
	readonly #isOwn: ((text: string) => boolean) | undefined;

	constructor(prepared: Prepared, stream: EngineStream, state: ScannerState | undefined, isOwn: ((text: string) => boolean) | undefined) {
		this.#prepared = prepared;
		this.#isOwn = isOwn;
		this.#candidates = new Candidates(prepared.candidates, (rule, from, to, score) => this.#addPending(rule, from, to, score));
		this.#cores = new Cores(prepared.cores);
		this.#stream = stream;
		if (state !== undefined) this.#restore(state);
	}

	get release(): number {
		return this.#release;
	}
	get end(): number {
		return this.#base + this.#length;
	}
	get taken(): number {
		return this.#taken;
	}
	get isCut(): boolean {
		return this.#cut;
	}
	get findings(): readonly Finding[] {
		return this.#passed;
	}

	write(bytes: Uint8Array): void {
		if (this.#cut || bytes.length === 0) return;
		const from = this.#append(bytes);
		const released = this.#stream.scan(this.#window, this.#release - this.#base, from, this.#length, this.#matches);
		this.#confirmMatches(false);
		this.#advanceTails();
		const held = Math.min(this.#base + released, this.#candidates.holdFrom, this.#cores.holdFrom);
		this.#release = this.#base + this.#codePointStart(held - this.#base);
	}

	finish(): void {
		if (this.#cut) return;
		this.#stream.finish(this.#window, this.#release - this.#base, this.#length, this.#matches);
		this.#confirmMatches(true);
		this.#advanceTails();
		this.#release = this.end;
	}

	take(upTo: number): Piece[] {
		const pieces: Piece[] = [];
		const limit = Math.min(upTo, this.#release);
		while (!this.#cut) {
			const next = this.#pending[0];
			if (next === undefined || next.from >= limit) break;
			this.#pending.shift();
			this.#giveClean(next.from, pieces);
			this.#pass(next, pieces);
		}
		if (!this.#cut) this.#giveClean(limit, pieces);
		return pieces;
	}

	snapshot(): ScannerState {
		const at = this.#release - this.#base;
		return {
			context: Buffer.from(this.#window.subarray(Math.max(0, at - LEFT_CONTEXT_BYTES), at)),
			held: Buffer.from(this.#window.subarray(at, this.#length)),
			release: this.#release,
			redactedUntil: this.#redactedUntil,
			tails: this.#openTails.map(({ tail }) => ({ ...tail })),
			cores: this.#cores.snapshot(this.#release),
		};
	}

	close(): void {
		this.#stream.close();
	}

	/** Feeds context and held bytes to a fresh stream; only matches that start in the held part are taken. */
	#restore(state: ScannerState): void {
		this.#base = state.release - state.context.length;
		this.#release = state.release;
		this.#taken = state.release;
		this.#redactedUntil = state.redactedUntil;
		const from = this.#append(Buffer.concat([state.context, state.held]));
		if (this.#length > 0) this.#stream.scan(this.#window, state.context.length, from, this.#length, this.#matches);
		this.#cores.restore(state.cores);
		this.#confirmMatches(false);
		this.#openTails = state.tails.map((tail) => ({ tail: { ...tail }, finding: undefined }));
	}

	/** Makes room by dropping what is neither held nor context; returns the window index of the first new byte. */
	#append(bytes: Uint8Array): number {
		if (this.#length + bytes.length > this.#window.length) {
			const drop = Math.max(0, this.#taken - this.#base - LEFT_CONTEXT_BYTES);
			const kept = this.#length - drop;
			const size = Math.max(INITIAL_WINDOW_BYTES, 2 * (kept + bytes.length));
			const target = size <= this.#window.length && size * 4 > this.#window.length ? this.#window : Buffer.allocUnsafe(size);
			this.#window.copy(target, 0, drop, this.#length);
			this.#window = target;
			this.#base += drop;
			this.#length = kept;
		}
		const from = this.#length;
		this.#window.set(bytes, from);
		this.#length += bytes.length;
		return from;
	}

	/** Turns what the engine reported, and what waited for the bytes that are here now, into pending findings. */
	#confirmMatches(ended: boolean): void {
		const window: TextWindow = { bytes: this.#window, length: this.#length, ended };
		this.#candidates.settle(window, this.#base);
		if (this.#matches.length > 0) {
			this.#candidates.offer(this.#cores.arm(this.#matches, this.#base), window, this.#base);
			this.#matches = [];
		}
		this.#cores.advance(window, this.#base, (rule, from, to) => this.#candidates.offerRule(rule, from, to, window, this.#base));
		this.#pending.sort(byPosition);
	}

	/** Window indices. */
	#addPending(ruleIndex: number, fromIndex: number, toIndex: number, score: number): void {
		if (this.#isOwn?.(this.#window.toString("utf8", fromIndex, toIndex)) === true) return;
		const rule = this.#prepared.rules[ruleIndex] as Rule;
		const from = this.#base + fromIndex;
		const to = this.#base + toIndex;
		if (mergePending(this.#pending, ruleIndex, from, to, score)) return;
		const isWhole = rule.core !== undefined && to - from < rule.core.maxBytes;
		const program = isWhole ? undefined : this.#tailOf(ruleIndex);
		this.#pending.push(newPending(rule, ruleIndex, from, to, score, program && beginTail(ruleIndex, to, program)));
	}

	#tailOf(rule: number): TailProgram | undefined {
		return this.#prepared.tails[rule] ?? this.#prepared.cores.tails[rule];
	}

	#advanceTails(): void {
		for (const finding of this.#pending) {
			if (finding.tail === undefined) continue;
			this.#advanceTail(finding.tail);
			finding.to = finding.tail.to;
		}
		for (const { tail, finding } of this.#openTails) {
			this.#advanceTail(tail);
			this.#redactedUntil = Math.max(this.#redactedUntil, tail.to);
			if (finding !== undefined) finding.to = tail.to;
		}
		if (this.#openTails.length > 0) this.#openTails = this.#openTails.filter(({ tail }) => tail.open);
	}

	#advanceTail(tail: TailState): void {
		if (tail.open) advanceTail(tail, this.#tailOf(tail.rule) as TailProgram, this.#window, tail.to - this.#base, this.#length);
	}

	/** Gives out the clean bytes of `[taken, to)`; what lies in a redacted region is skipped. */
	#giveClean(to: number, pieces: Piece[]): void {
		const from = Math.max(this.#taken, this.#redactedUntil);
		if (from < to) pieces.push({ kind: "clean", from, bytes: Buffer.from(this.#window.subarray(from - this.#base, to - this.#base)) });
		this.#taken = Math.max(this.#taken, to);
	}

	#pass(finding: Pending, pieces: Piece[]): void {
		// A tail's end may still be open, so it never counts as contained: the same for every chunking.
		const contained = finding.tail === undefined && finding.to <= this.#redactedUntil;
		if (finding.action === "cut") {
			if (finding.tail !== undefined) finding.to = finding.triggerEnd;
			// The text ends here; how far an overlapping tail had come by now depends on the chunking.
			for (const earlier of this.#passed) earlier.to = Math.min(earlier.to, finding.from);
			this.#passed.push(finding);
			this.#cut = true;
			return;
		}
		if (finding.action === "allow") return;
		if (finding.action === "flag") {
			if (!contained) this.#passed.push(finding);
			return;
		}
		if (finding.tail?.open) this.#openTails.push({ tail: finding.tail, finding });
		if (contained) return;
		this.#passed.push(finding);
		if (finding.from >= this.#redactedUntil) {
			const text =
				finding.tail === undefined ? this.#window.toString("utf8", finding.from - this.#base, finding.to - this.#base) : undefined;
			pieces.push({ kind: "redacted", from: finding.from, rule: this.#prepared.rules[finding.rule] as Rule, text });
		}
		this.#redactedUntil = Math.max(this.#redactedUntil, finding.to);
	}

	/** The release index moved left to the start of a code point, never before what was already released. */
	#codePointStart(index: number): number {
		let at = index;
		while (at > 0 && at < this.#length && ((this.#window[at] as number) & 0xc0) === 0x80) at--;
		return Math.max(at, this.#release - this.#base);
	}
}
