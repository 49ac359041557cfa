import { LRUCache } from "lru-cache";
import type { CacheStore, StoredAnswer } from "./cache-store.ts";

/** Bytes that an answer takes beside its body: its name, its places in the maps, its timer (measured with Node 20). */
const ENTRY_BYTES = 700;

/** Answers in memory. Beyond `maxBytes` the ones that were not asked for longest go; none stays longer than its time. */
export function createMemoryCache(maxBytes: number): CacheStore {
	const answers = new LRUCache<string, StoredAnswer>({
		maxSize: maxBytes,
		sizeCalculation: ({ body }) => body.length + ENTRY_BYTES,
		ttlAutopurge: true,
		ttl: 1,
	});
	return {
		get: async (key) => answers.get(key),
		put: (key, answer, ttlMs) => void answers.set(key, answer, { ttl: ttlMs }),
		get bytes() {
			return answers.calculatedSize;
		},
		close: () => answers.clear(),
	};
}
