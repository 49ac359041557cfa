import { expect, test } from "vitest";
import { RetentionClock } from "../../../src/audit/retention-clock.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Reads a clock every hour for so many days; `wall` adds to the time that has really passed. */
function readings(proven: number, days: number, wall: (hour: number) => number): { readonly nows: number[]; readonly leaps: number[] } {
	let steady = 0;
	const clock = new RetentionClock(proven, () => steady);
	const all = Array.from({ length: days * 24 }, (_, hour) => {
		steady = hour * HOUR_MS;
		return clock.read(steady + wall(hour));
	});
	return { nows: all.map(({ now }) => now), leaps: all.map(({ leapMs }) => leapMs).filter((leapMs) => leapMs > 0) };
}

test("a clock that leaps ahead is believed after a day in which it stayed there, and said to be ahead once", () => {
	const { nows, leaps } = readings(0, 4, (hour) => (hour < 24 ? 0 : 400 * DAY_MS));
	expect(leaps).toEqual([400 * DAY_MS]);
	for (const [hour, now] of nows.entries()) expect(now).toBe(hour * HOUR_MS + (hour < 48 ? 0 : 400 * DAY_MS));
});

test("one that is set right again within the day has never counted, and the next leap has a day of its own", () => {
	const { nows, leaps } = readings(0, 4, (hour) => (hour % 24 === 0 ? 0 : 400 * DAY_MS));
	expect(leaps).toHaveLength(4);
	expect(nows).toEqual(nows.map((_, hour) => hour * HOUR_MS));
});

test("a clock that is set back, or a little ahead, counts at once", () => {
	for (const wall of [-400 * DAY_MS, -1, DAY_MS / 2]) {
		const { nows, leaps } = readings(0, 2, () => wall);
		expect([nows[0], leaps]).toEqual([wall, []]);
	}
});

test("a process that starts long after its log has ended waits for a day", () => {
	const { nows } = readings(-30 * DAY_MS, 2, () => 0);
	expect([nows[0], nows[23], nows[24]]).toEqual([-30 * DAY_MS, 23 * HOUR_MS - 30 * DAY_MS, DAY_MS]);
});
