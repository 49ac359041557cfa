import { type GeminiPart, geminiEvents, geminiSse } from "./gemini-events.ts";
import type { StreamChannel } from "./stream-channel.ts";

interface Part {
	readonly text?: string;
	readonly thought?: true;
	readonly story?: { readonly text: string };
}

function partsOf(event: Record<string, unknown>, index: number): Part[] {
	const candidates = event["candidates"] as { index: number; content?: { parts?: Part[] } }[];
	return candidates.filter((candidate) => candidate.index === index).flatMap(({ content }) => content?.parts ?? []);
}

function gemini(
	name: string,
	parts: (deltas: readonly string[]) => GeminiPart[],
	read: (part: Part) => string | undefined,
	index = 0,
): StreamChannel {
	return {
		name: `gemini ${name}`,
		api: "gemini-generate",
		events: (deltas) => geminiSse(geminiEvents(parts(deltas), index)),
		read: (event) =>
			partsOf(event, index)
				.map((part) => read(part) ?? "")
				.join(""),
	};
}

const thoughts = (part: Part): string | undefined => (part.thought ? part.text : undefined);
const answer = (part: Part): string | undefined => (part.thought ? undefined : part.text);

/** Where Gemini's answers carry text that grows. */
export const GEMINI_CHANNELS: readonly StreamChannel[] = [
	gemini("text", (deltas) => [{ deltas }], answer),
	gemini("text of the second candidate", (deltas) => [{ deltas }], answer, 1),
	gemini("thoughts before text", (deltas) => [{ deltas, thought: true }, { deltas: ["α ", "β"] }], thoughts),
	gemini(
		"text in parts around a function call",
		(deltas) => [{ deltas: deltas.slice(0, 2) }, { part: { functionCall: { name: "f", args: { α: "β" } } } }, { deltas: deltas.slice(2) }],
		answer,
	),
	gemini(
		"part of an unknown kind",
		(deltas) => deltas.map((text) => ({ part: { story: { text } } })),
		(part) => part.story?.text,
	),
];
