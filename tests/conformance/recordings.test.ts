import { beforeAll, describe, expect, test } from "vitest";
import { skipsComments } from "../../src/core/api.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { random } from "../support/random.ts";
import { type Recording, recordings } from "../support/recordings.ts";
import { allRecognizers, nothingToFind } from "../support/scanner-program.ts";
import { dataOf } from "../support/stream-channel.ts";
import { type StreamRun, streamThrough } from "../support/stream-through.ts";

/**
 * What real vendors sent: OpenAI (chat, completions, Responses), Azure, Mistral, xAI, DeepSeek, OpenRouter, Ollama, Gemini's
 * OpenAI dialect, Anthropic, and Gemini's own API as SSE. None of the packages has Gemini's JSON array: there
 * `transcripts.test.ts` has one written by hand.
 */
const RECORDINGS = recordings();
const STYLE = { strategy: "mask", key: new Uint8Array(32) } as const;

/** A picture in an answer, also one under way, ends it: it cannot be inspected. */
const PICTURES = /image_generation/;
/** The first bytes of every JPEG file in base64. */
const JPEG = "/9j/";

const CLEAN = ': security {"action":"allow","findings":{}}\n\n';

let all: ScannerProgram;
let none: ScannerProgram;
beforeAll(async () => {
	all = await allRecognizers("redact");
	none = await nothingToFind();
});

type Cut = Pick<StreamRun, "sizes" | "moveEvery">;

/** Bytes that one recording may cost in single splits, and in random ones, beside what it costs byte by byte. */
const SPLIT_BYTES = 20_000;
const RANDOM_BYTES = 15_000;

/** Byte by byte; at single places, as many as the length allows; and at random, with moves to other lanes. */
function* cuts(length: number): Generator<Cut> {
	yield { sizes: [1] };
	yield { sizes: "events" };
	const splits = Math.min(length - 1, Math.floor(SPLIT_BYTES / length));
	for (let i = 1; i <= splits; i++) yield { sizes: [length, Math.round((i * length) / (splits + 1)), length] };
	const next = random(length);
	for (let run = 0; run < Math.min(12, RANDOM_BYTES / length); run++)
		yield { sizes: Array.from({ length: 9 }, () => 1 + Math.floor(next() * 10 ** (3 - (run % 3)))), moveEvery: 1 + (run % 4) * 5 };
}

function through({ api, bytes }: Recording, program: ScannerProgram, cut: Cut = { sizes: [bytes.length] }) {
	return streamThrough(bytes, { api, program, style: STYLE, ...cut });
}

/** Without comments, the upstream's and the proxy's. */
function withoutComments(sse: string): string {
	return sse.replace(/^:[^\n]*\n\n/gm, "");
}

describe.each(RECORDINGS.filter(({ name }) => !PICTURES.test(name)))("$api: $name", (recording) => {
	const raw = recording.bytes.toString();

	test("reads the same however it is cut, and nothing is found in it", () => {
		const texts = textsOf(raw);
		for (const cut of cuts(recording.bytes.length)) {
			const { out, ended, found } = through(recording, all, cut);
			expect(ended).toBe("complete");
			expect(out.includes(CLEAN)).toBe(skipsComments(recording.api));
			expect(found.counts).toEqual({});
			expect(textsOf(out)).toEqual(texts);
		}
	});

	test("comes back byte for byte where nothing is looked for", () => {
		const { out } = through(recording, none);
		if (splitsEscape(raw)) expect(textsOf(out)).toEqual(textsOf(raw));
		else expect(withoutComments(out)).toBe(withoutComments(raw));
	});
});

test.each(RECORDINGS.filter(({ name }) => PICTURES.test(name)))("$name ends before its first picture, however it is cut", (recording) => {
	for (const sizes of [[recording.bytes.length], [97], [1], [1000, 3]]) {
		const { out, ended } = through(recording, all, { sizes });
		expect(ended).toBe("fault");
		expect(out).toContain("response.created");
		expect(out).not.toContain(JPEG);
	}
});

test("there are recordings of every API that streams", () => {
	expect(new Set(RECORDINGS.map(({ api }) => api))).toEqual(
		new Set(["openai-chat", "openai-completions", "openai-responses", "anthropic-messages", "gemini-generate"]),
	);
});

/** Half an escape of JSON source waits for the other half. */
function splitsEscape(sse: string): boolean {
	return sse.includes("input_json_delta") && /[^\\](?:\\\\\\\\)*\\\\"/.test(sse);
}

/** What a client reads: texts that grow, joined, by their place; of every other member its values, each once. */
function textsOf(sse: string): Record<string, string | Set<string>> {
	const texts: Record<string, string> = {};
	const values: Record<string, Set<string>> = {};
	const visit = (value: unknown, path: string): void => {
		if (typeof value === "object" && value !== null)
			for (const [name, member] of Object.entries(value)) visit(member, `${path}.${indexOf(member) ?? name}`);
		else if (typeof value === "string" && GROWING.test(path)) texts[path] = (texts[path] ?? "") + value;
		else if (value !== null && !NUMBERING.test(path)) values[path] = (values[path] ?? new Set()).add(String(value));
	};
	for (const event of dataOf(sse)) visit(event, `${event["type"] ?? ""} ${event["output_index"] ?? ""} ${event["index"] ?? ""} `);
	return { ...values, ...texts };
}

const GROWING =
	/\.delta(?:\.(?:content|refusal|reasoning\w*|text|thinking|partial_json|.*\.arguments))?$|\.(?:choices\.\d+|parts\.\d+)\.text$/;
/** Of the events, and Gemini's counts so far, which every event says anew. */
const NUMBERING = /\.(?:sequence_number|obfuscation)$| \.usageMetadata\./;

function indexOf(member: unknown): unknown {
	return typeof member === "object" && member !== null ? (member as { index?: unknown }).index : undefined;
}
