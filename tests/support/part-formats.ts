import type { ApiName } from "../../src/core/api.ts";
import { anthropicEvents, anthropicMessage } from "./anthropic-events.ts";
import { geminiAnswer, geminiEvents, geminiSse } from "./gemini-events.ts";
import { responseEvents } from "./response-events.ts";
import { stringAt } from "./stream-channel.ts";

/** Formats in which one text can stand in several parts that others stand between, so that the end of one cannot wait for the next. */

/** How an answer of several parts looks in one format. */
export interface PartFormat {
	readonly name: string;
	readonly api: ApiName;
	/** Events of an answer with these parts, each in deltas. */
	events(parts: readonly (readonly string[])[]): readonly string[];
	/** The texts of so many parts, as a client reads them. */
	read(events: readonly Record<string, unknown>[], count?: number): string[];
	/** All that must say the same again; the same number of texts for each part. */
	copies(events: readonly Record<string, unknown>[]): string[];
	body(parts: readonly string[]): object;
	readBody(body: unknown): string[];
}

const ANTHROPIC = (name: string, type: "text" | "thinking", between: "text" | "thinking" | "tool_use"): PartFormat => {
	const other = { text: "μ", thinking: "μ", tool_use: "{}" }[between];
	const blocks = (parts: readonly (readonly string[])[]) =>
		parts.flatMap((deltas, i) => [...(i === 0 ? [] : [{ type: between, deltas: [other] } as const]), { type, deltas } as const]);
	return {
		name,
		api: "anthropic-messages",
		events: (parts) => anthropicEvents(blocks(parts)),
		read: (events, count) => upTo(count).map((i) => textAt(events, (event) => event["index"] === 2 * i, ["delta", type])),
		copies: () => [],
		body: (parts) => anthropicMessage(blocks(parts.map((part) => [part]))),
		readBody: (body) => (body as { content: Record<string, string>[] }).content.map((block) => block[type] ?? ""),
	};
};

const CALL = { kind: "call", type: "function_call", member: "arguments", base: "function_call_arguments", texts: ["{}"] } as const;

const RESPONSES: PartFormat = {
	name: "two messages of a response with a call between",
	api: "openai-responses",
	events: (parts) => responseEvents(parts.flatMap((texts, i) => [...(i === 0 ? [] : [CALL]), { kind: "message", texts } as const])),
	read: (events, count) => upTo(count).map((i) => textAt(events, (event) => isDelta(event) && event["output_index"] === 2 * i, ["delta"])),
	copies: (events) =>
		events.flatMap((event) => [
			stringAt(event, ["text"]),
			stringAt(event, ["part", "text"]),
			...(event["type"] === "response.output_item.done" ? [stringAt(event, ["item", "content", 0, "text"])] : []),
			...[0, 2, 4].map((index) => stringAt(event, ["response", "output", index, "content", 0, "text"])),
		]),
	body: (parts) => ({
		id: "r",
		status: "completed",
		output: parts.map((text) => ({ id: "i", type: "message", role: "assistant", content: [{ type: "output_text", text }] })),
	}),
	readBody: (body) =>
		(body as { output: { content: { text: string }[] }[] }).output.flatMap(({ content }) => content.map(({ text }) => text)),
};

const PARTS: PartFormat = {
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
	read: (events, count) => upTo(count).map((i) => textAt(events, (event) => isDelta(event) && event["content_index"] === i, ["delta"])),
	copies: (events) =>
		events.flatMap((event) => [
			stringAt(event, ["text"]),
			stringAt(event, ["part", "text"]),
			...upTo(3).flatMap((index) => [
				event["type"] === "response.output_item.done" ? stringAt(event, ["item", "content", index, "text"]) : "",
				stringAt(event, ["response", "output", 0, "content", index, "text"]),
			]),
		]),
};

/** Each part comes whole in an event. */
export const CODE: PartFormat = {
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

/** So does each segment of a transcript, by whoever speaks it. */
const SEGMENTS: PartFormat = {
	name: "segments of a transcript",
	api: "openai-transcription",
	events: (parts) =>
		[...parts.map((deltas, i) => segmentOf(deltas.join(""), i)), { type: "transcript.text.done", text: "" }].map(
			(event) => `data: ${JSON.stringify(event)}\n\n`,
		),
	read: (events, count) => upTo(count).map((i) => textAt(events, ({ id }) => id === `seg_${i}`, ["text"])),
	copies: () => [],
	body: (parts) => ({ text: "", segments: parts.map(segmentOf) }),
	readBody: (body) => (body as { segments: { text: string }[] }).segments.map(({ text }) => text),
};

function segmentOf(text: string, i: number): object {
	return { type: "transcript.text.segment", id: `seg_${i}`, start: i, end: i + 1, speaker: "AB"[i % 2], text };
}

function upTo(count = 2): number[] {
	return [...Array(count).keys()];
}

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

export const PART_FORMATS = [
	ANTHROPIC("text blocks with thinking between", "text", "thinking"),
	ANTHROPIC("text blocks with a call between", "text", "tool_use"),
	ANTHROPIC("thinking blocks with text between", "thinking", "text"),
	RESPONSES,
	PARTS,
	CODE,
	SEGMENTS,
];
