import { expect, test } from "vitest";
import { namesIn, namesLate } from "../../../src/inspect/asked-names.ts";
import { Questions, TOO_LATE } from "../../../src/inspect/questions.ts";
import type { NamesEncoder } from "../../../src/models/names-encoder.ts";

const ASKED = { timeoutMs: 1000 };
const SAID = new Map([[0, new Float64Array(9)]]);
const ENCODER: NamesEncoder = {
	read: async (texts) => ({ scores: new Map(Array.from(texts, (text) => [text, SAID])), isLate: false }),
	idle: async () => undefined,
};
const FIRST = { injection: () => 0, harm: () => 0 };

test("a text is asked about once the policy says so, and its answer is known to the second judgement", async () => {
	const questions = new Questions();
	expect([namesIn("a", undefined, questions), questions.isOpen]).toEqual([undefined, false]);
	expect([namesIn("a", ASKED, questions), questions.isOpen, questions.asksStage]).toEqual([undefined, true, false]);
	await questions.answer({ stage: undefined, names: ENCODER }, FIRST, 1000);
	expect([namesIn("a", ASKED, questions), questions.isOpen, questions.isLate]).toEqual([SAID, false, false]);
	expect(namesLate(ASKED, questions)).toEqual([]);
});

test.each([
	["that could not be loaded", undefined],
	["that fails", { ...ENCODER, read: () => Promise.reject(new Error("no memory")) }],
])("an encoder %s is late, and says nothing of attacks", async (_, names) => {
	const questions = new Questions();
	namesIn("a", ASKED, questions);
	await questions.answer({ stage: undefined, names }, FIRST, 1000);
	expect([namesIn("a", ASKED, questions), questions.isLate]).toEqual([undefined, false]);
	expect(namesLate(ASKED, questions)).toMatchObject([{ type: "model_timeout", action: "flag" }]);
});

test("a lane that broke its word is late for names only where the policy asks for them", () => {
	const questions = new Questions(TOO_LATE);
	expect([namesLate(undefined, questions), namesLate(ASKED, questions)]).toMatchObject([[], [{ type: "model_timeout" }]]);
});
