import { expect, test } from "vitest";
import { findEntities } from "../../../src/models/token-model.ts";
import { decodeModel, encodeModel, scoreOf, shippedModel } from "../../../src/models/token-model-file.ts";
import { tokenize } from "../../../src/models/token-text.ts";

test("tokens are words with their hyphens and apostrophes, addresses of the net, and single signs", () => {
	const words = (text: string): string[] => tokenize(text).map((token) => token.text);
	expect(words("Ann's O'Brien-Smith, (12B)")).toEqual(["Ann", "'", "s", "O'Brien-Smith", ",", "(", "12B", ")"]);
	expect(words("mail a.b@c.org or https://x.io/y?z!")).toEqual(["mail", "a.b@c.org", "or", "https://x.io/y?z!"]);
	expect(words("王小明 😀")).toEqual(["王", "小", "明", "😀"]);
});

test("the spans of entities lie in the text as it stands", () => {
	const text = "😀 My name is Katherine Mallory and I live at 4127 Willow Creek Road, Dayton, OH 45402.";
	const found = findEntities(shippedModel().model, text).map(({ entity, from, to }) => [entity, text.slice(from, to)]);
	expect(found).toEqual([
		["person", "Katherine Mallory"],
		["address", "4127 Willow Creek Road, Dayton, OH 45402"],
	]);
});

test("a model file that is not whole is refused", () => {
	const file = encodeModel(shippedModel());
	expect(decodeModel(file).model.bits).toBe(shippedModel().model.bits);
	expect(() => decodeModel(file.subarray(0, -1))).toThrow(/train it again/);
});

test("the default threshold of an entity is a score of one half, and order is kept", () => {
	expect(scoreOf(0.8, 0.8)).toBe(0.5);
	expect(scoreOf(1, 0.8)).toBe(1);
	expect(scoreOf(0, 0.8)).toBe(0);
	expect(scoreOf(0.79, 0.8)).toBeLessThan(0.5);
});
