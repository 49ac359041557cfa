import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

const TEXT = "Hello there, please write to jane.doe@example.com or call (415) 555-2671 before Friday, thank you.";
const SAFE = "Hello there, please write to ****.***@*******.*** or call (***) ***-**** before Friday, thank you.";
const EVENTS = chatEvents(TEXT.match(/.{1,5}/gs) ?? []);
let upstream: MockUpstream;
let proxy: Proxy;
const file = join(mkdtempSync(join(tmpdir(), "lane-death-")), "death");

beforeAll(async () => {
	process.env["LANE_DEATH_FILE"] = file;
	upstream = await startMockUpstream(async (response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		for (const event of EVENTS) {
			response.write(event);
			await sleep(4);
		}
		response.end();
	});
	proxy = await startProxy(upstream.url, "", new URL("../support/mortal-lane-worker.ts", import.meta.url));
});
afterAll(async () => {
	await proxy?.drain();
	upstream?.close();
});

async function ask(): Promise<{ text: string; done: boolean }> {
	const response = await fetch(`http://127.0.0.1:${proxy.port}/v1/chat/completions`, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "hi" }] }),
	});
	const lines = (await response.text()).split("\n").filter((line) => line.startsWith("data: "));
	const texts = lines
		.filter((line) => line !== "data: [DONE]")
		.map((line) => (JSON.parse(line.slice(6)) as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content ?? "");
	return { text: texts.join(""), done: lines.at(-1) === "data: [DONE]" };
}

test("an undisturbed stream is masked and complete", async () => {
	expect(await ask()).toEqual({ text: SAFE, done: true });
});

for (const kind of ["throw", "exit", "hang", "oom"]) {
	test(`a lane that dies (${kind}) in mid-stream is invisible to the client`, async () => {
		writeFileSync(file, `${kind} 9`);
		expect(await ask()).toEqual({ text: SAFE, done: true });
	}, 60_000);
}

test("a lane that dies at any step leaves no leak, gap or duplicate", async () => {
	for (let step = 0; step < EVENTS.length; step += 2) {
		writeFileSync(file, `throw ${step}`);
		expect([step, await ask()]).toEqual([step, { text: SAFE, done: true }]);
	}
}, 120_000);
