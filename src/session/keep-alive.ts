/**
 * ms after the head in which a stream says something. uWebSockets.js sends a head only with the first bytes of a body,
 * and proxies in between may wait for those as well.
 */
const FIRST_FLUSH_MS = 100;

/** Says something on a stream that is silent. */
export class KeepAlive {
	readonly #interval: NodeJS.Timeout;
	readonly #firstFlush: NodeJS.Timeout;

	constructor(intervalMs: number, say: () => void) {
		this.#interval = setInterval(say, intervalMs);
		this.#firstFlush = setTimeout(say, FIRST_FLUSH_MS);
	}

	/** The stream said something by itself. */
	refresh(): void {
		clearTimeout(this.#firstFlush);
		this.#interval.refresh();
	}

	stop(): void {
		clearInterval(this.#interval);
		clearTimeout(this.#firstFlush);
	}
}
