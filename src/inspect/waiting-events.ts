import type { EventReading } from "../providers/provider.ts";
import type { SseBlock } from "../wire/sse-decoder.ts";

/** Raw bytes of waiting events; beyond them they go out before the text they waited for. */
const MAX_WAITING_BYTES = 256 << 10;

/**
 * Events that must not overtake text which came before them and is still held: a tool call after the content that
 * announces it. They wait, not even looked at, until that text goes on or ends; so they count as not consumed, and
 * another lane gets them again.
 */
export class WaitingEvents {
	#blocks: SseBlock[] = [];
	#bytes = 0;
	#channels: readonly string[] = [];

	get isEmpty(): boolean {
		return this.#blocks.length === 0;
	}

	/** Raw bytes that are not consumed yet. */
	get bytes(): number {
		return this.#bytes;
	}

	/** `channels`: prefixes of those whose text must be out first. */
	begin(block: SseBlock, channels: readonly string[]): void {
		this.#channels = channels;
		this.#push(block);
	}

	/** Whether the event waits with the others. */
	takes(block: SseBlock, reading: EventReading): boolean {
		if (this.#bytes + block.byteLength > MAX_WAITING_BYTES || reading.kind !== "data" || this.isEndedBy(reading)) return false;
		if (reading.places.some(({ kind, channel, text }) => kind === "delta" && text !== "" && this.#waitsFor(channel))) return false;
		this.#push(block);
		return true;
	}

	/** Whether the text that is waited for ends with the event. */
	isEndedBy(reading: EventReading): boolean {
		if (reading.kind !== "data") return reading.kind === "done";
		return reading.finished.some((prefix) => this.#channels.some((name) => name.startsWith(prefix)));
	}

	/** Ends the waiting. */
	take(): { readonly blocks: readonly SseBlock[]; readonly channels: readonly string[] } {
		const taken = { blocks: this.#blocks, channels: this.#channels };
		this.#blocks = [];
		this.#bytes = 0;
		this.#channels = [];
		return taken;
	}

	#waitsFor(channel: string): boolean {
		return this.#channels.some((prefix) => channel.startsWith(prefix));
	}

	#push(block: SseBlock): void {
		this.#blocks.push(block);
		this.#bytes += block.byteLength;
	}
}
