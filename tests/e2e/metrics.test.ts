import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { chatStream } from "../support/chat-client.ts";
import { type MockUpstream, startChatUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

let upstream: MockUpstream;
let proxy: Proxy;

beforeAll(async () => {
	upstream = await startChatUpstream(["Write to jane.doe", "@example.com today."]);
	proxy = await startProxy(upstream.url);
});
afterAll(async () => {
	await proxy.drain();
	upstream.close();
});

const scrape = async (): Promise<string> => (await fetch(`http://127.0.0.1:${proxy.port}/metrics`)).text();

test("what was decided is counted by API, action, outcome and type, and no text is in a label", async () => {
	await chatStream(proxy.port, "please phone (415) 555-2671");
	await chatStream(proxy.port, "hello");
	const text = await scrape();
	expect(text).toContain('secure_llm_proxy_requests_total{api="openai-chat",action="redact",outcome="complete"} 1');
	expect(text).toContain('secure_llm_proxy_requests_total{api="openai-chat",action="allow",outcome="complete"} 1');
	expect(text).toContain('secure_llm_proxy_findings_total{direction="prompt",type="phone"} 1');
	expect(text).toContain('secure_llm_proxy_findings_total{direction="response",type="email"} 2');
	expect(text).toContain('secure_llm_proxy_request_duration_seconds_count{api="openai-chat"} 2');
	expect(text).toContain('secure_llm_proxy_most_held_bytes_count{api="openai-chat"} 2');
	const bytes = (release: string): number => Number(new RegExp(`text_bytes_total\\{release="${release}"\\} (\\d+)`).exec(text)?.[1]);
	expect(bytes("at_once") + bytes("held")).toBe(2 * "Write to jane.doe@example.com today.".length);
	expect(bytes("held")).toBeGreaterThan(0);
	expect(text).not.toMatch(/jane|555-2671|hello/);
});

test("the state of the process is read when asked: streams, lanes, audit", async () => {
	const text = await scrape();
	expect(text).toContain("secure_llm_proxy_active_streams 0");
	expect(text).toContain("secure_llm_proxy_lanes_alive 1");
	expect(text).toContain("secure_llm_proxy_lanes_configured 1");
	expect(text).toContain("secure_llm_proxy_audit_failing 0");
	await vi.waitFor(async () => expect(await scrape()).toContain("secure_llm_proxy_audit_unwritten_records 0"), { timeout: 60_000 });
});
