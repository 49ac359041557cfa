import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { chat, chatStream, post } from "../support/chat-client.ts";
import { settled } from "../support/health.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

const TEXT = "Hello there, please write to jane.doe@example.com or call (415) 555-2671 before Friday, thank you.";
const SAFE = "Hello there, please write to ****.***@*******.*** or call (***) ***-**** before Friday, thank you.";
const EVENTS = chatEvents(TEXT.match(/.{1,5}/gs) ?? []);
const BODY = JSON.stringify({ choices: [{ index: 0, message: { role: "assistant", content: TEXT }, finish_reason: "stop" }] });
const WORKER = new URL("../support/mortal-lane-worker.ts", import.meta.url);
const KINDS = ["throw", "exit", "hang", "oom"] as const;
const folder = mkdtempSync(join(tmpdir(), "lane-deaths-"));
const GOOD = { status: 200, text: SAFE, isDone: true, error: undefined };

let upstream: MockUpstream;
let proxy: Proxy;

/** Lanes die at these messages, one after the other. */
function plan(...deaths: readonly string[]): void {
	for (const [i, death] of deaths.entries()) writeFileSync(join(folder, `${i}.${death}`), "");
}

beforeAll(async () => {
	process.env["LANE_DEATHS"] = folder;
	upstream = await startMockUpstream(async (response, body) => {
		if (JSON.parse(body).stream !== true) {
			response.writeHead(200, { "content-type": "application/json" });
			// Three pieces, so that a lane can die between them.
			for (const piece of [BODY.slice(0, 40), BODY.slice(40, 99), BODY.slice(99)]) {
				response.write(piece);
				await sleep(4);
			}
			return void response.end();
		}
		response.writeHead(200, { "content-type": "text/event-stream" });
		for (const event of EVENTS) {
			response.write(event);
			await sleep(4);
		}
		response.end();
	});
});
afterAll(() => {
	upstream?.close();
	rmSync(folder, { recursive: true });
});

describe("two lanes", () => {
	beforeAll(async () => {
		proxy = await startProxy(upstream.url, "", WORKER, { server: { workers: 2, lane_deadline_ms: 5000 } });
	});
	afterAll(() => proxy?.drain());
	beforeEach(() => upstream.requests.splice(0));
	afterEach(async () => {
		// Every planned death took place, and nothing is left of it.
		expect(readdirSync(folder)).toEqual([]);
		await settled(proxy.port);
		expect(await chatStream(proxy.port, "next")).toMatchObject(GOOD);
	});

	test.each(KINDS)("a lane that dies (%s) in mid-stream is invisible to the client", async (kind) => {
		plan(`${kind}.data.1500`);
		expect(await chatStream(proxy.port, "hi")).toMatchObject(GOOD);
	});

	test.each(KINDS)(
		"a lane that dies (%s) while it inspects a prompt is invisible, and the prompt goes upstream once, redacted",
		async (kind) => {
			plan(`${kind}.prompt.0`);
			expect(await chatStream(proxy.port, "I am jane.doe@example.com")).toMatchObject(GOOD);
			expect(upstream.requests.map(({ body }) => JSON.parse(body).messages[0].content)).toEqual(["I am ****.***@*******.***"]);
		},
	);

	test.each(["throw", "exit"])("a lane that dies (%s) while it collects a whole answer is invisible to the client", async (kind) => {
		plan(`${kind}.data.60`);
		expect(await chat(proxy.port, "hi", false)).toMatchObject({ status: 200, text: SAFE, error: undefined });
	});

	test.each(["open", "end"])("a lane that dies at the %s of an answer is invisible to the client", async (message) => {
		plan(`throw.${message}.0`);
		expect(await chat(proxy.port, "hi", false)).toMatchObject({ status: 200, text: SAFE, error: undefined });
	});

	test("a lane that dies at any step leaves no leak, gap or duplicate", async () => {
		const bytes = EVENTS.join("").length;
		for (let at = 0; at < bytes; at += Math.floor(bytes / 12)) {
			plan(`throw.data.${at}`);
			expect([at, await chatStream(proxy.port, "hi")]).toEqual([at, expect.objectContaining(GOOD)]);
			expect(readdirSync(folder)).toEqual([]);
		}
	});

	test("both lanes dead at once only delays their streams", async () => {
		plan("exit.data.500", "exit.data.500");
		const answers = await Promise.all(Array.from({ length: 6 }, () => chatStream(proxy.port, "hi")));
		for (const answer of answers) expect(answer).toMatchObject(GOOD);
	});

	test("a stream at work in three deaths ends closed, with an error and nothing of the finding", async () => {
		plan("throw.data.900", "throw.data.0", "throw.data.0");
		const { raw, text, isDone, error } = await chatStream(proxy.port, "hi");
		expect(error?.code).toBe("lane_failed");
		expect(isDone).toBe(false);
		expect(SAFE.startsWith(text)).toBe(true);
		expect(raw).not.toContain("jane");
	});

	test("a whole answer at work in three deaths is an error, not a part of the answer", async () => {
		plan("throw.data.0", "throw.data.0", "throw.data.0");
		expect(await chat(proxy.port, "hi", false)).toMatchObject({ status: 503, text: "", error: { code: "lane_failed" } });
	});

	test("a prompt at work in three deaths is refused and never goes upstream", async () => {
		plan("throw.prompt.0", "throw.prompt.0", "throw.prompt.0");
		expect(await chatStream(proxy.port, "hi")).toMatchObject({ status: 503, error: { code: "lane_failed" } });
		expect(upstream.requests).toEqual([]);
	});
});

describe("two lanes, of which one hangs while it starts", () => {
	beforeAll(async () => {
		proxy = await startProxy(upstream.url, "", WORKER, { server: { workers: 2, lane_deadline_ms: 5000 } });
	});
	afterAll(() => proxy?.drain());

	test("what the other leaves behind when it dies goes to the lane that is ready first", async () => {
		plan("exit.prompt.0", "hang.policy.0", "exit.prompt.0", "exit.data.200");
		expect(await chatStream(proxy.port, "hi")).toMatchObject(GOOD);
		await vi.waitFor(() => expect(readdirSync(folder)).toEqual(["2.exit.prompt.0", "3.exit.data.200"]), { timeout: 60_000 });
		expect(await chatStream(proxy.port, "hi")).toMatchObject(GOOD);
		expect(readdirSync(folder)).toEqual([]);
		await settled(proxy.port);
	});
});

describe("one lane that is busy", () => {
	const holding = join(folder, "holding");
	beforeAll(async () => {
		proxy = await startProxy(upstream.url, "", WORKER, {
			server: { workers: 1, lane_deadline_ms: 60_000 },
		});
	});
	afterAll(() => proxy?.drain());

	test("what it cannot take in is refused at once with 503 and Retry-After; the rest is inspected", async () => {
		upstream.requests.splice(0);
		writeFileSync(holding, "");
		plan("hold.prompt.0");
		const picture = `data:image/png;base64,iVBORw0KGgo${"A".repeat(6_000_000)}`;
		const content = [
			{ type: "text", text: "words" },
			{ type: "image_url", image_url: { url: picture } },
		];
		const body = JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content }] });
		const refused: Awaited<ReturnType<typeof post>>[] = [];
		const answers = Array.from({ length: 20 }, async () => {
			const answer = await post(proxy.port, body);
			// Whatever is answered while the lane is held cannot have been inspected.
			if (existsSync(holding)) refused.push(answer);
			return answer;
		});
		while (refused.length < 5) await sleep(5);
		rmSync(holding);
		for (const answer of refused) {
			expect([answer.status, JSON.parse(answer.raw).error.code]).toEqual([503, "overloaded"]);
			expect(answer.headers["retry-after"]).toBe("1");
		}
		const statuses = (await Promise.all(answers)).map(({ status }) => status);
		expect(new Set(statuses)).toEqual(new Set([200, 503]));
		expect(upstream.requests.length).toBe(statuses.filter((status) => status === 200).length);
		await settled(proxy.port);
	});
});
