import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { WaitGauge } from "../../../src/lanes/wait-gauge.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => vi.useRealTimers());

test("before anything was answered the wait is how long the oldest has waited, and it is none when nothing is left", () => {
	const gauge = new WaitGauge();
	expect(gauge.waitMs).toBe(0);
	gauge.posted(1, true);
	gauge.posted(1, false);
	vi.advanceTimersByTime(30);
	expect(gauge.waitMs).toBe(30);
	gauge.answered(2);
	expect(gauge.waitMs).toBe(0);
});

test("what is posted now waits for all that is before it, at the speed of late", () => {
	const gauge = new WaitGauge();
	gauge.posted(100, true);
	vi.advanceTimersByTime(10);
	gauge.answered(100);
	vi.advanceTimersByTime(5000);
	gauge.posted(1000, true);
	expect(gauge.waitMs).toBe(100);
	gauge.posted(500, false);
	expect(gauge.waitMs).toBe(150);
	vi.advanceTimersByTime(50);
	gauge.answered(500);
	expect(gauge.waitMs).toBeCloseTo(100);
});

test("a lane that has become slow is seen by what has waited longest, then by its speed", () => {
	const gauge = new WaitGauge();
	gauge.posted(100, true);
	vi.advanceTimersByTime(1);
	gauge.answered(100);
	gauge.posted(100, true);
	gauge.posted(100, false);
	vi.advanceTimersByTime(400);
	expect(gauge.waitMs).toBe(400);
	gauge.answered(100);
	expect(gauge.waitMs).toBe(400);
	gauge.posted(100, true);
	vi.advanceTimersByTime(10);
	gauge.answered(100);
	expect(gauge.waitMs).toBeGreaterThan(100);
});

test("what waits behind an interruption counts from its end, and the speed of late stays", () => {
	const gauge = new WaitGauge();
	gauge.posted(100, true);
	vi.advanceTimersByTime(10);
	gauge.answered(100);
	gauge.posted(500, true);
	gauge.posted(100, true);
	vi.advanceTimersByTime(600);
	gauge.interrupted(500);
	expect(gauge.waitMs).toBe(10);
	vi.advanceTimersByTime(10);
	gauge.answered(100);
	gauge.posted(200, true);
	expect(gauge.waitMs).toBe(20);
});
