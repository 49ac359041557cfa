import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTrust } from "../../src/edge/client-address.ts";
import { listen } from "../../src/edge/listen.ts";
import type { Listener } from "../../src/edge/listener.ts";
import { readProxyHeader } from "../../src/edge/proxy-header.ts";
import { readTls } from "../../src/edge/tls.ts";
import { listenerRefusal } from "../../src/session/error-body.ts";
import { CertificateAuthority } from "../support/certificates.ts";
import { startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";
import { rawExchange } from "../support/raw-client.ts";
import { goodRequest } from "./framing-corpus.ts";

const SIGNATURE = "0d0a0d0a000d0a515549540a";
const v2 = (command: number, family: number, rest: readonly number[], length = rest.length): Buffer =>
	Buffer.concat([Buffer.from(SIGNATURE, "hex"), Buffer.from([command, family, length >> 8, length & 255]), Buffer.from(rest)]);
const V4 = [203, 0, 113, 9, 10, 0, 0, 1, 1, 1, 0, 80];
const V6 = [...Buffer.from("20010db8000000000000000000000007", "hex"), ...Array(16).fill(0), 1, 1, 0, 80];
const FURTHER_FIELD = [3, 0, 4, 1, 2, 3, 4];

const HEADERS: readonly (readonly [string, Buffer, string | undefined])[] = [
	["version 1, IPv4", Buffer.from("PROXY TCP4 203.0.113.9 10.0.0.1 4000 80\r\n"), "203.0.113.9"],
	["version 1, IPv6", Buffer.from("PROXY TCP6 2001:db8::7 2001:db8::1 4000 80\r\n"), "2001:db8::7"],
	["version 1, nobody", Buffer.from("PROXY UNKNOWN\r\n"), undefined],
	["version 2, IPv4", v2(0x21, 0x11, V4), "203.0.113.9"],
	["version 2, IPv4 and a further field", v2(0x21, 0x11, [...V4, ...FURTHER_FIELD]), "203.0.113.9"],
	["version 2, IPv6", v2(0x21, 0x21, V6), "2001:db8:0:0:0:0:0:7"],
	["version 2, the balancer's own check", v2(0x20, 0, []), undefined],
];

const INVALID: readonly (readonly [string, Buffer])[] = [
	["none", Buffer.from("GET / HTTP/1.1\r\n")],
	["version 1 with a name", Buffer.from("PROXY TCP4 localhost 10.0.0.1 1 80\r\n")],
	["version 1 with the other family", Buffer.from("PROXY TCP6 203.0.113.9 10.0.0.1 1 80\r\n")],
	["version 1 without ports", Buffer.from("PROXY TCP4 203.0.113.9 10.0.0.1\r\n")],
	["version 1 that does not end", Buffer.from(`PROXY TCP4 ${"1".repeat(200)}`)],
	["version 2 with a length that is too small", v2(0x21, 0x11, V4.slice(0, 4))],
	["version 2 with a length that is too large", v2(0x21, 0x11, V4, 60_000)],
	["version 2 of UDP", v2(0x21, 0x12, V4)],
	["version 3", v2(0x31, 0x11, V4)],
];

test.each(HEADERS)("a header is read, however it is split: %s", (_name, bytes, client) => {
	for (let length = 0; length < bytes.length; length++) expect(readProxyHeader(bytes.subarray(0, length)).kind).toBe("incomplete");
	const header = { kind: "header", length: bytes.length, client };
	expect(readProxyHeader(bytes)).toEqual(header);
	expect(readProxyHeader(Buffer.concat([bytes, Buffer.from("GET")]))).toEqual(header);
});

test.each(INVALID)("what is no header is invalid: %s", (_name, bytes) => {
	expect(readProxyHeader(bytes)).toEqual({ kind: "invalid" });
});

describe.each(["TCP", "TLS"])("a listener behind a balancer that passes on %s", (transport) => {
	const authority = new CertificateAuthority();
	let listener: Listener;
	let trusted = ["127.0.0.1"];

	beforeAll(async () => {
		const own = authority.issue("localhost");
		const tls = transport === "TLS" ? readTls({ cert_file: own.certFile, key_file: own.keyFile, client_ca_file: "" }) : undefined;
		if (tls?.ok === false) throw new Error(tls.fault.message);
		listener = await listen("auto", {
			host: "127.0.0.1",
			port: 0,
			maxRequestSize: 1024,
			maxArrivingBytes: 1 << 20,
			requestTimeoutMs: 2000,
			idleConnectionMs: 65_000,
			clientStallMs: 1000,
			tls: tls?.material,
			isBalancer: (peer) => createTrust(trusted)(peer),
			handler({ remoteAddress, body }, downstream) {
				downstream.head(200, { "content-type": "text/plain" });
				downstream.end(Buffer.from(`client ${remoteAddress}, ${body.length} bytes`));
			},
			refusal: (path, code, address) => ({ ...listenerRefusal(path, code, "id"), body: `${code} of ${address}` }),
		});
	});
	afterAll(() => listener.close());

	/** What comes back for the header, whose last piece comes together with what follows, then the texts, each in a packet of its own after the answer to the one before. */
	async function exchange(header: readonly Buffer[], texts: readonly string[]): Promise<string> {
		const raw = connectTcp(listener.port, "127.0.0.1").setNoDelay(true);
		raw.on("error", () => undefined);
		const closed = new Promise((resolve) => raw.once("close", resolve));
		await new Promise((resolve) => raw.once("connect", resolve));
		for (const [i, piece] of header.entries()) {
			if (i > 0) await new Promise((resolve) => setTimeout(resolve, 5));
			raw.write(piece);
		}
		const socket: Socket = transport === "TLS" ? connectTls({ socket: raw, rejectUnauthorized: false }) : raw;
		let answer = "";
		socket
			.on("error", () => undefined)
			.on("data", (bytes) => {
				answer += bytes.toString("latin1");
			});
		for (const text of texts) {
			const length = answer.length;
			socket.write(text, "latin1");
			while (answer.length === length && !raw.destroyed) await new Promise((resolve) => setTimeout(resolve, 2));
		}
		if (texts.length > 0) socket.end();
		await closed;
		return answer;
	}

	const REQUEST = "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";

	test("the client's address is that of the header, for every request of the connection", async () => {
		for (const [, bytes, client] of HEADERS) {
			const answer = await exchange([bytes], [REQUEST, REQUEST]);
			expect(answer.match(/client (\S+), 4 bytes/g)).toEqual(Array(2).fill(`client ${client ?? "127.0.0.1"}, 4 bytes`));
		}
	});

	test("the header may come in pieces, and together with the beginning of a request", async () => {
		const header = v2(0x21, 0x11, V4);
		expect(await exchange([header.subarray(0, 7), header.subarray(7)], [REQUEST])).toContain("client 203.0.113.9, 4 bytes");
		if (transport === "TLS") return;
		expect(await exchange([Buffer.concat([header, Buffer.from(REQUEST.slice(0, 30))])], [REQUEST.slice(30)])).toContain(
			"client 203.0.113.9,",
		);
	});

	test("a second header, which the client has sent, is no HTTP", async () => {
		const forged = "PROXY TCP4 198.51.100.1 10.0.0.1 1 80\r\n";
		expect(await exchange([v2(0x21, 0x11, V4)], [forged + REQUEST])).toMatch(/^HTTP\/1.1 400 .*bad_framing of 203\.0\.113\.9$/s);
		const later = await exchange([v2(0x21, 0x11, V4)], [REQUEST, v2(0x21, 0x11, V4.with(0, 9)).toString("latin1") + REQUEST]);
		expect(later).not.toContain("client 9.");
	});

	test("a balancer's connection without a header is closed, also when nothing comes", async () => {
		expect(await exchange([Buffer.from("GET /v1/x HTTP/1.1\r\n")], [REQUEST])).toBe("");
		expect(await exchange([v2(0x21, 0x11, V4).subarray(0, 9)], [])).toBe("");
	});

	test("the head of a request has to come in time behind a header, too", async () => {
		expect(await exchange([v2(0x21, 0x11, V4)], ["POST /v1/x HTTP/1.1\r\n"])).toContain("request_timeout of 203.0.113.9");
	});

	test("who is no balancer is served without a header, and believed none", async () => {
		trusted = ["10.0.0.0/8"];
		try {
			expect(await exchange([], [REQUEST])).toContain("client 127.0.0.1, 4 bytes");
			if (transport === "TCP") expect(await exchange([v2(0x21, 0x11, V4)], [REQUEST])).not.toContain("client 203");
		} finally {
			trusted = ["127.0.0.1"];
		}
	});
});

test("server.proxy_protocol tells callers behind one balancer apart", async () => {
	const upstream = await startMockUpstream((response) => void response.end("{}"));
	const limits = "security: { rate_limiting: { requests_per_minute: 1, requests_per_hour: 0, burst_allowance: 0 } }";
	const server = { proxy_protocol: true, trusted_proxies: ["127.0.0.1"] };
	const proxy = await startProxy(upstream.url, limits, undefined, { server });
	const statusOf = async (client: string): Promise<number | undefined> => {
		const request = `PROXY TCP4 ${client} 10.0.0.1 1 80\r\n${goodRequest("hello")}`;
		return (await rawExchange(proxy.port, [request], { answers: 1 })).answers[0]?.status;
	};
	try {
		expect(await statusOf("203.0.113.9")).not.toBe(429);
		expect(await statusOf("203.0.113.9")).toBe(429);
		expect(await statusOf("203.0.113.10")).not.toBe(429);
	} finally {
		await proxy.drain();
		upstream.close();
	}
});

test("the uws listener, which believes every such header, is refused", async () => {
	const unused = {
		host: "127.0.0.1",
		port: 0,
		maxRequestSize: 1,
		maxArrivingBytes: 1 << 20,
		requestTimeoutMs: 1,
		clientStallMs: 1,
		idleConnectionMs: 1,
		handler: () => undefined,
	};
	const refusal = listenerRefusal;
	await expect(async () => listen("uws", { ...unused, refusal, isBalancer: () => true })).rejects.toThrow(/Set server.listener: node/);
});
