import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { OverloadGuard } from "../../../src/session/overload-guard.ts";

const DEFAULTS = { maxWaitMs: 100, maxMemoryShare: 1, processes: 1, laneWaitMs: () => 0 };

beforeEach(() => vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] }));
afterEach(() => vi.useRealTimers());

test("a wait refuses once it has lasted half a second, until it is over, and sooner when it comes again", () => {
	let waitMs = 0;
	const guard = new OverloadGuard({ ...DEFAULTS, laneWaitMs: () => waitMs });
	const refusesAfter = (ms: number): boolean => {
		vi.advanceTimersByTime(ms);
		return guard.refuses(1);
	};
	expect(refusesAfter(1000)).toBe(false);
	waitMs = 101;
	expect(refusesAfter(400)).toBe(false);
	expect(refusesAfter(140)).toBe(true);
	waitMs = 100;
	expect(refusesAfter(20)).toBe(false);
	waitMs = 101;
	expect(refusesAfter(20)).toBe(false);
	expect(refusesAfter(40)).toBe(true);
	waitMs = 0;
	expect(refusesAfter(20_000)).toBe(false);
	waitMs = 101;
	expect(refusesAfter(100)).toBe(false);
	guard.close();
});

test("a front end that stays late refuses after a tenth of a second, and one that was late once does not", () => {
	let now = 0;
	vi.spyOn(performance, "now").mockImplementation(() => now);
	const guard = new OverloadGuard(DEFAULTS);
	const refusesAfterLook = (tookMs: number): boolean => {
		now += tookMs;
		vi.advanceTimersByTime(20);
		return guard.refuses(1);
	};
	expect([51, 20, 51, 51].map(refusesAfterLook)).toEqual([false, false, false, false]);
	expect([51, 20].map(refusesAfterLook)).toEqual([true, false]);
	guard.close();
	vi.mocked(performance.now).mockRestore();
});

test("with the limit off no wait refuses", () => {
	const guard = new OverloadGuard({ ...DEFAULTS, maxWaitMs: 0, laneWaitMs: () => 10_000 });
	vi.advanceTimersByTime(5000);
	expect(guard.refuses(1)).toBe(false);
	guard.close();
});

test("full memory refuses all but one, so that it can become less", () => {
	const guard = new OverloadGuard({ ...DEFAULTS, maxMemoryShare: 1e-9 });
	vi.advanceTimersByTime(20);
	expect([guard.refuses(0), guard.refuses(1)]).toEqual([false, true]);
	guard.close();
});
