import { expect, test } from "vitest";
import { KnownTexts } from "../../../src/inspect/known-texts.ts";

const known = new KnownTexts();
const texts = known.sentBy("key:1", "policy");

test("a text is known again, to the same caller under the same policy only", () => {
	const first = texts.of("text", "a text");
	expect(first).toBeDefined();
	expect(known.sentBy("key:1", "policy").of("text", "a text")).toBe(first);
	for (const other of [
		known.sentBy("key:2", "policy").of("text", "a text"),
		known.sentBy("key:1", "another").of("text", "a text"),
		texts.of("json", "a text"),
		texts.of("text", "a text "),
	])
		expect(other).not.toBe(first);
});

test("several texts are others than the same characters cut elsewhere", () => {
	const all = [["ab", "c"], ["a", "bc"], ["abc"], ["ab\n", "c"], ["ab", "\nc"], ["1\na", "bc"], ["a", "1\nbc"]];
	expect(new Set(all.map((cut) => texts.of("apart", ...cut))).size).toBe(all.length);
});

test("what UTF-8 cannot tell apart is not remembered", () => {
	expect(texts.of("text", "half \ud83d")).toBeUndefined();
	expect(texts.of("apart", "half \ufffd", "\udc00")).toBeUndefined();
	expect(texts.of("text", "half \ufffd")).toBeDefined();
});

test("the text that was not asked for longest is forgotten", () => {
	const [old, used] = [texts.of("text", "old"), texts.of("text", "used")];
	for (let i = 0; i < 8192; i++) {
		texts.of("text", `another ${i}`);
		texts.of("text", "used");
	}
	expect(texts.of("text", "used")).toBe(used);
	expect(texts.of("text", "old")).not.toBe(old);
});

const FINDING = { type: "email", rule: 0, from: 0, to: 9, score: 1, action: "flag", category: "pii" } as const;
const whole = (findings: number, text?: string) => ({ text, isCut: false, signals: [], findings: Array(findings).fill(FINDING) });

test("nothing is remembered of a text that changes", () => {
	const [same, changed] = [texts.of("text", "same"), texts.of("text", "changed")];
	same?.found(whole(1));
	changed?.found(whole(1, "***"));
	expect([same?.whole?.findings.length, changed?.whole]).toEqual([1, undefined]);
});

test("much that is found takes the place of many texts, and too much has none", () => {
	const known = new KnownTexts().sentBy("key:1", "policy");
	const first = known.of("text", "first");
	const big = known.of("text", "big");
	big?.found(whole(60_000));
	expect(known.of("text", "first")).toBe(first);
	expect(known.of("text", "big")).toBe(big);
	known.of("text", "another")?.found(whole(60_000));
	expect(known.of("text", "big")).not.toBe(big);
	const huge = known.of("text", "huge");
	huge?.found(whole(200_000));
	expect(known.of("text", "huge")).not.toBe(huge);
});
