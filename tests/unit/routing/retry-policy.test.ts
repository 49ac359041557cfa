import { expect, test } from "vitest";
import { askedDelayMs, RetryBudget, type RetryPolicy, retryDelayMs } from "../../../src/routing/retry-policy.ts";

const POLICY: RetryPolicy = { attempts: 3, sameProvider: 2, baseDelayMs: 100, maxDelayMs: 1000, deadlineMs: 9000, budgetPercent: 20 };
const NOW = Date.parse("2026-11-25T12:00:00Z");

test.each([
	[1, 100],
	[2, 200],
	[4, 800],
	[9, 1000],
])("try %i again waits at most %i ms, by chance", (again, bound) => {
	expect(retryDelayMs(POLICY, again, undefined, 0)).toBe(0);
	expect(retryDelayMs(POLICY, again, undefined, 0.5)).toBe(bound / 2);
	expect(retryDelayMs(POLICY, again, undefined, 1)).toBe(bound);
});

test("what the provider asks for counts, unless it is more than the policy waits", () => {
	expect(retryDelayMs(POLICY, 1, 900, 0)).toBe(900);
	expect(retryDelayMs(POLICY, 1, 1001, 0)).toBeUndefined();
});

test.each([
	[{ "retry-after": "2" }, 2000],
	[{ "retry-after": "0.5" }, 500],
	[{ "retry-after-ms": "125", "retry-after": "2" }, 125],
	[{ "retry-after": "Wed, 25 Nov 2026 12:00:03 GMT" }, 3000],
	[{ "retry-after": "Wed, 25 Nov 2026 11:00:00 GMT" }, 0],
	[{ "retry-after": "soon" }, undefined],
	[{ "retry-after": "-1" }, undefined],
	[{}, undefined],
])("%j asks for %s ms", (headers, ms) => {
	expect(askedDelayMs(headers as Record<string, string>, NOW)).toBe(ms);
});

test("retries are a part of the requests, after the first ten", () => {
	const budget = new RetryBudget();
	const spent = (): number => {
		let count = 0;
		while (budget.trySpend()) count++;
		return count;
	};
	expect(spent()).toBe(10);
	for (let i = 0; i < 26; i++) budget.earn(POLICY);
	expect(spent()).toBe(5);
});
