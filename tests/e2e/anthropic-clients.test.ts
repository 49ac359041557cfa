import { afterAll, beforeAll, describe, expect } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { MESSAGES_CLIENTS, type MessagesClient, pythonClients, STRUCTURE } from "../support/anthropic-clients.ts";
import { type AnthropicBlock, anthropicEvents, anthropicMessage } from "../support/anthropic-events.ts";
import { startFullProxy } from "../support/full-proxy.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";
import { PythonProgram } from "../support/python-client.ts";
import { type Cells, runCells } from "../support/sdk-matrix.ts";

const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const text = (content: string): AnthropicBlock => ({ type: "text", deltas: [...content] });
const tool = (input: object): AnthropicBlock => ({ type: "tool_use", name: "mail", deltas: [...JSON.stringify(input)] });

const ANSWERS: Record<string, readonly AnthropicBlock[]> = {
	clean: [{ type: "thinking", deltas: [..."They greet."], signature: "c2ln" }, text("Naïve café 😀: nothing to hide.")],
	"thinking with an address": [{ type: "thinking", deltas: [..."So jane.doe@example.com it is."], signature: "c2ln" }, text("Sent.")],
	email: [text("Write to jane.doe@example.com before Friday.")],
	early: [text(`${KEY} it is`)],
	middle: [text(`The key is ${KEY} and more.`)],
	tool: [text("Sending."), tool({ to: "jane.doe@example.com" })],
	"tool cut": [text("Deploying."), tool({ to: KEY })],
};
const STRUCTURES: Record<string, object> = {
	"a structure": { to: "Jane", note: 'Naïve café 😀: "nothing" to hide.\n' },
	"a structure with an address": {
		to: "jane.doe@example.com",
		note: 'First,\njane.doe@example.com,\tthen "jane.doe@example.com"',
	},
	"a structure with a key": { to: "Jane", note: `Take ${KEY} with you.` },
};
const FAULTS: Record<string, number> = { slow: 429, broken: 500, busy: 529 };
const python = new PythonProgram("anthropic_client.py");

interface Asked {
	readonly messages: readonly { readonly content: string | readonly { readonly text: string }[] }[];
	readonly stream?: boolean;
	readonly output_config?: object;
}

function promptOf(messages: Asked["messages"]): string {
	const content = messages[0]?.content ?? "";
	return typeof content === "string" ? content : (content[0]?.text ?? "");
}

/** A structured answer is text where the request says so in `output_config`; else the client gave a tool `json` for it. */
function blocksOf(name: string, isStructured: boolean): readonly AnthropicBlock[] {
	const structure = STRUCTURES[name];
	if (structure === undefined) return ANSWERS[name] ?? [text("Some words, then nothing.")];
	return [isStructured ? text(JSON.stringify(structure)) : { ...tool(structure), name: "json" }];
}

let upstream: MockUpstream;
let proxy: Proxy;
/** Have patience with all but a silent head, and a silence behind it. */
let headless: Proxy;
let stalling: Proxy;
let full: Awaited<ReturnType<typeof startFullProxy>>;

beforeAll(async () => {
	upstream = await startMockUpstream((response, body) => {
		const { messages, stream, output_config: output } = JSON.parse(body) as Asked;
		const name = promptOf(messages);
		const status = FAULTS[name];
		if (status !== undefined) {
			response.writeHead(status, { "content-type": "application/json", "retry-after": "0" });
			return void response.end(JSON.stringify({ type: "error", error: { type: "api_error", message: "echo of the prompt" } }));
		}
		if (name === "silence") return;
		const blocks = blocksOf(name, output !== undefined);
		const stop = blocks.some(({ type }) => type === "tool_use") ? "tool_use" : "end_turn";
		response.writeHead(200, { "content-type": stream ? "text/event-stream" : "application/json" });
		const pieces = stream ? anthropicEvents(blocks, stop) : [...JSON.stringify(anthropicMessage(blocks, stop))];
		const isBroken = name === "truncated" || name === "stall";
		response.write((isBroken ? pieces.slice(0, 12) : pieces).join(""));
		if (name !== "stall") response.end();
	});
	full = await startFullProxy();
	const provider = { type: "anthropic", base_url: upstream.url.replace(/\/v1$/, ""), api_key: "k" };
	const start = (timeouts: object): Promise<Proxy> =>
		startProxy({ up: { ...provider, timeouts } }, 'security: { blocked_phrases: ["Project Falcon"] }');
	[proxy, headless, stalling] = (await Promise.all([{}, { head_ms: 500 }, { idle_ms: 500 }].map(start))) as [Proxy, Proxy, Proxy];
});
afterAll(async () => {
	python.stop();
	await Promise.all([proxy?.drain(), headless?.drain(), stalling?.drain(), full?.stop()]);
	upstream?.close();
});

function cellsOf(client: MessagesClient): Cells {
	const ask = (prompt: string, schema?: object, at = proxy) =>
		client.ask(`http://127.0.0.1:${at.port}`, { prompt, ...(schema && { schema }) });
	const tries = client.name === "curl" ? 1 : 2;
	const failed = async (name: string, status: number): Promise<void> => {
		const { error, requests } = await ask(name);
		expect(error?.status).toBe(status);
		expect(error?.message).not.toContain("echo");
		expect(requests).toBe(tries);
	};
	return {
		async clean() {
			const seen = await ask("clean");
			expect(seen).toMatchObject({ text: "Naïve café 😀: nothing to hide.", calls: [], requests: 1 });
			expect(seen.error).toBeUndefined();
		},
		async tools() {
			expect(await ask("tool")).toMatchObject({ text: "Sending.", calls: [{ name: "mail", input: { to: "****.***@*******.***" } }] });
		},
		"n = 2": { none: "The API knows no n." },
		async reasoning() {
			expect(await ask("clean")).toMatchObject({ thinking: "They greet." });
			expect(await ask("thinking with an address")).toMatchObject({ thinking: "So ****.***@*******.*** it is.", text: "Sent." });
		},
		async structured() {
			expect(JSON.parse((await ask("a structure", STRUCTURE)).text)).toEqual(STRUCTURES["a structure"]);
			expect(JSON.parse((await ask("a structure with an address", STRUCTURE)).text)).toEqual({
				to: "****.***@*******.***",
				note: 'First,\n****.***@*******.***,\tthen "****.***@*******.***"',
			});
			// One with a key is cut before it, and never taken for a whole one.
			const seen = await ask("a structure with a key", STRUCTURE);
			expect(JSON.stringify(seen)).not.toContain(KEY.slice(0, 6));
			expect(seen.finish ?? seen.error).not.toBe("end_turn");
			expect(seen.error ?? seen.finish).toBeDefined();
		},
		async redacted() {
			const seen = await ask("email");
			expect(seen.text).toBe("Write to ****.***@*******.*** before Friday.");
			expect(seen.error).toBeUndefined();
		},
		async "cut early"() {
			expect(await ask("early")).toMatchObject({ text: "", finish: client.cut });
		},
		async "cut in the middle"() {
			expect(await ask("middle")).toMatchObject({ text: "The key is ", finish: client.cut });
		},
		async "cut in a tool argument"() {
			const seen = await ask("tool cut");
			expect(seen).toMatchObject({ finish: client.cut, calls: [] });
			expect(JSON.stringify(seen)).not.toContain(KEY.slice(0, 6));
		},
		async blocked() {
			const { error, requests } = await ask("about project falcon");
			expect(error?.status).toBe(400);
			expect(error?.message).toContain("security policy");
			expect(requests).toBe(1);
			expect(upstream.requests.filter(({ body }) => body.includes("falcon"))).toEqual([]);
		},
		"upstream 429": () => failed("slow", 429),
		async "upstream 500"() {
			await failed("broken", 500);
			await failed("busy", 529);
		},
		async "upstream hang"() {
			const seen = await ask("silence", undefined, headless);
			expect(seen).toMatchObject({ text: "", requests: tries, error: { status: 504 } });
			expect(seen.error?.message).toContain("did not answer in time");
		},
		async "upstream truncation"() {
			for (const name of ["truncated", "stall"]) expect((await ask(name, undefined, stalling)).error?.message).toMatch(/upstream/);
		},
		async overload() {
			const seen = await client.ask(`http://127.0.0.1:${full.port}`, { prompt: "clean" });
			expect(seen).toMatchObject({ text: "", calls: [], requests: tries, error: { status: 503 } });
			expect(seen.error?.message).toContain("at its capacity");
		},
	};
}

describe.concurrent.each([...MESSAGES_CLIENTS, ...pythonClients(python)])("$name", (client) => runCells(cellsOf(client)));
