import type { ByteOffset } from "../core/units.ts";
import type { Rule } from "../policy/policy.ts";
import { MAX_GAP_BYTES } from "../scanner/view-scanner.ts";
import { decodeUtf8 } from "./pieces.ts";

/** Plain data. */
export interface RemovalGapState {
	readonly last: string;
	readonly isBehindDigit: boolean;
	readonly isOpen: boolean;
	readonly removed: Removed | undefined;
}

/** What was removed last. */
interface Removed {
	/** Where it begins; undefined: text came since, of separators alone. */
	readonly from: ByteOffset | undefined;
	/** Of its first part. */
	readonly label: string;
	/** A reader would have seen something between the two sides. */
	readonly isSeen: boolean;
	/** There are separators between its parts, or behind them. */
	readonly isPassed: boolean;
}

/** What stands between the groups of a number. */
const SEPARATORS = " \t\n–./,*_-";
const NO_SEPARATOR = new RegExp(`[^${SEPARATORS}]`, "u");
const IS_SEPARATOR = Uint8Array.from({ length: 256 }, (_, byte) => Number(SEPARATORS.includes(String.fromCharCode(byte))));
const DIGIT = /^\p{N}/u;
const WORD = /^[\p{L}\p{N}]/u;

/**
 * Closes the gap that removed text leaves: of two blanks that come to stand side by side the second one goes. Two sides that
 * would come together to a number or a word that nobody has inspected are kept apart by a mark.
 */
export class RemovalGap {
	/** Last character that went out; empty at the beginning of the text. */
	#last: string;
	/** The last one that is no separator is a digit. */
	#isBehindDigit: boolean;
	/** A removed region ends here. */
	#isOpen: boolean;
	#removed: Removed | undefined;

	constructor(state?: RemovalGapState) {
		this.#last = state?.last ?? "";
		this.#isBehindDigit = state?.isBehindDigit ?? false;
		this.#isOpen = state?.isOpen ?? false;
		this.#removed = state?.removed;
	}

	/** The next text is not what it was: it may lose its first blank, or get a mark. */
	get isOpen(): boolean {
		return this.#isOpen || this.#removed !== undefined;
	}

	state(): RemovalGapState {
		return { last: this.#last, isBehindDigit: this.#isBehindDigit, isOpen: this.#isOpen, removed: this.#removed };
	}

	/** A region is removed, or has a marker in its place. */
	began(from: ByteOffset, { label, category }: Pick<Rule, "label" | "category">, marker: string): void {
		const before = this.#removed;
		// What no reader sees is read over as if it were not there, so what comes together has been inspected.
		const isSeen = category !== "injection" || before?.isSeen === true;
		this.#removed =
			marker === ""
				? { from: before?.from ?? from, label: before?.label ?? label, isSeen, isPassed: before?.isPassed ?? false }
				: undefined;
	}

	/**
	 * Text, in UTF-8, goes on at `from`. The mark that must stand in it, and before which of its bytes: also where so much was
	 * removed that nothing has read over it.
	 */
	markIn(from: ByteOffset, bytes: Uint8Array): { readonly at: number; readonly mark: string } | undefined {
		const removed = this.#removed;
		if (removed === undefined || bytes.length === 0) return undefined;
		this.#removed = undefined;
		const mark = `[${removed.label} REDACTED]`;
		if (from - (removed.from ?? from) > MAX_GAP_BYTES) return { at: 0, mark };
		const text = decodeUtf8(bytes);
		const at = text.search(NO_SEPARATOR);
		if (at < 0) {
			this.#removed = Object.assign({}, removed, { from: undefined, isPassed: true });
			return undefined;
		}
		const next = text.slice(at);
		const isTogether = at === 0 && !removed.isPassed && WORD.test(this.#last) && WORD.test(next);
		const isMarked = removed.isSeen && (isTogether || (this.#isBehindDigit && DIGIT.test(next)));
		return isMarked ? { at: Buffer.byteLength(text.slice(0, at)), mark } : undefined;
	}

	/** What goes out in the place of a region. */
	replaced(marker: string): string {
		if (marker === "") this.#isOpen = true;
		else this.wrote(marker);
		return marker;
	}

	clean(text: string): string {
		const isDoubled = this.#isOpen && text.startsWith(" ") && (this.#last === "" || /\s/.test(this.#last));
		const out = isDoubled ? text.slice(1) : text;
		if (text !== "") this.wrote(out);
		return out;
	}

	/** Text that is not empty, in UTF-8, went out as it stands. */
	passed(text: Uint8Array): void {
		let at = text.length - 1;
		while (at > 0 && IS_SEPARATOR[text[at] as number] === 1) at--;
		const byte = text[at] as number;
		if (byte >= 0x80 || (text[text.length - 1] as number) >= 0x80) return this.wrote(decodeUtf8(text));
		this.#last = String.fromCharCode(text[text.length - 1] as number);
		if (IS_SEPARATOR[byte] === 0) this.#isBehindDigit = byte >= 0x30 && byte <= 0x39;
	}

	/** The same of any text. */
	wrote(text: string): void {
		this.#isOpen = false;
		if (text === "") return;
		this.#last = lastOf(text, text.length);
		let end = text.length;
		while (end > 0 && SEPARATORS.includes(text[end - 1] as string)) end--;
		if (end > 0) this.#isBehindDigit = DIGIT.test(lastOf(text, end));
	}
}

/** The character that ends at `end`. */
function lastOf(text: string, end: number): string {
	const isPair = end > 1 && /[\udc00-\udfff]/.test(text[end - 1] as string);
	return text.slice(isPair ? end - 2 : end - 1, end);
}
