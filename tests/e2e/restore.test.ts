import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { anthropicEvents, anthropicMessage } from "../support/anthropic-events.ts";
import { geminiEvents, geminiSse } from "../support/gemini-events.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";
import { random, randomSlices } from "../support/random.ts";
import { responseEvents } from "../support/response-events.ts";

/** What a model makes of the text it echoes. */
const FORMS: Readonly<Record<string, (text: string) => string>> = {
	plain: (text) => text,
	upper: (text) => text.toUpperCase(),
	lower: (text) => text.toLowerCase(),
	markdown: (text) => text.replace(/[[\]_.*]/g, "\\$&"),
	respaced: (text) => text.replace(/(?<=\[[A-Z_]*)_/g, " ").replace(/(?<=\d)[ -](?=\d)/g, ""),
};
const ORIGINALS = ["Jane.Doe@corp.com", "4111 1111 1111 1111", "(415) 555-2671", "joe@corp.com", "Jane.Doe@corp.com"] as const;
const WORDS = ["mail ", ", card ", ", call ", ", or ", " and ", " soon"] as const;
const weave = (form: (text: string) => string, values: readonly string[]): string =>
	WORDS.map((word, i) => form(word) + (values[i] ?? "")).join("");

const PROSE = ["Hello ", "there, the ", "(quick) ", "brown [1] ", "fox! "];

let upstream: MockUpstream;
const replies = new Map<string, (content: string) => string>();
let seed = 0;
const next = (): number => random(seed++)();

/** The last user message of a request. */
function promptIn(body: string): string {
	const { messages, input, contents } = JSON.parse(body) as {
		messages?: { content: string }[];
		input?: string;
		contents?: { parts: { text: string }[] }[];
	};
	return input ?? contents?.[0]?.parts[0]?.text ?? messages?.at(-1)?.content ?? "";
}

interface Reply {
	readonly text: string;
	readonly deltas: readonly string[];
	readonly isStream: boolean;
}

const chatChunk = (delta: object): string =>
	`data: ${JSON.stringify({ id: "c", choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`;
const chatWhole = (content: string): string =>
	JSON.stringify({ id: "c", choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }] });

/** What goes over the wire, by where the text is to stand. */
const WIRES: Readonly<Record<string, (reply: Reply) => readonly string[]>> = {
	tool: ({ deltas }) => [
		chatChunk({ tool_calls: [{ index: 0, id: "t", type: "function", function: { name: "f", arguments: "" } }] }),
		...deltas.map((piece) => chatChunk({ tool_calls: [{ index: 0, function: { arguments: piece } }] })),
		...chatEvents([], "tool_calls").slice(1),
	],
	claude: (reply) => claudeWire("text", reply),
	"claude-tool": (reply) => claudeWire("tool_use", reply),
	responses: ({ deltas }) => responseEvents([{ kind: "message", texts: deltas }]),
	gemini: ({ deltas, text }) => geminiSse(geminiEvents([{ deltas }, { part: { functionCall: { name: "f", args: { text } } } }])),
	prose: () => chatEvents(PROSE),
};

function claudeWire(type: "text" | "tool_use", { deltas, isStream }: Reply): readonly string[] {
	return isStream ? anthropicEvents([{ type, deltas }]) : [JSON.stringify(anthropicMessage([{ type, deltas }]))];
}

/** Echoes the last user message in the form and place that the model's name says, in random pieces. */
async function echo(response: ServerResponse, body: string, path: string): Promise<void> {
	const { stream, model = /models\/([\w.-]+):/.exec(path)?.[1] ?? "" } = JSON.parse(body) as { model?: string; stream?: boolean };
	const [form = "", place = ""] = model.split(".");
	const isStream = stream === true || path.includes("alt=sse");
	const text = (replies.get(form) ?? FORMS[form] ?? String)(promptIn(body));
	const deltas = randomSlices(place.endsWith("tool") ? JSON.stringify({ text }) : text, 7, next);
	const wire = WIRES[place]?.({ text, deltas, isStream }) ?? (isStream ? chatEvents(deltas) : [chatWhole(text)]);
	response.writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" });
	for (const piece of wire) {
		response.write(piece);
		if (place === "slow") await sleep(1);
	}
	response.end();
}

beforeAll(async () => {
	upstream = await startMockUpstream(echo);
});
afterAll(() => upstream?.close());

const lastPrompt = (): string => promptIn(upstream.requests.at(-1)?.body ?? "");

function providers(): Record<string, object> {
	return {
		gemini: { type: "gemini", base_url: upstream.url.replace(/\/v1$/, ""), api_key: "k", models: ["*.gemini"] },
		claude: { type: "anthropic", base_url: upstream.url.replace(/\/v1$/, ""), api_key: "k", models: ["*.claude*"] },
		up: { type: "openai", base_url: upstream.url, api_key: "k" },
	};
}

describe.each(["replace", "synthetic"])("with %s", (strategy) => {
	let proxy: Proxy;
	let openai: OpenAI;
	let anthropic: Anthropic;
	let google: GoogleGenAI;
	beforeAll(async () => {
		proxy = await startProxy(providers(), `security: { pii_protection: { redaction_strategy: ${strategy}, restore: true } }`);
		openai = new OpenAI({ apiKey: "c", baseURL: `http://127.0.0.1:${proxy.port}/v1`, maxRetries: 0 });
		anthropic = new Anthropic({ apiKey: "c", baseURL: `http://127.0.0.1:${proxy.port}`, maxRetries: 0 });
		google = new GoogleGenAI({ apiKey: "c", httpOptions: { baseUrl: `http://127.0.0.1:${proxy.port}` } });
	});
	afterAll(() => proxy?.drain());

	async function streamed(model: string, content: string): Promise<string> {
		let text = "";
		let args = "";
		for await (const { choices } of await openai.chat.completions.create({ model, stream: true, messages: [{ role: "user", content }] })) {
			text += choices[0]?.delta.content ?? "";
			args += choices[0]?.delta.tool_calls?.[0]?.function?.arguments ?? "";
		}
		return args === "" ? text : (JSON.parse(args) as { text: string }).text;
	}

	async function whole(model: string, content: string): Promise<string> {
		const { choices } = await openai.chat.completions.create({ model, messages: [{ role: "user", content }] });
		return choices[0]?.message.content ?? "";
	}

	async function claude(model: string, content: string): Promise<string> {
		const message = await anthropic.messages.stream({ model, max_tokens: 9, messages: [{ role: "user", content }] }).finalMessage();
		const [block] = message.content;
		return block?.type === "text" ? block.text : block?.type === "tool_use" ? (block.input as { text: string }).text : "";
	}

	/** The text, in its pieces and in each of the copies at the end of its parts. */
	async function responses(model: string, input: string, previous_response_id?: string): Promise<string> {
		const texts: Record<string, string> = { pieces: "" };
		for await (const event of await openai.responses.create({
			model,
			input,
			stream: true,
			...(previous_response_id && { previous_response_id }),
		})) {
			if (event.type === "response.output_text.delta") texts["pieces"] += event.delta;
			if (event.type === "response.output_text.done") texts["text"] = event.text;
			if (event.type === "response.completed") texts["whole"] = JSON.stringify(event.response.output);
		}
		expect(texts["text"]).toBe(texts["pieces"]);
		expect(texts["whole"]).toContain(JSON.stringify(texts["text"]));
		return texts["pieces"] ?? "";
	}

	/** The text of the pieces, which the arguments of the call repeat. */
	async function gemini(model: string, content: string): Promise<string> {
		let text = "";
		let repeated: unknown;
		const request = { model, contents: content };
		for await (const { candidates } of await google.models.generateContentStream(request)) {
			const part = candidates?.[0]?.content?.parts?.[0];
			text += part?.text ?? "";
			repeated = part?.functionCall?.args?.["text"] ?? repeated;
		}
		expect(repeated).toBe(text);
		return text;
	}

	const PLACES = { text: streamed, tool: streamed, body: whole, claude, "claude-tool": claude, responses, gemini };
	const CASES = Object.keys(FORMS).flatMap((form) => Object.entries(PLACES).map(([place, ask]) => ({ form, place, ask })));
	test.each(CASES)("the model sees surrogates and the caller its originals: $form in $place", async ({ form, place, ask }) => {
		const prompt = weave((word) => word, ORIGINALS);
		for (let round = 0; round < 2; round++) expect(await ask(`${form}.${place}`, prompt)).toBe(weave(FORMS[form] ?? String, ORIGINALS));
		for (const original of ORIGINALS) expect(lastPrompt()).not.toContain(original);
		if (strategy === "replace" && place !== "responses")
			expect(lastPrompt()).toContain("mail [EMAIL_1], card [CREDIT_CARD_1], call [PHONE_1], or [EMAIL_2] and [EMAIL_1] soon");
	});

	test("a conversation that the vendor keeps: no surrogate ever means two values", async () => {
		const asked: string[] = [];
		for (const [text, previous] of [["jane@corp.com"], ["joe@corp.com", "resp_1"], ["jane@corp.com", "resp_2"]] as const) {
			await responses("plain.responses", text, previous);
			asked.push(lastPrompt());
		}
		const [jane = "", joe] = asked;
		expect(asked[2]).toBe(jane);
		expect(joe).not.toBe(jane);
		replies.set("recalls", (content) => `not ${jane} but ${content}`);
		const answer = await responses("recalls.responses", "joe@corp.com", "resp_3");
		expect(answer).toMatch(/^not .+ but joe@corp\.com$/);
		expect(answer).not.toContain("jane@corp.com");
	});

	test("a conversation that the vendor keeps: what the model says without being told anything has the surrogate of a prompt", async () => {
		const told: string[] = [];
		for (const [i, value] of ["jane@corp.com", "joe@corp.com"].entries()) {
			replies.set(`tells${i}`, () => value);
			told.push(await responses(`tells${i}.responses`, "who?", i === 0 ? undefined : "resp_1"));
			await responses("plain.responses", value, "resp_2");
			expect(lastPrompt()).toBe(told[i]);
		}
		expect(told[0]).not.toBe(told[1]);
	});

	test("what the model makes up is redacted all the same, and never with a surrogate of the prompt", async () => {
		replies.set("invents", (content) => `${content} but eve@evil.org and 5555 5555 5555 4444`);
		const answer = await streamed("invents.text", "write to jane@corp.com");
		expect(answer).toMatch(/^write to jane@corp\.com but .+ and .+$/);
		expect(answer).not.toMatch(/eve|evil|5555 5555 5555 4444/);
		expect(answer.match(/jane/g)).toHaveLength(1);
		if (strategy === "replace") expect(answer).toBe("write to jane@corp.com but [EMAIL_2] and [CREDIT_CARD_1]");
	});

	test("an answer that ends or is cut inside a surrogate keeps what was said of it", async () => {
		const key = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
		replies.set("half", (content) => content.slice(0, -3));
		replies.set("cut", (content) => `${content.slice(0, -3)} ${key} and more`);
		const surrogate = async (): Promise<string> => {
			await whole("plain.body", "to jane@corp.com");
			return lastPrompt();
		};
		const half = (await surrogate()).slice(0, -3);
		expect(await streamed("half.text", "to jane@corp.com")).toBe(half);
		expect(await streamed("cut.text", "to jane@corp.com")).toBe(`${half} `);
	});

	test("callers at the same time get nobody's originals but their own", async () => {
		const answers = await Promise.all(
			Array.from({ length: 24 }, async (_, i) => {
				const mail = `caller${"abcdefghijklmnopqrstuvwx"[i]}@corp.com`;
				return { mail, answer: await streamed(`${i % 2 === 0 ? "plain" : "upper"}.slow`, `to ${mail} now`) };
			}),
		);
		for (const [i, { mail, answer }] of answers.entries()) expect(answer).toBe(i % 2 === 0 ? `to ${mail} now` : `TO ${mail} NOW`);
	});

	test("a caller who names another's surrogate gets it back as it is", async () => {
		await streamed("plain.text", "to jane@corp.com");
		const surrogate = lastPrompt().slice(3);
		replies.set("other", () => `it is ${surrogate}`);
		// A surrogate may be a Jane as well.
		expect(await streamed("other.text", "who?")).not.toContain("jane@corp.com");
	});

	test("events that say nothing of surrogates pass byte for byte", async () => {
		const response = await fetch(`http://127.0.0.1:${proxy.port}/v1/chat/completions`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({
				model: "plain.prose",
				stream: true,
				messages: [{ role: "user", content: "I am jane@corp.com, (415) 555-2671" }],
			}),
		});
		expect((await response.text()).replace(/^: security.*\n\n/m, "")).toBe(chatEvents(PROSE).join(""));
	});
});

test("originals survive the death of a lane at any step", async () => {
	const deaths = mkdtempSync(join(tmpdir(), "restore-deaths-"));
	process.env["LANE_DEATHS"] = deaths;
	const worker = new URL("../support/mortal-lane-worker.ts", import.meta.url);
	const proxy = await startProxy(providers(), "security: { pii_protection: { redaction_strategy: replace, restore: true } }", worker);
	const client = new OpenAI({ apiKey: "c", baseURL: `http://127.0.0.1:${proxy.port}/v1`, maxRetries: 0 });
	const content = weave((word) => word, ORIGINALS);
	for (const atByte of [1, 700, 1300, 1900, 2500]) {
		writeFileSync(join(deaths, `1.throw.data.${atByte}`), "");
		let text = "";
		for await (const { choices } of await client.chat.completions.create({
			model: "lower.slow",
			stream: true,
			messages: [{ role: "user", content }],
		}))
			text += choices[0]?.delta.content ?? "";
		expect(text).toBe(content);
	}
	expect(readdirSync(deaths)).toEqual([]);
	await proxy.drain();
});
