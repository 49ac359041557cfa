import fc from "fast-check";
import { expect, test } from "vitest";
import { type Caller, isCallerName, NOBODY } from "../../../src/identity/caller.ts";
import { createCallerLimiter, type LimitRule } from "../../../src/limits/caller-limiter.ts";
import { createMemoryStore } from "../../../src/limits/memory-store.ts";

const rule = (name: string, per: LimitRule["per"], requestsPerHour: number): LimitRule => ({
	name,
	per,
	roles: [],
	routes: [],
	models: [],
	limits: { requestsPerHour },
});
/** Each caller has one request, and everybody together more than are asked. */
const SETTINGS = {
	limits: { requestsPerHour: 1, concurrentRequests: 1, tokensPerDay: 1000 },
	burst: 0,
	rules: [rule("all", "everyone", 1000), rule("each", "caller", 1)],
	abuse: { blocks: 1, windowMs: 60_000, suspendMs: 60_000, historyWeight: 0 },
};

/** What keys of stores are made of, prototypes' names, and what one folds into another. */
const PIECES = [
	"a",
	"A",
	":",
	"{",
	"}",
	"*",
	"/",
	" ",
	"\n",
	"\0",
	"\u00e9",
	"e\u0301",
	"\u{1f600}",
	"\ufffd",
	"\ud800",
	"\udc00",
	"\u200b",
];
const WORDS = [
	"rule:all",
	"rule:each",
	"rule:each:jwt:a",
	"caller:jwt:a",
	"address:192.0.2.7",
	"__proto__",
	"constructor",
	"x".repeat(5000),
];
const name = fc
	.array(fc.constantFrom(...PIECES, ...WORDS), { minLength: 1, maxLength: 4 })
	.map((pieces) => pieces.join(""))
	.filter(isCallerName);

test("no two callers share a place, a limit or a suspension, whatever they are called", async () => {
	const property = fc.asyncProperty(fc.uniqueArray(name, { minLength: 2, maxLength: 12 }), async (names) => {
		const store = createMemoryStore();
		const limiter = createCallerLimiter(SETTINGS, store, () => undefined);
		const admit = (id: string) => limiter.admit({ caller: { ...NOBODY, id } satisfies Caller, path: "/v1/messages", bodyBytes: 1 });
		for (const id of names) {
			const first = await admit(id);
			expect([id, first.ok]).toEqual([id, true]);
			if (first.ok) first.grant.end({ tokens: 1, usd: 0 }, true);
			expect([id, (await admit(id)).ok]).toEqual([id, false]);
		}
		limiter.close();
		store.close();
	});
	await fc.assert(property, { numRuns: 200 });
});
