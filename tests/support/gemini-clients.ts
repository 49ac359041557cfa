import { type Candidate, type GenerateContentConfig, GoogleGenAI } from "@google/genai";
import { curl } from "./curl-client.ts";
import type { PythonProgram } from "./python-client.ts";
import { dataOf } from "./stream-channel.ts";

/** What an application sees of one answer of Gemini's API; texts and finish reasons by candidate. */
export interface GeminiSeen {
	readonly texts: string[];
	thoughts: string;
	readonly calls: object[];
	readonly finishes: string[];
	requests: number;
	error?: { readonly status?: number | undefined; readonly message: string };
}

export interface GeminiClient {
	readonly name: string;
	readonly isStream: boolean;
	/** Requests it makes when each is answered with an error that a retry may cure. */
	readonly tries: number;
	ask(baseUrl: string, contents: string, config?: GenerateContentConfig): Promise<GeminiSeen>;
}

export const GEMINI_CLIENTS: readonly GeminiClient[] = [sdk(true), sdk(false), shell(true), shell(false)];

function sdk(isStream: boolean): GeminiClient {
	return {
		name: `@google/genai, ${isStream ? "streamed" : "not streamed"}`,
		isStream,
		tries: 2,
		async ask(baseUrl, contents, config = {}) {
			const seen = nothing();
			const counting: typeof fetch = (input, init) => {
				seen.requests++;
				return fetch(input, init);
			};
			const retryOptions = { attempts: 2, initialDelay: 0.01 };
			const { models } = new GoogleGenAI({ apiKey: "unused", httpOptions: { baseUrl, fetch: counting, retryOptions } });
			const request = { model: "gemini-x", contents, config };
			try {
				if (!isStream) take(seen, (await models.generateContent(request)).candidates);
				else for await (const { candidates } of await models.generateContentStream(request)) take(seen, candidates);
			} catch (error) {
				seen.error = error as Error;
			}
			return seen;
		},
	};
}

export function pythonGeminiClients(program: PythonProgram): GeminiClient[] {
	return ["streamed", "not streamed"].map((kind) => ({
		name: `Python google-genai, ${kind}`,
		isStream: kind === "streamed",
		tries: 2,
		ask: (baseURL, contents, config = {}) => program.ask<GeminiSeen>({ kind, baseURL, contents, config }),
	}));
}

interface Answer {
	readonly candidates?: Candidate[];
	readonly error?: { readonly message: string };
}

function shell(isStream: boolean): GeminiClient {
	const method = isStream ? "streamGenerateContent?alt=sse" : "generateContent";
	return {
		name: `curl, ${isStream ? "streamed" : "not streamed"}`,
		isStream,
		tries: 1,
		async ask(baseUrl, contents, config = {}) {
			const seen = nothing();
			seen.requests = 1;
			const body = { contents: [{ role: "user", parts: [{ text: contents }] }], generationConfig: config };
			const { status, text } = await curl(`${baseUrl}/v1beta/models/gemini-x:${method}`, body);
			const answers = (isStream && status === 200 ? dataOf(text) : [JSON.parse(text)]) as Answer[];
			for (const { candidates } of answers) take(seen, candidates);
			const error = answers.find((answer) => answer.error !== undefined)?.error;
			if (error !== undefined) seen.error = { status, message: error.message };
			return seen;
		},
	};
}

function nothing(): GeminiSeen {
	return { texts: [], thoughts: "", calls: [], finishes: [], requests: 0 };
}

function take(seen: GeminiSeen, candidates: readonly Candidate[] = []): void {
	for (const { index = 0, content, finishReason } of candidates) {
		for (const { text = "", thought, functionCall } of content?.parts ?? []) {
			if (thought === true) seen.thoughts += text;
			else if (functionCall === undefined) seen.texts[index] = (seen.texts[index] ?? "") + text;
			if (functionCall?.args !== undefined) seen.calls.push(functionCall.args);
		}
		if (finishReason !== undefined) seen.finishes[index] = finishReason;
	}
}
