import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { ApiName } from "../../src/core/api.ts";
import { createBodyFilter } from "../../src/inspect/body-filter.ts";
import { providerOf } from "../../src/providers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { anthropicEvents, anthropicMessage } from "../support/anthropic-events.ts";
import { geminiAnswer, geminiEvents, geminiSse } from "../support/gemini-events.ts";
import { random, randomSlices } from "../support/random.ts";
import { responseEvents } from "../support/response-events.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { dataOf, stringAt } from "../support/stream-channel.ts";
import { streamThrough } from "../support/stream-through.ts";

/**
 * One text in two parts that others stand between, so that the end of the first cannot wait for the second: clients still
 * read them in one piece. The first goes out as it ends. What of a secret stands in the second does not, and it is counted.
 */
const NUM_RUNS = 40;
const style = { strategy: "remove", key: new Uint8Array(32) } as const;
const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const SECRETS = ["jane.doe@example.com", "4111 1111 1111 1111", KEY];
const programs = new Map<"redact" | "cut", ScannerProgram>();

beforeAll(async () => {
	for (const action of ["redact", "cut"] as const) programs.set(action, await allRecognizers(action));
});

interface Format {
	readonly name: string;
	readonly api: ApiName;
	/** Events of an answer with these parts, each in deltas. */
	events(parts: readonly (readonly string[])[]): readonly string[];
	/** The texts of the parts, as a client reads them. */
	read(events: readonly Record<string, unknown>[]): string[];
	/** All that must say the same again; the same number of texts for each part. */
	copies(events: readonly Record<string, unknown>[]): string[];
	body(parts: readonly string[]): object;
	readBody(body: unknown): string[];
}

const ANTHROPIC = (name: string, between: "thinking" | "tool_use"): Format => {
	const blocks = (parts: readonly (readonly string[])[]) =>
		parts.flatMap((deltas, i) => [
			...(i === 0 ? [] : [{ type: between, deltas: [between === "thinking" ? "μ" : "{}"] } as const]),
			{ type: "text", deltas } as const,
		]);
	return {
		name,
		api: "anthropic-messages",
		events: (parts) => anthropicEvents(blocks(parts)),
		read: (events) => [0, 2].map((index) => textAt(events, (event) => event["index"] === index, ["delta", "text"])),
		copies: () => [],
		body: (parts) => anthropicMessage(blocks(parts.map((part) => [part]))),
		readBody: (body) => (body as { content: { text?: string }[] }).content.map(({ text = "" }) => text),
	};
};

const CALL = { kind: "call", type: "function_call", member: "arguments", base: "function_call_arguments", texts: ["{}"] } as const;

const RESPONSES: Format = {
	name: "two messages of a response with a call between",
	api: "openai-responses",
	events: (parts) => responseEvents(parts.flatMap((texts, i) => [...(i === 0 ? [] : [CALL]), { kind: "message", texts } as const])),
	read: (events) => [0, 2].map((index) => textAt(events, (event) => isDelta(event) && event["output_index"] === index, ["delta"])),
	copies: (events) =>
		events.flatMap((event) => [
			stringAt(event, ["text"]),
			stringAt(event, ["part", "text"]),
			...(event["type"] === "response.output_item.done" ? [stringAt(event, ["item", "content", 0, "text"])] : []),
			...[0, 2].map((index) => stringAt(event, ["response", "output", index, "content", 0, "text"])),
		]),
	body: (parts) => ({
		id: "r",
		status: "completed",
		output: parts.map((text) => ({ id: "i", type: "message", role: "assistant", content: [{ type: "output_text", text }] })),
	}),
	readBody: (body) =>
		(body as { output: { content: { text: string }[] }[] }).output.flatMap(({ content }) => content.map(({ text }) => text)),
};

const PARTS: Format = {
	...RESPONSES,
	name: "two parts of one message of a response",
	events: (parts) => {
		const send = (type: string, members: object): string =>
			`data: ${JSON.stringify({ type: `response.${type}`, output_index: 0, ...members })}\n\n`;
		const content = parts.map((deltas) => ({ type: "output_text", text: deltas.join("") }));
		const item = { id: "i", type: "message", role: "assistant", content };
		return [
			send("created", { response: { id: "r", status: "in_progress", output: [] } }),
			send("output_item.added", { item: { ...item, content: [] } }),
			...parts.flatMap((deltas, index) => [
				send("content_part.added", { content_index: index, part: { type: "output_text", text: "" } }),
				...deltas.map((delta) => send("output_text.delta", { content_index: index, delta })),
				send("output_text.done", { content_index: index, text: deltas.join("") }),
				send("content_part.done", { content_index: index, part: content[index] }),
			]),
			send("output_item.done", { item }),
			send("completed", { response: { id: "r", status: "completed", output: [item] } }),
		];
	},
	read: (events) => [0, 1].map((index) => textAt(events, (event) => isDelta(event) && event["content_index"] === index, ["delta"])),
	copies: (events) =>
		events.flatMap((event) => [
			stringAt(event, ["text"]),
			stringAt(event, ["part", "text"]),
			...[0, 1].flatMap((index) => [
				event["type"] === "response.output_item.done" ? stringAt(event, ["item", "content", index, "text"]) : "",
				stringAt(event, ["response", "output", 0, "content", index, "text"]),
			]),
		]),
};

/** Each part comes whole in an event. */
const CODE: Format = {
	name: "code that Gemini runs, in two parts",
	api: "gemini-generate",
	events: (parts) => geminiSse(geminiEvents(parts.map((deltas) => ({ part: codeOf(deltas.join("")) })))),
	read: (events) => {
		const texts = events.map((event) => stringAt(event, ["candidates", 0, "content", "parts", 0, "executableCode", "code"]));
		return [texts[0] ?? "", texts.slice(1).join("")];
	},
	copies: () => [],
	body: (parts) => geminiAnswer(parts.map((text) => ({ part: codeOf(text) }))),
	readBody: (body) =>
		(body as { candidates: { content: { parts: { executableCode: { code: string } }[] } }[] }).candidates.flatMap(({ content }) =>
			content.parts.map(({ executableCode }) => executableCode.code),
		),
};

function codeOf(code: string): Record<string, unknown> {
	return { executableCode: { language: "PYTHON", code } };
}

function isDelta(event: Record<string, unknown>): boolean {
	return event["type"] === "response.output_text.delta";
}

function textAt(
	events: readonly Record<string, unknown>[],
	isOwn: (event: Record<string, unknown>) => boolean,
	path: readonly (string | number)[],
): string {
	return events
		.filter(isOwn)
		.map((event) => stringAt(event, path))
		.join("");
}

const FORMATS = [
	ANTHROPIC("text blocks with thinking between", "thinking"),
	ANTHROPIC("text blocks with a call between", "tool_use"),
	RESPONSES,
	PARTS,
	CODE,
];

interface Seen {
	readonly texts: readonly string[];
	readonly copies: readonly string[];
	readonly comment: string | undefined;
	readonly ended: string | undefined;
}

function seen(format: Format, action: "redact" | "cut", events: readonly string[], sizes: readonly number[], moveEvery?: number): Seen {
	const program = programs.get(action) as ScannerProgram;
	const run = { api: format.api, program, style, sizes, ...(moveEvery !== undefined && { moveEvery }) };
	const { out, ended } = streamThrough(Buffer.from(events.join("")), run);
	const data = dataOf(out);
	const copies = format.copies(data).filter((text) => text !== "");
	return { texts: format.read(data), copies, comment: /^: security (.*)$/m.exec(out)?.[1], ended };
}

describe.each(FORMATS.map((format) => [format.name, format] as const))("%s", (_name, format) => {
	test.each(["redact", "cut"] as const)(
		"%s: what stands in the second part of a secret over both does not leave, for every chunking and every lane",
		(action) => {
			const property = fc.property(fc.constantFrom(...SECRETS), fc.integer(), (secret, seed) => {
				const next = random(seed);
				const at = 1 + Math.floor(next() * (secret.length - 1));
				const whole = [`α ${secret.slice(0, at)}`, `${secret.slice(at)} ω`];
				const parts = whole.map((text) => randomSlices(text, 6, next));
				const read = seen(format, action, format.events(parts), [1 << 20]);
				const sizes = Array.from({ length: 7 }, () => 1 + Math.floor(next() * 300));
				expect(seen(format, action, format.events(parts), sizes, 1 + Math.floor(next() * 5))).toEqual(read);
				expect(seen(format, action, format.events(whole.map((text) => [text])), [1 << 20])).toEqual(read);
				const [first = "", second = ""] = read.texts;
				expect(`α ${secret}`.startsWith(first) || first === "α ").toBe(true);
				expect(second.trim()).toBe(action === "redact" ? "ω" : "");
				expect(read.comment).toMatch(/"findings":\{"\w+":[12]\}/);
				expect(read.ended).toBe(action === "redact" ? "complete" : "cut");
				for (const copy of read.copies) expect(read.texts).toContain(copy);
			});
			fc.assert(property, { numRuns: NUM_RUNS });
		},
	);

	test("a secret at the very end of a part is counted", () => {
		const { comment, ended } = seen(format, "cut", format.events([[`α ${KEY.slice(0, 9)}`, KEY.slice(9)], ["ω"]]), [1 << 20]);
		expect([comment, ended]).toEqual([expect.stringMatching(/"findings":\{"\w+":1\}/), "cut"]);
	});

	test("in a whole answer nothing of it leaves", () => {
		for (const action of ["redact", "cut"] as const) {
			const program = programs.get(action) as ScannerProgram;
			const filter = createBodyFilter({ provider: providerOf(format.api), program, style, onCut: "end", maxBytes: 1 << 20 });
			filter.push(Buffer.from(JSON.stringify(format.body([`α ${KEY.slice(0, 9)}`, `${KEY.slice(9)} ω`]))));
			const texts = format.readBody(JSON.parse(filter.end(undefined).out));
			// Code that was cut means something else.
			expect(texts.join("")).toBe(action === "redact" ? "α ω" : format === CODE ? "" : "α ");
		}
	});

	test("a private key that goes on in the second part is swallowed to its end", () => {
		const lines = [
			"-----BEGIN",
			" PRIVATE KEY-----",
			"\nMIIEvQIBADANBgkqhkiG9w0B",
			"AQEFAASCBKcwggSjAgEAAoIBAQC7",
			"\n-----END PRIVATE KEY-----",
		];
		const read = seen(
			format,
			"redact",
			format.events([
				["α ", ...lines.slice(0, 3)],
				[...lines.slice(3), " ω"],
			]),
			[50],
		);
		expect(read.texts).toEqual(["α ", " ω"]);
	});

	test("a marker stands in the second part for what of a secret stood there", () => {
		const events = format.events([[`α ${KEY.slice(0, 9)}`], [KEY.slice(9), " ω"]]);
		const program = programs.get("redact") as ScannerProgram;
		const { out } = streamThrough(Buffer.from(events.join("")), {
			api: format.api,
			program,
			style: { ...style, strategy: "replace" },
			sizes: [40],
		});
		expect(format.read(dataOf(out))[1]).toMatch(/^\[[A-Z0-9 _]+\] ω$/);
	});

	test("texts that are clean together go out as they came", () => {
		const parts = [
			["Ask ", "jane"],
			["doe ", "now"],
		];
		const events = format.events(parts);
		const { out } = streamThrough(Buffer.from(events.join("")), {
			api: format.api,
			program: programs.get("redact") as ScannerProgram,
			style,
			sizes: [40],
		});
		expect(format.read(dataOf(out))).toEqual(["Ask jane", "doe now"]);
	});
});
