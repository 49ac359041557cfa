import { beforeAll, describe, expect, test } from "vitest";
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

test("the end of arguments that are whole comes behind what another choice said before", () => {
	expect(order([{ arguments: '{"q":"' }, { arguments: 'jane"}' }, { content: "β. ", index: 1 }, { content: "said. " }])).toEqual([
		'0 call: {"q":"',
		"1 text: β. ",
		'0 call: jane"}',
		"0 text: said. ",
	]);
});

test("a call that comes whole goes out whole", () => {
	expect(order([{ arguments: '{"q":"jane"}' }, { content: "β. ", index: 1 }, { content: "said. " }])).toEqual([
		'0 call: {"q":"jane"}',
		"1 text: β. ",
		"0 text: said. ",
	]);
});

test("half an escape that arguments end with comes before what follows them", () => {
	expect(order([{ arguments: '{"q":"β. \\u00' }, { content: "said. " }])).toEqual(['0 call: {"q":"β. \\u00', "0 text: said. "]);
});

test("content that goes on after a tool call stays in one piece with what was held", () => {
	expect(order([{ content: "see " }, { content: "jane" }, { arguments: "{}" }, { content: " said" }])).toEqual([
		"0 text: see ",
		"0 call: {}",
		"0 text: jane said",
	]);
});

describe("calls one after the other", () => {
	const call = (index: number, args: string, isFirst = false): object => ({
		tool_calls: [
			{ index, ...(isFirst && { id: `call_${index}`, type: "function" }), function: { ...(isFirst && { name: "f" }), arguments: args } },
		],
	});
	/** The numbers of the calls in the order in which the client hears of them, and their arguments. */
	const heard = (
		deltas: readonly object[],
		cuts: { sizes: readonly number[]; moveEvery?: number },
	): readonly [number[], Record<number, string>] => {
		const events = [...deltas.map((delta) => ({ delta, finish_reason: null })), { delta: {}, finish_reason: "tool_calls" }];
		const sse = events.map((choice) => `data: ${JSON.stringify({ id: "c", model: "m", choices: [{ index: 0, ...choice }] })}\n\n`).join("");
		const { out } = streamThrough(Buffer.from(`${sse}data: [DONE]\n\n`), { api: "openai-chat", program, style: STYLE, ...cuts });
		const order: number[] = [];
		const texts: Record<number, string> = {};
		for (const data of dataOf(out)) {
			const [choice] = data["choices"] as {
				delta: { content?: string; tool_calls?: { index: number; function: { arguments: string } }[] };
			}[];
			for (const { index, function: made } of choice?.delta.tool_calls ?? []) {
				if (order.at(-1) !== index) order.push(index);
				texts[index] = (texts[index] ?? "") + made.arguments;
			}
			if (choice?.delta.content) order.push(-1);
		}
		return [order, texts];
	};
	const whole = (deltas: readonly object[]): readonly [number[], Record<number, string>] => {
		const first = heard(deltas, { sizes: [1 << 20] });
		for (const moveEvery of [1, 2, 3]) expect(heard(deltas, { sizes: [37, 90, 11], moveEvery })).toEqual(first);
		return first;
	};

	test("what the first ends with comes before the second, and before text", () => {
		for (const after of [[call(1, '{"b":', true), call(1, '"y"}')], [{ content: "said. " }]]) {
			const [order, texts] = whole([call(0, '{"a":', true), call(0, '"jane"}'), ...after]);
			expect(order).toEqual([0, "content" in (after[0] as object) ? -1 : 1]);
			expect(texts[0]).toBe('{"a":"jane"}');
		}
	});

	test("the second does not wait for the end of the answer when the arguments of the first are whole", () => {
		const deltas = [call(0, '{"a":"jane"}', true), call(1, '{"b":"', true)];
		const sse = deltas.map(
			(delta) => `data: ${JSON.stringify({ id: "c", model: "m", choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`,
		);
		const { out } = streamThrough(Buffer.from(sse.join("")), { api: "openai-chat", program, style: STYLE, sizes: [1 << 20] });
		expect(out.indexOf('jane\\"}')).toBeGreaterThan(0);
		expect(out.indexOf("call_1")).toBeGreaterThan(out.indexOf('jane\\"}'));
	});

	test("pieces in turns are inspected as the texts they are", () => {
		const [, texts] = whole([
			call(0, `{"a":"${KEY.slice(0, 8)}`, true),
			call(1, '{"b":"ω', true),
			call(0, `${KEY.slice(8)}"}`),
			call(1, '"}'),
		]);
		expect(texts).toEqual({ 0: '{"a":""}', 1: '{"b":"ω"}' });
	});

	test.each([" ", ","])("numbers in a row are not whole, so a card number in groups does not leave in turns (%j)", (gap) => {
		const [, texts] = whole([call(0, `4111${gap}1111${gap}1111${gap}`, true), call(1, "{}", true), call(0, "1111 ")]);
		expect(texts[0]).not.toMatch(/[02-9]1/);
		expect(texts[1]).toBe("{}");
	});

	test("arguments that go on although they were whole are inspected with what came before", () => {
		const [, texts] = whole([call(0, `{"a":"4111 1111"}`, true), call(1, "{}", true), call(0, `{"a":"1111 1111 ${KEY}"}`)]);
		expect(texts[0]).not.toContain(KEY.slice(0, 4));
		expect(texts[1]).toBe("{}");
	});
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
