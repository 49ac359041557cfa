import { beforeEach, expect, test } from "vitest";
import { type EntryRules, type Permit, ProviderHealth } from "../../../src/routing/provider-health.ts";

const RULES: EntryRules = { failures: 3, openMs: 1000, maxConcurrent: 0 };
let now: number;
let health: ProviderHealth;

beforeEach(() => {
	now = 1;
	health = new ProviderHealth(() => now);
});

function enter(rules: Partial<EntryRules> = {}): Permit {
	const permit = health.enter({ ...RULES, ...rules });
	if (permit === undefined) throw new Error("no permit");
	return permit;
}

function fails(): void {
	const permit = enter();
	permit.failed();
	permit.release();
}

function answers(ms = 10): void {
	const permit = enter();
	permit.answered(ms);
	permit.release();
}

test("failures in a row open the circuit; an answer in between starts the count anew", () => {
	fails();
	fails();
	answers();
	fails();
	fails();
	expect(health.state).toBe("closed");
	fails();
	expect(health.state).toBe("open");
	expect(health.enter(RULES)).toBeUndefined();
	expect(health.enter({ ...RULES, isForced: true })).toBeDefined();
});

test("answers that break off are failures in a row", () => {
	for (let i = 0; i < 3; i++) {
		const permit = enter();
		permit.answered(10);
		permit.failed();
		permit.release();
	}
	expect(health.state).toBe("open");
});

test("an open circuit lets one request through when its time is over; its failure opens it again, its answer closes it", () => {
	for (let i = 0; i < 3; i++) fails();
	now += 1000;
	expect(health.state).toBe("half-open");
	const probe = enter();
	expect(health.enter(RULES)).toBeUndefined();
	probe.failed();
	probe.release();
	expect(health.state).toBe("open");
	now += 1000;
	const second = enter();
	second.answered(10);
	expect(health.state).toBe("closed");
	expect(health.enter(RULES)).toBeDefined();
});

test("a probe that ends without a word leaves its place to the next request", () => {
	for (let i = 0; i < 3; i++) fails();
	now += 1000;
	enter().release();
	expect(health.enter(RULES)).toBeDefined();
});

test("a busy provider is left alone as long as it asks, at most as long as a circuit is open", () => {
	const permit = enter();
	permit.busy(500);
	permit.release();
	expect(health.enter(RULES)).toBeUndefined();
	now += 500;
	const probe = enter();
	probe.busy(60_000);
	probe.release();
	now += 999;
	expect(health.enter(RULES)).toBeUndefined();
	now += 1;
	expect(health.enter(RULES)).toBeDefined();
});

test("a permit counts once, however often it is released", () => {
	const permit = enter({ maxConcurrent: 2 });
	const other = enter({ maxConcurrent: 2 });
	expect(health.enter({ ...RULES, maxConcurrent: 2 })).toBeUndefined();
	permit.release();
	permit.release();
	expect(health.inFlight).toBe(1);
	other.release();
	expect(health.inFlight).toBe(0);
});

test("latency is a moving average, and forgotten after a minute", () => {
	expect(health.latencyMs).toBeUndefined();
	answers(100);
	answers(200);
	expect(health.latencyMs).toBeCloseTo(130);
	now += 60_000;
	expect(health.latencyMs).toBeUndefined();
});
