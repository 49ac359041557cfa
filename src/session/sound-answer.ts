import { NOTHING_USED } from "../core/answer-usage.ts";
import type { SessionHandler } from "../lanes/lane-session.ts";
import { NOTHING_FOUND } from "../verdict/finding-report.ts";
import type { AnswerOnItsWay } from "./open-answer.ts";

/** In so many bytes every format of sound has some that no text has: WAV, whose words come first, within 20. */
const HEAD_BYTES = 32;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they tell bytes from text
const CONTROL = /[\x00-\x08\x0e-\x1a\x1c-\x1f]/;

/** A spoken answer: what it says stood in the request, and nobody reads sound, so it passes as it comes. One that begins as text is none. */
export class SoundAnswer implements AnswerOnItsWay {
	readonly usage = NOTHING_USED;
	readonly moves = 0;
	readonly #handler: Pick<SessionHandler, "onOutput" | "onEnded">;
	/** What came while it may still be text. */
	#head = Buffer.alloc(0);
	#isBegun = false;
	#isEnded = false;

	constructor(handler: Pick<SessionHandler, "onOutput" | "onEnded">) {
		this.#handler = handler;
	}

	push(chunk: Uint8Array): boolean {
		if (this.#isEnded || chunk.length === 0) return true;
		if (this.#isBegun) this.#handler.onOutput(chunk);
		else {
			this.#head = Buffer.concat([this.#head, chunk]);
			if (!isText(this.#head)) this.#begin();
			else if (this.#head.length >= HEAD_BYTES) this.end("channel_not_inspected");
		}
		return true;
	}

	end(fault?: string): void {
		if (this.#isEnded) return;
		this.#isEnded = true;
		const why = fault ?? (this.#isBegun ? undefined : this.#head.length === 0 ? "upstream_truncated" : "channel_not_inspected");
		this.#handler.onEnded(why === undefined ? "complete" : "fault", why, NOTHING_FOUND);
	}

	close(): void {
		this.#isEnded = true;
	}

	#begin(): void {
		this.#isBegun = true;
		this.#handler.onOutput(this.#head);
		this.#head = Buffer.alloc(0);
	}
}

/** A character may still be incomplete at the end. */
function isText(bytes: Uint8Array): boolean {
	try {
		return !CONTROL.test(new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true }));
	} catch {
		return false;
	}
}
