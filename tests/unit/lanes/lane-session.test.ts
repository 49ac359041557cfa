import { MessageChannel } from "node:worker_threads";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Lane, type Posted } from "../../../src/lanes/lane.ts";
import { LaneSession, type RetainedBudget } from "../../../src/lanes/lane-session.ts";

const CHUNK = new Uint8Array(1000);
const handler = { onOutput: vi.fn(), onCredit: vi.fn(), onEnded: vi.fn(), onLost: vi.fn() };
const onClosed = vi.fn();
let budget: RetainedBudget;
let lane: Lane;

beforeEach(() => {
	vi.clearAllMocks();
	budget = { bytes: 0, maxBytes: 1_000_000 };
	// A lane whose thread never answers.
	const { port1 } = new MessageChannel();
	lane = new Lane(port1, 60_000, [], { onReady: () => {}, onItem: () => {}, onHang: () => {} });
});
afterEach(() => lane.close());

function open(sid: number): LaneSession {
	const session = new LaneSession(sid, { policyId: "p", api: "openai-chat", mode: "stream" }, handler, budget, onClosed);
	session.attach(0, lane);
	return session;
}

test("a lane that does not answer is owed a quarter MiB of an answer, then the upstream pauses until half is taken in", () => {
	const session = open(1);
	let sent = CHUNK.length;
	while (session.push(CHUNK)) sent += CHUNK.length;
	expect(sent).toBeGreaterThan(256 << 10);
	expect(sent).toBeLessThan((256 << 10) + 2 * CHUNK.length);
	session.onOutput({ kind: "output", sid: 1, received: 100_000, consumed: 100_000 });
	expect(handler.onCredit).not.toHaveBeenCalled();
	session.onOutput({ kind: "output", sid: 1, received: 100_000, consumed: 200_000 });
	expect(handler.onCredit).toHaveBeenCalledOnce();
	expect(budget.bytes).toBe(sent - 200_000);
	session.close();
	expect(budget.bytes).toBe(0);
});

test("what all answers keep for a replay has one bound; the answer that passes it is lost, and gives its share back", () => {
	const sessions = [1, 2, 3, 4].map(open);
	for (const session of sessions) for (let sent = 0; sent < 256 << 10; sent += CHUNK.length) session.push(CHUNK);
	expect(handler.onLost.mock.calls).toEqual([["overloaded"]]);
	expect(onClosed).toHaveBeenCalledOnce();
	for (const session of sessions) session.close();
	expect(budget.bytes).toBe(0);
});

test("one answer that keeps more than 12 MiB for a replay is lost, and it is said that its event is too large", () => {
	budget = { bytes: 0, maxBytes: Number.POSITIVE_INFINITY };
	const session = open(1);
	session.attach(1, { sessions: 0, post: vi.fn() } as unknown as Lane);
	const piece = new Uint8Array(1 << 20);
	for (let i = 0; i < 12; i++) session.push(piece);
	expect(handler.onLost).not.toHaveBeenCalled();
	session.push(CHUNK);
	expect(handler.onLost.mock.calls).toEqual([["upstream_event_too_large"]]);
	expect(budget.bytes).toBe(0);
});

test("a lane that ends an answer before it has made again what had gone out is not believed", () => {
	const session = open(1);
	session.push(Buffer.from("abcdef"));
	session.onOutput({ kind: "output", sid: 1, received: 6, consumed: 0, bytes: Buffer.from("abc") });
	session.detach(false);
	session.attach(1, { sessions: 0, post: vi.fn() } as unknown as Lane);
	session.onOutput({ kind: "output", sid: 1, received: 6, consumed: 6, bytes: Buffer.from("ab"), ended: "complete" });
	expect(handler.onEnded).not.toHaveBeenCalled();
	expect(handler.onLost.mock.calls).toEqual([["lane_failed"]]);
});

test("an answer moves to another lane with its state first, then what was not consumed, then its end", () => {
	const session = open(1);
	session.push(Buffer.from("abcdef"));
	session.onOutput({ kind: "output", sid: 1, received: 6, consumed: 2, resume: new Uint8Array([7]) });
	session.end();
	session.detach(true);
	expect(session.suspicions).toBe(1);
	const next = { sessions: 0, post: vi.fn() };
	session.attach(1, next as unknown as Lane);
	const items = next.post.mock.calls.map(([item]) => item);
	expect(items.map(({ kind }) => kind)).toEqual(["open", "data", "end"]);
	expect(items[0]).toMatchObject({ resume: new Uint8Array([7]) });
	expect(Buffer.from(items[1].bytes).toString()).toBe("cdef");
	session.close();
});

test("what is sent to a lane and kept for a replay holds on to nothing else of the buffer that it came in", () => {
	const session = open(1);
	const next = { sessions: 0, post: vi.fn() };
	session.attach(1, next as unknown as Lane);
	session.push(Buffer.alloc(64 << 10).subarray(100, 300));
	const { bytes } = next.post.mock.calls.at(-1)?.[0] ?? {};
	expect([bytes.length, bytes.buffer.byteLength]).toEqual([200, 200]);
	session.close();
});

test("what goes out as it came is the piece that the lane answers, after a part was consumed and on another lane too", () => {
	const session = open(1);
	const said = (): string[] => handler.onOutput.mock.calls.map(([bytes]) => Buffer.from(bytes).toString());
	// A lane that takes each piece before the next one comes.
	const next = { sessions: 0, post: vi.fn((item: Posted) => item.kind === "data" && item.bytes) };
	session.attach(1, next as unknown as Lane);
	for (const piece of ["abc", "def", "", "ghi", "jkl"]) session.push(Buffer.from(piece));
	session.onOutput({ kind: "output", sid: 1, received: 3, consumed: 0 });
	session.onOutput({ kind: "output", sid: 1, received: 3, consumed: 4, resume: new Uint8Array([7]), bytes: Buffer.from("abc") });
	session.onPassed();
	expect(said()).toEqual(["abc", "ghi"]);
	session.detach(false);
	session.attach(1, { sessions: 0, post: vi.fn() } as unknown as Lane);
	session.onOutput({ kind: "output", sid: 1, received: 2, consumed: 0 });
	session.onPassed();
	session.onPassed();
	expect(said()).toEqual(["abc", "ghi", "jkl"]);
	expect(handler.onLost).not.toHaveBeenCalled();
	session.close();
});

test("what comes while a piece waits is one piece with it, of 16 KiB at most, and stays one on another lane", () => {
	const session = open(1);
	for (const text of ["abc", "def", "ghi"]) session.push(Buffer.from(text));
	expect(budget.bytes).toBe(9);
	expect(lane.queuedBytes).toBe(9);
	const next = { sessions: 0, post: vi.fn(), grew: vi.fn() };
	session.detach(false);
	session.attach(1, next as unknown as Lane);
	const piecesOf = (): string[] =>
		next.post.mock.calls.map(([item]) => item).flatMap(({ kind, bytes }) => (kind === "data" ? [Buffer.from(bytes).toString()] : []));
	expect(piecesOf()).toEqual(["abcdefghi"]);
	session.push(Buffer.from("jkl"));
	session.push(Buffer.alloc((16 << 10) - 3));
	expect(next.grew.mock.calls).toEqual([[(16 << 10) - 3]]);
	session.push(Buffer.from("m"));
	expect(piecesOf().map(({ length }) => length)).toEqual([9, 16 << 10, 1]);
	session.onPassed();
	expect(handler.onOutput.mock.calls.map(([bytes]) => Buffer.from(bytes).toString())).toEqual(["abcdefghi"]);
	session.close();
});

test("an answer whose lane lets more go than it was given is lost", () => {
	const session = open(1);
	session.push(Buffer.from("abc"));
	session.onPassed();
	session.onPassed();
	expect(handler.onOutput).toHaveBeenCalledOnce();
	expect(handler.onLost.mock.calls).toEqual([["lane_failed"]]);
});
