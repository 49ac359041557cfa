import type { Rule } from "../policy/policy.ts";
import { distinctPatterns } from "./compile-rules.ts";
import type { TextWindow } from "./confirm.ts";
import { advanceCore, armCore, type CoreProgram, type CoreState, compileCore, endCore, valueLength } from "./core.ts";
import type { Matches } from "./engine.ts";
import type { TailProgram } from "./tail.ts";

/** The triggers of a rule set and what follows them. */
export interface CoreRules {
	/** By rule; absent where the rule has no core. */
	readonly programs: readonly (CoreProgram | undefined)[];
	/** By rule: swallows what is left of a value longer than the core looks at. */
	readonly tails: readonly (TailProgram | undefined)[];
	/** Rules with a core, by engine pattern. */
	readonly byPattern: readonly (readonly number[])[];
}

const TAIL_BYTES = 4096;

export function compileCores(rules: readonly Rule[]): CoreRules {
	const programs = rules.map(({ core }) => (core === undefined ? undefined : compileCore(core)));
	return {
		programs,
		tails: programs.map((program) => program && { accepts: program.accepts, until: [], maxBytes: TAIL_BYTES }),
		byPattern: distinctPatterns(rules).map((pattern) => pattern.rules.filter((rule) => programs[rule] !== undefined)),
	};
}

/** The values that follow triggers of one text. A value is held from its first byte until it ends. */
export class Cores {
	#open: CoreState[] = [];
	/** Values already offered that may not have left yet: another lane must find them again, without their trigger. */
	#offered: CoreState[] = [];
	readonly #rules: CoreRules;
	readonly #applies: (rule: number) => boolean;

	/** Triggers of rules that do not apply are none. */
	constructor(rules: CoreRules, applies: (rule: number) => boolean) {
		this.#rules = rules;
		this.#applies = applies;
	}

	/** Absolute offset of the first byte that must be held. */
	get holdFrom(): number {
		return this.#open.reduce((least, { from }) => (from < 0 ? least : Math.min(least, from)), Number.POSITIVE_INFINITY);
	}

	/** Starts a core after every trigger. */
	arm(matches: Matches, base: number): void {
		const count = this.#rules.programs.length;
		// There may be thousands.
		let known: Set<number> | undefined;
		matches.forEach((pattern, _from, to) => {
			for (const rule of this.#rules.byPattern[pattern] ?? []) {
				if (!this.#applies(rule)) continue;
				const at = base + to;
				known ??= new Set(this.#open.map((core) => core.at * count + core.rule));
				if (known.has(at * count + rule)) continue;
				known.add(at * count + rule);
				this.#open.push(armCore(rule, at));
			}
		});
	}

	/** Judges the bytes that are here now; `offer` takes every value, in window indices. */
	advance({ bytes, ended }: TextWindow, base: number, offer: (rule: number, from: number, to: number) => void): void {
		if (this.#open.length === 0) return;
		const open: CoreState[] = [];
		this.#offered = this.#offered.filter(({ from }) => from >= base);
		for (const core of this.#open) {
			const program = this.#rules.programs[core.rule] as CoreProgram;
			let progress = advanceCore(core, program, bytes, base, bytes.length);
			if (progress === "open" && ended) progress = endCore(core, program);
			if (progress === "value") {
				const from = core.from - base;
				const width = valueLength(bytes.subarray(from, core.to - base), program);
				if (width >= program.spec.minBytes) offer(core.rule, from, from + width);
				this.#offered.push(core);
			}
			// Two triggers that end one after the other (`=`, `==`) reach the same value.
			if (progress === "open" && !open.some((other) => isSame(other, core))) open.push(core);
		}
		this.#open = open;
	}

	/** Values that have begun and not ended. */
	get values(): readonly { readonly rule: number; readonly from: number }[] {
		return this.#open.filter(({ from }) => from >= 0);
	}

	get isEmpty(): boolean {
		return this.#open.length === 0;
	}

	/** Values that begin at `from` or later and were offered by `end`, to be judged again. */
	offered(from: number, end: number): CoreState[] {
		return this.#offered.filter((core) => core.from >= from && core.to <= end).map(again);
	}

	/** What is open at `end` or becomes a value before; `window` holds the text from `base` on. */
	openAt(end: number, window: Uint8Array, base: number): CoreState[] {
		return this.#open.flatMap((open) => {
			const core = { ...open };
			const progress = advanceCore(core, this.#rules.programs[core.rule] as CoreProgram, window, base, end - base);
			if (progress === "none") return [];
			return progress === "open" ? [core] : [again(core)];
		});
	}

	/** `release`: values that begin before it have left. */
	snapshot(release: number): CoreState[] {
		const offered = this.#offered.filter(({ from }) => from >= release).map(again);
		return [...offered, ...this.#open.map((core) => ({ ...core }))];
	}

	restore(states: readonly CoreState[]): void {
		this.#open = states.filter(({ rule }) => this.#applies(rule)).map((core) => ({ ...core }));
	}
}

/** The core at the first byte of its value. */
function again(core: CoreState): CoreState {
	return { ...core, to: core.from, escaping: false };
}

function isSame(a: CoreState, b: CoreState): boolean {
	return a.rule === b.rule && a.from === b.from && a.from >= 0 && a.quote === b.quote && a.inner === b.inner;
}
