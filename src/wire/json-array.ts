import { ByteQueue } from "../core/byte-queue.ts";

export type ArrayDecoding =
	| { readonly kind: "elements"; readonly elements: readonly string[] }
	/** The decoder must not be used again. */
	| {
			readonly kind: "fault";
			readonly code: "upstream_invalid_utf8" | "upstream_event_too_large" | "upstream_invalid_event";
			readonly elements: readonly string[];
	  };

export interface ArrayDecoder {
	decode(bytes: Uint8Array): ArrayDecoding;
	/** Bytes taken in whose element is not complete. */
	readonly pendingBytes: number;
	/** Where in the array the next byte stands. Plain data, to go on in another decoder. */
	readonly position: ArrayPosition;
}

export type ArrayPosition = "before" | "inside" | "after";

const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
const [QUOTE, COMMA, OPEN_ARRAY, BACKSLASH, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x2c, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d];

/**
 * Cuts a JSON array of objects that arrives in pieces (Gemini's streams without `alt=sse`) into its elements, as they are
 * written. An element longer than `maxElementBytes` is a fault.
 */
export function createArrayDecoder(maxElementBytes: number, position: ArrayPosition): ArrayDecoder {
	return new Decoder(maxElementBytes, position);
}

class Decoder implements ArrayDecoder {
	readonly #utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
	readonly #maxElementBytes: number;
	#position: ArrayPosition;
	/** Bytes of the element at hand, and where the search for its end goes on. */
	readonly #pending = new ByteQueue();
	#at = 0;
	#depth = 0;
	#isInString = false;
	#isEscaped = false;

	constructor(maxElementBytes: number, position: ArrayPosition) {
		this.#maxElementBytes = maxElementBytes;
		this.#position = position;
	}

	get pendingBytes(): number {
		return this.#pending.length;
	}

	get position(): ArrayPosition {
		return this.#position;
	}

	decode(bytes: Uint8Array): ArrayDecoding {
		this.#pending.append(bytes);
		const elements: string[] = [];
		while (this.#pending.length > 0) {
			if (this.#depth === 0 && !this.#skip()) return { kind: "fault", code: "upstream_invalid_event", elements };
			if (!this.#findEnd()) break;
			try {
				elements.push(this.#utf8.decode(this.#pending.bytes.subarray(0, this.#at)));
			} catch {
				return { kind: "fault", code: "upstream_invalid_utf8", elements };
			}
			this.#pending.drop(this.#at);
			this.#at = 0;
		}
		if (this.#pending.length > this.#maxElementBytes) return { kind: "fault", code: "upstream_event_too_large", elements };
		return { kind: "elements", elements };
	}

	/** Takes what stands between elements; false when it must not stand there. */
	#skip(): boolean {
		let used = 0;
		for (const byte of this.#pending.bytes) {
			if (this.#position === "inside" && byte === OPEN_OBJECT) break;
			if (!this.#steps(byte)) return false;
			used++;
		}
		this.#pending.drop(used);
		return true;
	}

	#steps(byte: number): boolean {
		if (BLANKS.has(byte)) return true;
		if (this.#position === "before" && byte === OPEN_ARRAY) this.#position = "inside";
		else if (this.#position === "inside" && byte === CLOSE_ARRAY) this.#position = "after";
		else return this.#position === "inside" && byte === COMMA;
		return true;
	}

	/** True when `#at` is behind the element that begins `#pending`. */
	#findEnd(): boolean {
		const { bytes } = this.#pending;
		while (this.#at < bytes.length) {
			const byte = bytes[this.#at++] as number;
			if (this.#isInString) this.#inString(byte);
			else if (byte === QUOTE) this.#isInString = true;
			else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#depth++;
			else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --this.#depth === 0) return true;
		}
		return false;
	}

	#inString(byte: number): void {
		if (this.#isEscaped) this.#isEscaped = false;
		else if (byte === BACKSLASH) this.#isEscaped = true;
		else if (byte === QUOTE) this.#isInString = false;
	}
}
