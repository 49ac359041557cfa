/** An answer as its client got it. */
export interface StoredAnswer {
	readonly body: Uint8Array;
	/** ms since the epoch. */
	readonly storedAt: number;
}

/** Where answers are kept. Whatever is wrong with a store is a miss. */
export interface CacheStore {
	get(key: string): Promise<StoredAnswer | undefined>;
	put(key: string, answer: StoredAnswer, ttlMs: number): void;
	/** Of answers in the memory of this process. */
	readonly bytes: number;
	close(): void;
}
