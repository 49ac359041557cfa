import type { ByteOffset } from "../core/units.ts";
import type { SourceKind } from "../providers/provider.ts";
import { openScanner } from "../scanner/continued-scanner.ts";
import type { Piece } from "../scanner/piece.ts";
import type { ScannerState } from "../scanner/scanner-state.ts";
import type { ScannerProgram, TextScanner } from "../scanner/text-scanner.ts";
import type { ChannelState, ChannelStep } from "./channel-state.ts";
import type { TextStyle } from "./conversation.ts";
import { apart, endsInHighSurrogate, groupsOf, joined, SLICE_UNITS } from "./delta-bytes.ts";
import type { JsonSource } from "./json-source.ts";
import { PieceWriter } from "./piece-writer.ts";
import { takeBefore, withRegions } from "./pieces.ts";
import { Restorer } from "./restorer.ts";
import { openSource, sourceOf } from "./text-source.ts";

/** One text of an answer: UTF-16 deltas in, safe text out. */
export class Channel {
	/** A high surrogate whose other half may come with the next delta. */
	#carry = "";
	#isEnded = false;
	/** Bytes of the next delta that the scanner has already. */
	#ahead = 0;
	/** It goes on with a text that ended before it. */
	readonly isContinued: boolean;
	readonly #program: ScannerProgram;
	readonly #style: TextStyle;
	readonly #source: SourceKind;
	readonly #scanner: TextScanner;
	readonly #writer: PieceWriter;
	readonly #json: JsonSource | undefined;
	readonly #restorer: Restorer | undefined;

	/** `before`: of the text that it goes on with. */
	constructor(program: ScannerProgram, style: TextStyle, kind: SourceKind, state?: ChannelState, before?: ScannerState) {
		this.#source = sourceOf(kind, style);
		this.#program = program;
		this.#style = style;
		this.isContinued = (state?.scanner ?? before)?.continued !== undefined;
		this.#scanner = openScanner(program, state?.scanner ?? before, style.isOwn, this.#source === "json" || this.#source === "value");
		this.#carry = state === undefined || state.carry === 0 ? "" : String.fromCharCode(state.carry);
		this.#json = openSource(this.#source, state?.json);
		this.#writer = new PieceWriter(style, this.#json, state);
		this.#restorer = style.restores && new Restorer(style.restores, this.#source, state?.restorer);
	}

	get scanner(): TextScanner {
		return this.#scanner;
	}

	/** Offset of the end of the text so far. */
	get end(): ByteOffset {
		return this.#scanner.end - this.#ahead;
	}

	/** Arguments of a call, and not an answer for people to read, of which some came. */
	get isArguments(): boolean {
		return this.#source === "json" && (this.#scanner.end > 0 || this.isHolding);
	}

	/** Some of the text that came did not go out yet. */
	get isHolding(): boolean {
		const isUndecided = this.#carry !== "" || this.#scanner.taken < this.#scanner.end;
		return isUndecided || this.#json?.isHolding === true || this.#restorer?.isHolding === true;
	}

	/** Its JSON is complete. */
	get isWhole(): boolean {
		return this.#source === "json" && this.#carry === "" && this.#json?.isWhole === true;
	}

	/** Where the scan stands behind `deltas`. Changes nothing. */
	behind(deltas: readonly string[]): ScannerState {
		const copy = this.#copyWith(deltas);
		const state = copy.scanner.snapshot();
		copy.close();
		return state;
	}

	/** Whether `after` would decide all that is held, and `before`, which comes first. Changes nothing. */
	decides(before: string, after: string): boolean {
		const copy = this.#copyWith([before]);
		const { end } = copy.scanner;
		copy.write([after]);
		const isDecided = copy.scanner.isCut || copy.scanner.taken >= end;
		copy.close();
		return isDecided;
	}

	#copyWith(deltas: readonly string[]): Channel {
		const copy = new Channel(this.#program, this.#style, this.#source, this.state());
		copy.write(deltas);
		return copy;
	}

	/** Something of what went out so far stands in place of the original. */
	get isAltered(): boolean {
		return this.#writer.isAltered;
	}

	/**
	 * Takes the next delta, in UTF-8, where nothing is found in what is not out by then. Answers what goes out in its place, true for
	 * itself. Undefined: `write` it next, which does not scan it again.
	 */
	writePlain(delta: Uint8Array): string | true | undefined {
		const scanner = this.#scanner;
		if (!this.#isPlain || this.#carry !== "" || scanner.isCut || delta.length > SLICE_UNITS) return undefined;
		const isFresh = scanner.taken === scanner.end;
		scanner.write(delta);
		if (!scanner.isClean) {
			this.#ahead = delta.length;
			return undefined;
		}
		if (!isFresh || scanner.release < scanner.end) return this.#render(scanner.take(scanner.end));
		scanner.pass(scanner.end);
		this.#writer.passed(delta);
		return true;
	}

	/** Takes the next deltas. */
	write(deltas: readonly string[]): ChannelStep {
		return this.#writeAll(deltas, false);
	}

	/** Takes the last deltas; nothing is held after that. */
	writeLast(deltas: readonly string[]): ChannelStep {
		return this.#writeAll(deltas, true);
	}

	#writeAll(deltas: readonly string[], isLast: boolean): ChannelStep {
		const texts: (string | undefined)[] = [];
		let cutAt = -1;
		for (const group of isLast ? [deltas] : groupsOf(deltas)) {
			const step = group.length === 1 && !isLast ? this.#writeLong(group[0] as string) : this.#writeGroup(group, isLast);
			if (cutAt < 0 && step.cutAt >= 0) cutAt = texts.length + step.cutAt;
			for (const text of step.texts) texts.push(text);
		}
		return { texts, cutAt };
	}

	/** One delta of any length, in slices: what is undecided at a time stays small. */
	#writeLong(delta: string): ChannelStep {
		if (delta.length <= SLICE_UNITS) return this.#writeGroup([delta], false);
		let out = "";
		for (let at = 0; at < delta.length && !this.#scanner.isCut; at += SLICE_UNITS) {
			const slice = delta.slice(at, at + SLICE_UNITS);
			out += this.#writeGroup([slice], false).texts[0] ?? slice;
		}
		return { texts: [out === delta ? undefined : out], cutAt: this.#scanner.isCut ? 0 : -1 };
	}

	#writeGroup(deltas: readonly string[], isLast: boolean): ChannelStep {
		const pieces = deltas.map((delta) => this.#wholePairs(delta));
		const from = this.end;
		const isAhead = this.#ahead > 0;
		this.#ahead = 0;
		const { bytes, ends } = this.#json === undefined ? joined(pieces, from) : apart(pieces, from, (piece) => this.#encode(piece));
		if (!isAhead) this.#scanner.write(bytes);
		if (isLast) this.#endScan(true);
		let cutAt = -1;
		let asTheyCame = 0;
		const texts = deltas.map((delta, i) => {
			const isNext = i >= asTheyCame && this.#scanner.taken === (ends[i - 1] ?? from);
			if (isNext && !isLast) asTheyCame = this.#passClean(i, deltas, pieces, ends);
			if (i < asTheyCame) return undefined;
			const isEnd = isLast && i === deltas.length - 1;
			const taken = this.#scanner.take(isEnd ? Number.POSITIVE_INFINITY : (ends[i] as number));
			const out = isEnd ? this.#renderEnd(taken) : this.#restore(this.#render(taken), this.#scanner.isCut);
			if (cutAt < 0 && this.#scanner.isCut) cutAt = i;
			return out === delta ? undefined : out;
		});
		return { texts, cutAt };
	}

	/** What is clean goes out as it stands. */
	get #isPlain(): boolean {
		return this.#restorer === undefined && this.#writer.isPlain;
	}

	/** Deltas from the first on go out as they came, and count as given out; the index of the one that does not. */
	#passClean(first: number, deltas: readonly string[], pieces: readonly string[], ends: readonly number[]): number {
		if (!this.#isPlain) return first;
		const { cleanTo } = this.#scanner;
		let next = first;
		for (; next < deltas.length && (ends[next] as number) <= cleanTo; next++)
			if (pieces[next] !== deltas[next] || !deltas[next]?.isWellFormed()) break;
		if (next === first) return first;
		this.#scanner.pass(ends[next - 1] as number);
		for (const delta of deltas.slice(first, next)) this.#writer.passed(delta);
		return next;
	}

	/** End of the text: the rest that may go out. */
	finish(): string {
		if (this.#isEnded) return "";
		this.#endScan(true);
		return this.#renderEnd(this.#scanner.take(Number.POSITIVE_INFINITY));
	}

	/**
	 * The whole text at once, on a fresh channel, in parts that are given back one by one (more than one only of plain
	 * text); scanned in slices so that the window stays small.
	 */
	inspectWhole(parts: readonly string[], isPart: boolean): string[] {
		const bytes: Buffer[] = [];
		const pieces: Piece[] = [];
		const ends: ByteOffset[] = [];
		for (const part of parts) {
			for (let at = 0; at < part.length && !this.#scanner.isCut; at += SLICE_UNITS) {
				if (at > 0) this.#style.pause?.();
				const slice = this.#encode(this.#wholePairs(part.slice(at, at + SLICE_UNITS)));
				bytes.push(slice);
				this.#scanner.write(slice);
				pieces.push(...this.#scanner.take(Number.POSITIVE_INFINITY));
			}
			ends.push(this.#scanner.end);
		}
		bytes.push(this.#endScan(isPart));
		pieces.push(...this.#scanner.take(Number.POSITIVE_INFINITY));
		const all = this.#style.prompt !== undefined ? withRegions(pieces, Buffer.concat(bytes), this.#json !== undefined) : pieces;
		return ends.map((end, i) => {
			if (i === ends.length - 1) return this.#renderEnd(all);
			return this.#restore(this.#render(takeBefore(all, end)), false);
		});
	}

	state(): ChannelState {
		return {
			scanner: this.#scanner.snapshot(),
			carry: this.#carry === "" ? 0 : this.#carry.charCodeAt(0),
			...this.#writer.state(),
			...(this.#json && { json: this.#json.state() }),
			...(this.#restorer && { restorer: this.#restorer.state() }),
		};
	}

	close(): void {
		this.#scanner.close();
	}

	/** The delta without a trailing half of a surrogate pair, which is kept for the next one. */
	#wholePairs(delta: string): string {
		const whole = this.#carry + delta;
		this.#carry = endsInHighSurrogate(whole) ? whole.slice(-1) : "";
		return this.#carry === "" ? whole : whole.slice(0, -1);
	}

	/** Everything becomes final. Answers the bytes that this adds to the text. `isPart`: of an answer that may go on elsewhere. */
	#endScan(isPart: boolean): Buffer {
		const bytes = this.#encode(this.#carry === "" ? "" : "\ufffd", true);
		this.#carry = "";
		this.#isEnded = true;
		this.#scanner.write(bytes);
		this.#scanner.finish(isPart);
		return bytes;
	}

	/** The last step: inspected text with the caller's originals in the place of their surrogates. */
	#restore(text: string, isEnd: boolean): string {
		const restorer = this.#restorer;
		return restorer === undefined ? text : restorer.write(text) + (isEnd ? restorer.finish() : "");
	}

	#renderEnd(pieces: readonly Piece[]): string {
		const out = this.#render(pieces);
		return this.#restore(this.#json === undefined || this.#scanner.isCut ? out : out + this.#json.rest(), true);
	}

	/** What the scanner sees. A lone surrogate becomes U+FFFD, as it will on the wire. */
	#encode(text: string, isEnd = false): Buffer {
		const json = this.#json;
		return Buffer.from(json === undefined ? text : json.decode(text.toWellFormed()) + (isEnd ? json.finish() : ""), "utf8");
	}

	#render(pieces: readonly Piece[]): string {
		return this.#writer.write(pieces, this.#scanner.taken);
	}
}
