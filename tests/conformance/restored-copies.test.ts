import { beforeAll, describe, expect, test } from "vitest";
import type { ApiName } from "../../src/core/api.ts";
import type { TextStyle } from "../../src/inspect/conversation.ts";
import { openaiChat } from "../../src/providers/openai-chat.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { SurrogateTable } from "../../src/verdict/surrogate-table.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { geminiEvents, geminiSse } from "../support/gemini-events.ts";
import { plainPolicy } from "../support/plain-policy.ts";
import { promptVerdict } from "../support/prompt-verdict.ts";
import { type Next, random, randomSlices } from "../support/random.ts";
import { type ResponseItem, responseEvents } from "../support/response-events.ts";
import { converse } from "../support/restored-conversation.ts";
import { someRuns, streamThrough } from "../support/stream-through.ts";
import { anyValues, type Scripted, script, sentence, VALUES, type Voice } from "../support/surrogate-script.ts";

/**
 * Formats that say a text more than once or several answers at a time: each copy and each choice says the caller's values,
 * at every depth of JSON in JSON. And a value that the caller wrote at any depth is the same value at every other.
 */
const ANSWERS = 20;
const key = new Uint8Array(32).fill(7);
let program: ScannerProgram;
beforeAll(async () => {
	program = await anyValues();
});

type Data = Record<string, unknown>;

function eventsIn(sse: string): Data[] {
	const lines = sse.split(/\r?\n/).filter((line) => line.startsWith("data: {"));
	return lines.map((line) => JSON.parse(line.slice(6)) as Data);
}

/** Everything that a client may read of a text, by the text. */
type Readings = readonly (readonly unknown[])[];

interface Format {
	readonly api: ApiName;
	say(scripted: readonly Scripted[], voice: Voice, next: Next): string;
	read(sse: string): Readings;
	/** How often each text is said at least. */
	readonly copies: number;
}

const json = (source: unknown): unknown => JSON.parse(String(source));
const slices = (text: string, next: Next): string[] => randomSlices(text, 1 + Math.floor(next() * 20), next);

const RESPONSES: Format = {
	api: "openai-responses",
	copies: 4,
	say(scripted, voice, next) {
		const items = scripted.map(({ kind, say }): ResponseItem => {
			const texts = slices(say(voice), next);
			if (kind === "call") return { kind, type: "function_call", member: "arguments", base: "function_call_arguments", texts };
			return kind === "thinking" ? { kind: "reasoning", texts, list: "content" } : { kind: "message", texts };
		});
		return responseEvents(items).join("");
	},
	read(sse) {
		const events = eventsIn(sse);
		const [{ output }] = events.flatMap(({ type, response }) => (type === "response.completed" ? [response] : [])) as [{ output: Data[] }];
		return output.map((item, index) => {
			const mine = events.filter((event) => event["output_index"] === index);
			const pieces = mine.map(({ delta }) => delta ?? "").join("");
			const dones = mine.flatMap((event) => ("text" in event ? [event["text"]] : "arguments" in event ? [event["arguments"]] : []));
			const items = [item, ...mine.flatMap(({ type, item: done }) => (type === "response.output_item.done" ? [done as Data] : []))];
			const copies = items.map((one) => one["arguments"] ?? (one["content"] as Data[])[0]?.["text"]);
			const all = [pieces, ...dones, ...copies];
			return item["type"] === "function_call" ? all.map(json) : all;
		});
	},
};

const GEMINI: Format = {
	api: "gemini-generate",
	copies: 1,
	say(scripted, voice, next) {
		const parts = scripted.map(({ kind, say, name }) => {
			if (kind === "call") return { part: { functionCall: { name, args: JSON.parse(say(voice)) as object } } };
			return { deltas: slices(say(voice), next), ...(kind === "thinking" && { thought: true as const }) };
		});
		return geminiSse(geminiEvents(parts)).join("");
	},
	read(sse) {
		const parts = eventsIn(sse).flatMap(({ candidates }) => (candidates as { content: { parts: Data[] } }[])[0]?.content.parts ?? []);
		const join = (isThought: boolean): string =>
			parts.flatMap(({ text, thought }) => ((thought === true) === isThought && text !== undefined ? [text] : [])).join("");
		const calls = parts.flatMap(({ functionCall: call }) => (call === undefined ? [] : [[(call as Data)["args"]]]));
		return [...[join(true), join(false)].filter((text) => text !== "").map((text) => [text]), ...calls];
	},
};

/** Each text is a choice of its own, and they come in turns. */
const CHOICES: Format = {
	api: "openai-chat",
	copies: 1,
	say(scripted, voice, next) {
		const lists = scripted.map(({ kind, say }, index) =>
			slices(say(voice), next).map((text, i) => {
				const head = i === 0 && { id: "c", type: "function" };
				const call = { tool_calls: [{ index: 0, ...head, function: { ...(i === 0 && { name: "f" }), arguments: text } }] };
				return { index, delta: kind === "call" ? call : { content: text }, finish_reason: null };
			}),
		);
		const choices: object[] = [];
		for (let left = lists; left.length > 0; left = left.filter((list) => list.length > 0))
			choices.push(left[Math.floor(next() * left.length)]?.shift() ?? {});
		const ends = lists.map((_, index) => ({ index, delta: {}, finish_reason: "stop" }));
		const events = [...choices, ...ends].map((choice) => `data: ${JSON.stringify({ id: "c", choices: [choice] })}\n\n`);
		return `${events.join("")}data: [DONE]\n\n`;
	},
	read(sse) {
		const texts: string[] = [];
		const calls = new Set<number>();
		for (const { choices } of eventsIn(sse))
			for (const { index, delta } of choices as { index: number; delta: { content?: string; tool_calls?: { function: Data }[] } }[]) {
				if (delta.tool_calls !== undefined) calls.add(index);
				texts[index] = (texts[index] ?? "") + String(delta.content ?? delta.tool_calls?.[0]?.function["arguments"] ?? "");
			}
		return texts.map((text, index) => [calls.has(index) ? json(text) : text]);
	},
};

function check(format: Format, strategy: "replace" | "synthetic", seed: number): void {
	const next = random(seed);
	const values = VALUES.filter(() => next() < 0.6);
	const { surrogates, style } = converse(program, key, strategy, [`α ${values.join(" ")} ω`]);
	if (surrogates.length === 0) return;
	const scripted = script(next, surrogates.length);
	if (scripted.length === 0) scripted.push({ kind: "text", say: sentence(next, surrogates.length), name: "" });
	const sse = format.say(scripted, (i) => surrogates[i]?.text ?? "", next);
	const wanted = scripted.map(({ kind, say }) => {
		const said = say((i) => surrogates[i]?.original ?? "");
		return kind === "call" ? json(said) : said;
	});
	const bytes = Buffer.from(sse);
	for (const run of someRuns(bytes.length, next)) {
		const { out, ended } = streamThrough(bytes, { api: format.api, program, style, ...run });
		const what = `seed ${seed}, ${format.api}, ${strategy}\n${sse}`;
		expect({ what, run, ended }).toEqual({ what, run, ended: "complete" });
		const readings = format.read(out);
		expect({ what, run, first: readings.map(([first]) => first) }).toEqual({ what, run, first: wanted });
		for (const [i, all] of readings.entries())
			expect({ what, run, all, enough: all.length >= format.copies }).toEqual({ what, run, all: all.map(() => wanted[i]), enough: true });
	}
}

describe.each([
	["the copies of the Responses API", RESPONSES],
	["Gemini's parts", GEMINI],
	["several choices", CHOICES],
] as const)("%s", (_name, format) => {
	test.each(["replace", "synthetic"] as const)("say the values of who asked (%s)", (strategy) => {
		for (let seed = FIRST_SEED; seed < FIRST_SEED + ANSWERS; seed++) check(format, strategy, seed);
	});

	test.runIf(FUZZ_SECONDS > 0)(
		"so in any other answer",
		() => {
			const deadline = Date.now() + (FUZZ_SECONDS * 1000) / 3;
			for (let seed = FIRST_SEED + ANSWERS; Date.now() < deadline; seed++) check(format, seed % 2 === 0 ? "replace" : "synthetic", seed);
		},
		3_600_000,
	);
});

test("a value that stands in JSON in JSON in a request is what it says there", () => {
	for (const value of VALUES.filter((text) => text.startsWith("⟪")))
		for (let depth = 1; depth <= 3; depth++) {
			const [written = ""] = nest(value, depth);
			const prompt = new SurrogateTable({ key, keepsOriginals: true });
			const call = { id: "c", type: "function", function: { name: "f", arguments: JSON.stringify({ q: written }) } };
			const messages = [
				{ role: "user", content: "α" },
				{ role: "assistant", content: null, tool_calls: [call] },
			];
			const body = Buffer.from(JSON.stringify({ model: "m", messages }));
			const style: TextStyle = { strategy: "replace", key, prompt };
			promptVerdict(body, "", openaiChat, plainPolicy("replace"), program, style);
			expect({ depth, surrogates: prompt.surrogates.map(({ original }) => original) }).toEqual({ depth, surrogates: [value] });
		}
});

/** The text within so many objects, each JSON in a string of the next; the outermost first. */
function nest(value: string, depth: number): string[] {
	const texts = [value];
	for (let i = 1; i < depth; i++) texts.unshift(JSON.stringify({ a: texts[0] }));
	return texts;
}
