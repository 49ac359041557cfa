import { beforeAll, describe, expect, test } from "vitest";
import type { ApiName } from "../../src/core/api.ts";
import { createBodyFilter } from "../../src/inspect/body-filter.ts";
import { providerOf } from "../../src/providers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { pick, random } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { dataOf, stringAt } from "../support/stream-channel.ts";
import { streamThrough } from "../support/stream-through.ts";
import { responseOf, VENDOR_OBJECTS, type VendorObject } from "../support/vendor-objects.ts";

/**
 * What current APIs send beside text that grows: objects that come whole, pieces that are numbered by something else than
 * an index, texts that a server says again. Objects stay in one piece, pieces of different texts are never read as one, and
 * a finding counts once.
 */
const STYLE = { strategy: "replace", key: new Uint8Array(32) } as const;
const MAIL = "jane.doe@example.com";
const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
/** As a text's last word it is held, for it may begin a telephone's number. */
const HELD = "call 415";

let program: ScannerProgram;
beforeAll(async () => {
	program = await allRecognizers("redact");
});

type Data = Readonly<Record<string, unknown>>;

function sse(events: readonly (Data | string)[]): string {
	return events.map((data) => `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`).join("");
}

interface Outcome {
	readonly out: string;
	readonly events: Data[];
	readonly counts: Record<string, number>;
}

/** What a reader has in the end who appends what comes at one place to what came there before. */
function readOf(out: string): Record<string, string> {
	const read: Record<string, string> = {};
	const walk = (value: unknown, path: string): void => {
		if (typeof value === "string") read[path] = (read[path] ?? "") + value;
		else if (typeof value === "object" && value !== null)
			for (const [name, member] of Object.entries(value)) walk(member, `${path}.${name}`);
	};
	for (const data of dataOf(out)) walk(data, "");
	return read;
}

/** What comes of a stream; the same is read of it however it is cut. `seed`: of one more way to cut it. */
function through(api: ApiName, events: readonly (Data | string)[], seed = FIRST_SEED): Outcome {
	const bytes = Buffer.from(sse(events));
	const next = random(seed);
	const sizes = Array.from({ length: 9 }, () => 1 + Math.floor(next() ** 3 * 400));
	const run = (sizes: readonly number[], moveEvery = 5) => streamThrough(bytes, { api, program, style: STYLE, sizes, moveEvery });
	const { out, ended, found } = run([bytes.length]);
	for (const cut of [run([1]), run([13]), run(sizes, 1 + Math.floor(next() * 9))]) {
		expect({ seed, ended: cut.ended, read: readOf(cut.out) }).toEqual({ seed, ended, read: readOf(out) });
		expect(cut.out).not.toContain("jane.doe");
	}
	return { out: out.replace(/^: security .*\n\n/m, ""), events: dataOf(out), counts: found.counts };
}

const chat = (choice: object): Data => ({
	id: "c",
	object: "chat.completion.chunk",
	created: 1,
	model: "m",
	choices: [{ index: 0, ...choice }],
});
const CHAT_END = [chat({ delta: {}, finish_reason: "stop" }), "[DONE]"];
const part = (members: object): Data => ({ candidates: [{ content: { role: "model", parts: [members] }, index: 0 }], modelVersion: "m" });
const GEMINI_END = [
	{ candidates: [{ content: { role: "model", parts: [{ text: "" }] }, index: 0, finishReason: "STOP" }], modelVersion: "m" },
];

function losesMail(api: ApiName, events: VendorObject["events"], seed: number): void {
	const { out, counts } = through(api, events(MAIL), seed);
	expect(out).not.toContain(MAIL);
	expect(out.replaceAll("[EMAIL_1]", MAIL)).toBe(sse(events(MAIL)));
	expect(counts).toHaveProperty("email");
}

describe.each(VENDOR_OBJECTS.map((object) => [`${object.api}: ${object.name}`, object] as const))("%s", (_name, { api, events }) => {
	test("comes back byte for byte, whatever its texts end with", () => {
		const clean = events(HELD);
		expect(through(api, clean).out).toBe(sse(clean));
	});

	test("loses what is found in it, and nothing else", () => losesMail(api, events, FIRST_SEED));

	test("is text also where it could be base64", () => {
		expect(through(api, events("done")).out).toBe(sse(events("done")));
		expect(through(api, events(KEY)).out).not.toContain(KEY);
	});
});

test.runIf(FUZZ_SECONDS > 0)(
	"so does each of them, cut anywhere",
	() => {
		const deadline = Date.now() + FUZZ_SECONDS * 1000;
		for (let seed = FIRST_SEED; Date.now() < deadline; seed++) {
			const { api, events } = pick(VENDOR_OBJECTS, random(seed));
			losesMail(api, events, seed);
			const clean = events(HELD);
			expect(through(api, clean, seed).out).toBe(sse(clean));
		}
	},
	3_600_000,
);

test("arguments that Gemini streams are texts of their own, whole when they end", () => {
	const piece = (jsonPath: string, stringValue: string, more: object = {}): Data =>
		part({ functionCall: { partialArgs: [{ jsonPath, stringValue, ...more }], willContinue: true } });
	const more = { willContinue: true };
	const sent = [
		part({ functionCall: { name: "mail", id: "c1", ...more }, thoughtSignature: "c2ln" }),
		piece("$.to", "jane.", more),
		piece("$.to", "doe@example.com"),
		piece("$['odd name']", "see 415", more),
		piece("$['odd name']", "!"),
		part({ functionCall: {} }),
		...GEMINI_END,
	];
	const { events, counts } = through("gemini-generate", sent);
	const args = new Map<string, string>();
	for (const event of events) {
		const at = ["candidates", 0, "content", "parts", 0, "functionCall", "partialArgs", 0];
		const path = stringAt(event, [...at, "jsonPath"]);
		if (path !== "") args.set(path, (args.get(path) ?? "") + stringAt(event, [...at, "stringValue"]));
	}
	expect([...args]).toEqual([
		["$.to", "[EMAIL_1]"],
		["$['odd name']", "see 415!"],
	]);
	expect(counts).toEqual({ email: 1 });
});

describe("the words of a transcript with their times (Gemini)", () => {
	const transcript = (text: string, words = text.split(" ")): Data =>
		part({
			audioTranscription: {
				text,
				speakerLabel: "spk_1",
				words: words.map((word, i) => ({ word, startOffset: `${i}.120s`, endOffset: `${i}.900s` })),
			},
		});
	const CARD = "4111 1111 1111 1111";

	test("pass where they say what the text says, however many they are", () => {
		const said = transcript(
			`${"So it goes, they said to me. ".repeat(40)}\n`,
			"So it goes, they said to me. ".repeat(40).trim().split(" "),
		);
		expect(through("gemini-generate", [said, ...GEMINI_END]).out).toBe(sse([said, ...GEMINI_END]));
	});

	test.each([
		["of a text that is changed", transcript(`My card is ${CARD}. Bye.`)],
		["of another text", transcript("So it goes.\n", CARD.split(" "))],
		["without a text", part({ audioTranscription: { words: CARD.split(" ").map((word) => ({ word })) } })],
	])("go where they are %s", (_what, said) => {
		const { out, events } = through("gemini-generate", [said, ...GEMINI_END]);
		expect(out).not.toContain("1111");
		expect(events.map((event) => JSON.stringify(event)).join()).not.toMatch(/"word":/);
	});
});

test("the commands of a shell call are texts of their own, and pieces that are counted are pieces of one", () => {
	const piece = (command_index: number, delta: string): Data => ({
		type: "response.shell_call_command.delta",
		output_index: 0,
		command_index,
		delta,
	});
	const { events } = through("openai-responses", responseOf([], [piece(0, `mail ${MAIL}`), piece(1, "ls 415"), piece(0, " now")]));
	const commandOf = (index: number): string =>
		events.map((event) => (event["command_index"] === index ? stringAt(event, ["delta"]) : "")).join("");
	expect([0, 1].map(commandOf)).toEqual(["mail [EMAIL_1] now", "ls 415"]);
	expect(events.map((event) => event["sequence_number"])).toEqual(events.map((_, i) => i));
	const counted = ["to jane.", "doe@example.com"].map((delta, chunk_index) => ({
		type: "response.plan.delta",
		output_index: 0,
		chunk_index,
		delta,
	}));
	expect(
		through("openai-responses", responseOf([], counted))
			.events.map((event) => stringAt(event, ["delta"]))
			.join(""),
	).toBe("to [EMAIL_1]");
});

test("an index that is no number ends a response", () => {
	const piece = { type: "response.shell_call_command.delta", output_index: 0, command_index: "0", delta: "ls" };
	expect(through("openai-responses", responseOf([], [piece])).out).toContain("upstream_invalid_event");
});

const message = (text: string): object => ({
	id: "m",
	type: "message",
	role: "assistant",
	status: "completed",
	content: [{ type: "output_text", text, annotations: [{ type: "url_citation", title: `of ${MAIL}`, url: "https://a.example/415" }] }],
});
const CALL = { id: "f", type: "function_call", status: "completed", call_id: "call_1", name: "f", arguments: `{"to":"${MAIL}"}` };
const SEARCH = { id: "w", type: "web_search_call", status: "completed", action: { type: "search", query: `who is ${MAIL}` } };

test.each([
	[
		"at the end of its item",
		(items: readonly object[]) => items.map((item, output_index) => ({ type: "response.output_item.done", output_index, item })),
	],
	["at the end of the response", () => []],
])("what a response says without deltas counts once, %s", (_when, between) => {
	const items = [message(`to ${MAIL}`), CALL, SEARCH];
	const { out, counts } = through("openai-responses", responseOf(items, between(items)));
	expect(out).not.toContain(MAIL);
	// The annotation has an event of its own, which counts.
	expect(counts).toEqual({ email: 3 });
});

test("what is said about a changed text stays what it was", () => {
	const place = { item_id: "m", output_index: 0, content_index: 0 };
	const [title, url] = ["plain", "https://a.example/415"];
	const annotated = (text: string): object => ({ type: "output_text", text, annotations: [{ type: "url_citation", title, url }] });
	const between: Data[] = [
		{ type: "response.output_item.added", output_index: 0, item: { id: "m", type: "message", role: "assistant", content: [] } },
		{ type: "response.content_part.added", ...place, part: { type: "output_text", text: "", annotations: [] } },
		{ type: "response.output_text.delta", ...place, delta: `to ${MAIL}` },
		{ type: "response.output_text.done", ...place, text: `to ${MAIL}` },
		{ type: "response.content_part.done", ...place, part: annotated(`to ${MAIL}`) },
	];
	const items = [{ id: "m", type: "message", role: "assistant", status: "completed", content: [annotated(`to ${MAIL}`)] }];
	const { events, counts } = through("openai-responses", responseOf(items, between));
	expect(events.find(({ type }) => type === "response.content_part.done")?.["part"]).toEqual(annotated("to [EMAIL_1]"));
	expect(events.at(-1)?.["response"]).toMatchObject({ output: [{ content: [annotated("to [EMAIL_1]")] }] });
	expect(counts).toEqual({ email: 1 });
});

test("a message that repeats beside each delta what was said so far goes, and hides nothing", () => {
	let said = "";
	const pieces = ["to ", "jane.", "doe@example", ".com", " now"].map((content) => {
		said += content;
		return chat({ delta: { role: "assistant", content }, message: { role: "assistant", content: said }, finish_reason: null });
	});
	const end = chat({ delta: {}, message: { role: "assistant", content: said }, finish_reason: "stop" });
	const { out, events, counts } = through("openai-chat", [...pieces, end, "[DONE]"]);
	expect(events.map((event) => stringAt(event, ["choices", 0, "delta", "content"])).join("")).toBe("to [EMAIL_1] now");
	expect(out).not.toContain('"message":{');
	expect(counts).toEqual({ email: 1 });
});

describe.each([
	[
		"reasoning_details",
		(text: string) => ({ reasoning_details: [{ type: "reasoning.text", text, index: 0 }] }),
		(signature: string) => ({ reasoning_details: [{ type: "reasoning.text", signature, index: 0 }] }),
	],
	[
		"thinking_blocks",
		(thinking: string) => ({ thinking_blocks: [{ type: "thinking", thinking }] }),
		(signature: string) => ({ thinking_blocks: [{ type: "thinking", thinking: "", signature }] }),
	],
] as const)("signed thinking in %s of a chat", (list, textOf, signatureOf) => {
	const run = (text: string) => {
		const sent = [...(text.match(/.{1,4}/gs) ?? [])].map((piece) => chat({ delta: textOf(piece), finish_reason: null }));
		const { events } = through("openai-chat", [...sent, chat({ delta: signatureOf("c2ln"), finish_reason: null }), ...CHAT_END]);
		const deltas = events.map((event) => JSON.stringify(event));
		const signed = deltas.findIndex((delta) => delta.includes('"signature":"c2ln"'));
		const texts = events.map((event) =>
			stringAt(event, ["choices", 0, "delta", list, 0, list === "thinking_blocks" ? "thinking" : "text"]),
		);
		return { signed, texts };
	};

	test("keeps its signature, which comes behind all of it", () => {
		const { signed, texts } = run(`so ${HELD}`);
		expect(texts.join("")).toBe(`so ${HELD}`);
		expect(texts.findLastIndex((text) => text !== "")).toBeLessThan(signed);
	});

	test("loses it with the first change", () => {
		const { signed, texts } = run(`so ${MAIL} it is`);
		expect(texts.join("")).toBe("so [EMAIL_1] it is");
		expect(signed).toBe(-1);
	});

	test("the same in a whole answer", () => {
		const run = (text: string): string => {
			const filter = createBodyFilter({ provider: providerOf("openai-chat"), program, style: STYLE, onCut: "end", maxBytes: 1 << 20 });
			const signed = { ...(textOf(text) as Record<string, object[]>)[list]?.[0], signature: "c2ln" };
			filter.push(
				Buffer.from(JSON.stringify({ choices: [{ index: 0, message: { content: "α", [list]: [signed] }, finish_reason: "stop" }] })),
			);
			return filter.end(undefined).out;
		};
		expect(run(`so ${HELD}`)).toContain('"signature":"c2ln"');
		expect(run(`so ${MAIL} it is`)).toMatch(/so \[EMAIL_1\] it is.*"signature":null/);
	});
});
