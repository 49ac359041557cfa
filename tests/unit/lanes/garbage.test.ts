import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeAll, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";
import { packState, unpackState } from "../../../src/lanes/codec.ts";
import { createLaneInspector, type LaneInspector } from "../../../src/lanes/lane-inspector.ts";
import { compilePolicy } from "../../../src/policy/compile-policy.ts";
import { loadArtifact } from "../../../src/scanner/pattern-database.ts";
import { chatEvents } from "../../support/mock-upstream.ts";

/** Bytes that a request may leave behind for the next full collection; when its views were kept, it left 40,000. */
const MOST_LEFT = 12_000;
const REQUESTS = 400;

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as (options: { type: "minor" | "major" }) => void;

let lane: LaneInspector;
let policyId = "";
let sid = 0;

beforeAll(async () => {
	const loaded = parseConfig("{}", {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	const policy = compilePolicy(loaded.config.security);
	const [prompt, response] = [await loadArtifact(policy.prompt.rules, {}), await loadArtifact(policy.response.rules, {})];
	if (!prompt.ok || !response.ok) throw new Error("the patterns do not compile");
	policyId = policy.id;
	lane = createLaneInspector({ pack: packState, unpack: unpackState, secretKey: new Uint8Array(32) });
	lane.handle({ kind: "policy", policy, promptArtifact: prompt.artifact, responseArtifact: response.artifact });
});

const PROMPT = Buffer.from(
	JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "What do owls eat in winter? ".repeat(20) }] }),
);
const EVENTS = chatEvents(["Owls ", "eat ", "mice."]).map((event) => Buffer.from(event));
const BODY = Buffer.from(JSON.stringify({ choices: [{ index: 0, message: { role: "assistant", content: "Owls eat mice." } }] }));

function ask(): void {
	lane.handle({
		kind: "prompt",
		sid: ++sid,
		api: "openai-chat",
		path: "/v1/chat/completions",
		body: PROMPT,
		policies: [{ policyId, models: [] }],
	});
}

function answer(mode: "stream" | "body", pieces: readonly Uint8Array[]): void {
	lane.handle({ kind: "open", sid: ++sid, policyId, api: "openai-chat", mode });
	for (const bytes of pieces) lane.handle({ kind: "data", sid, bytes });
	lane.handle({ kind: "end", sid });
	lane.handle({ kind: "close", sid });
}

/** Bytes that collections of the young generation do not free, for one of many. */
function leftBy(work: () => void): number {
	for (let i = 0; i < REQUESTS; i++) work();
	gc({ type: "major" });
	const before = process.memoryUsage().heapUsed;
	for (let i = 0; i < REQUESTS; i++) {
		work();
		if (i % 20 === 0) gc({ type: "minor" });
	}
	gc({ type: "minor" });
	gc({ type: "minor" });
	return (process.memoryUsage().heapUsed - before) / REQUESTS;
}

test.each([
	["a prompt", ask],
	["a streamed answer", () => answer("stream", EVENTS)],
	["a whole answer", () => answer("body", [BODY])],
])("%s that is over is collected with the young generation", (_name, work) => {
	expect(leftBy(work)).toBeLessThan(MOST_LEFT);
});
