import { expect, test } from "vitest";
import { choicesAsked } from "../../../src/providers/asked-choices.ts";

test.each([
	[{}, 1],
	[{ n: null }, 1],
	[{ n: 3 }, 3],
	[{ n: "3" }, 3],
	[{ n: 0 }, 1],
	[{ n: -2 }, 1],
	[{ n: {} }, 1],
	[{ prompt: "once upon a time", n: 2 }, 2],
	[{ prompt: ["a", "b", "c"], n: 2 }, 6],
	[{ prompt: [], n: 2 }, 2],
	[{ prompt: [1, 2, 3] }, 1],
	[{ prompt: [[1, 2], [3]] }, 2],
	[{ generationConfig: { candidateCount: 4 } }, 4],
	[{ generation_config: { candidate_count: 4 } }, 4],
	[{ generationConfig: {} }, 1],
])("%j asks for choices: %i", (request, choices) => {
	expect(choicesAsked(request)).toBe(choices);
});
