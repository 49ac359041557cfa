import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { segmentsOf } from "../../src/audit/segment.ts";
import { chatStream } from "../support/chat-client.ts";
import { startChatUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

test("a lane that does not end holds up no record: the trail is whole, up to its last one, before the drain is over", async () => {
	const dir = mkdtempSync(join(tmpdir(), "audit-"));
	const held = join(dir, "held");
	writeFileSync(held, "");
	process.env["HELD_LANE"] = held;
	const upstream = await startChatUpstream(["Hello."]);
	const worker = new URL("../support/held-lane-worker.ts", import.meta.url);
	const proxy = await startProxy(upstream.url, `audit: { dir: "${dir}" }`, worker);
	await chatStream(proxy.port, "hello");
	let isDrained = false;
	const drained = proxy.drain().then(() => {
		isDrained = true;
	});
	const log = (): string =>
		segmentsOf(readdirSync(join(dir, "local")))
			.map(({ name }) => readFileSync(join(dir, "local", name), "utf8"))
			.join("");
	await vi.waitUntil(() => log().includes('"type":"stop"'), { timeout: 60_000 });
	expect(log()).toMatch(/"type":"interaction".*"type":"stop"/s);
	expect(isDrained).toBe(false);
	rmSync(held);
	await drained;
	upstream.close();
	rmSync(dir, { recursive: true });
});
