import type { ApiName } from "../../src/core/api.ts";
import { stringAt } from "./stream-channel.ts";

type Data = Record<string, unknown>;

/** One text of a streamed answer: how its pieces stand in events, and where a client reads it. */
export interface Voice {
	readonly name: string;
	/** Its text is the string in a piece of JSON source. */
	readonly isJson?: true;
	/** The data of an event with the next piece. */
	say(piece: string, i: number): Data;
	read(data: Data): string;
}

/** What a vendor's answers are made of. */
export interface Speech {
	readonly api: ApiName;
	readonly isArray?: true;
	readonly voices: readonly Voice[];
	/** Two events of different voices as one; undefined: that cannot be. */
	both?(one: Data, other: Data): Data | undefined;
	/** Events before the first piece. */
	begin(voices: readonly Voice[]): readonly Data[];
	/** Events after the last one. */
	end(texts: ReadonlyMap<Voice, string>): readonly (Data | "[DONE]")[];
}

type Path = readonly (string | number)[];

/** The least JSON with a value at a path of names and element numbers. */
function at(path: Path, value: unknown): unknown {
	const [step, ...rest] = path;
	if (step === undefined) return value;
	return typeof step === "number" ? [{ index: step, ...(at(rest, value) as object) }] : { [step]: at(rest, value) };
}

const CHUNK = { id: "c", object: "chat.completion.chunk", created: 1, model: "m" };

function choiceVoice(choice: number, path: Path, more: { readonly isJson?: true; readonly first?: object } = {}): Voice {
	const { isJson, first } = more;
	return {
		name: `${choice} ${path.join(".")}`,
		...(isJson && { isJson }),
		say(piece, i) {
			const members = at(path, piece) as { delta?: { tool_calls?: object[] } };
			if (i === 0 && first !== undefined) members.delta?.tool_calls?.forEach((call) => void Object.assign(call, first));
			return { ...CHUNK, choices: [{ index: choice, ...members, finish_reason: null }] };
		},
		read: (data) => stringAt(data, ["choices", choice, ...path]),
	};
}

const CALL = { id: "call_a", type: "function" };
const choiceVoices = [0, 1, 2].flatMap((choice) => [
	choiceVoice(choice, ["delta", "content"]),
	choiceVoice(choice, ["delta", "reasoning_content"]),
	choiceVoice(choice, ["delta", "refusal"]),
	choiceVoice(choice, ["delta", "musing", "deep"]),
	choiceVoice(choice, ["aside"]),
	choiceVoice(choice, ["delta", "reasoning_details", 0, "text"]),
	choiceVoice(choice, ["delta", "audio", "transcript"]),
	...[0, 1].map((call) => choiceVoice(choice, ["delta", "tool_calls", call, "function", "arguments"], { isJson: true, first: CALL })),
	choiceVoice(choice, ["delta", "tool_calls", 2, "custom", "input"], { first: { id: "call_b", type: "custom" } }),
]);

function choicesOf(data: Data): { index: number }[] {
	return data["choices"] as { index: number }[];
}

function numbersOf(voices: Iterable<Voice>): number[] {
	return [...new Set([...voices].flatMap((voice) => choicesOf(voice.say("", 0)).map(({ index }) => index)))];
}

function bothChoices(one: Data, other: Data): Data | undefined {
	if (choicesOf(one).some(({ index }) => choicesOf(other).some((choice) => choice.index === index))) return undefined;
	return { ...one, choices: [...choicesOf(one), ...choicesOf(other)] };
}

const CHAT: Speech = {
	api: "openai-chat",
	voices: choiceVoices,
	both: bothChoices,
	begin: (voices) =>
		numbersOf(voices).map((index) => ({ ...CHUNK, choices: [{ index, delta: { role: "assistant", content: "" }, finish_reason: null }] })),
	end: (texts) => [
		...numbersOf(texts.keys()).map((index) => ({ ...CHUNK, choices: [{ index, delta: {}, finish_reason: "stop" }] })),
		{ ...CHUNK, choices: [], usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } },
		"[DONE]",
	],
};

const COMPLETIONS: Speech = {
	api: "openai-completions",
	voices: [0, 1].map((choice) => choiceVoice(choice, ["text"])),
	both: bothChoices,
	begin: () => [],
	end: (texts) => [
		...numbersOf(texts.keys()).map((index) => ({ ...CHUNK, choices: [{ index, text: "", logprobs: null, finish_reason: "stop" }] })),
		"[DONE]",
	],
};

/** Block 0 and 2 are text with nothing between them; 1 is thinking, 3 and 4 are calls. */
function blockVoice(index: number, type: string, member: string, more: { readonly isJson?: true } = {}): Voice {
	return {
		name: `${index} ${type}`,
		...more,
		say: (piece) => ({ type: "content_block_delta", index, delta: { type, [member]: piece } }),
		read: (data) => (data["index"] === index ? stringAt(data, ["delta", member]) : ""),
	};
}

const BLOCKS: readonly object[] = [
	{ type: "thinking", thinking: "", signature: "" },
	{ type: "text", text: "" },
	{ type: "tool_use", id: "toolu_a", name: "f", input: {} },
	{ type: "tool_use", id: "toolu_b", name: "f", input: {} },
	{ type: "musing", musing: "" },
];

const ANTHROPIC: Speech = {
	api: "anthropic-messages",
	voices: [
		blockVoice(0, "thinking_delta", "thinking"),
		blockVoice(1, "text_delta", "text"),
		blockVoice(2, "input_json_delta", "partial_json", { isJson: true }),
		blockVoice(3, "input_json_delta", "partial_json", { isJson: true }),
		blockVoice(4, "musing_delta", "musing"),
	],
	begin: () => [
		{
			type: "message_start",
			message: { id: "m", type: "message", role: "assistant", model: "m", content: [], usage: { input_tokens: 1, output_tokens: 1 } },
		},
		...BLOCKS.map((block, index) => ({ type: "content_block_start", index, content_block: block })),
	],
	end: () => [
		...BLOCKS.map((_, index) => ({ type: "content_block_stop", index })),
		{ type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 9 } },
		{ type: "message_stop" },
	],
};

function partVoice(index: number, members: object, path: Path): Voice {
	return {
		name: `${index} ${path.join(".")} ${JSON.stringify(members)}`,
		say: (piece) => ({
			candidates: [{ content: { parts: [{ ...members, ...(at(path, piece) as object) }], role: "model" }, index }],
			modelVersion: "m",
			responseId: "r",
		}),
		read: (data) =>
			((data["candidates"] as { index?: number; content?: { parts?: { thought?: boolean }[] } }[] | undefined) ?? [])
				.filter((candidate) => candidate.index === index)
				.flatMap(({ content }) => content?.parts ?? [])
				.filter((part) => (part.thought === true) === "thought" in members)
				.map((part) => stringAt(part, path))
				.join(""),
	};
}

const GEMINI: Speech = {
	api: "gemini-generate",
	voices: [0, 1].flatMap((index) => [
		partVoice(index, {}, ["text"]),
		partVoice(index, { thought: true }, ["text"]),
		partVoice(index, {}, ["musing", "deep"]),
	]),
	both(one, other) {
		const [[first], [second]] = [one["candidates"] as [{ index: number }], other["candidates"] as [{ index: number }]];
		return first.index === second.index ? undefined : { ...one, candidates: [first, second] };
	},
	begin: () => [],
	end: () => [
		{
			candidates: [0, 1].map((index) => ({ content: { parts: [{ text: "" }], role: "model" }, finishReason: "STOP", index })),
			modelVersion: "m",
		},
	],
};

const ITEMS: readonly (readonly [base: string, list: "content" | "summary" | undefined, member: string, item: object, part?: object])[] = [
	["reasoning_summary_text", "summary", "text", { type: "reasoning", summary: [] }, { type: "summary_text", text: "" }],
	["output_text", "content", "text", { type: "message", role: "assistant", content: [] }, { type: "output_text", text: "" }],
	["refusal", "content", "refusal", { type: "message", role: "assistant", content: [] }, { type: "refusal", refusal: "" }],
	["function_call_arguments", undefined, "arguments", { type: "function_call", name: "f", call_id: "call_a", arguments: "" }],
	["custom_tool_call_input", undefined, "input", { type: "custom_tool_call", name: "f", call_id: "call_b", input: "" }],
	["musing", undefined, "musing", { type: "musing" }],
];

function place(output: number, list: string | undefined): Data {
	return { item_id: `item_${output}`, output_index: output, ...(list !== undefined && { [`${list}_index`]: 0 }) };
}

const RESPONSES: Speech = {
	api: "openai-responses",
	voices: ITEMS.map(([base, list], output) => ({
		name: base,
		...(base.endsWith("arguments") && { isJson: true as const }),
		say: (piece) => ({ type: `response.${base}.delta`, ...place(output, list), delta: piece }),
		read: (data) => (data["type"] === `response.${base}.delta` && typeof data["delta"] === "string" ? data["delta"] : ""),
	})),
	begin: () => [
		{
			type: "response.created",
			response: { id: "resp", object: "response", created_at: 1, status: "in_progress", model: "m", output: [] },
		},
		...ITEMS.flatMap(([, list, , item, part], output) => [
			{ type: "response.output_item.added", output_index: output, item: { id: `item_${output}`, ...item } },
			...(part === undefined
				? []
				: [
						{
							type: list === "summary" ? "response.reasoning_summary_part.added" : "response.content_part.added",
							...place(output, list),
							part,
						},
					]),
		]),
	],
	end: (texts) => {
		const said = new Map([...texts].map(([{ name }, text]) => [name, text]));
		return responseEnd((name) => said.get(name) ?? "");
	},
};

/** The ends of a response repeat what was said. */
function responseEnd(said: (voice: string) => string): Data[] {
	const items = ITEMS.map(([base, list, member, item, part], output) => {
		const text = said(base);
		const whole = list === undefined ? { ...item, [member]: text } : { ...item, [list]: [{ ...part, [member]: text }] };
		return { text, whole: { id: `item_${output}`, ...whole, status: "completed" } };
	});
	return [
		...ITEMS.flatMap(([base, list, member, , part], output) => {
			const { text = "", whole } = items[output] ?? {};
			return [
				{ type: `response.${base}.done`, ...place(output, list), [member]: text },
				...(part === undefined
					? []
					: [
							{
								type: list === "summary" ? "response.reasoning_summary_part.done" : "response.content_part.done",
								...place(output, list),
								part: { ...part, [member]: text },
							},
						]),
				{ type: "response.output_item.done", output_index: output, item: whole },
			];
		}),
		{
			type: "response.completed",
			response: { id: "resp", object: "response", created_at: 1, status: "completed", model: "m", output: items.map(({ whole }) => whole) },
		},
	];
}

export const SPEECHES: readonly Speech[] = [CHAT, COMPLETIONS, RESPONSES, ANTHROPIC, GEMINI, { ...GEMINI, isArray: true }];
