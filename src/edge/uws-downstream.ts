import type { HttpResponse } from "uWebSockets.js";
import { STATUS_CODES } from "node:http";
import type { AbortReason, Downstream, WholeAnswer } from "./listener.ts";
import type { OpenAnswers } from "./open-answers.ts";

/** Bytes that may go out together with the end of an answer. */
const MAX_LAST_BYTES = 64 << 10;

/** Behind the present callback. Node's queueMicrotask makes an asynchronous resource of each. */
const soon = (task: () => void): void => void RESOLVED.then(task);
const RESOLVED = Promise.resolve();

/** An answer that is whole within the callback in which its request came: it needs no `UwsDownstream`. */
export function writeWhole(response: HttpResponse, { status, headers, body }: WholeAnswer, isHead: boolean): void {
	writeHead(response, status, headers);
	if (isHead) endHead(response, Buffer.byteLength(body));
	else response.end(body);
}

function writeHead(response: HttpResponse, status: number, headers: Readonly<Record<string, string>>): void {
	response.writeStatus(`${status} ${STATUS_CODES[status] ?? ""}`);
	for (const [name, value] of Object.entries(headers)) response.writeHeader(name, value);
}

/** Given a length, the binary takes the answer for unfinished, and hangs up on the next request. */
function endHead(response: HttpResponse, length: number): void {
	response.writeHeader("content-length", String(length)).endWithoutBody();
}

/** The answer side of one exchange: what one callback of the event loop writes goes out together. */
export class UwsDownstream implements Downstream {
	readonly #response: HttpResponse;
	readonly #isHead: boolean;
	readonly #clientStallMs: number;
	readonly #answers: OpenAnswers;
	#stall: NodeJS.Timeout | undefined;
	#dead = false;
	readonly #queue: Uint8Array[] = [];
	#head: { readonly status: number; readonly headers: Readonly<Record<string, string>> } | undefined;
	#ending = false;
	/** The connection ends with the answer. */
	#closing = false;
	#scheduled = false;
	#congested = false;
	/** Made once: a write happens for every token. */
	readonly #corked = (): void => {
		this.#scheduled = false;
		if (!this.#dead) this.#response.cork(this.#flushed);
	};
	readonly #flushed = (): void => this.#flush();
	readonly #drainCallbacks: (() => void)[] = [];
	readonly #abortCallbacks: ((reason: AbortReason) => void)[] = [];

	constructor(response: HttpResponse, isHead: boolean, clientStallMs: number, answers: OpenAnswers) {
		this.#response = response;
		this.#isHead = isHead;
		this.#clientStallMs = clientStallMs;
		this.#answers = answers;
		answers.begin();
		response.onAborted(() => this.#lost("gone"));
		response.onWritable(() => {
			this.#congested = false;
			clearTimeout(this.#stall);
			this.#schedule();
			for (const callback of this.#drainCallbacks) callback();
			return true;
		});
	}

	get isOpen(): boolean {
		return !this.#dead && !this.#ending;
	}

	head(status: number, headers: Readonly<Record<string, string>>): void {
		if (!this.isOpen) return;
		this.#head = { status, headers };
		this.#schedule();
	}

	write(bytes: Uint8Array): boolean {
		if (!this.isOpen) return true;
		this.#queue.push(bytes);
		this.#schedule(soon);
		return !this.#congested;
	}

	end(bytes?: Uint8Array): void {
		if (!this.isOpen) return;
		if (bytes !== undefined) this.#queue.push(bytes);
		this.#ending = true;
		this.#schedule();
	}

	destroy(): void {
		if (this.#dead) return;
		this.#kill();
		this.#response.close();
	}

	/**
	 * Answers, then closes. Not before the next tick: while this answer is open, uWebSockets.js kills the connection if it
	 * finds another request behind this one; once the answer has ended it would run that request.
	 */
	refuse(refusal: WholeAnswer): void {
		this.#closing = true;
		this.answer(refusal);
	}

	answer({ status, headers, body }: WholeAnswer): void {
		this.head(status, headers);
		this.end(Buffer.from(body));
	}

	onDrain(callback: () => void): void {
		this.#drainCallbacks.push(callback);
	}

	onAbort(callback: (reason: AbortReason) => void): void {
		this.#abortCallbacks.push(callback);
	}

	#kill(): void {
		this.#dead = true;
		this.#answers.end();
		clearTimeout(this.#stall);
		this.#queue.length = 0;
	}

	#onStall(): void {
		const response = this.#response;
		this.#lost("stalled");
		response.close();
	}

	#lost(reason: AbortReason): void {
		if (this.#dead) return;
		this.#kill();
		for (const callback of this.#abortCallbacks) callback(reason);
	}

	/** What one callback of the event loop writes goes out together, at its end where that may be. */
	#schedule(defer: (flush: () => void) => void = setImmediate): void {
		if (this.#scheduled) return;
		this.#scheduled = true;
		defer(this.#corked);
	}

	/** While the socket is full nothing more is given to it: uWebSockets.js would keep all of it, out of reach of the deadline. */
	#flush(): void {
		if (this.#congested) return;
		if (this.#head !== undefined) {
			writeHead(this.#response, this.#head.status, this.#head.headers);
			this.#head = undefined;
		}
		// `pop` keeps the memory of the list for the next token.
		const only = this.#queue.length === 1 ? this.#queue.pop() : undefined;
		const bytes = only ?? Buffer.concat(this.#queue.splice(0));
		// After `end` the binary keeps what the socket does not take, out of reach; so the end of much waits until it is taken.
		if (this.#ending && (this.#isHead || bytes.length <= MAX_LAST_BYTES)) {
			this.#kill();
			if (!this.#isHead) this.#response.end(bytes, this.#closing);
			else if (this.#closing) this.#response.endWithoutBody(bytes.length, true);
			else endHead(this.#response, bytes.length);
		} else if (bytes.length > 0 && !this.#response.write(bytes)) {
			this.#congested = true;
			this.#stall = setTimeout(() => this.#onStall(), this.#clientStallMs);
		} else if (this.#ending) {
			this.#schedule();
		}
	}
}
