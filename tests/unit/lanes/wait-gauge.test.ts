import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { WaitGauge } from "../../../src/lanes/wait-gauge.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => vi.useRealTimers());

test("the wait is from posting to answer, grows while there is no answer, and is none when nothing is left", () => {
	const gauge = new WaitGauge();
	expect(gauge.waitMs).toBe(0);
	gauge.posted();
	gauge.posted();
	vi.advanceTimersByTime(30);
	expect(gauge.waitMs).toBe(30);
	gauge.answered(1);
	expect(gauge.waitMs).toBe(30);
	vi.advanceTimersByTime(70);
	gauge.posted();
	vi.advanceTimersByTime(40);
	expect(gauge.waitMs).toBe(40);
	gauge.answered(2);
	expect(gauge.waitMs).toBe(0);
});

test("work that is behind other work waits for that too", () => {
	const gauge = new WaitGauge();
	for (let i = 0; i < 10; i++) gauge.posted();
	vi.advanceTimersByTime(5);
	gauge.answered(1);
	gauge.posted();
	vi.advanceTimersByTime(50);
	gauge.answered(9);
	expect(gauge.waitMs).toBe(50);
});
