import { expect, test } from "vitest";
import { type HarmRisk, judgeHarm } from "../../../src/inspect/harm-risk.ts";
import { Questions } from "../../../src/inspect/questions.ts";
import type { SecondStage } from "../../../src/models/second-stage.ts";
import type { HarmPolicy } from "../../../src/policy/policy.ts";

const POLICY: HarmPolicy = { threshold: 0.7, action: "cut", secondStage: { onTimeout: "block" } };
const TEXT = "Water boils at a hundred degrees. An egg takes seven minutes.";

/** Judged twice, as in a lane: the first time notes the text, the second knows what a second stage says that is so sure. */
async function judged(policy: HarmPolicy, risk: number | undefined, isLate = false): Promise<HarmRisk> {
	const questions = new Questions();
	const first = judgeHarm(TEXT, policy, questions);
	if (!questions.isOpen) return first;
	const stage: SecondStage = {
		judge: async ({ harm }) => ({
			risks: { injection: new Map(), harm: new Map(risk === undefined ? [] : Array.from(harm, (text) => [text, risk])) },
			isLate,
		}),
		idle: async () => undefined,
	};
	await questions.answer({ stage, names: undefined }, { injection: () => 0, harm: () => 0 }, 1000);
	return judgeHarm(TEXT, policy, questions);
}

test("what both stages say takes the place of a first stage that is not sure, and is a finding of the whole text", async () => {
	const { risk, findings } = await judged(POLICY, 0.9);
	expect([risk, findings]).toEqual([
		0.9,
		[
			expect.objectContaining({
				type: expect.stringMatching(/^harm_/),
				from: 0,
				to: TEXT.length,
				score: 0.9,
				action: "cut",
				category: "harm",
			}),
		],
	]);
	expect(await judged(POLICY, 0.5)).toEqual({ risk: 0.5, findings: [] });
	expect((await judged({ ...POLICY, action: "flag" }, 0.9)).findings).toMatchObject([{ action: "flag" }]);
});

test("a policy without a second stage, and one whose first stage is sure, ask nothing", async () => {
	for (const policy of [{ threshold: 0.7, action: "cut" } as const, { ...POLICY, threshold: 0 }]) {
		const questions = new Questions();
		judgeHarm(TEXT, policy, questions);
		expect(questions.isOpen).toBe(false);
	}
	expect(judgeHarm(TEXT, undefined, new Questions())).toEqual({ risk: 0, findings: [] });
});

test.each([
	["block", [{ type: "model_timeout", action: "cut" }]],
	["flag", [{ type: "model_timeout", action: "flag" }]],
	["allow", []],
] as const)("for a text that there was no time for the policy's word counts: %s", async (onTimeout, findings) => {
	const late = await judged({ ...POLICY, secondStage: { onTimeout } }, undefined, true);
	expect(late.findings).toMatchObject(findings);
	expect(late.findings).toHaveLength(findings.length);
	expect((await judged({ ...POLICY, secondStage: { onTimeout } }, undefined)).findings).toEqual([]);
});
