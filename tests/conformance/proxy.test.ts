import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { inspectWhole } from "../../src/inspect/inspect-whole.ts";
import { compilePolicy } from "../../src/policy/compile-policy.ts";
import type { Proxy } from "../../src/proxy.ts";
import { createReferenceEngine } from "../../src/scanner/engine-reference.ts";
import { createScannerProgram } from "../../src/scanner/scanner-program.ts";
import { chatStream } from "../support/chat-client.ts";
import { escapeContent } from "../support/escape-content.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";
import { chunkings, random, randomSlices } from "../support/random.ts";

const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const TOKEN = ["ghp_", "0123456789abcdefghijABCDEFGHIJ012345"].join("");
const YAML = `
security:
  blocked_phrases: ["quarterly layoffs"]
  pii_protection:
    redaction_strategy: mask
    custom_patterns: [{ name: employee_id, pattern: 'EMP-\\d{6}' }]
`;

/** Text of an answer → what the client gets; each goes through the proxy in every chunking. */
const CASES: readonly (readonly [text: string, expected: string, ending: "stop" | "content_filter"])[] = [
	["Only words and numbers: 3.14, 1999 and a colon:", "Only words and numbers: 3.14, 1999 and a colon:", "stop"],
	["Write to jane.doe@example.com today.", "Write to ****.***@*******.*** today.", "stop"],
	["ünïcode 😀 before a@b.example.org 😀 and after", "ünïcode 😀 before *@*.*******.*** 😀 and after", "stop"],
	["Card 4111 1111 1111 1111 and phone (415) 555-2671.", "Card **** **** **** 1111 and phone (***) ***-****.", "stop"],
	["Two: a.b@example.com,c.d@example.com glued", "Two: *.*@*******.***,*.*@*******.*** glued", "stop"],
	[`The key is ${KEY} and this must never be seen.`, "The key is ", "content_filter"],
	[`half a key ${KEY.slice(0, 15)} only`, `half a key ${KEY.slice(0, 15)} only`, "stop"],
	[`${TOKEN} at the very start`, "", "content_filter"],
	["EMP-123456 EMP-12345 EMP-1234567", "***-****** EMP-12345 ***-******7", "stop"],
	["We plan Quarterly  layoffs soon.", "We plan ", "content_filter"],
	[
		"SSN 219-09-9999, IP 203.0.113.77, 2001:db8:85a3::8a2e:370:7334.",
		"SSN ***-**-****, IP ***.*.***.**, ****:***:****::****:***:****.",
		"stop",
	],
	["ends inside a match: jane.doe@example.co", "ends inside a match: ****.***@*******.**", "stop"],
];

interface Wire {
	readonly name: string;
	/** The TCP writes of an answer made of these deltas. */
	writes(deltas: readonly string[]): Buffer[];
}

function events(deltas: readonly string[], escape: (json: string) => string, newline: string): Buffer[] {
	const chunk = (delta: object, finish: string | null): Buffer =>
		Buffer.from(
			`data: ${escape(JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }] }))}${newline}${newline}`,
		);
	return [...deltas.map((content) => chunk({ content }, null)), chunk({}, "stop"), Buffer.from(`data: [DONE]${newline}${newline}`)];
}

function cutAnywhere(bytes: Buffer): Buffer[] {
	const next = random(bytes.length);
	return randomSlices(bytes.toString("latin1"), 60, next).map((slice) => Buffer.from(slice, "latin1"));
}

const plain = (json: string): string => json;
const WIRES: readonly Wire[] = [
	{ name: "one write", writes: (deltas) => [Buffer.concat(events(deltas, plain, "\n"))] },
	{
		name: "escaped, CRLF, cut between any two bytes",
		writes: (deltas) => cutAnywhere(Buffer.concat(events(deltas, escapeContent, "\r\n"))),
	},
	{ name: "an event per write", writes: (deltas) => events(deltas, plain, "\n") },
];

const answers = new Map<string, Buffer[]>();
let upstream: MockUpstream;

async function script(response: ServerResponse, body: string): Promise<void> {
	const { messages } = JSON.parse(body) as { messages: { content: string }[] };
	response.writeHead(200, { "content-type": "text/event-stream" });
	response.socket?.setNoDelay(true);
	for (const write of answers.get(messages[0]?.content ?? "") ?? []) {
		response.write(write);
		await new Promise(setImmediate);
	}
	response.end();
}

beforeAll(async () => {
	upstream = await startMockUpstream(script);
});

afterAll(() => upstream.close());

function oracle(text: string): { text: string; isCut: boolean; findings: Record<string, number> } {
	const loaded = parseConfig(YAML, {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	const { response } = compilePolicy(loaded.config.security);
	const program = createScannerProgram(response, createReferenceEngine(response.rules));
	const whole = inspectWhole(program, { strategy: "mask", key: new Uint8Array(32) }, text);
	const findings: Record<string, number> = {};
	for (const { type } of whole.scanner.findings) findings[type] = (findings[type] ?? 0) + 1;
	return { text: whole.text, isCut: whole.scanner.isCut, findings };
}

let nextName = 0;

async function through(proxy: Proxy, wire: Wire, deltas: readonly string[]) {
	// Letters only: a name with digits could be taken for something by the prompt filter.
	const name = `case ${[...String(nextName++)].map((digit) => "abcdefghij"[Number(digit)]).join("")}`;
	answers.set(name, wire.writes(deltas));
	const answer = await chatStream(proxy.port, name);
	answers.delete(name);
	return { text: answer.text, finish: answer.finish, isDone: answer.isDone, findings: answer.security?.findings };
}

async function conforms(
	proxy: Proxy,
	jobs: readonly { wire: Wire; deltas: readonly string[] }[],
	expected: ReturnType<typeof oracle>,
): Promise<void> {
	const queue = [...jobs];
	const work = async (): Promise<void> => {
		for (let job = queue.pop(); job !== undefined; job = queue.pop()) {
			const actual = await through(proxy, job.wire, job.deltas);
			expect({ wire: job.wire.name, deltas: job.deltas, ...actual }).toEqual({
				wire: job.wire.name,
				deltas: job.deltas,
				text: expected.text,
				finish: expected.isCut ? "content_filter" : "stop",
				isDone: true,
				findings: expected.findings,
			});
		}
	};
	await Promise.all(Array.from({ length: 8 }, work));
}

const ENGINES = [
	{ engine: "hyperscan", workerUrl: undefined },
	{ engine: "reference", workerUrl: new URL("../support/reference-lane-worker.ts", import.meta.url) },
];

describe.each(ENGINES)("with the $engine engine", ({ workerUrl }) => {
	let proxy: Proxy;
	beforeAll(async () => {
		proxy = await startProxy(upstream.url, YAML, workerUrl);
	});
	afterAll(() => proxy.drain());

	test.each(CASES)("every chunking on every wire gives the same answer: %s", async (text, expected, ending) => {
		const truth = oracle(text);
		expect(truth.text).toBe(expected);
		expect(truth.isCut).toBe(ending === "content_filter");
		const wholes = WIRES.map((wire) => ({ wire, deltas: [text] }));
		const cuts = [...chunkings(text, random(text.length))].map((deltas, i) => ({ wire: WIRES[i % WIRES.length] as Wire, deltas }));
		await conforms(proxy, [...wholes, ...cuts], truth);
	});
});
