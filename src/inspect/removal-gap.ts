import type { ByteOffset } from "../core/units.ts";
import { MAX_GAP_BYTES } from "../scanner/view-scanner.ts";
import { decodeUtf8 } from "./pieces.ts";

/** Plain data. */
export interface RemovalGapState {
	readonly last: string;
	readonly isOpen: boolean;
	readonly removed: Removed | undefined;
}

/** What was removed last: where it begins, and of which kind its first part is. */
interface Removed {
	readonly from: ByteOffset;
	readonly label: string;
}

/** Closes the gap that removed text leaves: of two blanks that come to stand side by side the second one goes. */
export class RemovalGap {
	/** Last character that went out; empty at the beginning of the text. */
	#last: string;
	/** A removed region ends here. */
	#isOpen: boolean;
	#removed: Removed | undefined;

	constructor(state?: RemovalGapState) {
		this.#last = state?.last ?? "";
		this.#isOpen = state?.isOpen ?? false;
		this.#removed = state?.removed;
	}

	/** The next text may lose its first blank. */
	get isOpen(): boolean {
		return this.#isOpen;
	}

	state(): RemovalGapState {
		return { last: this.#last, isOpen: this.#isOpen, removed: this.#removed };
	}

	/** A region is removed, or has a marker in its place. */
	began(from: ByteOffset, label: string, marker: string): void {
		this.#removed = marker === "" ? (this.#removed ?? { from, label }) : undefined;
	}

	/**
	 * Text goes on at `at`. What must stand before it: over so much that is not there no view has read, so the two sides must not
	 * come together.
	 */
	markBefore(at: ByteOffset): string {
		const removed = this.#removed;
		this.#removed = undefined;
		return removed === undefined || at - removed.from <= MAX_GAP_BYTES ? "" : `[${removed.label} REDACTED]`;
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
