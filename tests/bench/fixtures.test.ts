import { expect, test } from "vitest";
import { policyWith, programOf } from "../../bench/fixtures/rules.ts";
import { text, tokens, words } from "../../bench/fixtures/texts.ts";
import { deltaEvent, deltasOf, promptOf, streamOf, type Workload } from "../../bench/fixtures/workload.ts";
import { distribution } from "../../bench/report/distribution.ts";
import { render } from "../../bench/report/table.ts";

const WORKLOAD: Workload = {
	streams: 40,
	rate: 10,
	tokensPerAnswer: 30,
	text: "prose",
	cut: "tokens",
	place: "content",
	findings: 0.25,
	networkMs: 0,
	rampMs: 100,
	seed: 3,
};

test.each(["prose", "code", "data"] as const)("%s of a seed is always the same, has the size asked for, and differs by seed", (kind) => {
	expect(text(kind, 5000, 1)).toBe(text(kind, 5000, 1));
	expect(text(kind, 5000, 1)).toHaveLength(5000);
	expect(text(kind, 5000, 1)).not.toBe(text(kind, 5000, 2));
});

test.each(["prose", "code"] as const)("tokens of %s are the text again and have the size of a model's tokens", (kind) => {
	const whole = text(kind, 20_000, 4);
	const pieces = tokens(whole);
	expect(pieces.join("")).toBe(whole);
	expect(whole.length / pieces.length).toBeGreaterThan(3);
	expect(whole.length / pieces.length).toBeLessThan(6);
});

test("the default policy holds next to nothing of words", async () => {
	const pieces = words(text("prose", 50_000, 4));
	expect(pieces.length).toBeGreaterThan(5000);
	const scanner = (await programOf((await policyWith(0)).response)).open();
	const held = pieces.filter((piece) => {
		scanner.write(Buffer.from(piece));
		scanner.take(Number.POSITIVE_INFINITY);
		return scanner.release < scanner.end;
	});
	scanner.close();
	// A few runs of letters could be a code that is not decided yet.
	expect(held.length / pieces.length).toBeLessThan(0.002);
});

test("upstream and client derive the same deltas, and the asked share of the answers has findings", () => {
	const [a, b] = [deltasOf(WORKLOAD), deltasOf(WORKLOAD)];
	const answers = Array.from({ length: WORKLOAD.streams }, (_, i) => a(i));
	expect(answers).toEqual(Array.from({ length: WORKLOAD.streams }, (_, i) => b(i)));
	const found = answers.filter((deltas) => deltas.join("").includes("@example.com"));
	expect(found.length / answers.length).toBeGreaterThan(0.1);
	expect(found.length / answers.length).toBeLessThan(0.4);
	expect(answers.every((deltas) => deltas.length >= WORKLOAD.tokensPerAnswer)).toBe(true);
});

test("the stream's number survives in the prompt", () => {
	expect(streamOf(JSON.stringify({ messages: [{ role: "user", content: promptOf(417) }] }))).toBe(417);
	expect(streamOf("{}")).toBe(-1);
});

test("events carry their delta where it belongs", () => {
	const content = JSON.parse(deltaEvent(' a"b', "content", false).slice(6));
	expect(content.choices[0].delta.content).toBe(' a"b');
	const call = JSON.parse(deltaEvent('{"q":', "arguments", true).slice(6));
	expect(call.choices[0].delta.tool_calls[0]).toMatchObject({ index: 0, id: "call_1", function: { name: "look_up", arguments: '{"q":' } });
});

test("percentiles are samples, the smallest that the share does not exceed", () => {
	const { count, mean, p50, p90, p99, max } = distribution(Array.from({ length: 100 }, (_, i) => 100 - i));
	expect({ count, mean, p50, p90, p99, max }).toEqual({ count: 100, mean: 50.5, p50: 50, p90: 90, p99: 99, max: 100 });
	expect(distribution([])).toMatchObject({ count: 0, p50: Number.NaN });
});

test("a table lines up its columns and keeps three digits", () => {
	expect(
		render({
			title: "T",
			columns: ["", "ms"],
			rows: [
				["a", 1.23456],
				["long", 123456.7],
				["none", Number.NaN],
			],
		}),
	).toBe("\nT\n           ms\n────  ───────\na        1.23\nlong  123,457\nnone        –\n");
});
