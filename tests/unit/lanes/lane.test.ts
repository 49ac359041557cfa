import { setTimeout as sleep } from "node:timers/promises";
import { MessageChannel, Worker } from "node:worker_threads";
import { afterEach, expect, test, vi } from "vitest";
import { DataItem } from "../../../src/lanes/data-item.ts";
import { Lane, type Posted } from "../../../src/lanes/lane.ts";
import { type Batch, itemsOf, replyOf } from "../../../src/lanes/protocol.ts";

const PATIENCE = { timeout: 60_000 };
const opened: (() => unknown)[] = [];
afterEach(async () => {
	for (const close of opened.splice(0)) await close();
});

/** A lane whose other end runs in this thread and answers when `answer` is called. */
function lane(deadlineMs: number): {
	lane: Lane;
	batches: { seq: number; bytes: number }[];
	answer: (seq: number) => void;
	hangs: number[];
} {
	const { port1, port2 } = new MessageChannel();
	const batches: { seq: number; bytes: number }[] = [];
	const hangs: number[] = [];
	port2.on("message", (batch: Batch) => {
		batches.push({ seq: batch[0], bytes: itemsOf(batch).reduce((sum, item) => sum + (item.kind === "data" ? item.bytes.length : 0), 0) });
	});
	const made = new Lane(port1, deadlineMs, [], { onReady: () => undefined, onItem: () => undefined, onHang: () => hangs.push(1) });
	opened.push(() => {
		made.close();
		port2.close();
	});
	return { lane: made, batches, answer: (seq) => port2.postMessage(replyOf(seq, [])), hangs };
}

test("a backlog goes to the lane in batches that it can answer before its deadline, in order and two at a time", async () => {
	const { lane: mailbox, batches, answer } = lane(60_000);
	await expect.poll(() => batches.length).toBe(1);
	answer(1);
	await expect.poll(() => mailbox.isReady).toBe(true);
	for (let i = 0; i < 300; i++) mailbox.post(new DataItem(i, Buffer.alloc(10_000)));
	mailbox.post(new DataItem(300, Buffer.alloc(1 << 20)));
	for (let seq = 2; mailbox.queuedBytes > 0; seq++) {
		await expect.poll(() => batches.at(-1)?.seq).toBeGreaterThanOrEqual(seq);
		expect((batches.at(-1)?.seq ?? 0) - seq).toBeLessThanOrEqual(1);
		const before = mailbox.queuedBytes;
		answer(seq);
		await expect.poll(() => mailbox.queuedBytes).toBeLessThan(before);
	}
	expect(batches.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(3_000_000 + (1 << 20));
	expect(batches.filter(({ bytes }) => bytes > 256 << 10)).toEqual([{ seq: batches.length, bytes: 1 << 20 }]);
});

test("what a long prompt takes is no wait for others, and many of them are", async () => {
	const { lane: mailbox, batches, answer } = lane(60_000);
	await expect.poll(() => batches.length).toBe(1);
	answer(1);
	await expect.poll(() => mailbox.isReady).toBe(true);
	const long: Posted = { kind: "prompt", sid: 1, caller: "c", policies: [], api: "openai-chat", path: "/", body: Buffer.alloc(100_000) };
	mailbox.post(long);
	await expect.poll(() => batches.length).toBe(2);
	const from = performance.now();
	await sleep(200);
	const [waitMs, takesMs] = [mailbox.waitMs, performance.now() - from];
	expect(waitMs).toBeLessThan(takesMs / 2);
	answer(2);
	await expect.poll(() => mailbox.queuedBytes).toBe(0);
	expect(mailbox.waitMs).toBe(0);
	for (let sid = 2; sid <= 41; sid++) mailbox.post({ ...long, sid });
	// Each as long as the first one.
	expect(mailbox.waitMs).toBeGreaterThan(5 * takesMs);
});

test("an answer that waits unread because this thread was busy is no hang", async () => {
	const { port1, port2 } = new MessageChannel();
	let isReady = false;
	let hangs = 0;
	const mailbox = new Lane(port1, 50, [], { onReady: () => (isReady = true), onItem: () => undefined, onHang: () => hangs++ });
	// Answers at once, from another thread, and says the number of its last answer.
	const answered = new Int32Array(new SharedArrayBuffer(4));
	const worker = new Worker(
		`const { workerData: { port, answered } } = require("node:worker_threads");
		port.on("message", ([seq]) => {
			port.postMessage([seq]);
			Atomics.store(answered, 0, seq);
		});`,
		{ eval: true, workerData: { port: port2, answered }, transferList: [port2] },
	);
	opened.push(() => {
		mailbox.close();
		return worker.terminate();
	});
	await expect.poll(() => isReady).toBe(true);
	mailbox.post(new DataItem(1, Buffer.alloc(10)));
	// The batch has just been sent when this goes on.
	await new Promise(setImmediate);
	for (const until = performance.now() + 300; performance.now() < until || Atomics.load(answered, 0) < 2; );
	await expect.poll(() => mailbox.queuedBytes).toBe(0);
	await new Promise(setImmediate);
	expect(hangs).toBe(0);
});

test("a lane that does not answer is a hang", async () => {
	const { lane: mailbox, batches, answer, hangs } = lane(30);
	await expect.poll(() => batches.length).toBe(1);
	answer(1);
	await expect.poll(() => mailbox.isReady).toBe(true);
	mailbox.post(new DataItem(1, Buffer.alloc(10)));
	await expect.poll(() => hangs.length).toBe(1);
});

test("the deadline grows with what a batch makes the lane look at", async () => {
	const { lane: mailbox, batches, answer, hangs } = lane(1000);
	await expect.poll(() => batches.length).toBe(1);
	answer(1);
	await expect.poll(() => mailbox.isReady).toBe(true);
	vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
	opened.push(() => vi.useRealTimers());
	mailbox.post({ kind: "end", sid: 1, bodyBytes: 4 << 20 });
	await nextTick();
	vi.advanceTimersByTime(8999);
	await nextTick();
	expect(hangs).toEqual([]);
	vi.advanceTimersByTime(1);
	await nextTick();
	expect(hangs).toEqual([1]);
});

test("a hang behind a start with a long deadline is seen at its own", async () => {
	vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
	opened.push(() => vi.useRealTimers());
	const { lane: mailbox, batches, answer, hangs } = lane(1000);
	await vi.waitFor(() => expect(batches.length).toBe(1), PATIENCE);
	answer(1);
	await vi.waitFor(() => expect(mailbox.isReady).toBe(true), PATIENCE);
	mailbox.post(new DataItem(1, Buffer.alloc(10)));
	await nextTick();
	vi.advanceTimersByTime(1001);
	await nextTick();
	expect(hangs).toEqual([1]);
});

test("while a policy is taken in nothing counts as waiting, and the time it took says nothing of other work", async () => {
	vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
	opened.push(() => vi.useRealTimers());
	const { lane: mailbox, batches, answer } = lane(60_000);
	await vi.waitFor(() => expect(batches.length).toBe(1), PATIENCE);
	answer(1);
	await vi.waitFor(() => expect(mailbox.isReady).toBe(true), PATIENCE);
	mailbox.post({ kind: "policy", policy: "p", ruleSets: [] } as unknown as Posted);
	mailbox.post(new DataItem(1, Buffer.alloc(10)));
	await nextTick();
	vi.advanceTimersByTime(5000);
	expect(mailbox.waitMs).toBe(0);
	answer(2);
	while (mailbox.queuedBytes > 10) await nextTick();
	expect(mailbox.waitMs).toBe(0);
	vi.advanceTimersByTime(70);
	expect(mailbox.waitMs).toBe(70);
});

const nextTick = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
