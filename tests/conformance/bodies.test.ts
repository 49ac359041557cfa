import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { ApiName } from "../../src/core/api.ts";
import { createBodyFilter } from "../../src/inspect/body-filter.ts";
import { providerOf } from "../../src/providers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { runs } from "../support/fuzz.ts";
import { allRecognizers } from "../support/scanner-program.ts";

/**
 * Every place of every answer that is not streamed, with secrets planted in Greek prose and removed: an ASCII letter or
 * digit in it is a leaked byte. Clean text is what it was.
 */
const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const SECRETS = ["jane.doe@example.com", "4111 1111 1111 1111", KEY, "(415) 555-2671"];
const BESIDE = fc.constantFrom(" ", "\n", '"');
const SECRET = fc.tuple(BESIDE, fc.constantFrom(...SECRETS), BESIDE).map((parts) => parts.join(""));
const PROSE = fc.stringMatching(/^[α-ω ,😀é]{0,12}$/u).map((text) => ` ${text} `);
const DOCUMENT = fc.array(fc.oneof(PROSE, SECRET), { minLength: 1, maxLength: 5 });
const NUM_RUNS = 40;

type Path = readonly (string | number)[];

interface BodyPlace {
	readonly name: string;
	readonly api: ApiName;
	readonly body: (text: string) => object;
	/** Where a client reads the text. */
	readonly path: Path;
	/** JSON source in a string, or a value: `{"q": text}`. */
	readonly isJson?: true;
	readonly isStructured?: boolean;
}

const nested = (path: Path, value: unknown): unknown =>
	path.reduceRight<unknown>((inner, step) => (typeof step === "number" ? [inner] : { [step]: inner }), value);

const chat = (name: string, path: Path, more: { isJson?: true; isStructured?: true } = {}): BodyPlace => ({
	name: `chat ${name}`,
	api: "openai-chat",
	body: (text) => ({
		id: "c",
		choices: [{ index: 0, message: { role: "assistant", ...(nested(path, text) as object) }, finish_reason: "stop" }],
	}),
	path: ["choices", 0, "message", ...path],
	...more,
});
const response = (
	name: string,
	item: (text: string) => object,
	path: Path,
	more: { isJson?: true; isStructured?: true } = {},
): BodyPlace => ({
	name: `responses ${name}`,
	api: "openai-responses",
	body: (text) => ({ id: "r", status: "completed", output: [{ id: "i", status: "completed", ...item(text) }] }),
	path: ["output", 0, ...path],
	...more,
});
const message = (
	name: string,
	block: (text: string) => object,
	path: Path,
	more: { isJson?: true; isStructured?: true } = {},
): BodyPlace => ({
	name: `anthropic ${name}`,
	api: "anthropic-messages",
	body: (text) => ({ id: "m", type: "message", role: "assistant", content: [block(text)], stop_reason: "end_turn" }),
	path: ["content", 0, ...path],
	...more,
});
const gemini = (
	name: string,
	part: (text: string) => object,
	path: Path,
	more: { isJson?: true; isStructured?: true } = {},
): BodyPlace => ({
	name: `gemini ${name}`,
	api: "gemini-generate",
	body: (text) => ({ candidates: [{ content: { parts: [part(text)], role: "model" }, finishReason: "STOP", index: 0 }] }),
	path: ["candidates", 0, "content", "parts", 0, ...path],
	...more,
});
const part = (text: string): object => ({ type: "message", role: "assistant", content: [{ type: "output_text", text, annotations: [] }] });

const PLACES: readonly BodyPlace[] = [
	chat("content", ["content"]),
	chat("content, structured", ["content"], { isJson: true, isStructured: true }),
	chat("content as parts", ["content", 0, "text"]),
	chat("refusal", ["refusal"]),
	chat("reasoning", ["reasoning"]),
	chat("reasoning_content", ["reasoning_content"]),
	chat("reasoning_details", ["reasoning_details", 0, "text"]),
	chat("tool call arguments", ["tool_calls", 0, "function", "arguments"], { isJson: true }),
	chat("tool call name", ["tool_calls", 0, "function", "name"]),
	chat("function_call arguments", ["function_call", "arguments"], { isJson: true }),
	chat("custom tool input", ["tool_calls", 0, "custom", "input"]),
	chat("audio transcript", ["audio", "transcript"]),
	chat("citation title", ["annotations", 0, "url_citation", "title"]),
	chat("unknown member", ["plan", "steps", 0, "note"]),
	{
		name: "completions text",
		api: "openai-completions",
		body: (text) => ({ id: "c", choices: [{ index: 0, text, finish_reason: "stop" }] }),
		path: ["choices", 0, "text"],
	},
	{
		name: "transcript",
		api: "openai-transcription",
		body: (text) => ({ text, segments: [], usage: { type: "duration", seconds: 3 } }),
		path: ["text"],
	},
	{
		name: "transcript's segment",
		api: "openai-transcription",
		body: (text) => ({ text: "", segments: [{ id: 0, start: 0, end: 1, text }] }),
		path: ["segments", 0, "text"],
	},
	response("text", part, ["content", 0, "text"]),
	response("text, structured", part, ["content", 0, "text"], { isJson: true, isStructured: true }),
	response("refusal", (refusal) => ({ type: "message", content: [{ type: "refusal", refusal }] }), ["content", 0, "refusal"]),
	response("reasoning summary", (text) => ({ type: "reasoning", summary: [{ type: "summary_text", text }] }), ["summary", 0, "text"]),
	response("arguments", (args) => ({ type: "function_call", name: "f", arguments: args }), ["arguments"], { isJson: true }),
	response("code", (code) => ({ type: "code_interpreter_call", code }), ["code"]),
	response("unknown item", (text) => ({ type: "dream", scenes: [{ text }] }), ["scenes", 0, "text"]),
	message("text", (text) => ({ type: "text", text }), ["text"]),
	message("text, structured", (text) => ({ type: "text", text }), ["text"], { isJson: true, isStructured: true }),
	message("thinking", (thinking) => ({ type: "thinking", thinking, signature: "c2ln" }), ["thinking"]),
	message("citation", (cited) => ({ type: "text", text: "", citations: [{ type: "x", cited_text: cited }] }), [
		"citations",
		0,
		"cited_text",
	]),
	message("search result", (title) => ({ type: "web_search_tool_result", content: [{ title }] }), ["content", 0, "title"]),
	message("tool input", (q) => ({ type: "tool_use", id: "t", name: "f", input: { q } }), ["input", "q"]),
	gemini("text", (text) => ({ text }), ["text"]),
	gemini("text, structured", (text) => ({ text }), ["text"], { isJson: true, isStructured: true }),
	gemini("thought", (text) => ({ text, thought: true }), ["text"]),
	gemini("function call", (q) => ({ functionCall: { name: "f", args: { q } } }), ["functionCall", "args", "q"]),
	gemini("code", (code) => ({ executableCode: { language: "PYTHON", code } }), ["executableCode", "code"]),
	gemini("code output", (output) => ({ codeExecutionResult: { outcome: "OUTCOME_OK", output } }), ["codeExecutionResult", "output"]),
	gemini("unknown part", (text) => ({ story: { text } }), ["story", "text"]),
];

const programs = new Map<"redact" | "cut", ScannerProgram>();
beforeAll(async () => {
	for (const action of ["redact", "cut"] as const) programs.set(action, await allRecognizers(action));
});

function answer(
	{ api, body, isStructured = false }: BodyPlace,
	action: "redact" | "cut",
	text: string,
): { readonly out: unknown; readonly ended: string | undefined } {
	const style = { strategy: "remove", key: new Uint8Array(32), isStructured } as const;
	const program = programs.get(action) as ScannerProgram;
	const filter = createBodyFilter({ provider: providerOf(api), program, style, onCut: "end", maxBytes: 1 << 20 });
	filter.push(Buffer.from(JSON.stringify(body(text))));
	const { out, ended } = filter.end(undefined);
	return { out: JSON.parse(out), ended };
}

/** What a client reads; undefined: the place is gone. */
function read(root: unknown, path: Path): string | undefined {
	const found = path.reduce<unknown>((node, step) => (node as Record<string | number, unknown> | undefined)?.[step], root);
	return found === undefined || found === null ? undefined : String(found);
}

describe.each(PLACES)("$name", (place) => {
	test.each(["redact", "cut"] as const)("leaks nothing, and clean text is what it was (%s)", (action) => {
		fc.assert(
			fc.property(DOCUMENT, (parts) => {
				const text = parts.join("");
				const source = place.isJson ? JSON.stringify({ q: text }) : text;
				const { out, ended } = answer(place, action, source);
				const seen = read(out, place.path);
				const hasSecret = SECRETS.some((secret) => text.includes(secret));
				expect(ended).toBe(hasSecret && action === "cut" ? "cut" : "complete");
				if (!hasSecret) return void expect(seen).toBe(source);
				expect((seen ?? "").replace('"q"', "").replace(/\\n/g, "")).not.toMatch(/[A-Za-z0-9]/);
				if (place.isJson && action === "redact") JSON.parse(seen ?? "");
				expect(JSON.stringify(out)).not.toMatch(/jane|4111|AKIA|2671/);
			}),
			runs(NUM_RUNS),
		);
	});
});
