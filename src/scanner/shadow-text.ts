import type { Rule } from "../policy/policy.ts";
import { LEFT_CONTEXT_BYTES } from "./confirm.ts";
import type { CoreState } from "./core.ts";
import { type Detection, Detector, type DetectorProgram } from "./detector.ts";

const BLANK = 0x20;

/** Plain data. Spans are of the original, one for each byte of `bytes`. */
export interface ShadowState {
	readonly bytes: Uint8Array;
	readonly from: readonly number[];
	readonly to: readonly number[];
	/** Offset in the shadow of the first byte of `bytes`. */
	readonly base: number;
	/** Offset in the shadow from which on matches may begin. */
	readonly release: number;
	/** Values after triggers that are open at the end. */
	readonly cores: readonly CoreState[];
}

/** A shadow and where each of its bytes comes from. */
export class ShadowText {
	readonly detector: Detector;
	#from: number[];
	#to: number[];
	/** Offset in the shadow of the first known span. */
	#base: number;
	/** Written since the last scan. */
	#fresh: number[] = [];

	constructor(program: DetectorProgram, applies: (rule: Rule) => boolean, state: ShadowState) {
		const { bytes, from, to, base, release } = state;
		this.detector = new Detector(program, applies, release, bytes.subarray(0, release - base));
		this.detector.cores.restore(state.cores);
		this.#base = base;
		this.#from = from.slice(0, release - base);
		this.#to = to.slice(0, release - base);
		for (let i = release - base; i < bytes.length; i++) this.write(bytes[i] as number, from[i] as number, to[i] as number);
	}

	get end(): number {
		return this.#base + this.#from.length;
	}

	/** Offset in the original before which no match can begin any more; Infinity when none is alive. */
	get release(): number {
		return this.#from[this.detector.release - this.#base] ?? Number.POSITIVE_INFINITY;
	}

	write(byte: number, from: number, to: number): void {
		this.#fresh.push(byte);
		this.#from.push(from);
		this.#to.push(to);
	}

	/** Writes what stands before a part that begins at `at` of the original, and a blank. */
	lead(before: Uint8Array, at: number): void {
		for (const byte of before) this.write(byte, at, at);
		this.write(BLANK, at, at);
	}

	fromOf(offset: number): number {
		return this.#from[offset - this.#base] as number;
	}

	/** End in the original of the byte before `offset`. */
	endBefore(offset: number): number {
		return this.#to[offset - 1 - this.#base] as number;
	}

	/** Places between two bytes of `[from, to)` where something of the original was left out. */
	seamsIn(from: number, to: number): number {
		let seams = 0;
		for (let at = from - this.#base; at < to - 1 - this.#base; at++) if ((this.#to[at] as number) < (this.#from[at + 1] as number)) seams++;
		return seams;
	}

	scan(): readonly Detection[] {
		this.#append();
		return this.detector.scan();
	}

	finish(isPart: boolean): readonly Detection[] {
		return [...this.scan(), ...this.detector.finish(isPart)];
	}

	/** Forgets what belongs to the original before `offset`, but for the left context. */
	keepFrom(offset: number): void {
		this.detector.keepFrom = this.#indexOf(offset) + this.#base;
	}

	/** What continues this shadow when no match can begin before `offset` of the original. */
	state(offset: number): ShadowState {
		this.#append();
		const release = this.#indexOf(offset);
		const first = Math.max(0, release - LEFT_CONTEXT_BYTES);
		return {
			bytes: this.detector.bytes(this.#base + first, this.end),
			from: this.#from.slice(first),
			to: this.#to.slice(first),
			base: this.#base + first,
			release: this.#base + release,
			cores: this.detector.cores.snapshot(this.#base + release),
		};
	}

	#append(): void {
		if (this.#fresh.length === 0) return;
		this.detector.append(Uint8Array.from(this.#fresh));
		this.#fresh = [];
		const dropped = this.detector.base - this.#base;
		if (dropped === 0) return;
		this.#from.splice(0, dropped);
		this.#to.splice(0, dropped);
		this.#base = this.detector.base;
	}

	/** Index of the first byte that comes from `offset` of the original or later. */
	#indexOf(offset: number): number {
		const index = this.#from.findIndex((from) => from >= offset);
		return index < 0 ? this.#from.length : index;
	}
}
