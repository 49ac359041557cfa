import { beforeAll, expect, test } from "vitest";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { random } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { dataOf } from "../support/stream-channel.ts";
import { streamThrough } from "../support/stream-through.ts";

const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
let program: ScannerProgram;

beforeAll(async () => {
	program = await allRecognizers("redact");
});

type Step = { readonly content?: string; readonly arguments?: string; readonly index?: number };

function chat(steps: readonly Step[]): Buffer {
	const event = (index: number, delta: object, finish: string | null): string =>
		`data: ${JSON.stringify({ id: "c", model: "m", choices: [{ index, delta, finish_reason: finish }] })}\n\n`;
	const call = (args: string, isFirst: boolean): object => ({
		tool_calls: [
			{ index: 0, ...(isFirst && { id: "call_1", type: "function" }), function: { ...(isFirst && { name: "f" }), arguments: args } },
		],
	});
	const first = steps.findIndex((step) => step.arguments !== undefined);
	const choices = [...new Set(steps.map(({ index = 0 }) => index))];
	return Buffer.from(
		[
			...steps.map(({ content, arguments: args, index = 0 }, i) =>
				event(index, args === undefined ? { content } : call(args, i === first), null),
			),
			...choices.map((index) => event(index, {}, "stop")),
			"data: [DONE]\n\n",
		].join(""),
	);
}

/** What the client gets, piece by piece in its order; the same for every way of cutting and moving the answer. */
function order(steps: readonly Step[]): string[] {
	const bytes = chat(steps);
	const whole = streamThrough(bytes, { api: "openai-chat", program, style: STYLE, sizes: [1 << 20] }).out;
	for (let seed = 0; seed < 20; seed++) {
		const next = random(seed);
		const sizes = Array.from({ length: 7 }, () => 1 + Math.floor(next() * 200));
		const out = streamThrough(bytes, { api: "openai-chat", program, style: STYLE, sizes, moveEvery: 1 + (seed % 5) }).out;
		expect(read(out).join("|")).toBe(read(whole).join("|"));
	}
	return read(whole);
}

const STYLE = { strategy: "remove", key: new Uint8Array(32) } as const;

/** Neighbouring pieces of one kind are one. */
function read(sse: string): string[] {
	const pieces: string[] = [];
	for (const data of dataOf(sse)) {
		for (const { index, delta } of data["choices"] as {
			index: number;
			delta: { content?: string; tool_calls?: { function: { arguments: string } }[] };
		}[]) {
			const kind = delta.tool_calls === undefined ? "text" : "call";
			const text = delta.content ?? delta.tool_calls?.[0]?.function.arguments;
			const head = `${index} ${kind}: `;
			if (text === undefined || (text === "" && kind === "text")) continue;
			if (pieces.at(-1)?.startsWith(head)) pieces[pieces.length - 1] += text;
			else pieces.push(head + text);
		}
	}
	return pieces;
}

test("a tool call comes after the held end of the content before it", () => {
	expect(order([{ content: "I look at the " }, { content: "weather" }, { arguments: '{"q":' }, { arguments: '"x"}' }])).toEqual([
		"0 text: I look at the weather",
		'0 call: {"q":"x"}',
	]);
});

test("content that goes on after a tool call stays in one piece with what was held", () => {
	expect(order([{ content: "see " }, { content: "jane" }, { arguments: "{}" }, { content: " said" }])).toEqual([
		"0 text: see ",
		"0 call: {}",
		"0 text: jane said",
	]);
});

test("a key on both sides of a tool call, or of another choice, does not leave", () => {
	for (const between of [{ arguments: "{}" }, { content: "α", index: 1 }]) {
		const seen = order([{ content: `α ${KEY.slice(0, 9)}` }, between, { content: `${KEY.slice(9)} ω` }]);
		expect(seen.join("")).not.toContain(KEY.slice(0, 4));
		expect(seen.join("")).not.toContain(KEY.slice(9));
	}
});

test("tool calls that would wait too long do not, and nothing of them is lost", () => {
	const calls = Array.from({ length: 3000 }, () => ({ arguments: "          " }));
	const seen = read(
		streamThrough(chat([{ content: "weather" }, ...calls]), { api: "openai-chat", program, style: STYLE, sizes: [4096] }).out,
	);
	const lengths = seen.map((piece) => [piece.slice(0, 7), piece.length - "0 call: ".length] as const);
	expect(lengths.map(([kind]) => kind)).toEqual(["0 call:", "0 text:", "0 call:"]);
	expect(lengths.reduce((sum, [kind, length]) => sum + (kind === "0 call:" ? length : 0), 0)).toBe(30_000);
});

test("of an event with a cut in one choice, nothing unseen of another choice goes out", async () => {
	const cutting = await allRecognizers("cut");
	const mail = ["jane.doe", "example.com"].join("@");
	const choices = [`${KEY} and`, `to ${mail} and`].map((content, index) => ({ index, delta: { content }, finish_reason: null }));
	const bytes = Buffer.from(`data: ${JSON.stringify({ id: "c", model: "m", choices })}\n\ndata: [DONE]\n\n`);
	const { out, ended } = streamThrough(bytes, {
		api: "openai-chat",
		program: cutting,
		style: { strategy: "mask", key: new Uint8Array(32) },
		sizes: [bytes.length],
	});
	expect(ended).toBe("cut");
	expect(out).not.toContain("jane");
	expect(out).not.toContain("AKIA");
});
