import { once } from "node:events";
import { get } from "node:http";
import { totalmem } from "node:os";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { type ChatAnswer, chatStream } from "../support/chat-client.ts";
import { chatEvents, type MockUpstream, startChatUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** Requests in progress at once: one thread for client, proxy and upstream together cannot keep up with them. */
const CLIENTS = 60;
const SAID = "Write to jane.doe@example.com, or call (415) 555-2671 today. ".repeat(4);

let upstream: MockUpstream;
let proxy: Proxy;
beforeAll(async () => {
	upstream = await startChatUpstream(SAID.match(/.{1,5}/gs) ?? []);
	proxy = await startProxy(upstream.url, "", undefined, { server: { max_wait_ms: 1 } });
});
afterAll(async () => {
	await proxy.drain();
	upstream.close();
});

test("in a flood every request is answered whole or refused with the time to come back, and after it all are taken", async () => {
	const answers: ChatAnswer[] = [];
	let isOver = false;
	const client = async (): Promise<void> => {
		while (!isOver) answers.push(await chatStream(proxy.port, "hello"));
	};
	const flood = Array.from({ length: CLIENTS }, client);
	await vi.waitFor(() => expect(answers.filter(({ status }) => status === 503).length).toBeGreaterThan(CLIENTS), { timeout: 60_000 });
	isOver = true;
	await Promise.all(flood);

	const whole = SAID.replaceAll("jane.doe@example.com", "****.***@*******.***").replaceAll("(415) 555-2671", "(***) ***-****");
	for (const { status, headers, raw, text, isDone, error } of answers) {
		expect(raw).not.toMatch(/jane|555-2671/);
		if (status === 503) expect({ code: error?.code, retry: headers["retry-after"] }).toEqual({ code: "overloaded", retry: "1" });
		else expect({ status, text, isDone }).toEqual({ status: 200, text: whole, isDone: true });
	}
	expect(answers.some(({ status }) => status === 200)).toBe(true);
	await vi.waitFor(async () => expect((await chatStream(proxy.port, "hello")).status).toBe(200), { timeout: 60_000 });
	const metrics = await (await fetch(`http://127.0.0.1:${proxy.port}/metrics`)).text();
	expect(metrics).toMatch(/secure_llm_proxy_refusals_total\{code="overloaded"\} [1-9]/);
});

test("with more memory in use than it may have, a proxy takes one request at a time, and open answers go on", async () => {
	let finish = (): void => undefined;
	const slow = await startMockUpstream((response) => {
		const [head = "", ...rest] = chatEvents(["hello"]);
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.write(head);
		finish = () => void response.end(rest.join(""));
	});
	// One per cent of what this process may have, and more than that in use.
	const constrained = process.constrainedMemory();
	const most = Math.min(totalmem(), constrained > 0 ? constrained : Number.POSITIVE_INFINITY) / 100;
	const ballast = Buffer.alloc(Math.max(0, most - process.memoryUsage.rss()) + (64 << 20), 1);
	const limited = await startProxy(slow.url, "", undefined, { server: { max_memory_percent: 1 } });
	try {
		const first = chatStream(limited.port, "hello");
		await vi.waitFor(() => expect(slow.requests).toHaveLength(1), { timeout: 60_000 });
		const second = await chatStream(limited.port, "hello");
		expect([second.status, second.error?.code, second.headers["retry-after"]]).toEqual([503, "overloaded", "1"]);
		const [probe] = await once(get({ port: limited.port, host: "127.0.0.1", path: "/readyz" }), "response");
		expect(probe.statusCode).toBe(200);
		probe.resume();
		finish();
		expect(await first).toMatchObject({ status: 200, text: "hello", isDone: true });
		const third = chatStream(limited.port, "hello");
		await vi.waitFor(() => expect(slow.requests).toHaveLength(2), { timeout: 60_000 });
		finish();
		expect((await third).status).toBe(200);
	} finally {
		expect(ballast.length).toBeGreaterThan(0);
		await limited.drain();
		slow.close();
	}
});
