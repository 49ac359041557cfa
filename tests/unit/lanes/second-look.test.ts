import { expect, test } from "vitest";
import { keptOnceMade } from "../../../src/core/kept-once-made.ts";
import { Questions } from "../../../src/inspect/questions.ts";
import type { FromLane } from "../../../src/lanes/protocol.ts";
import { SecondLook } from "../../../src/lanes/second-look.ts";
import type { SecondStage } from "../../../src/models/second-stage.ts";

const STAGE: SecondStage = {
	judge: async ({ injection }) => ({
		risks: { injection: new Map(Array.from(injection, (text) => [text, 0.9])), harm: new Map() },
		isLate: false,
	}),
	idle: async () => undefined,
};

test("a model that does not load is late for the prompt that asks, and is loaded for the next one", async () => {
	let loads = 0;
	const load = keptOnceMade(async () => {
		if (loads++ === 0) throw new Error("no memory");
		return STAGE;
	});
	const sent: FromLane[] = [];
	const look = new SecondLook({ stage: load, names: () => Promise.reject(new Error("not asked")) }, (item) => sent.push(item));
	const known: (readonly [risk: number | undefined, isLate: boolean])[] = [];
	for (const sid of [1, 2, 3]) {
		const questions = new Questions();
		questions.about("a text");
		const verdict = () => {
			known.push([questions.about("a text"), questions.isLate]);
			return { action: "invalid" as const, code: "internal_error", message: "", param: null };
		};
		await look.take({ sid, choice: 0, questions, withinMs: 1000, verdict });
	}
	await look.close();
	expect(known).toEqual([
		[undefined, true],
		[0.9, false],
		[0.9, false],
	]);
	expect(loads).toBe(2);
	expect(sent.map(({ kind }) => kind)).toEqual(["deferred", "prompt", "deferred", "prompt", "deferred", "prompt"]);
});
