import type { GenerateContentConfig } from "@google/genai";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { startFullProxy } from "../support/full-proxy.ts";
import { GEMINI_CLIENTS, type GeminiClient, pythonGeminiClients } from "../support/gemini-clients.ts";
import { type GeminiPart, geminiAnswer, geminiEvents, geminiSse } from "../support/gemini-events.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";
import { PythonProgram } from "../support/python-client.ts";
import { type Cells, runCells } from "../support/sdk-matrix.ts";

/** What an application of Google's SDK, and somebody at a shell, gets in every outcome. */

const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const text = (content: string): GeminiPart => ({ deltas: [...content] });
const call = (to: string): GeminiPart => ({ part: { functionCall: { name: "mail", args: { to } } } });
const STRUCTURE = { type: "object", properties: { to: { type: "string" }, note: { type: "string" } }, required: ["to", "note"] };
const CLEAN = { to: "Jane", note: 'Naïve café 😀: "nothing" to hide.\n' };

/** The parts of each candidate. */
const ANSWERS: Record<string, readonly (readonly GeminiPart[])[]> = {
	clean: [[text("Naïve café 😀: nothing to hide.")]],
	address: [[text("Write to jane.doe@example.com now.")]],
	early: [[text(`${KEY} it is`)]],
	middle: [[text(`The key is ${KEY} and more.`)]],
	thoughts: [[{ deltas: [..."So jane.doe@example.com it is."], thought: true }, text("Sent.")]],
	"a call": [[text("Sending."), call("jane.doe@example.com")]],
	"a call with a key": [[text("Sending."), call(KEY)]],
	"a structure": [[text(JSON.stringify(CLEAN))]],
	"a structure with an address": [[text(JSON.stringify({ to: "jane.doe@example.com", note: '\njane.doe@example.com"' }))]],
	"a structure with a key": [[text(JSON.stringify({ to: "Jane", note: `Take ${KEY} with you.` }))]],
	"two addresses": [[text("Write to jane.doe@example.com today.")], [text("Or to bob@example.com then.")]],
	"two calls": [[call("jane.doe@example.com")], [call("bob@example.com")]],
};
const FAULTS: Record<string, number> = { slow: 429, broken: 500 };
let upstream: MockUpstream;
let proxy: Proxy;
/** Have patience with all but a silent head, and a silence behind it. */
let headless: Proxy;
let stalling: Proxy;
let full: Awaited<ReturnType<typeof startFullProxy>>;

beforeAll(async () => {
	upstream = await startMockUpstream((response, body, path) => {
		const { contents } = JSON.parse(body) as { contents: { parts: { text: string }[] }[] };
		const name = contents[0]?.parts[0]?.text ?? "";
		if (name === "silence") return;
		const status = FAULTS[name];
		if (status !== undefined) {
			response.writeHead(status, { "content-type": "application/json" });
			response.end(JSON.stringify({ error: { code: status, message: "echo of the prompt", status: "UNKNOWN" } }));
			return;
		}
		const isStream = path.includes("alt=sse");
		const answers = ANSWERS[name] ?? [[text("Some words, then nothing.")]];
		const pieces = isStream ? geminiSse(inTurns(answers.map(geminiEvents))) : [...JSON.stringify(whole(answers))];
		const isBroken = name === "truncated" || name === "stall";
		response.writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" });
		response.write((isBroken ? pieces.slice(0, 10) : pieces).join(""));
		if (name !== "stall") response.end();
	});
	full = await startFullProxy();
	const provider = { type: "gemini", base_url: upstream.url.replace(/\/v1$/, ""), api_key: "k" };
	const start = (timeouts: object): Promise<Proxy> =>
		startProxy({ up: { ...provider, timeouts } }, 'security: { blocked_phrases: ["Project Falcon"] }');
	[proxy, headless, stalling] = (await Promise.all([{}, { head_ms: 500 }, { idle_ms: 500 }].map(start))) as [Proxy, Proxy, Proxy];
});
afterAll(async () => {
	await Promise.all([proxy?.drain(), headless?.drain(), stalling?.drain(), full?.stop()]);
	upstream?.close();
});

/** An event of each candidate at a time. */
function inTurns(candidates: readonly (readonly object[])[]): object[] {
	const longest = Math.max(...candidates.map((events) => events.length));
	return Array.from({ length: longest }, (_, at) => candidates.flatMap((events) => events.slice(at, at + 1))).flat();
}

function whole(answers: readonly (readonly GeminiPart[])[]): object {
	const each = answers.map((parts) => geminiAnswer(parts) as { candidates: object[] });
	return { ...each[0], candidates: each.flatMap(({ candidates }, index) => candidates.map((candidate) => ({ ...candidate, index }))) };
}

function cellsOf(client: GeminiClient): Cells {
	const ask = (contents: string, config?: GenerateContentConfig, at = proxy) => client.ask(`http://127.0.0.1:${at.port}`, contents, config);
	const structured = { responseMimeType: "application/json", responseJsonSchema: STRUCTURE };
	const two = { candidateCount: 2 };
	const failed = async (name: string, status: number): Promise<void> => {
		const { error, requests } = await ask(name);
		expect(error).toMatchObject({ status });
		expect(error?.message).not.toContain("echo");
		expect(requests).toBe(client.tries);
	};
	return {
		async clean() {
			expect(await ask("clean")).toMatchObject({ texts: ["Naïve café 😀: nothing to hide."], finishes: ["STOP"], requests: 1 });
		},
		async tools() {
			expect(await ask("a call")).toMatchObject({ texts: ["Sending."], calls: [{ to: "****.***@*******.***" }] });
		},
		async "n = 2"() {
			expect(await ask("two addresses", two)).toMatchObject({
				texts: ["Write to ****.***@*******.*** today.", "Or to ***@*******.*** then."],
				finishes: ["STOP", "STOP"],
			});
			expect((await ask("two calls", two)).calls).toEqual([{ to: "****.***@*******.***" }, { to: "***@*******.***" }]);
		},
		async reasoning() {
			expect(await ask("thoughts")).toMatchObject({ thoughts: "So ****.***@*******.*** it is.", texts: ["Sent."] });
		},
		async structured() {
			const parsed = async (prompt: string) => JSON.parse((await ask(prompt, structured)).texts[0] ?? "");
			expect(await parsed("a structure")).toEqual(CLEAN);
			expect(await parsed("a structure with an address")).toEqual({ to: "****.***@*******.***", note: '\n****.***@*******.***"' });
			const cut = await ask("a structure with a key", structured);
			expect(cut).toMatchObject({ texts: ['{"to":"Jane","note":"Take '], finishes: ["SAFETY"], requests: 1 });
		},
		async redacted() {
			expect(await ask("address")).toMatchObject({ texts: ["Write to ****.***@*******.*** now."], finishes: ["STOP"] });
		},
		async "cut early"() {
			const { texts, finishes, requests } = await ask("early");
			expect([texts.join(""), finishes, requests]).toEqual(["", ["SAFETY"], 1]);
		},
		async "cut in the middle"() {
			expect(await ask("middle")).toMatchObject({ texts: ["The key is "], finishes: ["SAFETY"], requests: 1 });
		},
		async "cut in a tool argument"() {
			const seen = await ask("a call with a key");
			expect(seen).toMatchObject({ calls: [], finishes: ["SAFETY"] });
			expect(JSON.stringify(seen)).not.toContain(KEY.slice(0, 6));
		},
		async blocked() {
			expect(await ask("about project falcon")).toMatchObject({ texts: [], requests: 1, error: { status: 400 } });
			expect(upstream.requests.filter(({ body }) => body.includes("falcon"))).toEqual([]);
		},
		"upstream 429": () => failed("slow", 429),
		"upstream 500": () => failed("broken", 500),
		async "upstream hang"() {
			const seen = await ask("silence", undefined, headless);
			expect(seen).toMatchObject({ texts: [], requests: client.tries, error: { status: 504 } });
			expect(seen.error?.message).toContain("did not answer in time");
		},
		async "upstream truncation"() {
			for (const name of ["truncated", "stall"]) {
				const { error, finishes, requests } = await ask(name, undefined, stalling);
				expect(error?.message).toMatch(/upstream/);
				expect([finishes, requests]).toEqual([[], client.isStream ? 1 : client.tries]);
			}
		},
		async overload() {
			const seen = await client.ask(`http://127.0.0.1:${full.port}`, "clean");
			expect(seen).toMatchObject({ texts: [], requests: client.tries, error: { status: 503 } });
			expect(seen.error?.message).toContain("at its capacity");
		},
	};
}

const python = new PythonProgram("gemini_client.py");
afterAll(() => python.stop());

describe.each([...GEMINI_CLIENTS, ...pythonGeminiClients(python)])("$name", (client) => runCells(cellsOf(client)));
