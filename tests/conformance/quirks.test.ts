import { beforeAll, describe, expect, test } from "vitest";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { sseBlocks } from "../../src/wire/sse-decoder.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { gramsOf, PLANTED, sentence } from "../support/planted-sentences.ts";
import { type Next, pick, random } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { ANTHROPIC_READER, OPENAI_READER, type SdkReader, type SdkReading } from "../support/sdk-readers.ts";
import { someRuns, streamThrough } from "../support/stream-through.ts";
import type { ModelAnswer, Said } from "../support/translated-answers.ts";
import { quirkyChat, quirkyMessage } from "../support/vendor-quirks.ts";

/**
 * Answers with the departures of many servers from their vendor's format. Of a clean one the vendor's SDK reads what it
 * reads without a proxy, and the other vendor's SDK the same through the translation; of any other, no byte of a secret goes
 * out; for every chunking and lane alike.
 */
const ANSWERS = 60;
const STYLE = { strategy: "remove", key: new Uint8Array(32) } as const;
const GRAMS = gramsOf(PLANTED);

let program: ScannerProgram;
beforeAll(async () => {
	program = await allRecognizers("redact");
});

function modelAnswer(next: Next, secrets: readonly string[]): ModelAnswer {
	const texts = (kind: "thinking" | "text"): Said[] => (next() < 0.7 ? [{ kind, text: sentence(next, secrets) }] : []);
	const source = (): string =>
		pick(["{}", JSON.stringify({ q: sentence(next, secrets) }), JSON.stringify({ q: [sentence(next, secrets), 1.5] })], next);
	const calls = Array.from({ length: Math.floor(next() * 4) }, (_, i): Said => ({ kind: "call", name: `f${i}`, source: source() }));
	return { said: [...texts("thinking"), ...texts("text"), ...calls], stop: "end", usage: { input: 7, output: 9 } };
}

interface Vendor {
	readonly api: "openai-chat" | "anthropic-messages";
	readonly reader: SdkReader;
	say(answer: ModelAnswer, next: Next): string;
}
/** Its SDK does not read calls without numbers. */
const NUMBERED_CHAT: Vendor = {
	api: "openai-chat",
	reader: OPENAI_READER,
	say: (answer, next) => quirkyChat(answer, next, next() < 0.3 ? "alike" : "counted"),
};
const CHAT: Vendor = { api: "openai-chat", reader: OPENAI_READER, say: quirkyChat };
const MESSAGES: Vendor = { api: "anthropic-messages", reader: ANTHROPIC_READER, say: quirkyMessage };

/** The text of a chat whose content is a list, which its SDK does not read. */
function listedText(sse: string): string {
	const datas = sseBlocks(sse).flatMap(({ event }) => (event === undefined || event.data === "[DONE]" ? [] : [JSON.parse(event.data)]));
	const contents = (datas as { choices: { delta: { content?: unknown } }[] }[]).map(({ choices }) => choices[0]?.delta.content ?? "");
	return contents
		.flatMap((content) => (Array.isArray(content) ? content.map(({ text = "" }: { text?: string }) => text) : [content]))
		.join("");
}

async function read(reader: SdkReader, sse: string): Promise<SdkReading | { readonly error: string }> {
	try {
		const reading = await reader.stream(sse);
		return reading.text.includes("[object Object]") ? { ...reading, text: listedText(sse) } : reading;
	} catch (error) {
		return { error: String(error) };
	}
}

/** What a client must read of a clean answer. */
function meant({ said, usage }: ModelAnswer, finish: unknown): SdkReading {
	const join = (kind: Said["kind"]): string => said.flatMap((one) => (one.kind === kind && "text" in one ? [one.text] : [])).join("");
	const calls = said.flatMap((one) => (one.kind === "call" ? [{ name: one.name, args: JSON.parse(one.source) as unknown }] : []));
	return { text: join("text"), thinking: join("thinking"), calls, finish: finish as string, usage: [usage.input, usage.output] };
}

const FINISHES = { "openai-chat": ["stop", "tool_calls"], "anthropic-messages": ["end_turn", "tool_use"] } as const;

async function check(vendor: Vendor, client: Vendor, seed: number): Promise<void> {
	const next = random(seed);
	const isClean = next() < 0.5;
	const answer = modelAnswer(next, isClean ? [] : PLANTED);
	const sse = vendor.say(answer, next);
	const what = `seed ${seed}\n${sse}`;
	const run = { api: vendor.api, program, style: STYLE, ...(client !== vendor && { client: client.api }) };
	const readings: unknown[] = [];
	for (const cuts of someRuns(Buffer.byteLength(sse), next)) {
		const { out, ended } = streamThrough(Buffer.from(sse), { ...run, ...cuts });
		const reading = await read(client.reader, out);
		readings.push({ ended, reading });
		expect({ what, out, leaked: GRAMS.filter((gram) => out.includes(gram) || JSON.stringify(reading).includes(gram)) }).toMatchObject({
			leaked: [],
		});
	}
	for (const reading of readings) expect({ what, ...(reading as object) }).toEqual({ what, ...(readings[0] as object) });
	if (!isClean) return;
	const hasCalls = answer.said.some(({ kind }) => kind === "call");
	const expected = client === vendor ? await read(vendor.reader, sse) : meant(answer, FINISHES[client.api][Number(hasCalls)]);
	expect({ what, ...(readings[0] as object) }).toEqual({ what, ended: "complete", reading: expected });
}

describe.each([
	["chat", NUMBERED_CHAT, NUMBERED_CHAT],
	["chat for Anthropic's client", CHAT, MESSAGES],
	["messages", MESSAGES, MESSAGES],
	["messages for OpenAI's client", MESSAGES, CHAT],
] as const)("%s", (_name, vendor, client) => {
	test("is read as its server meant it, and without a secret", async () => {
		for (let seed = FIRST_SEED; seed < FIRST_SEED + ANSWERS; seed++) await check(vendor, client, seed);
		const deadline = Date.now() + FUZZ_SECONDS * 250;
		for (let seed = FIRST_SEED + ANSWERS; Date.now() < deadline; seed++) await check(vendor, client, seed);
	}, 3_600_000);
});
