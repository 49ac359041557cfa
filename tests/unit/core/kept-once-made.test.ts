import { expect, test } from "vitest";
import { keptOnceMade } from "../../../src/core/kept-once-made.ts";

test("what is made once is kept, and an attempt that fails is made again", async () => {
	let attempts = 0;
	const make = keptOnceMade(async () => {
		attempts++;
		if (attempts === 1) throw new Error("no file");
		return attempts;
	});
	await expect(make()).rejects.toThrow("no file");
	expect(await Promise.all([make(), make()])).toEqual([2, 2]);
	expect(await make()).toBe(2);
});
