import type { RedactionStrategy } from "../policy/policy.ts";
import type { Piece, ScannerProgram, ScannerState, TextScanner } from "../scanner/text-scanner.ts";
import { replacement } from "../verdict/redaction.ts";

/** Plain data. */
export interface ChannelState {
	readonly scanner: ScannerState;
	readonly carry: string;
}

/** How redacted regions are written. */
export interface RedactionStyle {
	readonly strategy: RedactionStrategy;
	/** Keys the hashes. */
	readonly key: Uint8Array;
}

/** One text of an answer: UTF-16 deltas in, safe text out. */
export class Channel {
	/** A high surrogate whose other half may come with the next delta. */
	#carry = "";
	#hadPending = false;
	readonly #scanner: TextScanner;
	readonly #style: RedactionStyle;

	constructor(program: ScannerProgram, style: RedactionStyle, state?: ChannelState) {
		this.#scanner = program.open(state?.scanner);
		this.#carry = state?.carry ?? "";
		this.#style = style;
	}

	get scanner(): TextScanner {
		return this.#scanner;
	}

	/** True when something given in has not come out yet. */
	get isHolding(): boolean {
		return this.#carry !== "" || this.#scanner.taken < this.#scanner.end;
	}

	/**
	 * Takes the next deltas at once; returns for each the text that may go out in its place. `undefined` means: exactly
	 * the delta itself, nothing held before it. `cutAt` is the delta in which a cut took effect, -1 for none.
	 */
	write(deltas: readonly string[]): { readonly texts: (string | undefined)[]; readonly cutAt: number } {
		const ends: number[] = [];
		this.#hadPending = this.isHolding;
		let end = this.#scanner.end;
		const parts: Buffer[] = [];
		const clean: boolean[] = [];
		for (const delta of deltas) {
			const text = this.#carry + delta;
			clean.push(this.#carry === "");
			this.#carry = endsInHighSurrogate(text) ? text.slice(-1) : "";
			if (this.#carry !== "") clean[clean.length - 1] = false;
			const bytes = Buffer.from(this.#carry === "" ? text : text.slice(0, -1), "utf8");
			end += bytes.length;
			ends.push(end);
			parts.push(bytes);
		}
		this.#scanner.write(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts));
		let cutAt = -1;
		const texts = deltas.map((delta, i) => {
			const out = this.#render(this.#scanner.take(ends[i] as number));
			const untouched = clean[i] && !this.#hadPending && !this.#scanner.isCut && this.#scanner.taken === ends[i] && out === delta;
			this.#hadPending = this.#scanner.taken < (ends[i] as number);
			if (cutAt < 0 && this.#scanner.isCut) cutAt = i;
			return untouched ? undefined : out;
		});
		return { texts, cutAt };
	}

	/** End of the text: the rest that may go out. */
	finish(): string {
		if (this.#carry !== "") this.#scanner.write(Buffer.from("\ufffd"));
		this.#carry = "";
		this.#scanner.finish();
		return this.#render(this.#scanner.take(Number.POSITIVE_INFINITY));
	}

	state(): ChannelState {
		return { scanner: this.#scanner.snapshot(), carry: this.#carry };
	}

	close(): void {
		this.#scanner.close();
	}

	#render(pieces: readonly Piece[]): string {
		let out = "";
		for (const piece of pieces) {
			if (piece.kind === "clean") out += Buffer.from(piece.bytes.buffer, piece.bytes.byteOffset, piece.bytes.byteLength).toString("utf8");
			else out += replacement(piece.rule, piece.text, this.#style.strategy, this.#style.key);
		}
		return out;
	}
}

function endsInHighSurrogate(text: string): boolean {
	const last = text.charCodeAt(text.length - 1);
	return last >= 0xd800 && last <= 0xdbff;
}

const SLICE_UNITS = 4096;

/** A whole text at once, scanned in slices so that the window stays small. */
export function inspectWhole(program: ScannerProgram, style: RedactionStyle, text: string): { readonly text: string; readonly scanner: TextScanner } {
	const channel = new Channel(program, style);
	let out = "";
	for (let at = 0; at < text.length && !channel.scanner.isCut; at += SLICE_UNITS) {
		const slice = text.slice(at, at + SLICE_UNITS);
		out += channel.write([slice]).texts[0] ?? slice;
	}
	out += channel.finish();
	channel.close();
	return { text: out, scanner: channel.scanner };
}
