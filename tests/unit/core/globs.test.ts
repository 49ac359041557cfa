import { expect, test } from "vitest";
import { matcherOf } from "../../../src/core/globs.ts";

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
