import { expect, test } from "vitest";
import { matcherOf, modelMatcherOf } from "../../../src/core/globs.ts";

test("each list of globs has its own matcher, however often and in whatever order they are asked", () => {
	const lists = [["gpt-*"], ["gpt-*", "claude-*"], ["claude-*"], []];
	const names = ["gpt-5", "claude-4", "other"];
	const expected = [
		[true, false, false],
		[true, true, false],
		[false, true, false],
		[true, true, true],
	];
	for (let round = 0; round < 2; round++) expect(lists.map((globs) => names.map(matcherOf(globs)))).toEqual(expected);
});

test("a model is matched in any letter case, anything else as it is written", () => {
	const names = ["gpt-5", "GPT-5", "Gpt-5", "gp-5"];
	for (let round = 0; round < 2; round++) {
		expect(names.map(modelMatcherOf(["GPT-*"]))).toEqual([true, true, true, false]);
		expect(names.map(matcherOf(["GPT-*"]))).toEqual([false, true, false, false]);
	}
});
