import { expect, test } from "vitest";
import { owned } from "../../../src/lanes/owned.ts";

test("bytes of a larger memory are copied, for what lies behind a view is cloned with it; others are given on as they are", () => {
	const memory = new Uint8Array(100).fill(7);
	const half = memory.subarray(10, 60);
	expect(owned(half)).toBe(half);
	const less = owned(memory.subarray(10, 59));
	expect(less).toEqual(new Uint8Array(49).fill(7));
	expect(less.buffer.byteLength).toBe(49);
});
