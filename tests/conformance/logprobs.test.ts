import { beforeAll, describe, expect, test } from "vitest";
import type { ApiName } from "../../src/core/api.ts";
import { createBodyFilter } from "../../src/inspect/body-filter.ts";
import { providerOf } from "../../src/providers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { hidingLogprobs, honestLogprobs, joinedTexts, type Logprob } from "../support/logprobs.ts";
import { type Next, pick, random, randomSlices } from "../support/random.ts";
import { allRecognizers, nothingToFind } from "../support/scanner-program.ts";
import { dataOf } from "../support/stream-channel.ts";
import { streamThrough } from "../support/stream-through.ts";

/**
 * Log probabilities of a clean text that say another one: in whatever member, they do not go out. Honest ones go out with
 * the text that they spell, and not beside a changed one.
 */
const CASES = 60;
const SECRET = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const GRAMS = [...SECRET.slice(0, -7)].map((_, i) => SECRET.slice(i, i + 8));
const TEXT = "The weather in Zürich 😀 is mild, they say.";
const style = { strategy: "replace", key: new Uint8Array(32) } as const;

interface Format {
	readonly api: ApiName;
	readonly name: string;
	/** The answer's JSON objects: the events of a stream, or one body. */
	answer(pieces: readonly string[], logprobs: readonly Logprob[] | undefined, next: Next): object[];
	readonly isStream: boolean;
}

const chat = (choice: object): object => ({
	id: "c",
	object: "chat.completion.chunk",
	created: 1,
	model: "m",
	choices: [{ index: 0, ...choice }],
});
const part = (text: string, logprobs: unknown): object => ({ type: "output_text", text, annotations: [], logprobs });
const response = (text: string, logprobs: unknown): object => ({
	id: "r",
	status: "completed",
	output: [{ id: "i", type: "message", role: "assistant", content: [part(text, logprobs)] }],
});
const at = { item_id: "i", output_index: 0, content_index: 0 };

const completion = (choice: object): object => ({
	id: "c",
	object: "text_completion",
	created: 1,
	model: "m",
	choices: [{ index: 0, ...choice }],
});

/** As OpenAI's completions write them: a list for each member. */
function columns(list: readonly Logprob[]): object {
	const extra = list.map(({ token: _token, logprob: _logprob, bytes: _bytes, top_logprobs: _top, ...more }) => more);
	return {
		tokens: list.map(({ token }) => token),
		token_logprobs: list.map(({ logprob }) => logprob),
		top_logprobs: list.map((entry) => (Array.isArray(entry["bytes"]) ? { [String(entry["token"])]: -1 } : null)),
		...(extra.some((more) => Object.keys(more).length > 0) && { extra }),
	};
}

function candidate(text: string, list: readonly Logprob[] | undefined, isLast: boolean): object {
	const gemini = ({ token, logprob, bytes: _bytes, top_logprobs: _top, ...more }: Logprob): Logprob => ({
		token,
		logProbability: logprob,
		tokenId: 7,
		...more,
	});
	const chosenCandidates = list?.map(gemini);
	const topCandidates = list?.map((entry) => ({ candidates: [gemini(entry), gemini({ token: "other", logprob: -1 })] }));
	return {
		candidates: [
			{
				content: { role: "model", parts: [{ text }] },
				...(list && { logprobsResult: { chosenCandidates, topCandidates } }),
				...(isLast && { finishReason: "STOP" }),
				index: 0,
			},
		],
	};
}

const FORMATS: readonly Format[] = [
	{
		api: "openai-completions",
		name: "completions, streamed",
		isStream: true,
		answer: (pieces, logprobs, next) => [
			...runs(pieces, logprobs, next).map(({ text, list }) => completion({ text, logprobs: list && columns(list), finish_reason: null })),
			completion({ text: "", logprobs: null, finish_reason: "stop" }),
		],
	},
	{
		api: "openai-completions",
		name: "completions",
		isStream: false,
		answer: (pieces, logprobs) => [completion({ text: pieces.join(""), logprobs: logprobs && columns(logprobs), finish_reason: "stop" })],
	},
	{
		api: "gemini-generate",
		name: "Gemini, streamed",
		isStream: true,
		answer: (pieces, logprobs, next) =>
			runs(pieces, logprobs, next).map(({ text, list }, i, all) => candidate(text, list, i === all.length - 1)),
	},
	{ api: "gemini-generate", name: "Gemini", isStream: false, answer: (pieces, logprobs) => [candidate(pieces.join(""), logprobs, true)] },
	{
		api: "openai-chat",
		name: "chat, streamed",
		isStream: true,
		answer: (pieces, logprobs, next) => [
			...runs(pieces, logprobs, next).map(({ text, list }) =>
				chat({ delta: { content: text }, logprobs: list && { content: list, refusal: null } }),
			),
			chat({ delta: {}, finish_reason: "stop" }),
		],
	},
	{
		api: "openai-chat",
		name: "chat",
		isStream: false,
		answer: (pieces, content) => [
			chat({
				message: { role: "assistant", content: pieces.join("") },
				logprobs: content && { content, refusal: null },
				finish_reason: "stop",
			}),
		],
	},
	{
		api: "openai-responses",
		name: "responses, streamed",
		isStream: true,
		answer: (pieces, logprobs, next) => [
			{ type: "response.created", sequence_number: 0, response: { id: "r", status: "in_progress", output: [] } },
			...runs(pieces, logprobs, next).map(({ text, list = [] }, i) => ({
				type: "response.output_text.delta",
				sequence_number: i + 1,
				...at,
				delta: text,
				logprobs: list,
			})),
			{ type: "response.output_text.done", sequence_number: 90, ...at, text: pieces.join(""), logprobs: logprobs ?? [] },
			{ type: "response.content_part.done", sequence_number: 91, ...at, part: part(pieces.join(""), logprobs ?? []) },
			{ type: "response.completed", sequence_number: 92, response: response(pieces.join(""), logprobs ?? []) },
		],
	},
	{
		api: "openai-responses",
		name: "responses",
		isStream: false,
		answer: (pieces, logprobs) => [response(pieces.join(""), logprobs ?? [])],
	},
];

/** Some pieces in one event. */
function runs(
	pieces: readonly string[],
	logprobs: readonly Logprob[] | undefined,
	next: Next,
): { text: string; list?: readonly Logprob[] }[] {
	const out: { text: string; list?: readonly Logprob[] }[] = [];
	for (let i = 0; i < pieces.length; ) {
		const to = i + 1 + Math.floor(next() * 3);
		out.push({ text: pieces.slice(i, to).join(""), ...(logprobs && { list: logprobs.slice(i, to) }) });
		i = to;
	}
	return out;
}

let all: ScannerProgram;
/** Holds nothing back, so every event goes out as it came. */
let none: ScannerProgram;
beforeAll(async () => {
	all = await allRecognizers("redact");
	none = await nothingToFind();
});

function through({ api, isStream }: Format, objects: readonly object[], next: Next, program = all): unknown[] {
	if (!isStream) {
		const filter = createBodyFilter({ provider: providerOf(api), program, style, onCut: "end", maxBytes: 1 << 20 });
		filter.push(Buffer.from(JSON.stringify(objects[0])));
		return [JSON.parse(filter.end(undefined).out)];
	}
	const events = [...objects.map((object) => JSON.stringify(object)), ...(/chat|completions/.test(api) ? ["[DONE]"] : [])];
	const sse = events.map((data) => `data: ${data}\n\n`).join("");
	const { out, ended } = streamThrough(Buffer.from(sse), { api, program, style, sizes: [1 + Math.floor(next() * 500)] });
	expect(ended).toBe("complete");
	return dataOf(out);
}

describe.each(FORMATS.map((format) => [format.name, format] as const))("%s", (_name, format) => {
	const check = (seed: number): void => {
		const next = random(seed);
		const pieces = randomSlices(TEXT, 6, next).map((piece) => piece.toWellFormed());
		const { way, list } = hidingLogprobs(pieces, SECRET, next);
		const joined = joinedTexts(through(format, format.answer(pieces, list, next), next)).join("\n");
		expect({ seed, way, leaked: GRAMS.filter((gram) => joined.includes(gram)) }).toEqual({ seed, way, leaked: [] });
	};

	test("what they hide does not go out", () => {
		for (let seed = 1; seed <= CASES; seed++) check(seed);
		const deadline = Date.now() + FUZZ_SECONDS * 250;
		for (let seed = FIRST_SEED + CASES; Date.now() < deadline; seed++) check(seed);
	});

	test.each([true, false])("honest ones stay as they are (with bytes: %s), and do not tell a text that was changed", (hasBytes) => {
		const next = random(5);
		const pieces = randomSlices(TEXT, 6, next).map((piece) => piece.toWellFormed());
		const clean = format.answer(pieces, honestLogprobs(pieces, hasBytes), next);
		expect(through(format, clean, next, none)).toEqual(clean);
		const secret = [...pieces, " ", ...(SECRET.match(/.{1,4}/g) ?? []), " there"];
		const answer = format.answer(secret, honestLogprobs(secret, hasBytes), next);
		const joined = joinedTexts(through(format, answer, next)).join("\n");
		expect(GRAMS.filter((gram) => joined.includes(gram))).toEqual([]);
		expect(joined).toContain("[AWS_KEY_1]");
	});

	test.runIf(/chat|responses/.test(format.api))("a character in two tokens is spelled by their bytes", () => {
		const euro = [...Buffer.from("€")];
		const tokens = pick(
			[
				["bytes:\\xe2\\x82", "bytes:\\xac"],
				["\ufffd", "\ufffd"],
			],
			random(format.name.length),
		);
		const half = (token: string | undefined, bytes: number[]): Logprob => ({ token, logprob: -1, bytes, top_logprobs: [] });
		const list = [half(tokens[0], euro.slice(0, 2)), half(tokens[1], euro.slice(2))];
		const answer = format.answer(["€", ""], list, () => 0.99);
		expect(through(format, answer, random(1), none)).toEqual(answer);
	});
});
