import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { chat } from "../support/chat-client.ts";
import { settled } from "../support/health.ts";
import { chatEvents } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";
import { chunk, LAST_CHUNK, pump, type RawUpstream, SSE_HEAD, startRawUpstream } from "../support/raw-upstream.ts";

const [ROLE = "", WORDS = "", FINISH = "", DONE = ""] = chatEvents(["clean words ".repeat(80)]);
const [, MAIL = ""] = chatEvents(["jane.doe@example.com "]);
const BLOCK = chunk(WORDS.repeat(50));
const STALL_MS = 4000;

describe.each(["uws", "node"] as const)("%s", (listener) => {
	let upstream: RawUpstream;
	let proxy: Proxy;
	let flooded = 0;
	beforeAll(async () => {
		upstream = await startRawUpstream((prompt) => async (socket) => {
			socket.write(SSE_HEAD);
			if (prompt === "silent") return;
			socket.write(chunk(ROLE + WORDS));
			if (prompt === "open") return;
			if (prompt === "endless") flooded = await pump(socket, BLOCK);
			for (let i = 0; i < 120 && prompt === "long"; i++) await pump(socket, chunk(WORDS.repeat(25) + MAIL), 1);
			socket.write(chunk(FINISH + DONE) + LAST_CHUNK);
		});
		proxy = await startProxy(upstream.url, "", undefined, {
			server: { listener, client_stall_timeout_ms: STALL_MS, keepalive_interval_ms: 60 },
		});
	});
	afterEach(async () => {
		await settled(proxy.port);
		expect(await chat(proxy.port, "next", true)).toMatchObject({ status: 200, isDone: true });
	});
	afterAll(async () => {
		await proxy?.drain();
		upstream?.close();
	});

	/** A client that has sent its request and reads nothing yet. */
	async function ask(prompt: string): Promise<Socket> {
		const body = JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: prompt }] });
		const socket = connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true });
		socket.on("error", () => undefined);
		socket.pause();
		socket.write(`POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
		while (upstream.asked.at(-1) !== prompt) await sleep(2);
		return socket;
	}

	/** Reads until the text has come. */
	async function readUntil(socket: Socket, text: string): Promise<string> {
		let raw = "";
		socket.resume();
		while (!raw.includes(text)) raw += String((await once(socket, "data"))[0]);
		return raw;
	}

	test("a client that never reads pauses its upstream, costs bounded memory, and is cut", async () => {
		const before = process.memoryUsage().rss;
		const socket = await ask("endless");
		await upstream.lastClosed();
		// The kernel takes a few MiB on each of the two connections; what is beyond is the proxy's.
		expect(flooded).toBeLessThan(24 << 20);
		expect(process.memoryUsage().rss - before).toBeLessThan(128 << 20);
		socket.destroy();
	});

	test("a slow client gets everything, in order", async () => {
		const socket = await ask("long");
		let raw = "";
		for (let isDone = false; !isDone; await sleep(5)) {
			const bytes = socket.read(64 << 10) ?? socket.read();
			raw += bytes ?? "";
			isDone = raw.endsWith("0\r\n\r\n");
		}
		socket.destroy();
		expect(raw.match(/clean words {2}"|clean words "/g)).toHaveLength(1 + 120 * 25);
		expect(raw.match(/\*{4}\.\*{3}@/g)).toHaveLength(120);
		expect(raw).not.toContain("jane");
	});

	test.each(["destroy", "reset", "half-close"] as const)("a client that goes (%s) aborts its upstream at once", async (how) => {
		const socket = await ask("open");
		await readUntil(socket, "clean words");
		if (how === "destroy") socket.destroy();
		else if (how === "reset") socket.resetAndDestroy();
		else socket.end();
		await upstream.lastClosed();
		socket.destroy();
	});

	test("a client that goes before the answer begins aborts its upstream", async () => {
		const socket = await ask("silent");
		socket.destroy();
		await upstream.lastClosed();
	});

	test("the head goes out at once, and comments keep a silent stream open", async () => {
		const socket = await ask("silent");
		const raw = await readUntil(socket, ": keep-alive\n\n");
		expect(raw).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
		expect(raw.toLowerCase()).toContain("x-accel-buffering: no\r\n");
		await readUntil(socket, ": keep-alive\n\n");
		socket.destroy();
	});
});
