import { readSet } from "../../models/injection/corpus.ts";
import { packState, unpackState } from "../../src/lanes/codec.ts";
import { createLaneInspector } from "../../src/lanes/lane-inspector.ts";
import type { FromLane, ToLane } from "../../src/lanes/protocol.ts";
import { shippedSecondStage } from "../../src/models/second-stage.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { loadArtifact } from "../../src/scanner/pattern-database.ts";

const PROMPTS = 1500;
/** About 256 pieces of words in two windows. */
const PIECES_TEXT = "the model reads one window of this text after the other ".repeat(22);
const READS = 40;

/**
 * `npm run eval -- prompt-time`: what a lane takes to decide about one request with one benign prompt, everything that its policy
 * asks for, without and with a second stage; and what the transformer takes for 256 pieces of words.
 */
export async function printPromptTime(policy: Policy, dir: string): Promise<void> {
	const prompts = readSet(dir, "benign-prompts").slice(0, PROMPTS);
	for (const hasSecondStage of [false, true]) {
		const asking = { ...policy, ...(policy.injection && { injection: { ...policy.injection, hasSecondStage } }) };
		const decide = await createDecider(asking);
		for (const { text } of prompts.slice(0, 300)) await decide(text);
		const times: number[] = [];
		let late = 0;
		for (const { text } of prompts) {
			const from = performance.now();
			if (await decide(text)) late++;
			times.push(performance.now() - from);
		}
		const name = hasSecondStage ? `with the second stage, asked about ${late}` : "rules and first model";
		process.stdout.write(`${prompts.length} benign prompts, ${name}: ${percentiles(times)}\n`);
	}
	const stage = await shippedSecondStage();
	const halves = [PIECES_TEXT.slice(0, PIECES_TEXT.length / 2), PIECES_TEXT.slice(PIECES_TEXT.length / 2)];
	const times: number[] = [];
	for (let i = 0; i < READS; i++) {
		const from = performance.now();
		await stage.judge({ injection: halves, harm: [] }, { injection: () => 0.5, harm: () => 0.5 }, 1e6);
		times.push(performance.now() - from);
	}
	process.stdout.write(`two windows, 246 pieces of words: ${percentiles(times)}\n`);
}

/** Resolves to true where the verdict came after its batch. */
async function createDecider(policy: Policy): Promise<(text: string) => Promise<boolean>> {
	const [prompt, response] = [await loadArtifact(policy.prompt.rules, {}), await loadArtifact(policy.response.rules, {})];
	if (!prompt.ok || !response.ok) throw new Error("the default patterns do not compile");
	let resolve: (item: FromLane) => void = () => undefined;
	const later = (item: FromLane): void => resolve(item);
	const lane = createLaneInspector({ pack: packState, unpack: unpackState, secretKey: new Uint8Array(32), later });
	lane.handle({ kind: "policy", policy, promptArtifact: prompt.artifact, responseArtifact: response.artifact });
	let sid = 0;
	return async (text) => {
		const body = Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content: text }] }));
		const policies = [{ policyId: policy.id, models: [] }];
		const item: ToLane = {
			kind: "prompt",
			sid: ++sid,
			caller: `nobody ${sid}`,
			policies,
			api: "openai-chat",
			path: "/v1/chat/completions",
			body,
		};
		const answered = new Promise<FromLane>((done) => {
			resolve = done;
		});
		if (lane.handle(item).length > 0) return false;
		await answered;
		return true;
	};
}

function percentiles(times: number[]): string {
	times.sort((a, b) => a - b);
	const at = (share: number): string => `${(times[Math.floor(times.length * share)] ?? 0).toFixed(2)} ms`;
	return `p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}`;
}
