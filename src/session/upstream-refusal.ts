import { vendorErrorOf } from "../core/vendor-error.ts";
import type { ErrorOverrides } from "./error-body.ts";

/** Bytes of an error body that are read. */
const MAX_BODY_BYTES = 64 << 10;
/** ms an error body may take; then the status alone has to do. */
const BODY_TIMEOUT_MS = 1000;

const HINTS: Readonly<Record<number, string>> = {
	401: " Check the API key of the provider.",
	403: " Check the API key of the provider.",
	429: " Its rate limit was reached; try again later.",
};
/** Statuses on which the SDKs try again, beside 5xx. */
const RETRYABLE: ReadonlySet<number> = new Set([408, 409, 429]);
const RETRY_AFTER = /^[\w ,:]{1,40}$/;

/**
 * An upstream's answer outside 2xx. Its body may repeat the prompt, so the client gets our words; but it gets the
 * vendor's `type`, `code` and `param`, because applications decide by them.
 */
export class UpstreamRefusal {
	readonly #status: number;
	readonly #onReady: () => void;
	readonly #chunks: Uint8Array[] = [];
	readonly #timer: NodeJS.Timeout;
	#bytes = 0;
	#isReady = false;
	readonly #headers: Readonly<Record<string, string>>;

	/** `onReady`: `overrides` says all it will. Called once, later. */
	constructor(status: number, headers: Readonly<Record<string, string>>, onReady: () => void) {
		this.#status = status;
		this.#onReady = onReady;
		const retryAfter = headers["retry-after"];
		this.#headers = {
			...(retryAfter !== undefined && RETRY_AFTER.test(retryAfter) && { "retry-after": retryAfter }),
			...(!RETRYABLE.has(status) && status < 500 && { "x-should-retry": "false" }),
		};
		this.#timer = setTimeout(() => this.end(), BODY_TIMEOUT_MS);
	}

	push(chunk: Uint8Array): void {
		this.#bytes += chunk.length;
		if (this.#bytes > MAX_BODY_BYTES) this.end();
		else this.#chunks.push(chunk);
	}

	/** The body is over, or will not come. */
	end(): void {
		if (this.#isReady) return;
		this.#isReady = true;
		clearTimeout(this.#timer);
		this.#onReady();
	}

	close(): void {
		this.#isReady = true;
		clearTimeout(this.#timer);
	}

	get overrides(): ErrorOverrides {
		const status = this.#status >= 400 && this.#status <= 599 ? this.#status : 502;
		const message = `The upstream answered with status ${this.#status}.${HINTS[this.#status] ?? ""}`;
		return { ...vendorErrorOf(errorOf(Buffer.concat(this.#chunks).toString())), status, message, headers: this.#headers };
	}
}

/** The error object of any vendor's envelope. */
function errorOf(body: string): unknown {
	try {
		const root = JSON.parse(body) as { error?: unknown } | null;
		return root?.error ?? root;
	} catch {
		return undefined;
	}
}
