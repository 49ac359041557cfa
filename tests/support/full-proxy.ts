import { vi } from "vitest";
import { startMockUpstream } from "./mock-upstream.ts";
import { startProxy } from "./proxy.ts";

/** A proxy that takes no more work: the one request that it may have in progress gets no answer. */
export async function startFullProxy(): Promise<{ readonly port: number; stop(): Promise<void> }> {
	const silent = await startMockUpstream(() => undefined);
	const proxy = await startProxy(silent.url, "", undefined, { server: { max_sessions: 1 } });
	const only = new AbortController();
	const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: "hello" }] });
	const url = `http://127.0.0.1:${proxy.port}/v1/chat/completions`;
	fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body, signal: only.signal }).catch(() => undefined);
	await vi.waitUntil(() => silent.requests.length === 1, { timeout: 60_000 });
	return {
		port: proxy.port,
		async stop() {
			only.abort();
			await proxy.drain();
			silent.close();
		},
	};
}
