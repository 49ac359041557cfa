import { type PromptVerdict, verdictHeaders } from "../verdict/prompt-verdict.ts";
import type { SessionClock } from "./session-clock.ts";
import type { SessionRequest } from "./session-request.ts";

/** The head of one answer: gathers what it has to say, and says it once. */
export class AnswerHead {
	readonly #asked: SessionRequest;
	readonly #clock: SessionClock;
	#verdict: Readonly<Record<string, string>> = {};
	#passed: Readonly<Record<string, string>> = {};
	/** 0: not sent. */
	#status = 0;

	constructor(asked: SessionRequest, clock: SessionClock) {
		this.#asked = asked;
		this.#clock = clock;
	}

	get status(): number {
		return this.#status;
	}

	get isSent(): boolean {
		return this.#status > 0;
	}

	/** A provider with a policy of its own judges once more. */
	judged(verdict: PromptVerdict): void {
		if (verdict.action !== "invalid") this.#verdict = verdictHeaders(verdict);
	}

	/** Of the upstream and the cache. */
	passes(headers: Readonly<Record<string, string>>): void {
		this.#passed = headers;
	}

	send(status: number, headers: Readonly<Record<string, string>>): void {
		this.#status = status;
		const { downstream, id } = this.#asked;
		const said = Object.assign({}, this.#passed, this.#verdict, this.#asked.headers, this.#clock.serverTiming());
		downstream.head(status, Object.assign(said, headers, { "x-request-id": id }));
	}
}
