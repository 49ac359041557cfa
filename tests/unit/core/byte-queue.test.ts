import { expect, test, vi } from "vitest";
import { ByteQueue } from "../../../src/core/byte-queue.ts";
import { random } from "../../support/random.ts";

const ONE = Buffer.from("x");

test("bytes come out as they went in, for any order of appends and drops", () => {
	const next = random(7);
	const queue = new ByteQueue();
	let expected = Buffer.alloc(0);
	for (let step = 0; step < 3000; step++) {
		const bytes = Buffer.from(Array.from({ length: Math.floor(next() * 40) }, () => Math.floor(next() * 256)));
		queue.append(bytes);
		expected = Buffer.concat([expected, bytes]);
		const count = next() < 0.1 ? expected.length : Math.floor(next() * 45);
		queue.drop(count);
		expected = expected.subarray(count);
		expect(queue.length).toBe(expected.length);
		expect(queue.bytes.equals(expected)).toBe(true);
	}
});

test("bytes that come one at a time are moved a few times, not once for each of the others", () => {
	const moved = vi.spyOn(Buffer.prototype, "set");
	const queue = new ByteQueue();
	for (let i = 0; i < 1 << 17; i++) queue.append(ONE);
	const bytes = moved.mock.calls.reduce((sum, [source]) => sum + (source as Uint8Array).length, 0);
	moved.mockRestore();
	expect(queue.length).toBe(1 << 17);
	expect(bytes).toBeLessThan(4 << 17);
});
