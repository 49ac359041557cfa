import { z } from "zod";
import { milliseconds } from "./duration-schema.ts";

/** `server`: sockets, lanes and limits of the process. */
export const Server = z.strictObject({
	host: z.string().default("0.0.0.0"),
	port: z.int().min(0).max(65535).default(8000),
	listener: z.enum(["auto", "uws", "node"]).default("auto").describe("uWebSockets.js where its binary loads, else node:http"),
	workers: z.int().min(1).max(256).optional().describe("lanes; default: cores - 1, at least 1"),
	max_request_size: z.int().min(1024).max(999_999_999).default(1_048_576).describe("bytes; a larger body gets 413"),
	max_sessions: z.int().min(1).default(10_000),
	drain_timeout_ms: milliseconds.default(30_000),
	lane_deadline_ms: milliseconds.default(2000).describe("ms a lane may take for one batch before it is replaced"),
	keepalive_interval_ms: milliseconds.default(15_000),
	trusted_proxies: z.array(z.string()).default([]),
	tls: z.strictObject({ cert_file: z.string().default(""), key_file: z.string().default("") }).prefault({}),
});
