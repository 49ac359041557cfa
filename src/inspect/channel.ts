import type { RedactionStrategy } from "../policy/policy.ts";
import type { SourceKind } from "../providers/provider.ts";
import type { Piece, ScannerProgram, ScannerState, TextScanner } from "../scanner/text-scanner.ts";
import { replacement } from "../verdict/redaction.ts";
import { JsonSource, type JsonSourceState } from "./json-source.ts";

/** Plain data. */
export interface ChannelState {
	readonly scanner: ScannerState;
	readonly carry: string;
	readonly isAltered: boolean;
	readonly json?: JsonSourceState;
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
	#isAltered: boolean;
	readonly #scanner: TextScanner;
	readonly #style: RedactionStyle;
	readonly #json: JsonSource | undefined;

	constructor(program: ScannerProgram, style: RedactionStyle, source: SourceKind, state?: ChannelState) {
		this.#scanner = program.open(state?.scanner);
		this.#carry = state?.carry ?? "";
		this.#isAltered = state?.isAltered ?? false;
		this.#style = style;
		this.#json = source === "text" ? undefined : new JsonSource(state?.json);
	}

	get scanner(): TextScanner {
		return this.#scanner;
	}

	/** Something of what went out so far stands in place of the original. */
	get isAltered(): boolean {
		return this.#isAltered;
	}

	/**
	 * Takes the next deltas at once; returns for each the text that may go out in its place, `undefined` where that is the
	 * delta itself. `cutAt` is the delta in which a cut took effect, -1 for none.
	 */
	write(deltas: readonly string[]): { readonly texts: (string | undefined)[]; readonly cutAt: number } {
		const ends: number[] = [];
		let end = this.#scanner.end;
		const parts: Buffer[] = [];
		for (const delta of deltas) {
			const whole = this.#carry + delta;
			this.#carry = endsInHighSurrogate(whole) ? whole.slice(-1) : "";
			const text = this.#carry === "" ? whole : whole.slice(0, -1);
			const bytes = this.#encode(text);
			end += bytes.length;
			ends.push(end);
			parts.push(bytes);
		}
		this.#scanner.write(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts));
		let cutAt = -1;
		const texts = deltas.map((delta, i) => {
			const out = this.#render(this.#scanner.take(ends[i] as number));
			if (cutAt < 0 && this.#scanner.isCut) cutAt = i;
			return out === delta ? undefined : out;
		});
		return { texts, cutAt };
	}

	/** End of the text: the rest that may go out. */
	finish(): string {
		if (this.#carry !== "") this.#scanner.write(this.#encode("\ufffd"));
		this.#carry = "";
		this.#scanner.finish();
		const out = this.#render(this.#scanner.take(Number.POSITIVE_INFINITY));
		return this.#json === undefined || this.#scanner.isCut ? out : out + this.#json.rest();
	}

	state(): ChannelState {
		return {
			scanner: this.#scanner.snapshot(),
			carry: this.#carry,
			isAltered: this.#isAltered,
			...(this.#json && { json: this.#json.state() }),
		};
	}

	close(): void {
		this.#scanner.close();
	}

	/** What the scanner sees. A lone surrogate becomes U+FFFD, as it will on the wire. */
	#encode(text: string): Buffer {
		const bytes = Buffer.from(text, "utf8");
		return this.#json === undefined ? bytes : Buffer.from(this.#json.decode(bytes.toString("utf8")), "utf8");
	}

	#render(pieces: readonly Piece[]): string {
		let out = "";
		for (const piece of pieces) {
			if (piece.kind === "clean") out += this.#json?.clean(piece.from, piece.from + piece.bytes.length) ?? decodeUtf8(piece.bytes);
			else {
				this.#isAltered = true;
				const marker = replacement(piece.rule, piece.text, this.#style.strategy, this.#style.key);
				out += this.#json?.beginReplaced(piece.from, marker) ?? marker;
			}
		}
		if (this.#json !== undefined && !this.#scanner.isCut) out += this.#json.replaced(this.#scanner.taken);
		return out;
	}
}

function decodeUtf8(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

function endsInHighSurrogate(text: string): boolean {
	const last = text.charCodeAt(text.length - 1);
	return last >= 0xd800 && last <= 0xdbff;
}

const SLICE_UNITS = 4096;

export interface WholeInspection {
	readonly text: string;
	readonly scanner: TextScanner;
}

/** A whole text at once, scanned in slices so that the window stays small. */
export function inspectWhole(program: ScannerProgram, style: RedactionStyle, text: string, source: SourceKind = "text"): WholeInspection {
	const channel = new Channel(program, style, source);
	let out = "";
	for (let at = 0; at < text.length && !channel.scanner.isCut; at += SLICE_UNITS) {
		const slice = text.slice(at, at + SLICE_UNITS);
		out += channel.write([slice]).texts[0] ?? slice;
	}
	out += channel.finish();
	channel.close();
	return { text: out, scanner: channel.scanner };
}
