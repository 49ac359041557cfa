/** One part of a scripted Gemini answer: text in pieces, or an object of its own. */
export type GeminiPart =
	| { readonly deltas: readonly string[]; readonly thought?: true }
	| { readonly part: Readonly<Record<string, unknown>> };

const USAGE = { promptTokenCount: 12, candidatesTokenCount: 34, totalTokenCount: 46 };

function candidate(part: object, index: number, more: object = {}): object {
	return { content: { parts: [part], role: "model" }, ...more, index };
}

function textPart(text: string, thought: true | undefined): object {
	return { text, ...(thought && { thought }) };
}

/** The events of one Gemini answer, as objects. */
export function geminiEvents(parts: readonly GeminiPart[], index = 0): object[] {
	const head = { usageMetadata: USAGE, modelVersion: "gemini-x", responseId: "r1" };
	const pieces = parts.flatMap((part) =>
		"part" in part ? [candidate(part.part, index)] : part.deltas.map((text) => candidate(textPart(text, part.thought), index)),
	);
	const last = candidate({ text: "" }, index, { finishReason: "STOP" });
	return [...pieces, last].map((item) => ({ candidates: [item], ...head }));
}

export function geminiSse(events: readonly object[]): string[] {
	return events.map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`);
}

/** As Google writes an array: indented, with CRLF between the elements. */
export function geminiArray(events: readonly object[]): string {
	return `[${events.map((event) => JSON.stringify(event, undefined, 2)).join("\n,\r\n")}\n]\n`;
}

/** The same answer whole. */
export function geminiAnswer(parts: readonly GeminiPart[]): object {
	const whole = parts.map((part) => ("part" in part ? part.part : textPart(part.deltas.join(""), part.thought)));
	return {
		candidates: [{ content: { parts: whole, role: "model" }, finishReason: "STOP", index: 0 }],
		usageMetadata: USAGE,
		modelVersion: "gemini-x",
		responseId: "r1",
	};
}
