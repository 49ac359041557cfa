import { Redis } from "iovalkey";
import { RateLimiterMemory, RateLimiterRedis } from "rate-limiter-flexible";
import type { WindowFactory } from "./request-limiter.ts";

export interface SharedWindows {
	readonly newWindow: WindowFactory;
	close(): void;
}

/** ms a request waits for the shared state, at most; then this process counts alone until it is back. */
const COMMAND_TIMEOUT_MS = 50;
const MAX_RECONNECT_MS = 2000;

/**
 * Windows in Redis or Valkey, so that all replicas count together. Where it is down, slow or paused, each replica goes
 * on with a window of its own (`insuranceLimiter`).
 */
export function createRedisWindows(url: string, onEvent: (event: { readonly kind: "up" | "down" }) => void): SharedWindows {
	const client = new Redis(url, {
		commandTimeout: COMMAND_TIMEOUT_MS,
		connectTimeout: 1000,
		enableOfflineQueue: false,
		maxRetriesPerRequest: 0,
		retryStrategy: (times) => Math.min(MAX_RECONNECT_MS, 100 * times),
	});
	let isUp = false;
	const report = (now: boolean): void => {
		if (now !== isUp) onEvent({ kind: now ? "up" : "down" });
		isUp = now;
	};
	client.on("ready", () => report(true));
	client.on("close", () => report(false));
	client.on("error", () => undefined);
	return {
		newWindow: (keyPrefix, points, duration) =>
			new RateLimiterRedis({
				storeClient: client,
				keyPrefix: `slp:${keyPrefix}`,
				points,
				duration,
				rejectIfRedisNotReady: true,
				insuranceLimiter: new RateLimiterMemory({ keyPrefix, points, duration }),
			}),
		close: () => client.disconnect(),
	};
}
