import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HookRunner } from "../../../src/hooks/run-hook.ts";

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

test("a hook that is too late has failed once, whatever comes of it then", async () => {
	let fail = (_error: Error): void => undefined;
	const never = new Promise<undefined>((_resolve, reject) => {
		fail = reject;
	});
	const onFailure = vi.fn();
	const runner = new HookRunner({ prompt: () => never, timeoutMs: 50 }, onFailure);
	const judged = { requestId: "r", caller: "c", model: "m", action: "allow", score: 0, findings: {} } as const;
	const result = runner.run("prompt", judged);
	await vi.advanceTimersByTimeAsync(50);
	expect(await result).toEqual({ kind: "failed" });
	fail(new TypeError("late"));
	await vi.advanceTimersByTimeAsync(1);
	expect(onFailure.mock.calls).toEqual([["prompt", "took longer than 50 ms"]]);
});
