import type { ResponseFilter } from "../inspect/answer-filter.ts";
import type { FilterStep } from "../inspect/filter-step.ts";
import type { TranscriptEntry } from "../inspect/transcript.ts";
import type { FromLane } from "./protocol.ts";

/** Making a state costs as much as inspecting an event, so it is sent once for so many data messages, or so many bytes of them. */
const MESSAGES = 64;
const BYTES = 32 << 10;

/** Decides which replies about a streamed answer carry a state to continue from, and gathers what belongs to it. */
export class Checkpoint {
	readonly #pack: (value: object) => Uint8Array;
	#messages = 0;
	#bytes = 0;
	#consumed = 0;
	#kept: TranscriptEntry[] = [];

	constructor(pack: (value: object) => Uint8Array) {
		this.#pack = pack;
	}

	/** What the reply about a data message says beside its output. */
	after(
		received: number,
		step: Pick<FilterStep, "consumed" | "kept">,
		filter: ResponseFilter,
	): Pick<FromLane & { kind: "output" }, "consumed" | "resume" | "journal" | "usage"> {
		this.#messages++;
		this.#bytes += received;
		this.#kept.push(...(step.kept ?? []));
		if (this.#messages < MESSAGES && this.#bytes < BYTES) return { consumed: this.#consumed };
		const kept = this.#kept.splice(0);
		this.#messages = 0;
		this.#bytes = 0;
		this.#consumed = step.consumed;
		const resume = this.#pack(filter.state());
		return { consumed: step.consumed, resume, usage: filter.usage(), ...(kept.length > 0 && { journal: this.#pack(kept) }) };
	}
}
