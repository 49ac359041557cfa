import { expect, test } from "vitest";
import { depthOf, promptTraits } from "../../../src/verdict/prompt-traits.ts";

const PROSE = "The committee met on Tuesday to discuss how the old harbour might be used once its last fishing boats have left for good. ";

test("prose is simple, and each trait tells what it says of a text that is not", () => {
	const prose = promptTraits([PROSE], 0, 0);
	expect(prose).toMatchObject({ characters: PROSE.length, texts: 1, depth: 0, scripts: 1, instructions: 0 });
	expect(prose.entropy).toBeGreaterThan(3.8);
	expect(prose.entropy).toBeLessThan(4.6);
	expect(prose.complexity).toBeLessThan(0.3);
	const base64 = Buffer.from(Uint8Array.from({ length: 3000 }, (_, i) => (i * i * 7919 + i * 31) >> 3)).toString("base64");
	expect(promptTraits([base64], 0, 0).entropy).toBeGreaterThan(5.5);
	expect(promptTraits([PROSE.repeat(10)], 0, 0).repetition).toBeGreaterThan(0.85);
	expect(promptTraits([`${PROSE}Комитет собрался во вторник. 委员会在星期二开会讨论旧港口的用途。`], 0, 0).scripts).toBe(3);
	expect(promptTraits(["<<|#|>>{{}}[[]]!!"], 0, 0).symbols).toBe(1);
	expect(promptTraits([PROSE], 5, 0).instructions).toBe(25);
	expect(promptTraits([PROSE], 20, 12).complexity).toBeGreaterThan(prose.complexity + 0.2);
});

test("several texts are one prompt, and what is short or empty has traits too", () => {
	expect(promptTraits([PROSE, PROSE], 0, 0)).toMatchObject({ texts: 2, characters: 2 * PROSE.length });
	expect(promptTraits([], 0, 0)).toMatchObject({ characters: 0, entropy: 0, repetition: 0, complexity: 0 });
	expect(promptTraits(["a"], 0, 0).entropy).toBe(0);
});

test("only the beginning of a very long prompt is looked at", () => {
	const long = promptTraits([PROSE.repeat(600), "!".repeat(100_000)], 0, 0);
	expect(long.symbols).toBeLessThan(0.05);
	expect(long.characters).toBe(PROSE.length * 600 + 100_000);
});

test("depth counts objects and lists in each other", () => {
	expect([depthOf("a"), depthOf({}), depthOf({ a: [{ b: 1 }] })]).toEqual([0, 1, 3]);
});
