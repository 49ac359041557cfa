import { mkdtempSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { recordsOf } from "../../src/audit/log-reader.ts";
import type { Proxy } from "../../src/proxy.ts";
import { CORPUS } from "../edge/framing-corpus.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { settled } from "../support/health.ts";
import { chatEvents } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";
import { type Next, pick, random } from "../support/random.ts";

/** Places of one caller, and of the provider. */
const PLACES = 6;
const PEERS = 200;
const AT_ONCE = 24;
/** ms after which nobody waits any more for a peer that has closed its side; uWebSockets.js waits ten seconds for a head. */
const HALF_OPEN_MS = 60_000;
const [ROLE = "", WORDS = "", FINISH = "", DONE = ""] = chatEvents(["clean words ".repeat(20)]);
const WHOLE = JSON.stringify({ id: "c", choices: [{ index: 0, message: { role: "assistant", content: "fine" }, finish_reason: "stop" }] });

/** ms between the head of a request and its admission, at most: a peer may have gone by then. */
const ADMISSION_MS = 40;

/** Streams where the prompt says so, to peers as long as they listen, and answers at once else. Knows what is open. */
class Vendor {
	readonly asked: string[] = [];
	readonly open = new Set<ServerResponse>();
	readonly server: Server = createServer(async (request, response) => {
		let body = "";
		for await (const piece of request) body += piece;
		const { messages, stream } = JSON.parse(body) as { messages: { content: string }[]; stream?: boolean };
		const prompt = messages[0]?.content ?? "";
		this.asked.push(prompt);
		this.open.add(response);
		response.on("close", () => this.open.delete(response));
		if (stream !== true) return response.writeHead(200, { "content-type": "application/json" }).end(WHOLE);
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.write(ROLE + WORDS);
		const pieces = prompt.includes("-after-") ? 50 : Number.POSITIVE_INFINITY;
		for (let i = 0; prompt.startsWith("long") && i < pieces && !response.destroyed; i++) {
			await sleep(20);
			response.write(WORDS);
		}
		return response.end(FINISH + DONE);
	});

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
	}
}

/** One request, named so that it is found again at the vendor and in the audit trail. */
function requestOf(name: string, headers = ""): readonly [head: string, body: string] {
	const body = JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: name }] });
	return [
		`POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nX-Request-Id: ${name}\r\n${headers}Content-Length: ${body.length}\r\n\r\n`,
		body,
	];
}

/** What a peer writes, piece by piece. */
const SENDS: readonly ((name: string, next: Next) => readonly string[])[] = [
	(name) => [requestOf(name).join("")],
	(name) => requestOf(name),
	(name, next) => {
		const whole = requestOf(name).join("");
		const at = 1 + Math.floor(next() * (whole.length - 1));
		return [whole.slice(0, at), ...(next() < 0.5 ? [whole.slice(at)] : [])];
	},
	(name) => [requestOf(name).join("") + requestOf(`${name}-behind`).join("")],
	(name) => [requestOf(name).join(""), requestOf(`${name}-later`).join("")],
	(name, next) => requestOf(name, "Expect: 100-continue\r\n").slice(0, next() < 0.5 ? 1 : 2),
	(name) => [`${requestOf(name)[0].replace(/Content-Length.*/, "Transfer-Encoding: chunked")}\r\n5\r\nhello\r\n0\r\nX-Trailer: a\r\n\r\n`],
	(name) => [requestOf(name).join("").replace("POST /", "POST http://a.test/")],
	(name) => [requestOf(name, Array.from({ length: 300 }, (_, i) => `X-${i}: v\r\n`).join("")).join("")],
	(name) => [requestOf(name, "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n").join("")],
	(_name, next) => pick(CORPUS, next).writes,
];

/** How it leaves. */
const ENDS: readonly ((socket: Socket) => unknown)[] = [
	(socket) => socket.resetAndDestroy(),
	(socket) => socket.destroy(),
	(socket) => socket.end(),
	async (socket) => {
		socket.pause();
		await sleep(100);
		socket.resetAndDestroy();
	},
];

/** Resolves with what came when the connection has ended, from whichever side. */
function peer(port: number, name: string, next: Next, leftOpen: string[]): Promise<string> {
	const writes = pick(SENDS, next)(name, next);
	const end = pick(ENDS, next);
	return new Promise((resolve) => {
		const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
		let raw = "";
		socket.on("data", (bytes) => {
			raw += bytes.toString("latin1");
		});
		socket.on("error", () => undefined);
		socket.on("end", () => socket.end());
		socket.on("close", () => resolve(raw));
		void (async () => {
			for (const bytes of writes) {
				socket.write(bytes, "latin1");
				await sleep(next() * 20);
			}
			await sleep(pick([0, 5, 50, 200, 700], next));
			await end(socket);
			await sleep(HALF_OPEN_MS);
			if (socket.destroyed) return;
			leftOpen.push(name);
			socket.destroy();
		})();
	});
}

/** Streams that stay open at once; which of them were taken. */
async function streamsAtOnce(port: number, round: string): Promise<number[]> {
	const names = Array.from({ length: PLACES + 1 }, (_, i) => `long-${round}-${i}`);
	return Promise.all(
		names.map(async (name) => {
			const [, body] = requestOf(name);
			const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
				method: "POST",
				headers: { "x-request-id": name },
				body,
			});
			await answer.text();
			return answer.status;
		}),
	);
}

describe.each(["uws", "node"] as const)("%s", (listener) => {
	const vendor = new Vendor();
	const dir = mkdtempSync(join(tmpdir(), "audit-"));
	let proxy: Proxy;
	beforeAll(async () => {
		await new Promise<void>((resolve) => vendor.server.listen(0, "127.0.0.1", resolve));
		const provider = { type: "openai", base_url: vendor.url, api_key: "k", max_concurrent: PLACES + 1 };
		const limits = `rate_limiting: { requests_per_minute: 0, requests_per_hour: 0, burst_allowance: 0, concurrent_requests: ${PLACES} }`;
		proxy = await startProxy({ up: provider }, `audit: { dir: "${dir}" }\nsecurity: { ${limits} }`, undefined, {
			hooks: { request: () => sleep(Math.random() * ADMISSION_MS) },
			server: { listener, request_timeout_ms: 3000, client_stall_timeout_ms: 2000, idle_connection_timeout_ms: 3000 },
		});
	});
	afterAll(async () => {
		vendor.server.close();
		vendor.server.closeAllConnections();
	});

	test("peers that break every rule and leave at any moment hold nothing, and nothing of theirs goes unrecorded", async () => {
		const begun = performance.now();
		const leftOpen: string[] = [];
		for (let seed = FIRST_SEED; seed === FIRST_SEED || performance.now() - begun < FUZZ_SECONDS * 1000; seed++) {
			const next = random(seed);
			let count = 0;
			const answers = new Map<string, string>();
			const work = async (): Promise<void> => {
				while (count < PEERS) {
					const name = `${next() < 0.5 ? "long" : "short"}-${seed}-${count++}`;
					answers.set(name, await peer(proxy.port, name, random(seed * PEERS + count), leftOpen));
				}
			};
			await Promise.all(Array.from({ length: AT_ONCE }, work));
			await settled(proxy.port);
			await vi.waitFor(() => expect(vendor.open.size).toBe(0), { timeout: 60_000 });
			const taken = await streamsAtOnce(proxy.port, `${seed}-after`);
			expect(taken.sort()).toEqual([...Array.from({ length: PLACES }, () => 200), 429]);
			await settled(proxy.port);
			const statuses = [...answers.values()].flatMap((raw) =>
				[...raw.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)),
			);
			expect(leftOpen).toEqual([]);
			// 505 is what the parser of the newer uWebSockets.js says to a line that is none.
			expect(statuses.filter((status) => status >= 500 && status !== 503 && status !== 505)).toEqual([]);
		}
		await proxy.drain();
		const records = [...recordsOf(join(dir, "local"))];
		const recorded = new Set(records.filter(({ type }) => type === "interaction").map(({ requestId }) => requestId));
		expect(vendor.asked.filter((name) => !name.startsWith("outer") && !recorded.has(name))).toEqual([]);
		expect(records.some(({ type }) => type === "refusal")).toBe(true);
	}, 300_000);
});
