import type { ByteOffset } from "../core/units.ts";
import type { Piece, Redacted } from "../scanner/piece.ts";
import { Redactor } from "../verdict/redaction.ts";
import type { ChannelState } from "./channel-state.ts";
import type { TextStyle } from "./conversation.ts";
import type { JsonSource } from "./json-source.ts";
import { decodeUtf8 } from "./pieces.ts";
import { RemovalGap } from "./removal-gap.ts";

/** Makes text of pieces: clean ones as they stand, markers or surrogates for the others. */
export class PieceWriter {
	readonly #redactor: Redactor;
	readonly #gap: RemovalGap;
	readonly #json: JsonSource | undefined;
	readonly #isPrompt: boolean;
	#isAltered: boolean;

	/** `json`: of text that stands in JSON source. */
	constructor(style: TextStyle, json: JsonSource | undefined, state?: ChannelState) {
		this.#redactor = new Redactor(style, state?.surrogates);
		this.#gap = new RemovalGap(state?.gap);
		this.#json = json;
		this.#isPrompt = style.prompt !== undefined;
		this.#isAltered = state?.isAltered ?? false;
	}

	/** Something of what went out so far stands in place of the original. */
	get isAltered(): boolean {
		return this.#isAltered;
	}

	/** What is clean goes out as it stands. */
	get isPlain(): boolean {
		return this.#json === undefined && !this.#gap.isOpen;
	}

	/** Text that is not empty went out as it stands. */
	passed(text: string | Uint8Array): void {
		if (typeof text === "string") this.#gap.wrote(text);
		else this.#gap.passed(text);
	}

	/** `taken`: where the text behind the pieces begins. */
	write(pieces: readonly Piece[], taken: ByteOffset): string {
		let out = "";
		for (const piece of pieces) {
			if (piece.kind === "clean") out += this.#clean(piece.from, piece.bytes);
			else {
				this.#isAltered = true;
				out += this.#json?.replaced(piece.from) ?? "";
				const marker = this.#redactor.replacement(piece.rule, piece.text, this.#valueOf(piece));
				if (!this.#isPrompt) this.#gap.began(piece.from, piece.rule, marker);
				out += this.#json?.beginReplaced(piece.from, marker) ?? this.#gap.replaced(marker);
			}
		}
		if (this.#json !== undefined) out += this.#json.replaced(taken);
		return out;
	}

	state(): Pick<ChannelState, "isAltered" | "gap" | "surrogates"> {
		const surrogates = this.#redactor.state();
		return { isAltered: this.#isAltered, gap: this.#gap.state(), ...(surrogates && { surrogates }) };
	}

	/** What the caller gets back for the region. */
	#valueOf({ from, text, written = text }: Redacted): string | undefined {
		return written === undefined || !this.#isPrompt ? written : (this.#json?.valueAt(from, written) ?? written);
	}

	#clean(from: ByteOffset, bytes: Uint8Array): string {
		const marked = this.#gap.markIn(from, bytes);
		if (marked === undefined) return this.#plain(from, bytes);
		const { at, mark } = marked;
		const before = at === 0 ? "" : this.#plain(from, bytes.subarray(0, at));
		return before + (this.#json?.marked(from + at, mark) ?? this.#gap.replaced(mark)) + this.#plain(from + at, bytes.subarray(at));
	}

	#plain(from: ByteOffset, bytes: Uint8Array): string {
		if (this.#json === undefined) return this.#gap.clean(decodeUtf8(bytes));
		if (bytes.length > 0) this.#gap.passed(bytes);
		return this.#json.clean(from, from + bytes.length);
	}
}
