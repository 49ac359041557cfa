import { beforeAll, expect, test } from "vitest";
import { packState, unpackState } from "../../../src/lanes/codec.ts";
import { createLaneInspector, type LaneInspector } from "../../../src/lanes/lane-inspector.ts";
import { leftBy } from "../../support/leftovers.ts";
import { chatEvents } from "../../support/mock-upstream.ts";
import { policyMessage } from "../../support/policy-message.ts";

/** Bytes; when the views of a text outlived it, a prompt left 40,000. */
const MOST_LEFT = 12_000;

let lane: LaneInspector;
let policyId = "";
let sid = 0;

beforeAll(async () => {
	const message = await policyMessage();
	policyId = message.policy.id;
	lane = createLaneInspector({ pack: packState, unpack: unpackState, secretKey: new Uint8Array(32) });
	lane.handle(message);
});

const QUESTION = { role: "user", content: "What do owls eat in winter? ".repeat(20) };
const PROMPT = Buffer.from(JSON.stringify({ model: "m", stream: true, messages: [QUESTION] }));
const EVENTS = chatEvents(["Owls ", "eat ", "mice."]).map((event) => Buffer.from(event));
const BODY = Buffer.from(JSON.stringify({ choices: [{ index: 0, message: { role: "assistant", content: "Owls eat mice." } }] }));

function ask(): void {
	const policies = [{ policyId, models: [] }];
	lane.handle({
		kind: "prompt",
		sid: ++sid,
		caller: `caller ${sid}`,
		api: "openai-chat",
		path: "/v1/chat/completions",
		body: PROMPT,
		policies,
	});
}

function answer(mode: "stream" | "body", pieces: readonly Uint8Array[]): void {
	lane.handle({ kind: "open", sid: ++sid, policyId, api: "openai-chat", mode });
	for (const bytes of pieces) lane.handle({ kind: "data", sid, bytes });
	lane.handle({ kind: "end", sid });
	lane.handle({ kind: "close", sid });
}

test.each([
	["a prompt", ask],
	["a streamed answer", () => answer("stream", EVENTS)],
	["a whole answer", () => answer("body", [BODY])],
])("%s that is over is collected with the young generation", async (_name, work) => {
	expect(await leftBy(work)).toBeLessThan(MOST_LEFT);
});
