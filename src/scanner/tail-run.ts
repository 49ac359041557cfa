import type { Finding } from "../verdict/finding.ts";
import type { Detector } from "./detector.ts";
import { advanceTail, type TailProgram, type TailState } from "./tail.ts";

/** A tail being swallowed in one text: the original, or a shadow of it. */
export class TailRun {
	/** Offset in the original up to which it has come. */
	to: number;
	/** Offsets in the text of `detector`. */
	readonly state: TailState;
	/** The text it runs in: 0 is the original, others are views. */
	readonly view: number;
	readonly program: TailProgram;
	readonly #detector: Detector;
	readonly #originOf: (state: TailState) => number;

	/** `originOf` gives the offset in the original up to which the tail has swallowed. */
	constructor(state: TailState, program: TailProgram, view: number, detector: Detector, originOf: (state: TailState) => number) {
		this.state = state;
		this.view = view;
		this.program = program;
		this.#detector = detector;
		this.#originOf = originOf;
		this.to = originOf(state);
	}

	/** Judges everything that the detector has. */
	advance(): void {
		if (!this.state.open) return;
		const { base, end, window } = this.#detector;
		advanceTail(this.state, this.program, window, this.state.to - base, end - base);
		this.to = this.#originOf(this.state);
	}
}

/** A tail of a finding that was already passed; `finding` is absent after a restore. */
export interface OpenTail {
	readonly run: TailRun;
	readonly finding: Finding | undefined;
}

/** The tails that may still grow behind what was given out. What is only flagged grows too, and nothing of it is swallowed. */
export class OpenTails {
	#list: OpenTail[] = [];

	get list(): readonly OpenTail[] {
		return this.#list;
	}

	/** Those that swallow what they come to. */
	get swallowing(): readonly OpenTail[] {
		return this.#list.filter(isSwallowing);
	}

	add(run: TailRun, finding: Finding | undefined): void {
		this.#list.push({ run, finding });
	}

	/** Returns how far in the original those have come that swallow, 0 when there are none. */
	advance(): number {
		if (this.#list.length === 0) return 0;
		let furthest = 0;
		for (const tail of this.#list) {
			const { run, finding } = tail;
			run.advance();
			if (isSwallowing(tail)) furthest = Math.max(furthest, run.to);
			if (finding !== undefined) finding.to = Math.max(finding.to, run.to);
		}
		this.#list = this.#list.filter(({ run }) => run.state.open);
		return furthest;
	}
}

function isSwallowing({ finding }: OpenTail): boolean {
	return finding?.action !== "flag";
}
