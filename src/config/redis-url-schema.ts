import { z } from "zod";

/** Address of a Redis or Valkey server; empty: none. */
export const redisUrl = z
	.string()
	.refine(isRedisUrl, "must begin with redis:// or rediss://, with a host, or be the path of a socket")
	.default("");

function isRedisUrl(text: string): boolean {
	if (text === "" || text.startsWith("/")) return true;
	return /^(?:redis|valkey)s?:\/\//.test(text) && URL.canParse(text) && new URL(text).hostname !== "";
}
