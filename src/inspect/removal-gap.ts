import { decodeUtf8 } from "./pieces.ts";

/** Plain data. */
export interface RemovalGapState {
	readonly last: string;
	readonly isOpen: boolean;
}

/** Closes the gap that removed text leaves: of two blanks that come to stand side by side the second one goes. */
export class RemovalGap {
	/** Last character that went out; empty at the beginning of the text. */
	#last: string;
	/** A removed region ends here. */
	#isOpen: boolean;

	constructor(state?: RemovalGapState) {
		this.#last = state?.last ?? "";
		this.#isOpen = state?.isOpen ?? false;
	}

	/** The next text may lose its first blank. */
	get isOpen(): boolean {
		return this.#isOpen;
	}

	state(): RemovalGapState {
		return { last: this.#last, isOpen: this.#isOpen };
	}

	/** What goes out in the place of a region. */
	replaced(marker: string): string {
		if (marker === "") this.#isOpen = true;
		else this.#wrote(marker);
		return marker;
	}

	clean(text: string): string {
		const isDoubled = this.#isOpen && text.startsWith(" ") && (this.#last === "" || /\s/.test(this.#last));
		const out = isDoubled ? text.slice(1) : text;
		if (text !== "") this.#wrote(out);
		return out;
	}

	/** Text that is not empty, in UTF-8, went out with no gap before it. */
	passed(text: Uint8Array): void {
		const last = text[text.length - 1] as number;
		this.#last = last < 0x80 ? String.fromCharCode(last) : (decodeUtf8(text).at(-1) as string);
	}

	#wrote(text: string): void {
		this.#isOpen = false;
		this.#last = text.at(-1) ?? this.#last;
	}
}
