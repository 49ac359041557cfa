import type { ByteOffset } from "../core/units.ts";
import type { Piece } from "../scanner/piece.ts";
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
		if (typeof text === "string") this.#gap.clean(text);
		else this.#gap.passed(text);
	}

	/** `taken`: where the text behind the pieces begins. */
	write(pieces: readonly Piece[], taken: ByteOffset): string {
		let out = "";
		for (const piece of pieces) {
			if (piece.kind === "clean") out += this.#clean(piece.from, decodeUtf8(piece.bytes));
			else {
				this.#isAltered = true;
				const marker = this.#redactor.replacement(piece.rule, piece.text, piece.written);
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

	#clean(from: ByteOffset, text: string): string {
		const { at, mark } = this.#gap.markIn(from, text) ?? { at: 0, mark: "" };
		if (mark === "") return this.#plain(from, text);
		const head = text.slice(0, at);
		const behind = from + Buffer.byteLength(head);
		const before = head === "" ? "" : this.#plain(from, head);
		return before + (this.#json?.marked(behind, mark) ?? this.#gap.replaced(mark)) + this.#plain(behind, text.slice(at));
	}

	#plain(from: ByteOffset, text: string): string {
		if (this.#json === undefined) return this.#gap.clean(text);
		this.#gap.wrote(text);
		return this.#json.clean(from, from + Buffer.byteLength(text));
	}
}
