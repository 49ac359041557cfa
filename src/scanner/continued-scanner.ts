import type { ByteOffset } from "../core/units.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Detection } from "./detector.ts";
import type { Piece, Redacted } from "./piece.ts";
import type { ScannerState } from "./scanner-state.ts";
import { watchSeams } from "./seam-watcher.ts";
import type { IsOwn, ScannerProgram, TextScanner } from "./text-scanner.ts";

/** Plain data. */
export interface ContinuedState {
	/** Where the text begins, in the offsets of the scanner inside. */
	readonly at: ByteOffset;
	/** A region that begins before the text and may reach into it. */
	readonly open: Redacted | undefined;
}

/** The state of a text's scan, for another text that readers join to it: what it ended with has gone out. */
export function continuing(state: ScannerState): ScannerState {
	// The state of a third part has a `continued` and a `seam` of its own, which must not win.
	return Object.assign({}, state, { continued: { at: state.release + state.held.length, open: undefined }, seam: undefined });
}

/** Opens a scanner in any state, also in one that `continuing` made. */
export function openScanner(program: ScannerProgram, state?: ScannerState, isOwn?: IsOwn, isJson?: boolean): TextScanner {
	const scanner = program.open(state, isOwn, isJson);
	if (state?.continued === undefined) return scanner;
	const openPart = (part?: ScannerState): TextScanner => program.open(part, isOwn, isJson);
	return watchSeams(new ContinuedScanner(scanner, state.continued), openPart, [0], state.seam);
}

/**
 * A text behind another one that has ended and gone out, as the end it was: the two are scanned as one, so what of a
 * finding stands here is replaced, or cut, although it begins in the text before. Offsets are those of this text alone.
 */
class ContinuedScanner implements TextScanner {
	readonly #inner: TextScanner;
	readonly #at: ByteOffset;
	#open: Redacted | undefined;

	constructor(inner: TextScanner, { at, open }: ContinuedState) {
		this.#inner = inner;
		this.#at = at;
		this.#open = open;
	}

	get release(): number {
		return this.#own(this.#inner.release);
	}
	get end(): number {
		return this.#own(this.#inner.end);
	}
	get taken(): number {
		return this.#own(this.#inner.taken);
	}
	get isCut(): boolean {
		return this.#inner.isCut;
	}
	get findings(): readonly Finding[] {
		return this.#ownFindings(this.#inner.findings);
	}
	takeFindings(): readonly Finding[] {
		return this.#ownFindings(this.#inner.takeFindings());
	}
	get signals(): readonly Detection[] {
		return this.#ownFindings(this.#inner.signals);
	}

	write(bytes: Uint8Array): void {
		this.#inner.write(bytes);
	}

	finish(isPart?: boolean): void {
		this.#inner.finish(isPart);
	}

	take(upTo: number): Piece[] {
		const pieces: Piece[] = [];
		for (const piece of this.#inner.take(upTo + this.#at)) {
			if (piece.from > this.#at) this.#reach(pieces);
			if (piece.kind === "redacted" && piece.from < this.#at) this.#open = piece;
			else {
				this.#open = undefined;
				const before = Math.max(0, this.#at - piece.from);
				if (piece.kind === "redacted") pieces.push({ ...piece, from: this.#own(piece.from) });
				else if (before < piece.bytes.length) pieces.push({ ...piece, from: this.#own(piece.from), bytes: piece.bytes.subarray(before) });
			}
		}
		if (this.#inner.taken > this.#at) this.#reach(pieces);
		return pieces;
	}

	/** No way is known on which the scanner inside is clean and a region open here; but nothing would go out on it unseen. */
	get isClean(): boolean {
		return this.#open === undefined && this.#inner.isClean;
	}

	get cleanTo(): number {
		return this.#open === undefined ? this.#own(this.#inner.cleanTo) : this.taken;
	}

	pass(upTo: number): void {
		this.#inner.pass(upTo + this.#at);
	}

	snapshot(): ScannerState {
		return Object.assign({}, this.#inner.snapshot(), { continued: { at: this.#at, open: this.#open } });
	}

	close(): void {
		this.#inner.close();
	}

	#own(offset: ByteOffset): ByteOffset {
		return Math.max(0, offset - this.#at);
	}

	/** The region that began before the text has bytes of it. */
	#reach(pieces: Piece[]): void {
		if (this.#open !== undefined) pieces.push({ ...this.#open, from: 0 });
		this.#open = undefined;
	}

	/** What ends before this text has been counted, but for what ends it here. */
	#ownFindings<Found extends Detection>(findings: readonly Found[]): readonly Found[] {
		return findings
			.filter(({ to }, i) => to > this.#at || (this.isCut && i === findings.length - 1))
			.map((finding) => ownFinding(finding, (offset) => this.#own(offset)));
	}
}

/** The end of a tail still moves, also after its finding was handed over. */
function ownFinding<Found extends Detection>(finding: Found, own: (offset: ByteOffset) => ByteOffset): Found {
	return {
		...finding,
		from: own(finding.from),
		get to() {
			return own(finding.to);
		},
	};
}
