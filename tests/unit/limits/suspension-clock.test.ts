import { afterEach, expect, test, vi } from "vitest";
import type { Caller } from "../../../src/identity/caller.ts";
import { createCallerLimiter } from "../../../src/limits/caller-limiter.ts";
import { createMemoryStore } from "../../../src/limits/memory-store.ts";

const DAY_MS = 86_400_000;
const caller: Caller = {
	id: "key:one",
	key: undefined,
	policy: undefined,
	tenant: undefined,
	roles: [],
	claims: new Map(),
	models: [],
	limits: {},
};
const abuse = { blocks: 1, windowMs: 60_000, historyWeight: 0 };

afterEach(() => {
	vi.useRealTimers();
});

/** A limiter that suspends at the first blocked request, and whether it takes another one. */
function limiterOf(suspendMs: number): { readonly block: () => Promise<void>; readonly takes: () => Promise<boolean> } {
	let onSuspended = (): void => undefined;
	const settings = { limits: {}, burst: 0, rules: [], abuse: { ...abuse, suspendMs } };
	const limiter = createCallerLimiter(settings, createMemoryStore(), () => onSuspended());
	const admit = () => limiter.admit({ caller, path: "/v1/chat/completions", bodyBytes: 1 });
	return {
		block: () =>
			new Promise((resolve) => {
				onSuspended = resolve;
				void admit().then((taken) => taken.ok && taken.grant.end({ tokens: 0, usd: 0 }, true));
			}),
		takes: async () => (await admit()).ok,
	};
}

test.each([
	["a day ahead", DAY_MS],
	["a day back", -DAY_MS],
])("a clock that is set %s neither ends a suspension nor makes it longer", async (_where, jumpMs) => {
	const [long, short] = [limiterOf(DAY_MS / 2), limiterOf(500)];
	await long.block();
	await short.block();
	vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + jumpMs });
	expect(await long.takes()).toBe(false);
	await vi.waitFor(async () => expect(await short.takes()).toBe(true), { timeout: 60_000 });
	expect(await long.takes()).toBe(false);
});
