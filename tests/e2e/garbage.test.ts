import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Agent, request } from "undici";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { chatEvents } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/**
 * Bytes that a request may leave on the front end for the next full collection, which stops it for many milliseconds. When objects
 * of a request had hidden classes of their own, 10,000 were left.
 */
const MOST_LEFT = 6500;
const REQUESTS = 400;

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as (options: { type: "minor" | "major" }) => void;

const upstream = createServer((_request, response) => {
	response.writeHead(200, { "content-type": "text/event-stream" });
	response.end(chatEvents(["Owls ", "eat ", "mice."]).join(""));
});
const agent = new Agent({ connections: 1 });
let proxy: Proxy;
let url = "";

beforeAll(async () => {
	await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
	proxy = await startProxy(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1`);
	url = `http://127.0.0.1:${proxy.port}/v1/chat/completions`;
});

afterAll(async () => {
	await agent.close();
	await proxy.drain();
	upstream.close();
	upstream.closeAllConnections();
});

const BODY = JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "What do owls eat?" }] });

async function ask(times: number): Promise<void> {
	for (let i = 0; i < times; i++) {
		const { statusCode, body } = await request(url, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: BODY,
			dispatcher: agent,
		});
		expect([statusCode, (await body.text()).includes("[DONE]")]).toEqual([200, true]);
		if (i % 20 === 0) gc({ type: "minor" });
	}
	for (let i = 0; i < 3; i++) gc({ type: "minor" });
}

test("a request that is over is collected with the young generation of the front end", async () => {
	await ask(REQUESTS);
	gc({ type: "major" });
	const before = process.memoryUsage().heapUsed;
	await ask(REQUESTS);
	expect((process.memoryUsage().heapUsed - before) / REQUESTS).toBeLessThan(MOST_LEFT);
});
