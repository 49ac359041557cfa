import { expect, test } from "vitest";
import { checkRules } from "../../../src/scanner/compile-rules.ts";

const REFUSED: readonly (readonly [expression: string, reason: RegExp])[] = [
	["a*", /no upper bound/],
	["EMP-\\d+", /no upper bound/],
	["a{3,}", /no upper bound/],
	["a?", /nothing at all/],
	["(?:a|)", /nothing at all/],
	["^", /nothing at all|not supported/],
	["(a)\\1", /not supported/],
	["a(?=bc)", /not supported/],
	["(?<!\\w{2})a", /lookaround holds more than one/],
	["(?i:a)", /inline flags|valid/],
	["[a-z]{1,60000}", /more than \d+/],
	["(?:[a-z]{1,90}){1,90}", /more than \d+/],
	["(", /./],
	["[z-a]", /./],
	["\\p{Script=Greek}", /not supported/],
];

test.each(REFUSED)("%s is refused with its name, the reason and a remedy", (expression, reason) => {
	const [fault, ...more] = checkRules([{ name: "mine", expression }]);
	expect(more).toEqual([]);
	expect(fault?.pattern).toBe("mine");
	expect(fault?.reason).toMatch(reason);
	expect(fault?.remedy.length).toBeGreaterThan(10);
});

const ACCEPTED = [
	"EMP-\\d{6}",
	"\\bcat\\b",
	"(?<![a-z])x(?![0-9])",
	"größe[0-9]{1,3}",
	"a{1,64}@b",
	"(?:red|green|blue) light",
	"[^\\s]{4}!",
	"😀{2}",
];

test.each(ACCEPTED)("%s is accepted", (expression) => {
	expect(checkRules([{ name: "mine", expression }])).toEqual([]);
});

test("every refused pattern of a set is named, not only the first", () => {
	const faults = checkRules([
		{ name: "one", expression: "a*" },
		{ name: "two", expression: "ok" },
		{ name: "three", expression: "b?" },
	]);
	expect(faults.map(({ pattern }) => pattern)).toEqual(["one", "three"]);
});
