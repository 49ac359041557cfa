import type { Finding } from "../verdict/finding.ts";
import type { Detection } from "./detector.ts";
import { type EchoIndex, EchoReader, type EchoReaderState } from "./echo.ts";
import type { Piece } from "./piece.ts";
import type { ScannerState } from "./scanner-state.ts";
import type { ScannerProgram, TextScanner } from "./text-scanner.ts";

/** Plain data: what the scanner inside has given out and this one has not. */
export interface EchoState {
	readonly reader: EchoReaderState;
	readonly waiting: readonly Piece[];
	readonly findings: readonly Finding[];
	readonly taken: number;
}

/** What is done about an echo: end the text before it, or count it. */
export type EchoAction = "flag" | "cut";

/** A program whose scanners also see when a text repeats a hidden one. */
export function withEcho(program: ScannerProgram, index: EchoIndex, action: EchoAction): ScannerProgram {
	return { open: (state, isOwn, isJson) => new EchoScanner(program.open(state, isOwn, isJson), index, action, state?.echo) };
}

/**
 * Reads what the scanner inside gives out, which is the same for every chunking, so what this one gives out is too.
 * With `cut`, a run that may become an echo waits; the few letters that made it suspect have left by then.
 */
class EchoScanner implements TextScanner {
	readonly #inner: TextScanner;
	readonly #reader: EchoReader;
	readonly #action: EchoAction;
	#waiting: Piece[];
	/** Passed by the scanner inside, at or behind what waits. */
	#undelivered: Finding[];
	readonly #passed: Finding[] = [];
	#taken: number;
	#isFinished = false;
	#cut = false;

	constructor(inner: TextScanner, index: EchoIndex, action: EchoAction, state: EchoState | undefined) {
		this.#inner = inner;
		this.#action = action;
		this.#reader = new EchoReader(index, state?.reader);
		this.#waiting = [...(state?.waiting ?? [])];
		this.#undelivered = [...(state?.findings ?? [])];
		this.#taken = state?.taken ?? inner.taken;
	}

	get release(): number {
		return Math.min(this.#inner.release, this.#holdFrom);
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
	/** Every byte must be read, so nothing passes unseen. */
	get cleanTo(): number {
		return this.#taken;
	}
	pass(upTo: number): void {
		this.take(upTo);
	}

	write(bytes: Uint8Array): void {
		if (!this.#cut) this.#inner.write(bytes);
	}

	finish(): void {
		if (!this.#cut) this.#inner.finish();
		this.#isFinished = true;
	}

	take(upTo: number): Piece[] {
		if (this.#cut) return [];
		for (const piece of this.#inner.take(upTo)) {
			this.#waiting.push(piece);
			if (this.#readPiece(piece)) return this.#cutHere();
		}
		this.#undelivered.push(...this.#inner.takeFindings());
		const isWhole = this.#inner.isCut || (this.#isFinished && this.#inner.taken === this.end);
		const limit = isWhole ? Number.POSITIVE_INFINITY : Math.min(upTo, this.#holdFrom);
		const pieces = this.#giveBefore(limit);
		this.#cut = this.#inner.isCut;
		return pieces;
	}

	snapshot(): ScannerState {
		const echo = { reader: this.#reader.state(), waiting: this.#waiting, findings: this.#undelivered, taken: this.#taken };
		return { ...this.#inner.snapshot(), echo };
	}

	close(): void {
		this.#inner.close();
	}

	get #holdFrom(): number {
		return this.#action === "cut" ? this.#reader.holdFrom : Number.POSITIVE_INFINITY;
	}

	/** True at an echo that cuts. */
	#readPiece(piece: Piece): boolean {
		if (piece.kind === "redacted") {
			this.#reader.break();
			return false;
		}
		let { from } = piece;
		for (const byte of piece.bytes) {
			const begins = this.#reader.holdFrom;
			if (this.#reader.read(byte, from++)) {
				// What only counts stands where it became certain, for what is before that may have gone out.
				this.#undelivered.push(echoFinding(this.#action === "cut" ? begins : from - 1, from, this.#action));
				if (this.#action === "cut") return true;
			}
		}
		return false;
	}

	/** The text ends where the echo was suspected; findings behind that are none of it. */
	#cutHere(): Piece[] {
		const echo = this.#undelivered.at(-1) as Finding;
		this.#undelivered = [...this.#undelivered.slice(0, -1), ...this.#inner.takeFindings()].filter(({ from }) => from < echo.from);
		const pieces = this.#giveBefore(echo.from);
		this.#passed.push(echo);
		this.#cut = true;
		return pieces;
	}

	#giveBefore(limit: number): Piece[] {
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
		this.#taken = Math.max(this.#taken, Math.min(this.#inner.taken, limit));
		const known = this.#undelivered.filter(({ from }) => from < limit);
		this.#passed.push(...known.sort((a, b) => a.from - b.from));
		this.#undelivered = this.#undelivered.filter(({ from }) => from >= limit);
		return given;
	}
}

function echoFinding(from: number, to: number, action: EchoAction): Finding {
	return { type: "prompt_echo", rule: -1, from, to, score: 1, action, category: "injection" };
}
