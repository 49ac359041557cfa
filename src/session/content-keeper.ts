import type { ContentRecord, InteractionRecord } from "../audit/audit-record.ts";
import { ByteQueue } from "../core/byte-queue.ts";

/** Bytes kept of a prompt, and of an answer. */
const MAX_BYTES = 64 << 10;

/** Keeps what was said in one session, where the configuration asks for a record of it. */
export class ContentKeeper {
	readonly #kind: ContentRecord["kind"];
	readonly #prompt = new Excerpt();
	readonly #answer = new Excerpt();
	#mayHoldOriginals = false;
	#isSpoken = false;

	constructor(kind: ContentRecord["kind"]) {
		this.#kind = kind;
	}

	/** The request as it came. */
	asked(body: Uint8Array): void {
		if (this.#kind === "full") this.#prompt.append(body);
	}

	/** The request as it goes upstream. `mayRestore`: the answer may give originals back in their place. */
	sent(body: Uint8Array, mayRestore: boolean): void {
		this.#mayHoldOriginals = mayRestore;
		if (this.#kind === "redacted") this.#prompt.append(body);
	}

	/** The answer is sound, which is no text to keep. */
	spoken(): void {
		this.#isSpoken = true;
	}

	/** Bytes of the answer as they came. */
	received(bytes: Uint8Array): void {
		if (this.#kind === "full" && !this.#isSpoken) this.#answer.append(bytes);
	}

	/** Bytes of the answer as they go out. */
	delivered(bytes: Uint8Array): void {
		if (this.#kind === "redacted" && !this.#mayHoldOriginals && !this.#isSpoken) this.#answer.append(bytes);
	}

	record({ time, requestId, subject }: InteractionRecord): ContentRecord {
		return {
			type: "content",
			time,
			requestId,
			subject,
			kind: this.#kind,
			prompt: this.#prompt.text,
			answer: this.#answer.text,
			isShortened: this.#prompt.isShortened || this.#answer.isShortened,
		};
	}
}

/** The beginning of a text that comes in pieces. */
class Excerpt {
	readonly #kept = new ByteQueue();
	isShortened = false;

	append(bytes: Uint8Array): void {
		const room = MAX_BYTES - this.#kept.length;
		if (bytes.length > room) this.isShortened = true;
		this.#kept.append(bytes.subarray(0, room));
	}

	get text(): string | undefined {
		return this.#kept.length === 0 ? undefined : this.#kept.bytes.toString("utf8");
	}
}
