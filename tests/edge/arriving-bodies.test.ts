import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { listen } from "../../src/edge/listen.ts";
import type { Listener } from "../../src/edge/listener.ts";
import { listenerRefusal } from "../../src/session/error-body.ts";

/** Bodies on their way share one bound, whoever sends them. */
const MAX = 1 << 20;
const HALF = MAX / 2;

const open: { close(): unknown }[] = [];
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close();
});

async function start(kind: "uws" | "node"): Promise<Listener> {
	const listener = await listen(kind, {
		host: "127.0.0.1",
		port: 0,
		maxRequestSize: MAX,
		maxArrivingBytes: MAX,
		requestTimeoutMs: 10_000,
		idleConnectionMs: 65_000,
		clientStallMs: 1000,
		refusal: listenerRefusal,
		handler({ body }, downstream) {
			downstream.head(200, { "content-type": "text/plain" });
			downstream.end(Buffer.from(String(body.length)));
		},
	});
	open.push(listener);
	return listener;
}

/** Sends `sent` of `length` bytes. */
async function send(port: number, length: number, sent = length): Promise<{ readonly socket: Socket; readonly answer: Promise<string> }> {
	const socket = connect(port, "127.0.0.1");
	open.push({ close: () => socket.destroy() });
	let raw = "";
	socket.on("error", () => undefined);
	const answer = new Promise<string>((resolve) => {
		socket.on("data", (chunk) => {
			raw += chunk.toString("latin1");
			const [head = "", body = ""] = raw.split("\r\n\r\n");
			if (body !== "")
				resolve(`${head.split(" ")[1]} ${body.includes('"overloaded"') ? "overloaded" : body.replace(/^\w+\r\n|\r\n.*$/gs, "")}`);
		});
		socket.on("close", () => resolve("closed"));
	});
	await once(socket, "connect");
	socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n`);
	await new Promise((resolve) => socket.write(Buffer.alloc(sent, "x"), resolve));
	return { socket, answer };
}

/** Until the listener has read what it was sent: it answers another request of the same loop. */
async function settled(port: number): Promise<void> {
	for (let i = 0; i < 3; i++) expect(await (await send(port, 10)).answer).toBe("200 10");
}

describe.each(["uws", "node"] as const)("%s", (kind) => {
	test("what would be more than all bodies may have is refused, and room that is given back is there again", async () => {
		const { port } = await start(kind);
		const first = await send(port, MAX, HALF);
		const second = await send(port, HALF, HALF - 1000);
		await settled(port);
		expect(await (await send(port, HALF)).answer).toBe("503 overloaded");
		second.socket.write(Buffer.alloc(1000, "x"));
		expect(await second.answer).toBe(`200 ${HALF}`);
		expect(await (await send(port, HALF - 1000)).answer).toBe(`200 ${HALF - 1000}`);
		first.socket.destroy();
		await once(first.socket, "close");
		await settled(port);
		expect(await (await send(port, MAX)).answer).toBe(`200 ${MAX}`);
	});
});
