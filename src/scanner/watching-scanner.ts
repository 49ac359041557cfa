import type { ByteOffset } from "../core/units.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Detection } from "./detector.ts";
import type { Piece, Redacted } from "./piece.ts";
import type { ScannerState } from "./scanner-state.ts";
import type { TextScanner } from "./text-scanner.ts";

/** Reads a text as it is about to go out, and says what stands in it. What it says depends on the bytes only, never on their pieces. */
export interface Watcher<State> {
	/** Where what may become a sighting begins; Infinity for nowhere. Always the start of a character. */
	readonly holdFrom: ByteOffset;
	/** Takes the next bytes, whole characters. */
	read(bytes: Uint8Array, from: ByteOffset): readonly Sighting[];
	/** At `from` something stands in the place of a finding. */
	skip(from: ByteOffset): readonly Sighting[];
	/** End of the text, at `end`. */
	finish(end: ByteOffset): readonly Sighting[];
	/** Plain data. */
	state(): State;
	/** Where it holds what must be given back. */
	close?(): void;
}

/** `flag`: it is counted; `redact`: a marker stands in the place of the finding; `cut`: the text ends where the finding begins. */
export interface Sighting {
	readonly finding: Finding & { readonly action: "flag" | "redact" | "cut" };
	/** Where it became certain: orders it among other findings. */
	readonly at: ByteOffset;
	/** With `redact`: what stands in the text instead. */
	readonly piece?: Redacted;
}

/** Plain data: what the scanner inside has given out and this one has not. */
export interface WatchingState<State> {
	readonly watcher: State;
	readonly waiting: readonly Piece[];
	readonly findings: readonly Seen[];
	readonly taken: number;
}

/** A finding that is not passed yet. */
interface Seen {
	readonly finding: Finding;
	readonly at: ByteOffset;
	/** By the scanner inside: comes first of those with one place. */
	readonly isInner: boolean;
}

/**
 * A scanner around another one: a watcher reads what that one gives out, which is the same for every chunking, so what this
 * one gives out is too. What the watcher suspects waits.
 */
export class WatchingScanner<State> implements TextScanner {
	readonly #inner: TextScanner;
	readonly #watcher: Watcher<State>;
	readonly #toState: (state: WatchingState<State>) => Partial<ScannerState>;
	#waiting: Piece[];
	#undelivered: Seen[];
	readonly #passed: Finding[] = [];
	#taken: number;
	/** Where the text ends, once that is known. */
	#cutAt = Number.POSITIVE_INFINITY;
	#isFinished = false;
	#cut = false;

	/** `toState` puts the state of this scanner into that of the scanner inside. */
	constructor(
		inner: TextScanner,
		watcher: Watcher<State>,
		toState: (state: WatchingState<State>) => Partial<ScannerState>,
		state: WatchingState<State> | undefined,
	) {
		this.#inner = inner;
		this.#watcher = watcher;
		this.#toState = toState;
		this.#waiting = [...(state?.waiting ?? [])];
		this.#undelivered = [...(state?.findings ?? [])];
		this.#taken = state?.taken ?? inner.taken;
	}

	get release(): number {
		return this.#isFinished ? this.#inner.taken : Math.min(this.#inner.taken, this.#watcher.holdFrom);
	}
	get end(): number {
		return this.#inner.end;
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
	takeFindings(): readonly Finding[] {
		return this.#passed.splice(0);
	}
	get signals(): readonly Detection[] {
		return this.#inner.signals;
	}

	write(bytes: Uint8Array): void {
		if (this.#cut) return;
		const inner = this.#inner;
		const from = inner.end;
		const isFresh = inner.taken === from && this.#cutAt === Number.POSITIVE_INFINITY;
		inner.write(bytes);
		if (!isFresh || inner.cleanTo < inner.end) return this.#readOn();
		// Nothing found, nothing held: what is given out is what came.
		inner.pass(inner.end);
		this.#watch({ kind: "clean", from, bytes });
	}

	finish(isPart?: boolean): void {
		if (this.#cut) return;
		this.#inner.finish(isPart);
		this.#readOn();
		this.#finishWatching(this.end);
	}

	take(upTo: number): Piece[] {
		if (this.#cut) return [];
		const isCut = this.#cutAt < upTo;
		const limit = Math.min(upTo, this.release, this.#cutAt);
		const pieces = this.#waitingBefore(limit);
		this.#taken = Math.max(this.#taken, limit);
		this.#deliver(isCut || (this.#isFinished && upTo > this.end) ? Number.POSITIVE_INFINITY : limit);
		this.#cut = isCut;
		return pieces;
	}

	get isClean(): boolean {
		const isFound = this.#cutAt < Number.POSITIVE_INFINITY || this.#undelivered.length > 0;
		return !isFound && this.#inner.isClean && this.#coveredTo === this.#inner.taken;
	}

	get cleanTo(): number {
		let to = Math.min(this.#coveredTo, this.release, this.#cutAt);
		for (const { at } of this.#undelivered) to = Math.min(to, at);
		return Math.max(this.#taken, to);
	}

	/** The end of the clean pieces that wait one behind the other. What the scanner inside gave out and none covers is still being replaced. */
	get #coveredTo(): number {
		let to = this.#taken;
		for (const piece of this.#waiting) {
			if (piece.kind !== "clean" || piece.from > to) break;
			to = piece.from + piece.bytes.length;
		}
		return to;
	}

	pass(upTo: number): void {
		if (upTo === this.end) this.#waiting = [];
		else this.#waitingBefore(upTo);
		this.#taken = Math.max(this.#taken, upTo);
	}

	snapshot(): ScannerState {
		const state = { watcher: this.#watcher.state(), waiting: [...this.#waiting], findings: [...this.#undelivered], taken: this.#taken };
		return { ...this.#inner.snapshot(), ...this.#toState(state) };
	}

	close(): void {
		this.#inner.close();
		this.#watcher.close?.();
	}

	/** Reads all that the scanner inside gives out. */
	#readOn(): void {
		for (const piece of this.#inner.take(Number.POSITIVE_INFINITY)) {
			if (this.#cutAt < Number.POSITIVE_INFINITY) break;
			this.#watch(piece);
		}
		for (const finding of this.#inner.takeFindings())
			if (finding.from < this.#cutAt) this.#undelivered.push({ finding, at: finding.from, isInner: true });
		if (!this.#inner.isCut) return;
		this.#finishWatching(this.#inner.taken);
		this.#cutAt = Math.min(this.#cutAt, this.#inner.taken);
	}

	#watch(piece: Piece): void {
		this.#waiting.push(piece);
		const sightings = piece.kind === "redacted" ? this.#watcher.skip(piece.from) : this.#watcher.read(piece.bytes, piece.from);
		for (const sighting of sightings) this.#see(sighting);
	}

	/** Nothing follows, so nothing waits any more. */
	#finishWatching(end: ByteOffset): void {
		if (this.#isFinished) return;
		this.#isFinished = true;
		for (const sighting of this.#watcher.finish(end)) this.#see(sighting);
	}

	#see({ finding, at, piece }: Sighting): void {
		if (this.#cutAt < Number.POSITIVE_INFINITY) return;
		if (finding.action === "cut") {
			// The text ends here; findings behind that are none of it.
			this.#undelivered = this.#undelivered.filter(({ finding: { from } }) => from < finding.from);
			this.#cutAt = finding.from;
		}
		if (piece !== undefined) this.#replace(finding, piece);
		this.#undelivered.push({ finding, at, isInner: false });
	}

	/** The piece stands in the place of what waits between the ends of the finding. */
	#replace({ from, to }: Finding, piece: Redacted): void {
		const before = this.#waitingBefore(from);
		this.#waitingBefore(to);
		this.#waiting = [...before, { ...piece, from }, ...this.#waiting];
	}

	#deliver(limit: number): void {
		const known = this.#undelivered.filter(({ at }) => at < limit);
		if (known.length === 0) return;
		known.sort((a, b) => a.at - b.at || Number(b.isInner) - Number(a.isInner));
		this.#passed.push(...known.map(({ finding }) => finding));
		this.#undelivered = this.#undelivered.filter(({ at }) => at >= limit);
	}

	/** What waits before `limit`, removed. */
	#waitingBefore(limit: number): Piece[] {
		const given: Piece[] = [];
		const kept: Piece[] = [];
		for (const piece of this.#waiting) {
			const isSplit = piece.kind === "clean" && piece.from < limit && limit < piece.from + piece.bytes.length;
			if (piece.from >= limit) kept.push(piece);
			else if (isSplit) {
				given.push({ ...piece, bytes: piece.bytes.subarray(0, limit - piece.from) });
				kept.push({ ...piece, from: limit, bytes: piece.bytes.subarray(limit - piece.from) });
			} else given.push(piece);
		}
		this.#waiting = kept;
		return given;
	}
}
