import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { OverloadGuard, type OverloadOptions } from "../../../src/session/overload-guard.ts";
import { random } from "../../support/random.ts";

const LOOK_MS = 20;
const MAX_WAIT_MS = 100;
const OPEN = 32;

let now: number;
let guard: OverloadGuard;
let waitMs: number;
beforeEach(() => {
	now = 0;
	waitMs = 0;
	vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
	vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => {
	guard.close();
	vi.mocked(performance.now).mockRestore();
	vi.useRealTimers();
});

function start(options: Partial<OverloadOptions> = {}): void {
	const defaults = { maxWaitMs: MAX_WAIT_MS, maxMemoryShare: 1, processes: 1, laneWaitMs: () => waitMs, random: random(1) };
	guard = new OverloadGuard({ ...defaults, ...options });
}

/** The next look, which is `lateMs` late. */
function look(lateMs = 0): void {
	now += LOOK_MS + lateMs;
	vi.advanceTimersByTime(LOOK_MS);
}

/** Of a thousand requests. */
function refused(): number {
	return Array.from({ length: 1000 }, () => guard.refuses(OPEN)).filter(Boolean).length;
}

test("a wait of twice the limit refuses after a tenth of a second, not one that is over by then", () => {
	start();
	waitMs = 2 * MAX_WAIT_MS;
	const atEachLook = (): number => {
		look();
		return refused();
	};
	expect(Array.from({ length: 5 }, atEachLook)).toEqual([0, 0, 0, 0, 0]);
	waitMs = MAX_WAIT_MS;
	expect(atEachLook()).toBe(0);
	waitMs = 2 * MAX_WAIT_MS;
	expect(Array.from({ length: 5 }, atEachLook)).toEqual([0, 0, 0, 0, 0]);
	expect(atEachLook()).toBeGreaterThan(500);
});

test("a few open requests are never refused for their wait: it is the machine that is slow", () => {
	start();
	waitMs = 10 * MAX_WAIT_MS;
	for (let i = 0; i < 50; i++) look();
	expect(refused()).toBeGreaterThan(900);
	expect(Array.from({ length: 1000 }, () => guard.refuses(OPEN - 1))).not.toContain(true);
});

test("a front end that stays late refuses, and one that was late once does not", () => {
	start();
	look(90);
	expect(refused()).toBe(0);
	look();
	look(90);
	look(90);
	expect(refused()).toBeGreaterThan(500);
});

test.each([1.5, 2, 5, 20])(
	"at %f times of what can be done the wait stays at its limit, the rest is refused, and after it all are taken",
	(load) => {
		const PER_MS = 2;
		let queued = 0;
		start({ laneWaitMs: () => queued / PER_MS });
		/** Requests that were taken, and the waits that were seen, in as many looks. */
		const under = (arrivals: number, looks: number): { readonly taken: number; readonly waits: readonly number[] } => {
			let taken = 0;
			const waits = Array.from({ length: looks }, () => {
				const admitted = Array.from({ length: arrivals * PER_MS * LOOK_MS }, () => guard.refuses(OPEN)).filter(
					(isRefused) => !isRefused,
				).length;
				taken += admitted;
				queued = Math.max(0, queued + admitted - PER_MS * LOOK_MS);
				look();
				return queued / PER_MS;
			});
			return { taken, waits };
		};
		expect(under(0.5, 50).taken).toBe(0.5 * PER_MS * LOOK_MS * 50);
		under(load, 200);
		const { taken, waits } = under(load, 500);
		expect(taken / (PER_MS * LOOK_MS * 500)).toBeCloseTo(1, 1);
		expect(Math.min(...waits)).toBeGreaterThan(MAX_WAIT_MS / 4);
		expect(Math.max(...waits)).toBeLessThan(2 * MAX_WAIT_MS);
		under(0.5, 100);
		expect(under(0.5, 50).taken).toBe(0.5 * PER_MS * LOOK_MS * 50);
	},
);

test("however long the wait, one request in a hundred is taken", () => {
	start();
	waitMs = 1e6;
	for (let i = 0; i < 1000; i++) look();
	const taken = 1000 - refused();
	expect(taken).toBeGreaterThan(0);
	expect(taken).toBeLessThan(50);
});

test("with the limit off no wait refuses", () => {
	start({ maxWaitMs: 0 });
	waitMs = 10_000;
	for (let i = 0; i < 100; i++) look(500);
	expect(refused()).toBe(0);
});

test("full memory refuses all but one, so that it can become less", () => {
	start({ maxMemoryShare: 1e-9 });
	look();
	expect([guard.refuses(0), guard.refuses(1)]).toEqual([false, true]);
});

test("memory that cannot be read counts as full, until the look that can read it", () => {
	const rss = vi.spyOn(process.memoryUsage, "rss").mockImplementation(() => {
		throw Object.assign(new Error("EMFILE: too many open files, uv_resident_set_memory"), { code: "EMFILE" });
	});
	start();
	look();
	expect(guard.refuses(1)).toBe(true);
	rss.mockRestore();
	look();
	expect(guard.refuses(1)).toBe(false);
});
