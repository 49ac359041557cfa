import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { type ChatAnswer, chatStream } from "../support/chat-client.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** Requests in progress at once: one thread for client, proxy and upstream together cannot keep up with them. */
const CLIENTS = 60;
const SAID = "Write to jane.doe@example.com, or call (415) 555-2671 today. ".repeat(4);

let upstream: MockUpstream;
let proxy: Proxy;
beforeAll(async () => {
	upstream = await startMockUpstream((response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.end(chatEvents(SAID.match(/.{1,5}/gs) ?? []).join(""));
	});
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
	await vi.waitFor(async () => expect((await chatStream(proxy.port, "hello")).status).toBe(200), { timeout: 15_000 });
	const metrics = await (await fetch(`http://127.0.0.1:${proxy.port}/metrics`)).text();
	expect(metrics).toMatch(/secure_llm_proxy_refusals_total\{code="overloaded"\} [1-9]/);
}, 120_000);
