import { copyBytes } from "../core/copy-bytes.ts";
import type { IsTelling } from "../normalize/transducer.ts";
import type { Rule, RuleSet } from "../policy/policy.ts";
import { forgetContexts } from "../recognizers/context.ts";
import { type CandidateProgram, Candidates, createCandidateProgram } from "./candidates.ts";
import { LEFT_CONTEXT_BYTES, leftOf, type TextWindow } from "./confirm.ts";
import { type CoreRules, Cores, compileCores } from "./cores.ts";
import { type Engine, type EngineStream, Matches } from "./engine.ts";
import { createIsReplacement, type IsReplacement } from "./own-replacement.ts";
import { compileTail, type TailProgram } from "./tail.ts";
import { createTellingNames } from "./telling-names.ts";
import { UnfinishedSecrets } from "./unfinished.ts";

/** A confirmed match. Offsets in the text that was scanned. */
export interface Detection {
	readonly rule: number;
	readonly from: number;
	readonly to: number;
	readonly score: number;
	/** The text ends in the middle of it. */
	readonly isUnfinished?: true;
}

/** Everything that is per rule set; shared by all texts of a lane. */
export interface DetectorProgram {
	readonly rules: readonly Rule[];
	readonly candidates: CandidateProgram;
	readonly cores: CoreRules;
	/** By rule. */
	readonly tails: readonly (TailProgram | undefined)[];
	readonly unfinished: UnfinishedSecrets;
	readonly isTelling: IsTelling;
	readonly isReplacement: IsReplacement;
	readonly engine: Engine;
}

export function createDetectorProgram(ruleSet: RuleSet, engine: Engine): DetectorProgram {
	const cores = compileCores(ruleSet.rules);
	return {
		rules: ruleSet.rules,
		candidates: createCandidateProgram(ruleSet),
		cores,
		tails: ruleSet.rules.map(({ tail }) => (tail === undefined ? undefined : compileTail(tail))),
		unfinished: new UnfinishedSecrets(ruleSet.rules),
		isTelling: createTellingNames(engine, cores),
		isReplacement: createIsReplacement(ruleSet.rules),
		engine,
	};
}

/** What swallows the rest of a finding, if anything does. */
export function tailOf({ rules, tails, cores }: DetectorProgram, { rule, from, to, isUnfinished }: Detection): TailProgram | undefined {
	if (isUnfinished) return undefined;
	const core = rules[rule]?.core;
	if (core === undefined) return tails[rule];
	return to - from < core.maxBytes ? undefined : (tails[rule] ?? cores.tails[rule]);
}

const INITIAL_WINDOW_BYTES = 256;
const NONE: readonly Detection[] = [];

/** Finds the confirmed matches of one text — the original or a shadow of it — that arrives in pieces. */
export class Detector {
	/** `window[0, length)`: left context, then what is held. `base` is the absolute offset of `window[0]`. */
	#window = Buffer.allocUnsafe(INITIAL_WINDOW_BYTES);
	#length = 0;
	#base: number;
	#release: number;
	/** Absolute offset up to which the engine has seen the text. */
	#scanned: number;
	#matches = new Matches();
	#detections: Detection[] = [];
	/** Bytes before this absolute offset, but for the left context, are not needed any more. */
	keepFrom: number;
	readonly cores: Cores;
	readonly #candidates: Candidates;
	readonly #program: DetectorProgram;
	readonly #isApplied: (rule: number) => boolean;
	readonly #stream: EngineStream;

	/** Goes on at `release` in a text that ends with `context` so far. Only rules that apply are reported. */
	constructor(program: DetectorProgram, applies: (rule: Rule) => boolean, release = 0, context: Uint8Array = new Uint8Array(0)) {
		this.#stream = program.engine.openStream();
		this.#program = program;
		this.#isApplied = (rule) => applies(program.rules[rule] as Rule);
		this.cores = new Cores(program.cores, this.#isApplied);
		this.#candidates = new Candidates(program.candidates, (rule, from, to, score) => {
			if (this.#isApplied(rule)) this.#detections.push({ rule, from: this.#base + from, to: this.#base + to, score });
		});
		this.#release = release;
		this.#base = release - context.length;
		this.#scanned = this.#base;
		this.keepFrom = release;
		this.append(context);
	}

	/** Smallest absolute offset at which a match could still begin. */
	get release(): number {
		return this.#release;
	}
	get base(): number {
		return this.#base;
	}
	get end(): number {
		return this.#base + this.#length;
	}
	get window(): Uint8Array {
		return this.#window;
	}

	byteAt(offset: number): number {
		return this.#window[offset - this.#base] as number;
	}

	text(from: number, to: number): string {
		return this.#window.toString("utf8", from - this.#base, to - this.#base);
	}

	/** A copy of `[from, to)`, without what is not kept any more. */
	bytes(from: number, to: number): Buffer {
		const [begin, end] = [Math.max(0, from - this.#base), to - this.#base];
		const copy = Buffer.allocUnsafe(Math.max(0, end - begin));
		copyBytes(this.#window, begin, end, copy, 0);
		return copy;
	}

	/** A copy of so many bytes before `offset`, as far as they are kept, less the rest of a character that they cut. */
	charactersBefore(offset: number, count: number): Buffer {
		let from = offset - count;
		while ((this.byteAt(from) & 0xc0) === 0x80) from++;
		return this.bytes(from, offset);
	}

	/** Makes room by dropping what is neither kept nor context. `scan` reads the bytes. */
	append(bytes: Uint8Array): void {
		if (this.#length + bytes.length > this.#window.length) {
			const drop = Math.max(0, Math.min(this.keepFrom, this.#scanned) - this.#base - LEFT_CONTEXT_BYTES);
			const kept = this.#length - drop;
			const size = Math.max(INITIAL_WINDOW_BYTES, 2 * (kept + bytes.length));
			const target = size <= this.#window.length && size * 4 > this.#window.length ? this.#window : Buffer.allocUnsafe(size);
			this.#window.copy(target, 0, drop, this.#length);
			this.#window = target;
			this.#base += drop;
			this.#length = kept;
		}
		copyBytes(bytes, 0, bytes.length, this.#window, this.#length);
		this.#length += bytes.length;
	}

	/** Scans what was appended, up to `end`. Returns what became known, all of it at or behind the release point before. */
	scan(end = this.end): readonly Detection[] {
		if (this.#scanned === end) return NONE;
		const length = end - this.#base;
		const released = this.#stream.scan(this.#window, this.#release - this.#base, this.#scanned - this.#base, length, this.#matches);
		this.#scanned = end;
		const detections = this.#confirmed(length, false);
		const held = Math.min(this.#base + released, this.#candidates.holdFrom, this.cores.holdFrom);
		this.#release = this.#base + this.#codePointStart(held - this.#base);
		return detections;
	}

	/** End of the text. `isPart`: the beginning of a secret there is one. */
	finish(isPart = false): readonly Detection[] {
		this.#stream.finish(this.#window, this.#release - this.#base, this.#length, this.#matches);
		// A trigger may be known only now (the reference engine knows none before), and behind it a value that does not end.
		const before = this.#confirmed(this.#length, false);
		const unfinished = isPart ? this.#unfinished() : NONE;
		const detections = [...before, ...this.#confirmed(this.#length, true)];
		this.#release = this.end;
		if (unfinished.length === 0) return detections;
		const isKnown = ({ rule, from }: Detection): boolean => detections.some((other) => other.rule === rule && other.from === from);
		return [...detections, ...unfinished.filter((one) => !isKnown(one))];
	}

	/** What the text ends in the middle of: a secret that has begun, or the value behind a trigger. */
	#unfinished(): readonly Detection[] {
		const { rules, unfinished, isReplacement } = this.#program;
		const found = unfinished.find(this.#window, this.#release - this.#base, this.#length, this.#isApplied);
		const begun = found === undefined ? [] : [{ rule: found.rule, from: this.#base + found.from }];
		const isSecret = (rule: number): boolean => rules[rule]?.category === "secret";
		const window: TextWindow = { bytes: this.#window.subarray(0, this.#length), ended: true };
		const isValue = (from: number): boolean => {
			const text = this.text(from, this.end);
			return !unfinished.isPlainValue(text) && !isReplacement({ text, left: leftOf(window, from - this.#base) });
		};
		const values = this.cores.values.filter(({ rule, from }) => isSecret(rule) && isValue(from));
		return [...begun, ...values].map(({ rule, from }) => ({
			rule,
			from,
			to: this.end,
			score: rules[rule]?.score ?? 0,
			isUnfinished: true,
		}));
	}

	close(): void {
		this.#stream.close();
	}

	/** Judges what the engine reported, and what waited for the bytes that are here now. */
	#confirmed(length: number, ended: boolean): readonly Detection[] {
		if (this.#matches.size === 0 && this.#candidates.isEmpty && this.cores.isEmpty) return NONE;
		const window: TextWindow = { bytes: this.#window.subarray(0, length), ended };
		this.#candidates.settle(window, this.#base);
		if (this.#matches.size > 0) {
			this.cores.arm(this.#matches, this.#base);
			this.#candidates.offer(this.#matches, window, this.#base, this.#release);
			this.#matches = new Matches();
		}
		this.cores.advance(window, this.#base, (rule, from, to) => this.#candidates.offerRule(rule, from, to, window, this.#base));
		forgetContexts();
		if (this.#detections.length === 0) return NONE;
		const detections = this.#detections;
		this.#detections = [];
		return detections;
	}

	/** The release index moved left to the start of a code point, never before what was already released. */
	#codePointStart(index: number): number {
		let at = index;
		while (at > 0 && at < this.#length && ((this.#window[at] as number) & 0xc0) === 0x80) at--;
		return Math.max(at, this.#release - this.#base);
	}
}
