import { MessageChannel } from "node:worker_threads";
import { expect, test } from "vitest";
import { TurnQueue } from "../../../src/models/turn-queue.ts";

const NEVER = Number.POSITIVE_INFINITY;
const soon = (): number => performance.now() + 60_000;
const past = (): number => performance.now() - 1;

/** Pieces that note their name. */
const pieces = (done: string[], ...names: string[]): (() => Promise<void>)[] => names.map((name) => async () => void done.push(name));

test("pieces run one at a time, in their order, and whose time ends first comes first", async () => {
	const queue = new TurnQueue(100);
	const done: string[] = [];
	const results = await Promise.all([
		queue.run(pieces(done, "a1", "a2"), NEVER),
		queue.run(pieces(done, "b1", "b2"), soon()),
		queue.run([], NEVER),
	]);
	expect([results, done]).toEqual([
		[true, true, true],
		["b1", "b2", "a1", "a2"],
	]);
});

test("between two pieces the thread takes what has arrived for it", async () => {
	const { port1, port2 } = new MessageChannel();
	const queue = new TurnQueue(100);
	const seen: string[] = [];
	port2.on("message", (message) => seen.push(message));
	// Each sends a message that is answered before the next piece runs, whatever waits in the queue.
	const talking = ["1", "2", "3"].map((name) => async () => {
		seen.push(`piece ${name}`);
		port1.postMessage(`message ${name}`);
		await Promise.resolve();
	});
	await Promise.all(talking.map((piece) => queue.run([piece], soon())));
	await expect.poll(() => seen).toHaveLength(6);
	port1.close();
	expect(seen).toEqual(["piece 1", "message 1", "piece 2", "message 2", "piece 3", "message 3"]);
});

test("what is over its time is told so, also while others have theirs, and runs no further", async () => {
	const queue = new TurnQueue(100);
	const done: string[] = [];
	const until = performance.now() + 20;
	const slow = async (): Promise<void> => {
		done.push("slow");
		while (performance.now() <= until);
	};
	const results = await Promise.all([
		queue.run([slow, slow], until),
		queue.run(pieces(done, "late"), until + 0.001),
		queue.run(pieces(done, "patient"), NEVER),
		queue.run(pieces(done, "past"), past()),
	]);
	expect(results).toEqual([false, false, true, false]);
	expect(done).toEqual(["slow", "patient"]);
});

test("what has no room is refused at once, and room that is free again is used", async () => {
	const queue = new TurnQueue(3);
	const done: string[] = [];
	const first = queue.run(pieces(done, "a", "b"), soon());
	expect(await queue.run(pieces(done, "c", "d"), soon())).toBe(false);
	expect([await queue.run(pieces(done, "e"), soon()), await first]).toEqual([true, true]);
	expect([await queue.run(pieces(done, "f", "g", "h"), soon()), done.includes("c")]).toEqual([true, false]);
});

test("a piece that fails ends its own job only", async () => {
	const queue = new TurnQueue(100);
	const done: string[] = [];
	const fails = async (): Promise<void> => {
		throw new Error("no memory");
	};
	const failed = queue.run([fails, ...pieces(done, "never")], soon());
	const other = queue.run(pieces(done, "other"), NEVER);
	await expect(failed).rejects.toThrow("no memory");
	expect([await other, done]).toEqual([true, ["other"]]);
});
