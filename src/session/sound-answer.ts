import { isUtf8 } from "node:buffer";
import { NOTHING_USED } from "../core/answer-usage.ts";
import type { SessionHandler } from "../lanes/lane-session.ts";
import { NOTHING_FOUND } from "../verdict/finding-report.ts";
import type { AnswerOnItsWay } from "./open-answer.ts";

/** Sound has bytes that no text has. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they tell bytes from text
const CONTROL = /[\x00-\x08\x0e-\x1a\x1c-\x1f]/;

/** A spoken answer: what it says stood in the request, and nobody reads sound, so it passes as it comes. One that begins as text is none. */
export class SoundAnswer implements AnswerOnItsWay {
	readonly usage = NOTHING_USED;
	readonly moves = 0;
	readonly #handler: Pick<SessionHandler, "onOutput" | "onEnded">;
	#isBegun = false;
	#isEnded = false;

	constructor(handler: Pick<SessionHandler, "onOutput" | "onEnded">) {
		this.#handler = handler;
	}

	push(chunk: Uint8Array): boolean {
		if (this.#isEnded || chunk.length === 0) return true;
		if (!this.#isBegun && isText(chunk)) this.end("channel_not_inspected");
		else {
			this.#isBegun = true;
			this.#handler.onOutput(chunk);
		}
		return true;
	}

	end(fault: string | undefined = this.#isBegun ? undefined : "upstream_truncated"): void {
		if (this.#isEnded) return;
		this.#isEnded = true;
		this.#handler.onEnded(fault === undefined ? "complete" : "fault", fault, NOTHING_FOUND);
	}

	close(): void {
		this.#isEnded = true;
	}
}

function isText(bytes: Uint8Array): boolean {
	return isUtf8(bytes) && !CONTROL.test(Buffer.from(bytes).toString("latin1"));
}
