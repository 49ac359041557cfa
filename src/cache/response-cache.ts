import { hkdfSync, randomBytes } from "node:crypto";
import { ByteQueue } from "../core/byte-queue.ts";
import { cacheKey, type KeyedRequest } from "./cache-key.ts";
import type { CacheStore, StoredAnswer } from "./cache-store.ts";

export interface CacheSettings {
	readonly scope: "caller" | "everyone";
	readonly ttlMs: number;
	readonly maxEntryBytes: number;
	/** Keys the names of answers. */
	readonly secret: Uint8Array;
}

/** `bypass`: the cache was not asked and gets nothing. */
export type CacheResult = "hit" | "miss" | "bypass";

/** Keys what the cache writes: the same on every replica that has the installation's secret, else of this process alone. */
export function cacheSecret(secret: string | undefined): Uint8Array {
	if (secret === undefined || secret === "") return randomBytes(32);
	return new Uint8Array(hkdfSync("sha256", secret, "", "secure-llm-proxy response cache", 32));
}

/** Answers that are given again to the very same request. What comes out of it is inspected like a provider's answer. */
export class ResponseCache {
	readonly #store: CacheStore;
	readonly #settings: CacheSettings;

	constructor(store: CacheStore, settings: CacheSettings) {
		this.#store = store;
		this.#settings = settings;
	}

	/** `cacheControl`: the request's header (RFC 9111, 5.2.1). */
	visit(caller: string, cacheControl = ""): CacheVisit {
		const wishes = new Set(cacheControl.split(",").map((wish) => wish.trim().toLowerCase()));
		return new CacheVisit(this.#store, this.#settings, this.#settings.scope === "caller" ? caller : "", wishes);
	}
}

/** One request at the cache: what it gets from there, or leaves there. */
export class CacheVisit {
	readonly #store: CacheStore;
	readonly #settings: CacheSettings;
	readonly #scope: string;
	readonly #wishes: ReadonlySet<string>;
	/** Undefined: the request takes no part. */
	#key: string | undefined;
	/** The answer is one JSON value. */
	#isWhole = false;
	#hit: StoredAnswer | undefined;
	/** What goes out; undefined: it is too long to be kept. */
	#answer: ByteQueue | undefined = new ByteQueue();

	constructor(store: CacheStore, settings: CacheSettings, scope: string, wishes: ReadonlySet<string>) {
		this.#store = store;
		this.#settings = settings;
		this.#scope = scope;
		this.#wishes = wishes;
	}

	get result(): CacheResult {
		if (this.#key === undefined) return "bypass";
		return this.#hit === undefined ? "miss" : "hit";
	}

	/** Of the answer; `Age` in seconds as RFC 9111 has it. */
	get headers(): Record<string, string> {
		const age = this.#hit && { age: String(Math.max(0, Math.round((Date.now() - this.#hit.storedAt) / 1000))) };
		return { "x-cache": this.result.toUpperCase(), ...age };
	}

	/**
	 * The answer that the request got before; undefined: it is to be sent. Each target of a request has answers of its own.
	 * `isRepeatable`: what is asked may be answered from here at all. Sound is not: what comes from here is inspected.
	 */
	async recall(request: KeyedRequest, isRepeatable: boolean): Promise<Uint8Array | undefined> {
		const takesPart = isRepeatable && request.mode !== "sound" && !this.#wishes.has("no-store");
		this.#isWhole = request.mode === "body";
		this.#key = takesPart ? cacheKey(this.#settings.secret, this.#scope, request) : undefined;
		const kept = this.#key === undefined || this.#wishes.has("no-cache") ? undefined : await this.#store.get(this.#key);
		this.#hit = kept !== undefined && this.#isInTime(kept) ? kept : undefined;
		return this.#hit?.body;
	}

	/** The store forgets by the time that held when it was told, and who can write to a Redis can put back what it forgot. */
	#isInTime({ storedAt }: StoredAnswer): boolean {
		return Date.now() - storedAt < this.#settings.ttlMs;
	}

	/** Inspected bytes go to the client. */
	delivered(bytes: Uint8Array): void {
		if (this.result !== "miss" || this.#answer === undefined) return;
		if (this.#answer.length + bytes.length > this.#settings.maxEntryBytes) this.#answer = undefined;
		else this.#answer.append(bytes);
	}

	/** The answer went out whole, and nothing was wrong with it. */
	keep(): void {
		if (this.result !== "miss" || this.#key === undefined || this.#answer === undefined || this.#answer.length === 0) return;
		const { bytes } = this.#answer;
		if (this.#isWhole && isError(bytes)) return;
		// A copy of just its size, which `Buffer.from` does not make: it puts short ones into 8 KiB that they share with others.
		const body = new Uint8Array(bytes);
		this.#store.put(this.#key, { body, storedAt: Date.now() }, this.#settings.ttlMs);
	}
}

/** Some upstreams answer 200 and say in the body what went wrong; in a stream that is a fault. What is no JSON is none to keep either. */
function isError(body: Buffer): boolean {
	try {
		const answer: unknown = JSON.parse(body.toString());
		return typeof answer === "object" && answer !== null && "error" in answer && answer.error !== null;
	} catch {
		return true;
	}
}
