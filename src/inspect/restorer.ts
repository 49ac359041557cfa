import type { SourceKind } from "../providers/provider.ts";
import { JsonSource, type JsonSourceState } from "./json-source.ts";
import { LEFT_UNITS, type SurrogateMatcher } from "./surrogate-matcher.ts";

/** Plain data. */
export interface RestorerState {
	readonly held: string;
	readonly left: string;
	readonly heldFrom: number;
	readonly json?: JsonSourceState;
}

/**
 * Puts originals back into one text, after its inspection: what is in the place of a surrogate was never inspected, and
 * need not be, for the caller sent it. Holds the end of the text while it may be the beginning of a surrogate.
 */
export class Restorer {
	readonly #matcher: SurrogateMatcher;
	/** JSON source is read as what it says and written as it was. */
	readonly #json: JsonSource | undefined;
	/** Not decided yet. */
	#held: string;
	/** UTF-8 bytes before it. */
	#heldFrom: number;
	/** What the matcher looks at before it. */
	#left: string;

	constructor(matcher: SurrogateMatcher, source: SourceKind, state?: RestorerState) {
		this.#matcher = matcher;
		this.#json = source === "text" ? undefined : new JsonSource(source === "answer" ? "mixed" : "pure", state?.json);
		this.#held = state?.held ?? "";
		this.#heldFrom = state?.heldFrom ?? 0;
		this.#left = state?.left ?? "";
	}

	state(): RestorerState {
		return { held: this.#held, heldFrom: this.#heldFrom, left: this.#left, ...(this.#json && { json: this.#json.state() }) };
	}

	/** Some of the text that came did not go out yet. */
	get isHolding(): boolean {
		return this.#held !== "" || this.#json?.isHolding === true;
	}

	/** Takes inspected text; returns what is decided. */
	write(text: string): string {
		return text === "" ? "" : this.#restore(this.#json?.decode(text) ?? text, false);
	}

	/** End of the text. */
	finish(): string {
		return this.#restore(this.#json?.finish() ?? "", true) + (this.#json?.rest() ?? "");
	}

	#restore(more: string, isEnd: boolean): string {
		const text = this.#left + this.#held + more;
		let out = "";
		let cleanFrom = this.#left.length;
		let at = cleanFrom;
		while (at < text.length) {
			const found = this.#matcher.match(text, at, isEnd);
			if (found.kind === "open") break;
			if (found.kind === "none") {
				at++;
				continue;
			}
			out += this.#clean(text.slice(cleanFrom, at)) + this.#replaced(text.slice(at, found.to), found.original);
			at = found.to;
			cleanFrom = at;
		}
		out += this.#clean(text.slice(cleanFrom, at));
		this.#left = text.slice(Math.max(0, at - LEFT_UNITS), at);
		this.#held = text.slice(at);
		return out;
	}

	#clean(text: string): string {
		if (this.#json === undefined || text === "") return text;
		const from = this.#heldFrom;
		this.#heldFrom += Buffer.byteLength(text);
		return this.#json.clean(from, this.#heldFrom);
	}

	#replaced(surrogate: string, original: string): string {
		if (this.#json === undefined) return original;
		const before = this.#json.beginReplaced(this.#heldFrom, original);
		this.#heldFrom += Buffer.byteLength(surrogate);
		return before + this.#json.replaced(this.#heldFrom);
	}
}
