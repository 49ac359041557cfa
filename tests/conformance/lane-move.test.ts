import { beforeAll, describe, expect, test } from "vitest";
import type { ApiName } from "../../src/core/api.ts";
import { packState, unpackState } from "../../src/lanes/codec.ts";
import type { DataItem } from "../../src/lanes/data-item.ts";
import type { Lane, Posted } from "../../src/lanes/lane.ts";
import { createLaneInspector, type LaneInspector } from "../../src/lanes/lane-inspector.ts";
import { LaneSession } from "../../src/lanes/lane-session.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { anthropicEvents } from "../support/anthropic-events.ts";
import { chatEvents } from "../support/mock-upstream.ts";
import { policyMessage } from "../support/policy-message.ts";
import { random } from "../support/random.ts";
import { responseEvents } from "../support/response-events.ts";

/**
 * Real sessions and inspectors; only the thread is left out, so that a lane can die between any two messages. Whatever
 * it had said must not be said again, and nothing may be lost, to the byte.
 */
const TEXT = `Naïve 😀 prose, then jane.doe@example.com wrote (415) 555-2671 and ${"more words ".repeat(20)}and 4111 1111 1111 1111 at the end.`;
const DELTAS = TEXT.match(/.{1,6}/gsu) ?? [];
const ANSWERS: Readonly<Partial<Record<ApiName, readonly string[]>>> = {
	"openai-chat": chatEvents(DELTAS),
	"anthropic-messages": anthropicEvents([
		{ type: "thinking", deltas: DELTAS, signature: "c2ln" },
		{ type: "text", deltas: DELTAS },
		{ type: "tool_use", deltas: JSON.stringify({ to: TEXT }).match(/.{1,6}/gsu) ?? [] },
	]),
	"openai-responses": responseEvents([
		{ kind: "message", texts: DELTAS },
		{ kind: "call", type: "function_call", member: "arguments", base: "function_call_arguments", texts: [`{"to":"`, ...DELTAS, `"}`] },
	]),
};

let policy: Policy;
let inspector: LaneInspector;

async function usePolicy(yaml: string): Promise<void> {
	const message = await policyMessage(yaml);
	policy = message.policy;
	inspector = createLaneInspector({ pack: packState, unpack: unpackState, secretKey: new Uint8Array(32) });
	inspector.handle(message);
}

interface Answer {
	readonly out: string;
	readonly end: string | undefined;
}

/**
 * What goes out when the lane dies after each of these numbers of handled messages, counted over all its lives. `lag`: how many
 * chunks come before the lane does its work; `pieces` gets what it makes of them.
 */
function answer(api: ApiName, chunks: readonly Uint8Array[], deaths: readonly number[], lag = () => 1, pieces: DataItem[] = []): Answer {
	let out = "";
	let end: string | undefined;
	let posted: Posted[] = [];
	let handled = 0;
	let isMoving = false;
	const post = (item: Posted): void => {
		posted.push(item);
		if (item.kind === "data" && !isMoving) pieces.push(item);
	};
	const lane = { sessions: 0, post, grew: () => undefined } as unknown as Lane;
	const session = new LaneSession(
		1,
		{ policyId: policy.id, api, mode: "stream" },
		{
			onOutput: (bytes) => {
				out += Buffer.from(bytes).toString("latin1");
			},
			onCredit: () => undefined,
			onEnded: (kind) => {
				end = kind;
			},
			onLost: (code) => {
				end = code;
			},
		},
		{ bytes: 0, maxBytes: 1 << 20 },
		() => undefined,
	);
	const work = (): void => {
		for (let item = posted.shift(); item !== undefined; item = posted.shift()) {
			for (const reply of inspector.handle(item)) {
				if (reply.kind === "passed") session.onPassed();
				else if (reply.kind === "output") session.onOutput(reply);
			}
			if (!deaths.includes(++handled)) continue;
			posted = [];
			// All that the lane knew of the answer is gone.
			inspector.handle({ kind: "close", sid: 1 });
			session.detach(false);
			isMoving = true;
			session.attach(0, lane);
			isMoving = false;
		}
	};
	session.attach(0, lane);
	let behind = lag();
	for (const chunk of chunks) {
		session.push(chunk);
		if (--behind > 0) continue;
		work();
		behind = lag();
	}
	session.end();
	work();
	session.close();
	return { out, end };
}

function chunksOf(events: readonly string[], next: (() => number) | undefined): Buffer[] {
	if (next === undefined) return events.map((event) => Buffer.from(event));
	const bytes = Buffer.from(events.join(""));
	const chunks: Buffer[] = [];
	for (let at = 0; at < bytes.length; ) {
		const size = 1 + Math.floor(next() * (next() < 0.1 ? 9000 : 300));
		chunks.push(bytes.subarray(at, at + size));
		at += size;
	}
	return chunks;
}

describe.each(Object.entries(ANSWERS) as [ApiName, readonly string[]][])("%s", (api, events) => {
	beforeAll(() => usePolicy("llm_providers: {}"));

	test("a lane that dies after any message changes no byte of the answer", () => {
		const chunks = chunksOf(events, undefined);
		const whole = answer(api, chunks, []);
		expect(whole.end).toBe("complete");
		expect(whole.out).not.toContain("jane.doe");
		for (let at = 1; at <= chunks.length; at++) expect(answer(api, chunks, [at]), `death after message ${at}`).toEqual(whole);
	});

	test("nor do several deaths, at any chunking", () => {
		const next = random(11);
		for (let run = 0; run < 60; run++) {
			const chunks = chunksOf(events, next);
			const deaths = Array.from({ length: 1 + Math.floor(next() * 5) }, () => 1 + Math.floor(next() * chunks.length * 1.5));
			expect(answer(api, chunks, deaths), `chunks of ${chunks.map(({ length }) => length)}; deaths after ${deaths}`).toEqual(
				answer(api, chunks, []),
			);
		}
	});

	test("nor where chunks wait for the lane and become one piece", () => {
		const next = random(13);
		for (let run = 0; run < 60; run++) {
			const chunks = chunksOf(events, run % 2 === 0 ? undefined : next);
			const deaths = Array.from({ length: Math.floor(next() * 5) }, () => 1 + Math.floor(next() * chunks.length * 0.7));
			const pieces: DataItem[] = [];
			const whole = answer(api, chunks, deaths, () => Math.floor(next() * 9), pieces);
			expect(Buffer.concat(pieces.map(({ bytes }) => bytes))).toEqual(Buffer.concat(chunks));
			expect(whole, `pieces of ${pieces.map(({ length }) => length)}; deaths after ${deaths}`).toEqual(
				answer(
					api,
					pieces.map(({ bytes }) => bytes),
					[],
				),
			);
		}
	});
});

test("a name whose sentence is not decided moves with it", async () => {
	await usePolicy("security: { response_filtering: { detection_types: [all, learned] } }\nllm_providers: {}");
	const text = `My name is Katherine Mallory, please write an email to Priya Raman (priya@example.com). We live at 22 Harbour Street, Apt 5, Portsmouth. ${TEXT}`;
	const chunks = chunksOf(chatEvents(text.match(/.{1,6}/gsu) ?? []), undefined);
	const whole = answer("openai-chat", chunks, []);
	expect(whole.end).toBe("complete");
	expect(whole.out).not.toMatch(/Katherine|Mallory|Priya|Raman|Harbour|Portsm/);
	for (let at = 1; at <= chunks.length; at++) expect(answer("openai-chat", chunks, [at]), `death after message ${at}`).toEqual(whole);
	const next = random(12);
	for (let run = 0; run < 20; run++) {
		const deaths = Array.from({ length: 1 + Math.floor(next() * 5) }, () => 1 + Math.floor(next() * chunks.length * 1.5));
		expect(answer("openai-chat", chunks, deaths), `deaths after ${deaths}`).toEqual(whole);
	}
});

describe.each(Object.keys(ANSWERS) as ApiName[])("%s", (api) => {
	test.each(["flag", "redact", "cut"])("a harmful sentence that is not decided moves with the lane (%s)", async (action) => {
		await usePolicy(`security: { response_filtering: { on_harmful: ${action} } }\nllm_providers: {}`);
		const text = "That is how it is. All immigrants are vermin and should be wiped out. Then it was late, and they all went home.";
		const deltas = text.match(/.{1,6}/gsu) ?? [];
		const events = {
			"openai-chat": () => chatEvents(deltas),
			"anthropic-messages": () => anthropicEvents([{ type: "text", deltas }]),
			"openai-responses": () => responseEvents([{ kind: "message", texts: deltas }]),
		};
		const chunks = chunksOf(events[api as keyof typeof events](), undefined);
		const whole = answer(api, chunks, []);
		expect(whole.end).toBe(action === "cut" ? "cut" : "complete");
		expect(whole.out.includes("wiped")).toBe(action === "flag");
		for (let at = 1; at <= chunks.length; at++) expect(answer(api, chunks, [at]), `death after message ${at}`).toEqual(whole);
	});
});
