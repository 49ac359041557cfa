import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { ApiName } from "../../src/core/api.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { random } from "../support/random.ts";
import { allRecognizers, nothingToFind } from "../support/scanner-program.ts";
import { dataOf } from "../support/stream-channel.ts";
import { streamThrough } from "../support/stream-through.ts";

/**
 * Streams in the words of the vendors, with the quirks of each. They hold no finding, so whatever the cuts a client reads
 * what the vendor wrote; and with nothing to look for, every byte is the vendor's, but for comments.
 */
const FOLDER = "tests/fixtures/dialects";
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".sse"));
const STYLE = { strategy: "remove", key: new Uint8Array(32) } as const;

let all: ScannerProgram;
let none: ScannerProgram;

beforeAll(async () => {
	all = await allRecognizers("redact");
	none = await nothingToFind();
});

function apiOf(file: string): ApiName {
	return file.includes("responses") ? "openai-responses" : file.includes("completions") ? "openai-completions" : "openai-chat";
}

function* cuts(bytes: number): Generator<{ sizes: readonly number[] | "events"; moveEvery: number }> {
	yield { sizes: [bytes], moveEvery: 1_000_000 };
	yield { sizes: [1], moveEvery: 1_000_000 };
	yield { sizes: "events", moveEvery: 7 };
	for (let seed = 0; seed < 12; seed++) {
		const next = random(seed);
		yield { sizes: Array.from({ length: 9 }, () => 1 + Math.floor(next() * 300)), moveEvery: 1 + (seed % 4) * 3 };
	}
}

const COMMENT = /^:[^\n]*\n\n/gm;

describe.each(FILES)("%s", (file) => {
	const sse = readFileSync(`${FOLDER}/${file}`, "utf8");
	const bytes = Buffer.from(sse);
	const api = apiOf(file);

	test("is forwarded byte for byte when there is nothing to look for", () => {
		for (const cut of cuts(bytes.length)) {
			const { out, ended } = streamThrough(bytes, { api, program: none, style: STYLE, ...cut });
			expect(ended).toBe("complete");
			expect(out).toBe(`${sse.replace(COMMENT, "")}: security {"action":"allow","findings":{}}\n\n`);
		}
	});

	test("reads as the vendor wrote it, whatever is held on the way", () => {
		const original = dataOf(sse);
		for (const cut of cuts(bytes.length)) {
			const { out, ended } = streamThrough(bytes, { api, program: all, style: STYLE, ...cut });
			expect(ended).toBe("complete");
			expect(textsOf(dataOf(out))).toEqual(textsOf(original));
		}
	});
});

test("arguments that a server gives as an object go out as one, in the event in which they came", () => {
	const call = (args: object) => ({ index: 0, id: "t", type: "function", function: { name: "f", arguments: args } });
	const chunk = (delta: object, finish_reason: string | null = null) => ({ id: "c", choices: [{ index: 0, delta, finish_reason }] });
	const args = { q: "hi there AKIA", list: ["sk-", { to: "jane.doe@example.com", card: 4111111111111111 }] };
	const events = [chunk({ role: "assistant" }), chunk({ tool_calls: [call(args)] }), chunk({}, "tool_calls")];
	const sse = `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")}data: [DONE]\n\n`;
	const { out } = streamThrough(Buffer.from(sse), {
		api: "openai-chat",
		program: all,
		style: { ...STYLE, strategy: "replace" },
		sizes: [99],
	});
	const redacted = { q: "hi there AKIA", list: ["sk-", { to: "[EMAIL_1]", card: "[CREDIT_CARD_1]" }] };
	expect(dataOf(out)).toEqual([events[0], chunk({ tool_calls: [call(redacted)] }), events[2]]);
});

/** All texts of an answer by their place, joined as a client joins them. */
function textsOf(events: readonly object[]): Record<string, string> {
	const texts: Record<string, string> = {};
	const walk = (node: unknown, path: string): void => {
		if (typeof node === "string") texts[path] = (texts[path] ?? "") + node;
		if (typeof node !== "object" || node === null) return;
		const { index } = node as { index?: number };
		for (const [name, value] of Object.entries(node))
			if (name !== "logprobs" && name !== "sequence_number") walk(value, `${path}/${index ?? ""}${name}`);
	};
	for (const event of events) {
		const {
			choices,
			type,
			output_index: output,
			delta,
		} = event as { choices?: { delta?: object; text?: string }[]; type?: string; output_index?: number; delta?: string };
		for (const choice of choices ?? []) walk({ ...choice, delta: textMembers(choice.delta) }, "choice");
		if (type?.endsWith(".delta")) walk(delta, `${type} ${output}`);
	}
	return texts;
}

/** What is said once in every event is not a text that grows. */
function textMembers(delta: object = {}): object {
	return JSON.parse(JSON.stringify(delta, (name, value) => (["role", "type", "id", "format"].includes(name) ? undefined : value)));
}
