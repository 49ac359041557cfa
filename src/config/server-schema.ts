import { isIP } from "node:net";
import { z } from "zod";
import { milliseconds } from "./duration-schema.ts";

const Tls = z
	.strictObject({
		cert_file: z
			.string()
			.default("")
			.describe(
				"PEM certificate chain, the server's own first. Empty: plain HTTP. A reload reads the files again; it cannot switch between HTTP, TLS and mutual TLS.",
			),
		key_file: z.string().default("").describe("PEM private key of the certificate, without passphrase."),
		client_ca_file: z
			.string()
			.default("")
			.describe(
				"PEM certificates that sign clients'. Clients must present one of theirs (mutual TLS), else the handshake fails. Needs the `node` listener; `auto` takes it.",
			),
	})
	.superRefine((tls, context) => {
		const issue = (path: string, message: string): void => context.addIssue({ code: "custom", path: [path], message });
		if (tls.cert_file !== "" && tls.key_file === "") issue("key_file", "must be set when cert_file is");
		if (tls.cert_file === "" && tls.key_file !== "") issue("cert_file", "must be set when key_file is");
		if (tls.cert_file === "" && tls.client_ca_file !== "") issue("cert_file", "must be set when client_ca_file is");
	})
	.prefault({})
	.describe("TLS towards clients, from version 1.2 on.");

function isAddressRange(text: string): boolean {
	const [address = "", bits, ...more] = text.split("/");
	const version = isIP(address);
	return (
		version !== 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)))
	);
}

/** `server`: sockets, lanes and limits of the process. */
export const Server = z
	.strictObject({
		host: z
			.string()
			.refine((host) => isIP(host) !== 0 || /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/.test(host), "must be an address or a host name")
			.default("0.0.0.0")
			.describe("Address to listen on."),
		port: z.int().min(0).max(65535).default(8000).describe("TCP port. 0: the system chooses one, the ready line names it."),
		listener: z
			.enum(["auto", "uws", "node"])
			.default("auto")
			.describe(
				"HTTP server. `uws`: uWebSockets.js, refused where its binary does not load; `node`: node:http; `auto`: the first that loads.",
			),
		workers: z
			.int()
			.min(1)
			.max(256)
			.optional()
			.describe("Lanes, the threads that inspect, of each process. When absent: processor cores for each process less one, at least one."),
		processes: z
			.int()
			.min(1)
			.max(64)
			.default(1)
			.describe(
				"Processes on the port. More than one where a single front end is at its limit; each has its own lanes, its own audit log (`log_name-1`, …) and, without Redis, its own limits.",
			),
		max_request_size: z
			.int()
			.min(1024)
			.max(999_999_999)
			.default(8_388_608)
			.describe(
				"Bytes of a request body. A larger one is answered 413 and never read to its end. The default holds the longest conversations of coding agents with a few pictures. Bodies on their way share a quarter of the memory that `max_memory_percent` gives; what would be more is answered 503.",
			),
		request_timeout_ms: milliseconds
			.default(15_000)
			.describe(
				"ms for the head of a request, and again for its body, to arrive. A slower one is answered 408. uWebSockets.js has ten seconds of its own for the head, and hangs up; its older binary (Node 20) also on a body that brings less than 16 KiB a second in as long.",
			),
		client_stall_timeout_ms: milliseconds
			.default(30_000)
			.describe(
				"ms a client may leave an answer unread, once the buffers are full, before its connection is cut and the upstream aborted.",
			),
		idle_connection_timeout_ms: milliseconds
			.default(65_000)
			.describe(
				"ms that a connection without a request is kept open, of the `node` listener. A balancer must give its own up sooner, or a request meets one that closes. uWebSockets.js closes after 31 s, its older binary after 11 s, whatever is set.",
			),
		max_sessions: z.int().min(1).default(10_000).describe("Requests in progress at once. One more is answered 503 at once."),
		max_wait_ms: z
			.int()
			.min(0)
			.max(60_000)
			.default(100)
			.describe(
				"ms that work may wait for a lane. Where more comes than can be done, as many new requests are answered 503 at once as keep the wait at that, and the front end at most 30 ms late; none while fewer than 32 are open, and open answers go on. 0: none are.",
			),
		max_memory_percent: z
			.int()
			.min(1)
			.max(100)
			.default(90)
			.describe("Share of the container's memory, or the machine's, with which new requests are answered 503 until other ones have ended."),
		drain_delay_ms: z
			.int()
			.min(0)
			.max(3_600_000)
			.default(0)
			.describe("ms after SIGTERM in which `/readyz` already answers 503 but requests are still served, until balancers have noticed."),
		drain_timeout_ms: milliseconds
			.default(30_000)
			.describe("ms that open answers may go on after that before they are ended with an error. New requests are refused meanwhile."),
		lane_deadline_ms: milliseconds
			.default(2000)
			.describe("ms a lane may take for one batch. A slower one counts as hung: it is replaced and its sessions move to another lane."),
		keepalive_interval_ms: milliseconds
			.default(15_000)
			.describe(
				"ms of silence in a stream after which an SSE comment is sent, so that proxies in between keep the connection open. Not for Gemini's clients, which fail at comments.",
			),
		trusted_proxies: z
			.array(z.string().refine(isAddressRange, "must be an address or a CIDR such as 10.0.0.0/8"))
			.default([])
			.describe("CIDRs of load balancers whose X-Forwarded-For is believed. Empty: the peer's address is the client's."),
		proxy_protocol: z
			.boolean()
			.default(false)
			.describe(
				"Connections from `trusted_proxies` begin with a PROXY header (version 1 or 2), as TCP balancers send it, which names the client; others are served as they are. Needs the `node` listener; `auto` takes it.",
			),
		tls: Tls,
	})
	.superRefine(({ proxy_protocol, trusted_proxies, listener }, context) => {
		if (!proxy_protocol) return;
		const issue = (path: string, message: string): void => context.addIssue({ code: "custom", path: [path], message });
		if (trusted_proxies.length === 0) issue("trusted_proxies", "must name the balancers when proxy_protocol is on");
		if (listener === "uws") issue("listener", "must be auto or node when proxy_protocol is on");
	})
	.refine(({ port, processes }) => port !== 0 || processes === 1, {
		path: ["port"],
		message: "must be a port of your choice with more than one process",
	})
	.describe("Sockets, lanes and limits of the process.");
