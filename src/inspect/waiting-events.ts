import type { EventData, EventReading, Place } from "../providers/provider.ts";
import type { SseBlock } from "../wire/sse-decoder.ts";

/** Raw bytes of waiting events; beyond them they go out before the text they waited for. */
const MAX_WAITING_BYTES = 256 << 10;

/** Text on both sides of the last end of a block that waits. */
interface Seam {
	before: string;
	after: string;
	/** UTF-16 units of both at which it is tried again whether they decide: twice as many each time, so that all tries together cost no more than twice the last. */
	tryAt: number;
}

/** An event that waits, as it was read. */
interface Waiting {
	readonly block: SseBlock;
	readonly reading: EventData;
}

/**
 * Events that must not overtake text which came before them and is still held. They wait, their texts not even looked at,
 * until that text is decided; so they count as not consumed, and another lane gets them again. There are two kinds:
 * - a tool call after the content that announces it, or what comes after a call behind its arguments. It waits until that
 *   text goes on or ends, and goes out before what it goes on with.
 * - the end of a block whose text may go on in the next one. It waits with all that follows until enough of that text is
 *   here to decide what belongs into the first block.
 */
export class WaitingEvents {
	#events: Waiting[] = [];
	#bytes = 0;
	#channels: readonly string[] = [];
	#seam: Seam | undefined;

	get isEmpty(): boolean {
		return this.#events.length === 0;
	}

	/** What waits begins with the end of a block whose text may go on. */
	get isSeam(): boolean {
		return this.#seam !== undefined;
	}

	/** Raw bytes that are not consumed yet. */
	get bytes(): number {
		return this.#bytes;
	}

	/** `channels`: those whose text must be out first. */
	begin(event: Waiting, channels: readonly string[]): void {
		this.#channels = channels;
		this.#push(event);
	}

	/** `channel`: the text that pauses with the block. */
	beginSeam(event: Waiting, channel: string): void {
		this.#seam = { before: "", after: "", tryAt: 1 };
		this.begin(event, [channel]);
	}

	/** Whether the event waits with the others. `decides`: whether the text at a seam decides all before the last one. */
	takes(block: SseBlock, reading: EventReading, decides: (channel: string, before: string, after: string) => boolean): boolean {
		if (this.#bytes + block.byteLength > MAX_WAITING_BYTES || reading.kind !== "data" || this.#isEndedBy(reading)) return false;
		const more = this.#moreIn(reading);
		const seam = this.#seam;
		if (seam === undefined && more.length > 0) return false;
		if (seam !== undefined) {
			seam.after += more.map(({ text }) => text).join("");
			if (more.length > 0 && this.#isDecided(seam, decides)) return false;
			if (reading.pauses !== undefined) this.#seam = { ...seam, before: seam.before + seam.after, after: "" };
		}
		this.#push({ block, reading });
		return true;
	}

	#isDecided(seam: Seam, decides: (channel: string, before: string, after: string) => boolean): boolean {
		const length = seam.before.length + seam.after.length;
		if (length < seam.tryAt) return false;
		seam.tryAt = 2 * length;
		return decides(this.#channels[0] as string, seam.before, seam.after);
	}

	/** Whether the text that is waited for ends with the event. */
	#isEndedBy(reading: EventReading): boolean {
		if (reading.kind !== "data") return reading.kind === "done";
		return reading.finished.some((prefix) => this.#channels.some((name) => name.startsWith(prefix)));
	}

	/** Whether it has ended before the event: some servers say the end with the last piece. */
	isEndedBefore(reading: EventReading): boolean {
		return this.#isEndedBy(reading) && (reading.kind !== "data" || this.#moreIn(reading).length === 0);
	}

	/** Where the event goes on with the text that is waited for. */
	#moreIn({ places }: EventData): readonly Place[] {
		return places.filter(({ kind, channel, text }) => kind === "delta" && text !== "" && this.#channels.includes(channel));
	}

	/** Ends the waiting. */
	take(): { readonly events: readonly Waiting[]; readonly channels: readonly string[] } {
		const taken = { events: this.#events, channels: this.#channels };
		this.#events = [];
		this.#bytes = 0;
		this.#channels = [];
		this.#seam = undefined;
		return taken;
	}

	#push(event: Waiting): void {
		this.#events.push(event);
		this.#bytes += event.block.byteLength;
	}
}
