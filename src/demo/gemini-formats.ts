import { type DemoAnswer, type DemoFormat, lastOf, SSE, sse } from "./format.ts";
import { demoVector } from "./openai-formats.ts";

const question: DemoFormat["question"] = ({ body }) => lastOf(body["contents"], ({ role }) => role !== "model");

function answerOf({ id, inputTokens, outputTokens }: DemoAnswer, text: string, finish?: "STOP"): object {
	return {
		candidates: [{ content: { parts: [{ text }], role: "model" }, ...(finish && { finishReason: finish }), index: 0 }],
		usageMetadata: { promptTokenCount: inputTokens, candidatesTokenCount: outputTokens, totalTokenCount: inputTokens + outputTokens },
		modelVersion: "demo",
		responseId: `demo-${id}`,
	};
}

const GENERATE: DemoFormat = {
	path: /^\/v1(?:alpha|beta)?\/models\/[^/]+:(?:streamG|g)enerateContent$/,
	question,
	whole: (answer) => answerOf(answer, answer.text, "STOP"),
	stream(answer, { url }) {
		if (!url.pathname.endsWith(":streamGenerateContent")) return undefined;
		const events = [...answer.deltas.map((delta) => answerOf(answer, delta)), answerOf(answer, "", "STOP")];
		if (url.searchParams.get("alt") === "sse") return { contentType: SSE, pieces: events.map((event) => sse(event)) };
		const pieces = events.map((event, i) => `${i === 0 ? "[" : ",\r\n"}${JSON.stringify(event)}`);
		return { contentType: "application/json", pieces: [...pieces, "]"] };
	},
};

const COUNT_TOKENS: DemoFormat = {
	path: /^\/v1(?:alpha|beta)?\/models\/[^/]+:countTokens$/,
	question,
	whole: ({ inputTokens }) => ({ totalTokens: inputTokens }),
};

const EMBED: DemoFormat = {
	path: /^\/v1(?:alpha|beta)?\/models\/[^/]+:embedContent$/,
	question: ({ body }) => JSON.stringify(body["content"] ?? ""),
	whole: (_answer, { body }) => ({ embedding: { values: demoVector(JSON.stringify(body["content"])) } }),
};

const EMBED_MANY: DemoFormat = {
	path: /^\/v1(?:alpha|beta)?\/models\/[^/]+:batchEmbedContents$/,
	question: ({ body }) => JSON.stringify(body["requests"] ?? ""),
	whole: (_answer, { body }) => ({
		embeddings: (Array.isArray(body["requests"]) ? body["requests"] : []).map((one: unknown) => ({
			values: demoVector(JSON.stringify(one)),
		})),
	}),
};

export const GEMINI_FORMATS: readonly DemoFormat[] = [GENERATE, COUNT_TOKENS, EMBED, EMBED_MANY];
