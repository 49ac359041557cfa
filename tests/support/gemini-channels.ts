import { type GeminiPart, geminiEvents, geminiSse } from "./gemini-events.ts";
import type { StreamChannel } from "./stream-channel.ts";

interface Part {
	readonly text?: string;
	readonly thought?: true;
	readonly story?: { readonly text: string };
	readonly audioTranscription?: { readonly text: string };
	readonly functionCall?: { readonly partialArgs?: readonly Argument[] };
}

interface Argument {
	readonly jsonPath: string;
	readonly stringValue?: string;
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

/** A streamed call: two arguments one after the other, without a blank between their texts. */
function streamedCall(deltas: readonly string[]): GeminiPart[] {
	const piece = (jsonPath: string, stringValue: string, willContinue: boolean): object => ({
		partialArgs: [{ jsonPath, stringValue, ...(willContinue && { willContinue }) }],
		willContinue: true,
	});
	const calls = [
		{ name: "f", id: "c1", willContinue: true },
		...deltas.map((text, i) => piece("$.q", text, i < deltas.length - 1)),
		...["α", "β"].map((text, i) => piece("$.mail.to[0]", text, i === 0)),
		{},
	];
	return calls.map((functionCall) => ({ part: { functionCall } }));
}

const argumentOf = (jsonPath: string) => (part: Part) => {
	const own = part.functionCall?.partialArgs?.filter((argument) => argument.jsonPath === jsonPath);
	return own?.map(({ stringValue }) => stringValue).join("");
};

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
	gemini("argument of a streamed call", streamedCall, argumentOf("$.q")),
	gemini(
		"transcript of sound",
		(deltas) => deltas.map((text) => ({ part: { audioTranscription: { text, languageCode: "en-US" } } })),
		(part) => part.audioTranscription?.text,
	),
	gemini(
		"part of an unknown kind",
		(deltas) => deltas.map((text) => ({ part: { story: { text } } })),
		(part) => part.story?.text,
	),
];
