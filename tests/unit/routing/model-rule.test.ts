import { describe, expect, test } from "vitest";
import { type ModelRule, orderTargets, type RuleTarget } from "../../../src/routing/model-rule.ts";

const target = (provider: string, options: Partial<RuleTarget> = {}): RuleTarget => ({
	provider,
	weight: 1,
	priority: 0,
	cost: 0,
	...options,
});
const rule = (strategy: ModelRule["strategy"], targets: RuleTarget[], sticky = false): ModelRule => ({
	name: "m",
	strategy,
	sticky,
	targets,
});
const facts = { latencyMs: () => undefined, random: Math.random };
const order = (of: ModelRule, caller = "c", with_ = {}): string[] =>
	orderTargets(of, caller, { ...facts, ...with_ }).map(({ provider }) => provider);

test("ordered targets keep their order, those of a lower priority first", () => {
	expect(order(rule("ordered", [target("a", { priority: 1 }), target("b"), target("c")]))).toEqual(["b", "c", "a"]);
});

test("the cheapest target is first, within its priority", () => {
	const targets = [target("a", { cost: 3 }), target("b", { cost: 1 }), target("c", { cost: 0, priority: 1 })];
	expect(order(rule("cost", targets))).toEqual(["b", "a", "c"]);
});

test("the fastest target is first, after those whose latency is not known", () => {
	const latencies: Record<string, number> = { a: 200, b: 100 };
	const latencyMs = (provider: string): number | undefined => latencies[provider];
	expect(order(rule("latency", [target("a"), target("b"), target("c")]), "c", { latencyMs })).toEqual(["c", "b", "a"]);
});

describe("weighted targets", () => {
	const share = (of: ModelRule, caller: (i: number) => string): number => {
		const first = Array.from({ length: 4000 }, (_, i) => order(of, caller(i))[0]);
		return first.filter((provider) => provider === "a").length / first.length;
	};
	const canary = (weight: number, sticky: boolean): ModelRule =>
		rule("weighted", [target("a", { weight }), target("b", { weight: 90 })], sticky);

	test.each([false, true])("get their share of the requests (sticky: %s)", (sticky) => {
		// Seven standard deviations around 0.1.
		expect(share(canary(10, sticky), String)).toBeGreaterThan(0.067);
		expect(share(canary(10, sticky), String)).toBeLessThan(0.133);
	});

	test("are the same for a caller every time, and a larger share only adds callers", () => {
		const callers = Array.from({ length: 500 }, (_, i) => `key:${i}`);
		const at = (weight: number): string[] => callers.filter((caller) => order(canary(weight, true), caller)[0] === "a");
		expect(at(10)).toEqual(at(10));
		expect(at(30)).toEqual(expect.arrayContaining(at(10)));
		expect(at(30).length).toBeGreaterThan(at(10).length);
	});

	test("of weight 0 are there only when the others fail, in their order", () => {
		const targets = [target("a", { weight: 0 }), target("b", { weight: 0 }), target("c")];
		for (let i = 0; i < 50; i++) expect(order(rule("weighted", targets))).toEqual(["c", "a", "b"]);
	});
});
