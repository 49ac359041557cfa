import { RedisLink, type RedisLinkOptions } from "../redis/redis-link.ts";
import type { CacheStore } from "./cache-store.ts";
import { openAnswer, sealAnswer } from "./sealed-answer.ts";

export interface RedisCacheOptions extends RedisLinkOptions {
	/** Encrypts what is stored; the same on all replicas. */
	readonly secret: Uint8Array;
}

/** Answers in Redis or Valkey, encrypted. A Redis that is slow, full or gone has nothing. */
export function createRedisCache({ secret, ...options }: RedisCacheOptions): CacheStore {
	// Not the limits' connection: a large answer on its way would keep them waiting.
	const link = new RedisLink(options);
	return {
		async get(key) {
			const sealed = await link.ask((client) => client.getBuffer(nameOf(key)));
			return sealed ? openAnswer(secret, key, sealed) : undefined;
		},
		put(key, answer, ttlMs) {
			void link.ask((client) => client.set(nameOf(key), sealAnswer(secret, key, answer), "PX", ttlMs));
		},
		bytes: 0,
		close: () => link.close(),
	};
}

function nameOf(key: string): string {
	return `slp:cache:${key}`;
}
