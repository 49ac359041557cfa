import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { ApiName } from "../../src/core/api.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { sampleOf } from "../support/declared-types.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { type Next, pick, random } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { streamThrough } from "../support/stream-through.ts";
import { responseOf } from "../support/vendor-objects.ts";

/**
 * Events made of the types that the vendors' SDKs declare, members and all: what is clean comes back byte for byte, and an
 * address in any of their texts does not. A new version of an SDK tells here what no table of ours knows.
 */
const SAMPLES = 250;
const STYLE = { strategy: "replace", key: new Uint8Array(32) } as const;
const MAIL = "jane.doe@example.com";
const WORDS = ["look", "at", "the", "lake", "near", "green", "hills", "done"];

let program: ScannerProgram;
beforeAll(async () => {
	program = await allRecognizers("redact");
});

type Data = Record<string, unknown>;

interface Vendor {
	readonly api: ApiName;
	readonly path: string;
	readonly type: string;
	/** An answer with the event; undefined: the event belongs into none, or holds what nobody can inspect. */
	answer(event: Data): readonly Data[] | undefined;
}

const isObject = (value: unknown): value is Data => typeof value === "object" && value !== null && !Array.isArray(value);

/** Pictures and files, which end an answer, and what is said about tokens and words, which goes where it does not spell the text. */
const UNREAD = /"(?:image_url|file_data|partial_image_b64|logprobs|words|inlineData)":|"image_generation_call"/;

function responses(event: Data): readonly Data[] | undefined {
	// Beginnings and ends of a response have its items, which the other events have.
	if (isObject(event["response"]) || event["type"] === "error" || event["type"] === "response.audio.delta") return undefined;
	return responseOf([], [{ ...event, ...numbered(event, 0) }]);
}

function messages(event: Data): readonly Data[] | undefined {
	const usage = { output_tokens: 9 };
	const begin = { type: "message_start", message: { id: "m", type: "message", role: "assistant", model: "m", content: [], usage } };
	const end = [{ type: "message_delta", delta: { stop_reason: "end_turn" }, usage }, { type: "message_stop" }];
	const stop = { type: "content_block_stop", index: 0 };
	const own = { ...event, ...numbered(event, 0) };
	switch (event["type"]) {
		case "message_start":
			return [{ ...event, message: { ...(event["message"] as Data), content: [] } }, ...end];
		case "message_delta":
			return [begin, event, { type: "message_stop" }];
		case "content_block_start":
			return [begin, own, stop, ...end];
		case "content_block_delta":
			return [begin, { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }, own, stop, ...end];
		default:
			return undefined;
	}
}

/** A candidate with one part, as the vendor sends them. */
function generated(event: Data): readonly Data[] | undefined {
	const [candidate] = (event["candidates"] ?? []) as Data[];
	const content = candidate?.["content"];
	const parts = isObject(content) && Array.isArray(content["parts"]) ? content["parts"].filter(isObject) : [];
	const [kind] = Object.entries(parts[0] ?? {}).filter(([name, value]) => !/^thought|[mM]etadata|Resolution/.test(name) && value !== null);
	if (candidate === undefined || kind === undefined) return undefined;
	const { logprobsResult: _logprobs, ...members } = candidate;
	const only = { ...members, content: { role: "model", parts: [Object.fromEntries([kind])] }, index: 0, finishReason: "STOP" };
	const { promptFeedback: _feedback, sdkHttpResponse: _response, automaticFunctionCallingHistory: _history, ...rest } = event;
	return [{ ...rest, candidates: [only] }];
}

function numbered(event: Data, index: number): Data {
	return Object.fromEntries(Object.keys(event).flatMap((name) => (/(?:^|_)index$/.test(name) ? [[name, index]] : [])));
}

const VENDORS: readonly Vendor[] = [
	{ api: "openai-responses", path: "openai/resources/responses/responses.d.ts", type: "ResponseStreamEvent", answer: responses },
	// One event in thirty has an item, of which there are thirty kinds.
	{
		api: "openai-responses",
		path: "openai/resources/responses/responses.d.ts",
		type: "ResponseOutputItem",
		answer: (item) => responses({ type: "response.output_item.done", output_index: 0, item }),
	},
	{
		api: "anthropic-messages",
		path: "@anthropic-ai/sdk/resources/beta/messages/messages.d.ts",
		type: "BetaRawMessageStreamEvent",
		answer: messages,
	},
	{ api: "gemini-generate", path: "@google/genai/dist/genai.d.ts", type: "GenerateContentResponse", answer: generated },
];

/** What the vendor would say in a member of the name; `text`: where it is text. */
function textOf(name: string, text: string | undefined, next: Next): string {
	const drawn = createHash("sha512").update(String(next())).digest();
	if (/encrypted|signature$|Signature|^data$|Blob$|Token$/.test(name)) return drawn.toString("base64");
	if (text !== undefined) return text;
	if (/(?:^|_)id$|Id$/.test(name))
		return pick([`${name.slice(0, 4)}_${drawn.toString("hex").slice(0, 48)}`, String(drawn.readUInt16BE())], next);
	if (/url$|uri$|Uri$/i.test(name)) return `https://example.org/${pick(WORDS, next)}?q=${pick(WORDS, next)}`;
	if (/_at$|[tT]ime$/.test(name)) return "2026-11-28T10:12:33Z";
	if (/Offset$/.test(name)) return "1.500s";
	if (/^(?:arguments|partial_json)$/.test(name)) return '{"n":1}\n';
	const said = Array.from({ length: Math.floor(next() * 5) }, () => pick(WORDS, next)).join(" ");
	// The last word of a growing text is held, which is no change of it.
	return `${said === "" ? pick(WORDS, next) : said}${/^(?:delta|text|content|thinking|refusal|code|output|input|stringValue)$/.test(name) ? " \n" : ""}`;
}

function check({ api, path, type, answer }: Vendor, seed: number): boolean {
	const event = (text: string | undefined) => {
		const next = random(seed);
		const sampling = { next, density: 0.75, textOf: (name: string) => textOf(name, text, next) };
		return answer(sampleOf(resolve("node_modules", path), type, sampling) as Data);
	};
	const through = (events: readonly Data[]) => {
		const sse = events
			.map((data) => `${typeof data["type"] === "string" ? `event: ${data["type"]}\n` : ""}data: ${JSON.stringify(data)}\n\n`)
			.join("");
		const { out, ended } = streamThrough(Buffer.from(sse), { api, program, style: STYLE, sizes: [sse.length] });
		return { sse, out: out.replace(/^: security .*\n\n/m, ""), ended };
	};
	const [clean, planted] = [event(undefined), event(`see ${MAIL} there.`)];
	if (clean === undefined || planted === undefined || UNREAD.test(JSON.stringify(clean))) return false;
	const { sse, out } = through(clean);
	expect(out, `seed ${seed}`).toBe(sse);
	expect(through(planted).out, `seed ${seed}`).not.toContain("jane.doe");
	return true;
}

test.each(VENDORS.map((vendor) => [vendor.type, vendor] as const))("%s", (_type, vendor) => {
	let checked = 0;
	for (let i = 0; i < SAMPLES; i++) if (check(vendor, FIRST_SEED + i)) checked++;
	expect(checked).toBeGreaterThan(SAMPLES / 5);
	const deadline = Date.now() + (FUZZ_SECONDS * 1000) / VENDORS.length;
	for (let seed = FIRST_SEED + SAMPLES; Date.now() < deadline; seed++) check(vendor, seed);
});
