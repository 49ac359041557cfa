import type { Transducer, TransducerState } from "../normalize/transducer.ts";
import type { View } from "../normalize/views.ts";
import type { Rule } from "../policy/policy.ts";
import { LEFT_CONTEXT_BYTES } from "./confirm.ts";
import { type Detection, type Detector, type DetectorProgram, tailOf } from "./detector.ts";
import { looksIn } from "./looks-in.ts";
import { type ShadowState, ShadowText } from "./shadow-text.ts";
import { advanceTail, beginTail, type TailProgram, type TailState } from "./tail.ts";
import { type OpenTails, TailRun } from "./tail-run.ts";

/** A match may not have more than this left out between two of its bytes: it is held as long as it is alive. */
export const MAX_GAP_BYTES = 256;
/** No folded text has this byte. */
const BREAK = 0;

/** Plain data. */
export interface ViewState {
	readonly transducer: readonly TransducerState[];
	readonly shadow?: ShadowState;
	readonly divergedAt: number;
	readonly expected: number;
	readonly heldFrom: number;
}

/** A detection of a view in offsets of the original. */
export interface ViewDetection extends Detection {
	/** What the view reads there. */
	readonly text: string;
	/** Absent where nothing follows that belongs to it. */
	readonly beginTail: (() => TailRun) | undefined;
}

const QUOTES = ['"', "'", "`"] as const;

/**
 * One view of a text that arrives in pieces.
 *
 * As long as the view reads the text as it stands, its findings are those of the text itself, so nothing is scanned
 * twice: a shadow exists only around the places where the two differ. It begins with what is held and its left context,
 * so that it knows every match that could reach the first difference. It ends when what is held, less the left context
 * that confirmers see, is behind the last difference. When bytes are undecided at the end of a piece, the original has
 * read them in one way only: the view holds what was held before them until it knows better. So whether a shadow exists
 * depends on the pieces; what is found does not.
 */
export class ViewScanner {
	/** From 1; 0 is the original. */
	readonly index: number;
	readonly #program: DetectorProgram;
	readonly #view: View;
	readonly #original: Detector;
	readonly #openTails: OpenTails;
	readonly #transducer: Transducer;
	#shadow: ShadowText | undefined;
	/** Tails that run in this shadow. */
	#tails: TailRun[] = [];
	/** The byte of the original that the next byte of the shadow is, unless the two differ. */
	#expected: number;
	/** End of the last place where the two differ. */
	#divergedAt: number;
	/** Release point of the original before the undecided bytes at the end; Infinity when there are none, or a shadow. */
	#heldFrom: number;
	/** The transducer's, for a view of parts: asking it costs as much as reading a word. */
	#undecidedFrom: number;
	/** The last byte of the shadow stands for nothing of the original. */
	#isMargin: boolean;

	constructor(view: View, index: number, program: DetectorProgram, original: Detector, openTails: OpenTails, state?: ViewState) {
		this.#view = view;
		this.index = index;
		this.#program = program;
		this.#original = original;
		this.#openTails = openTails;
		this.#expected = state?.expected ?? 0;
		this.#divergedAt = state?.divergedAt ?? 0;
		this.#heldFrom = state?.heldFrom ?? Number.POSITIVE_INFINITY;
		this.#isMargin = state?.shadow !== undefined && state.shadow.from.at(-1) === state.shadow.to.at(-1);
		this.#transducer = view.open((byte, from, to) => this.#receive(byte, from, to), state?.transducer, program.isTelling);
		this.#undecidedFrom = this.#transducer.undecidedFrom;
		if (state?.shadow !== undefined) this.#shadow = this.#openShadow(state.shadow);
	}

	/** It reads the text as it stands, up to its end. */
	get isQuiet(): boolean {
		return this.#shadow === undefined && this.#heldFrom === Number.POSITIVE_INFINITY && !this.#isBehind();
	}

	/**
	 * Offset in the original before which the view holds nothing. It depends on the text only: where bytes at the end are
	 * undecided or left out, they are held, and so is a match that is alive before them.
	 */
	get release(): number {
		if (this.#shadow === undefined && !this.#view.isPartial) return this.#heldFrom;
		const alive = this.#shadow?.release ?? Number.POSITIVE_INFINITY;
		if (this.#view.isPartial) return Math.min(this.#undecidedFrom, alive);
		return this.#isBehind() ? Math.min(this.#expected, alive) : alive;
	}

	/**
	 * Reads what the original has from `from` on. Call before the original scans it. Where undecided bytes begin that end
	 * the text so far, the offset of the first is returned: call `pause` when the original has been scanned up to it.
	 */
	read(from: number): number | undefined {
		if (this.#view.isPartial) {
			this.#readParts(from);
			return undefined;
		}
		const { window, base, end } = this.#original;
		const last = end - base;
		const pausedAt = this.#heldFrom === Number.POSITIVE_INFINITY ? undefined : this.#expected;
		let at = from - base;
		while (at < last) {
			if (this.#shadow === undefined && this.#expected === base + at) {
				this.#heldFrom = Number.POSITIVE_INFINITY;
				at = this.#transducer.skip(window, at, last);
				this.#expected = base + at;
				if (at === last) return undefined;
			}
			this.#transducer.push(window[at] as number, base + at, base + at + 1);
			at++;
			if (base + at - this.#expected > MAX_GAP_BYTES) this.#breakGap(base + at);
		}
		if (this.#shadow !== undefined || !this.#isBehind()) {
			this.#heldFrom = Number.POSITIVE_INFINITY;
			return undefined;
		}
		if (this.#heldFrom === Number.POSITIVE_INFINITY) return this.#expected;
		// The original has been scanned beyond the bytes that are undecided now: only a shadow knows what is open before them.
		if (this.#expected !== pausedAt) this.#begin();
		return undefined;
	}

	#readParts(from: number): void {
		const { window, base, end } = this.#original;
		for (let at = from - base; at < end - base; at++) {
			if (this.#undecidedFrom === Number.POSITIVE_INFINITY) at = this.#transducer.skip(window, at, end - base);
			if (at === end - base) return;
			this.#transducer.push(window[at] as number, base + at, base + at + 1);
			this.#undecidedFrom = this.#transducer.undecidedFrom;
		}
	}

	/** `isQuiet`: nothing of the original is open that a shadow would have to take over. */
	pause(isQuiet: boolean): void {
		if (isQuiet) this.#heldFrom = this.#original.release;
		else this.#begin();
	}

	/** Scans what was read. */
	scan(): ViewDetection[] {
		return this.#shadow === undefined ? [] : this.#mapped(this.#shadow, this.#shadow.scan());
	}

	finish(isPart: boolean): ViewDetection[] {
		this.#transducer.finish();
		this.#undecidedFrom = this.#transducer.undecidedFrom;
		// What the view leaves out at the end hides nothing that stands before it.
		if (this.#shadow === undefined && !this.#view.isPartial && this.#isBehind()) this.#begin();
		const shadow = this.#shadow;
		if (shadow === undefined) return [];
		return this.#mapped(
			shadow,
			shadow.finish(isPart).filter((detection) => !this.#isLostEnd(shadow, detection)),
		);
	}

	/** A value that goes on to the end of the text in the view only, because the view leaves the quote out that ends it. */
	#isLostEnd(shadow: ShadowText, { rule, from, to }: Detection): boolean {
		if (to < shadow.end || this.#program.rules[rule]?.core === undefined) return false;
		const source = this.#original.text(shadow.fromOf(from), shadow.endBefore(to));
		const seen = shadow.detector.text(from, to);
		return QUOTES.some((quote) => source.includes(quote) && !seen.includes(quote));
	}

	/** A tail in the shadow. */
	runTail(state: TailState, program: TailProgram): TailRun {
		const shadow = this.#shadow as ShadowText;
		const originOf = ({ to, open, stage }: TailState): number => {
			// The characters of a code overlap: the next byte can begin before this one ends.
			const before = shadow.endBefore(to);
			if (!open && stage > 0 && stage === program.until.length) return before;
			// What was left out behind the last byte of an open tail is swallowed with it: waiting for the next byte could take for ever.
			const next = to < shadow.end ? shadow.fromOf(to) : Math.min(this.#transducer.undecidedFrom, this.#original.end);
			return Math.max(before, next);
		};
		const run = new TailRun(state, program, this.index, shadow.detector, originOf);
		this.#tails.push(run);
		return run;
	}

	/** Everything before `offset` of the original is given out: the shadow ends when nothing needs it any more. */
	released(offset: number): void {
		if (this.#shadow === undefined) return;
		this.#tails = this.#tails.filter((run) => run.state.open);
		const hasOpen = this.#tails.length > 0 || !this.#shadow.detector.cores.isEmpty;
		if (hasOpen || this.#isBehind() || offset < this.#divergedAt + LEFT_CONTEXT_BYTES) this.#shadow.keepFrom(offset);
		else this.close();
	}

	state(release: number): ViewState {
		const shadow = this.#shadow?.state(release);
		return {
			transducer: this.#transducer.state(),
			divergedAt: this.#divergedAt,
			expected: this.#expected,
			heldFrom: this.#heldFrom,
			...(shadow && { shadow }),
		};
	}

	close(): void {
		this.#shadow?.detector.close();
		this.#shadow = undefined;
	}

	/** Too much was left out between two bytes of the shadow. An open tail has swallowed it up to here, whatever the pieces. */
	#breakGap(to: number): void {
		if (this.#transducer.undecidedFrom !== Number.POSITIVE_INFINITY) return;
		let from = to - 1;
		while (((this.#original.byteAt(from) as number) & 0xc0) === 0x80) from--;
		this.#receive(BREAK, from, to);
	}

	/** Whether the last bytes of the original are undecided or left out. */
	#isBehind(): boolean {
		return this.#view.isPartial ? this.#undecidedFrom !== Number.POSITIVE_INFINITY : this.#expected !== this.#original.end;
	}

	#receive(byte: number, from: number, to: number): void {
		const isSame = from === this.#expected && to === from + 1 && byte === this.#original.byteAt(from);
		if (this.#shadow === undefined && !isSame) this.#begin();
		if (!isSame) this.#divergedAt = to;
		if (this.#view.isLed === true && this.#isMargin && from < to)
			this.#shadow?.lead(this.#original.charactersBefore(from, LEFT_CONTEXT_BYTES), from);
		this.#isMargin = from === to;
		this.#shadow?.write(byte, from, to);
		this.#expected = to;
	}

	/** Begins the shadow with what both texts have in common before the next byte. */
	#begin(): void {
		if (this.#view.isPartial) {
			this.#shadow = this.#openShadow({ bytes: new Uint8Array(0), from: [], to: [], base: 0, release: 0, cores: [] });
			return;
		}
		const { keepFrom, base, cores, window } = this.#original;
		const end = this.#expected;
		const first = Math.max(base, keepFrom - LEFT_CONTEXT_BYTES);
		const from = Array.from({ length: end - first }, (_, i) => first + i);
		// A value ends with its field.
		const isOfFields = this.#view.leastSeams !== undefined;
		// What was open before the undecided bytes ended there, and what is open now has read them as they stand.
		const isPaused = this.#heldFrom !== Number.POSITIVE_INFINITY;
		this.#heldFrom = Number.POSITIVE_INFINITY;
		this.#shadow = this.#openShadow({
			bytes: this.#original.bytes(first, end),
			from,
			to: from.map((offset) => offset + 1),
			base: first,
			release: keepFrom,
			cores: isOfFields ? [] : [...cores.offered(keepFrom, end), ...(isPaused ? [] : cores.openAt(end, window, base))],
		});
		if (!isPaused && !isOfFields) this.#takeOverTails(end);
	}

	#takeOverTails(at: number): void {
		const { window, base } = this.#original;
		for (const { run, finding } of this.#openTails.list) {
			if (run.view !== 0 || !looksIn(this.#program.rules[run.state.rule] as Rule, this.#view)) continue;
			const state = { ...run.state };
			advanceTail(state, run.program, window, state.to - base, at - base);
			if (state.open) this.#openTails.add(this.runTail(state, run.program), finding);
		}
	}

	#openShadow(state: ShadowState): ShadowText {
		return new ShadowText(this.#program, (rule) => looksIn(rule, this.#view), state);
	}

	#mapped(shadow: ShadowText, detections: readonly Detection[]): ViewDetection[] {
		const { leastSeams = 0 } = this.#view;
		const seen = detections.filter(
			({ from, to }) => shadow.fromOf(from) < shadow.endBefore(to) && (leastSeams === 0 || shadow.seamsIn(from, to) >= leastSeams),
		);
		return seen.map((detection) => {
			const { rule, from, to, score, isUnfinished } = detection;
			const tail = tailOf(this.#program, detection);
			return {
				rule,
				score,
				...(isUnfinished && { isUnfinished }),
				from: shadow.fromOf(from),
				to: shadow.endBefore(to),
				text: shadow.detector.text(from, to),
				beginTail: tail && (() => this.runTail(beginTail(rule, to, tail), tail)),
			};
		});
	}
}
