import { Redis } from "iovalkey";

export interface RedisLinkOptions {
	readonly url: string;
	readonly onEvent: (event: { readonly kind: "up" | "down" }) => void;
	/** ms an answer of Redis is waited for, at most; default 50. */
	readonly timeoutMs?: number;
}

const TIMEOUT_MS = 50;
/** ms after a failure in which Redis is not asked: only one request in this time pays for its being slow. */
const PAUSE_MS = 1000;
const MAX_RECONNECT_MS = 2000;
/** ms without a failure after which it works again: a full Redis answers some commands, a slow one is in time now and then. */
const RECOVERY_MS = 5000;

/** What Redis says, of a script before its first write only. Where a script fails later or a connection breaks nobody knows what was done. */
const REFUSED_WHOLE = /\b(?:OOM|MISCONF|READONLY|LOADING|BUSY)\b/;

/** A connection to Redis or Valkey that never costs a request more than its deadline. Slow, paused, full or gone are one: a failure. */
export class RedisLink {
	readonly #options: RedisLinkOptions;
	readonly #client: Redis;
	readonly #probe: NodeJS.Timeout;
	#failedAt = Number.NEGATIVE_INFINITY;
	#isUp = false;

	constructor(options: RedisLinkOptions) {
		this.#options = options;
		this.#client = new Redis(options.url, {
			connectTimeout: 1000,
			enableOfflineQueue: false,
			maxRetriesPerRequest: 0,
			retryStrategy: (times) => Math.min(MAX_RECONNECT_MS, 100 * times),
		});
		this.#client.on("ready", () => this.#report(true));
		this.#client.on("close", () => this.#report(false));
		this.#client.on("error", () => undefined);
		// Where nobody asks, nobody would see that it works again.
		this.#probe = setInterval(() => {
			if (!this.#isUp) void this.ask((client) => client.set("slp:writable", "", "PX", PAUSE_MS));
		}, PAUSE_MS).unref();
	}

	/** Makes a Lua script a command. `keys`: how many of the arguments are keys. */
	script(name: string, lua: string): (keys: number, ...args: string[]) => Promise<string> {
		this.#client.defineCommand(name, { lua });
		const commands = this.#client as unknown as Record<string, (...all: unknown[]) => Promise<string>>;
		return (keys, ...args) => commands[name]?.(keys, ...args) ?? Promise.reject(new Error(name));
	}

	/**
	 * Undefined: Redis was not asked because it failed lately, or it failed, or is late, or another program has the key.
	 * `onUndone`: it has not done it and will not, as one that is only late will; may come long after this has resolved.
	 */
	async ask<T>(command: (client: Redis) => Promise<T>, onUndone?: () => void): Promise<T | undefined> {
		if (this.#client.status !== "ready" || performance.now() < this.#failedAt + PAUSE_MS) {
			onUndone?.();
			return undefined;
		}
		let isOfOneKey = false;
		const asked = command(this.#client).catch((error: Error) => {
			isOfOneKey = error.message.startsWith("WRONGTYPE");
			if (REFUSED_WHOLE.test(error.message)) onUndone?.();
			throw error;
		});
		const answer = await inTime(asked, this.#options.timeoutMs ?? TIMEOUT_MS);
		// Of Redis it says only that it works.
		if (isOfOneKey) return undefined;
		const now = performance.now();
		if (answer === undefined) this.#failedAt = now;
		if (answer === undefined || now > this.#failedAt + RECOVERY_MS) this.#report(answer !== undefined);
		return answer;
	}

	/** It is connected, and what it was last asked came in time. */
	get isUp(): boolean {
		return this.#isUp;
	}

	close(): void {
		clearInterval(this.#probe);
		// Not an event: nobody asks any more, and in the log of every stop it would look like a failure.
		this.#isUp = false;
		this.#client.disconnect();
	}

	#report(isUp: boolean): void {
		if (isUp !== this.#isUp) this.#options.onEvent({ kind: isUp ? "up" : "down" });
		this.#isUp = isUp;
	}
}

/** Undefined: it failed, or is late. Where this thread was late itself, the answer may be here, unread: timers come before sockets. */
function inTime<T>(answer: Promise<T>, timeoutMs: number): Promise<T | undefined> {
	return new Promise((resolve) => {
		const timer = setTimeout(() => setImmediate(() => resolve(undefined)), timeoutMs);
		answer.then(resolve, () => resolve(undefined)).finally(() => clearTimeout(timer));
	});
}

/** Asks Redis once, for people. What is wrong; undefined: it answers within `timeoutMs`. */
export async function pingRedis(url: string, timeoutMs: number): Promise<string | undefined> {
	const client = new Redis(url, { lazyConnect: true, connectTimeout: timeoutMs, commandTimeout: timeoutMs, retryStrategy: () => null });
	// What a command then throws is only that the connection is closed.
	let cause: Error | undefined;
	client.on("error", (error: Error) => {
		cause = error;
	});
	try {
		await client.connect();
		await client.ping();
		return undefined;
	} catch (error) {
		return (cause ?? (error as Error)).message;
	} finally {
		client.disconnect();
	}
}
