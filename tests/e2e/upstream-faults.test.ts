import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { type ChatAnswer, chat } from "../support/chat-client.ts";
import { settled } from "../support/health.ts";
import { chatEvents } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";
import { chunk, LAST_CHUNK, pump, type RawScript, type RawUpstream, SSE_HEAD, sized, startRawUpstream } from "../support/raw-upstream.ts";

const TEXT = "Hello there, this is fine. ";
const [ROLE = "", HELLO = "", FINISH = "", DONE = ""] = chatEvents([TEXT]);
const BODY = JSON.stringify({
	id: "c1",
	object: "chat.completion",
	created: 1,
	model: "m",
	choices: [{ index: 0, message: { role: "assistant", content: TEXT }, finish_reason: "stop" }],
});
const GOOD_STREAM = SSE_HEAD + chunk(ROLE + HELLO + FINISH + DONE) + LAST_CHUNK;
const EARLY_HINTS = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n".repeat(1000);
const BEGUN = SSE_HEAD + chunk(ROLE + HELLO);
const html = { "content-type": "text/html" };
const encoded = (encoding: string): Record<string, string> => ({ "content-type": "text/event-stream", "content-encoding": encoding });

interface Fault {
	readonly name: string;
	readonly script: RawScript;
	/** HTTP status, and the code of the error: in the body, or in the stream after the text. Absent: a complete answer. */
	readonly status: number;
	readonly code?: string;
}

const says =
	(bytes: string | Buffer): RawScript =>
	(socket) =>
		void socket.write(bytes);
const ends =
	(bytes: string): RawScript =>
	(socket) =>
		void socket.end(bytes);
const resets =
	(bytes: string): RawScript =>
	(socket) =>
		void socket.write(bytes, () => setImmediate(() => socket.resetAndDestroy()));

/** Whatever the request asked for. */
const EITHER: readonly Fault[] = [
	{ name: "no answer in time", script: () => {}, status: 504, code: "upstream_timeout" },
	{ name: "closed without an answer", script: ends(""), status: 502, code: "upstream_unreachable" },
	{ name: "reset without an answer", script: resets(""), status: 502, code: "upstream_unreachable" },
	{ name: "not HTTP", script: says("SSH-2.0-OpenSSH_9.2\r\n\r\n"), status: 502, code: "upstream_unreachable" },
	{ name: "100 Continue that nobody asked for", script: says("HTTP/1.1 100 Continue\r\n\r\n"), status: 502, code: "upstream_unreachable" },
	{ name: "gzip despite identity", script: says(sized("x", encoded("gzip"))), status: 502, code: "upstream_encoding" },
	{ name: "br despite identity", script: says(sized("x", encoded("br"))), status: 502, code: "upstream_encoding" },
	{ name: "an unknown encoding", script: says(sized("x", encoded("x-secret"))), status: 502, code: "upstream_encoding" },
	{ name: "two encodings", script: says(sized("x", encoded("identity, gzip"))), status: 502, code: "upstream_encoding" },
	{ name: "HTML", script: says(sized("<h1>hello</h1>", html)), status: 502, code: "upstream_content_type" },
	{ name: "no content type", script: says(sized("hello", {})), status: 502, code: "upstream_content_type" },
	{ name: "204 without content", script: says("HTTP/1.1 204 No Content\r\n\r\n"), status: 502, code: "upstream_content_type" },
	{ name: "302", script: says(sized("", { location: "/v1/redirected" }, "302 Found")), status: 502, code: "upstream_error" },
	{
		name: "response headers of 64 KiB",
		script: says(sized(BODY, { "x-fill": "a".repeat(65_536) })),
		status: 502,
		code: "upstream_unreachable",
	},
	{
		name: "400 whose body repeats the prompt",
		script: says(sized("CANARY-PROMPT", html, "400 Bad Request")),
		status: 400,
		code: "upstream_error",
	},
	{ name: "500", script: says(sized("{}", {}, "500 Internal Server Error")), status: 500, code: "upstream_error" },
	{ name: "529", script: says(sized("{}", {}, "529 Overloaded")), status: 529, code: "upstream_error" },
	{ name: "a status that is none", script: says(sized("{}", {}, "999 Odd")), status: 502, code: "upstream_error" },
];

const STREAMED: readonly Fault[] = [
	{ name: "silence in mid-stream", script: says(BEGUN), status: 200, code: "upstream_stalled" },
	{ name: "a reset in mid-stream", script: resets(BEGUN), status: 200, code: "upstream_truncated" },
	{ name: "an end inside a chunk", script: ends(`${BEGUN}ff\r\ndata: {`), status: 200, code: "upstream_truncated" },
	{ name: "an end between two chunks", script: ends(BEGUN), status: 200, code: "upstream_truncated" },
	{ name: "a clean end without finish_reason and [DONE]", script: says(BEGUN + LAST_CHUNK), status: 200, code: "upstream_truncated" },
	{ name: "a clean end inside an event", script: says(BEGUN + chunk("data: {") + LAST_CHUNK), status: 200, code: "upstream_truncated" },
	{ name: "a clean end without [DONE], after finish_reason", script: says(BEGUN + chunk(FINISH) + LAST_CHUNK), status: 200 },
	{
		name: "data after [DONE]",
		script: says(SSE_HEAD + chunk(ROLE + HELLO + FINISH + DONE + HELLO) + chunk("CANARY-LATE") + LAST_CHUNK),
		status: 200,
	},
	{ name: "a connection left open after [DONE]", script: says(SSE_HEAD + chunk(ROLE + HELLO + FINISH + DONE)), status: 200 },
	{
		name: "invalid UTF-8",
		script: says(Buffer.from(BEGUN + chunk("data: \xff\xfe\n\n"), "latin1")),
		status: 200,
		code: "upstream_invalid_utf8",
	},
	{ name: "an event that is not JSON", script: says(BEGUN + chunk("data: CANARY-RAW\n\n")), status: 200, code: "upstream_invalid_event" },
	{ name: "JSON where events were asked for", script: says(sized(BODY)), status: 502, code: "upstream_content_type" },
	{ name: "interim answers first", script: says(EARLY_HINTS + GOOD_STREAM), status: 200 },
	{
		name: "gzip bytes under a plain head",
		script: says(Buffer.concat([Buffer.from(BEGUN), Buffer.from("20\r\n"), gzipSync("x".repeat(99)).subarray(0, 32), Buffer.from("\r\n")])),
		status: 200,
		code: "upstream_stalled",
	},
];

const WHOLE: readonly Fault[] = [
	{ name: "silence inside the body", script: says(sized(BODY).slice(0, -20)), status: 504, code: "upstream_stalled" },
	{ name: "a reset inside the body", script: resets(sized(BODY).slice(0, -20)), status: 502, code: "upstream_truncated" },
	{ name: "an end inside the body", script: ends(sized(BODY).slice(0, -20)), status: 502, code: "upstream_truncated" },
	{
		name: "invalid UTF-8",
		script: says(Buffer.from(sized('{"a":"\xff"}').replace("length: 10", "length: 9"), "latin1")),
		status: 502,
		code: "upstream_invalid_utf8",
	},
	{ name: "no JSON", script: says(sized("CANARY-RAW")), status: 502, code: "upstream_invalid_event" },
	{ name: "an empty body", script: says(sized("")), status: 502, code: "upstream_invalid_event" },
	{ name: "events where JSON was asked for", script: says(GOOD_STREAM), status: 502, code: "upstream_content_type" },
	{ name: "interim answers first", script: says(EARLY_HINTS + sized(BODY)), status: 200 },
];

let upstream: RawUpstream;
/** By the deadline that they have, by which a code tells that it was missed; the others wait as long as by default. */
let proxies: Readonly<Record<"patient" | "upstream_timeout" | "upstream_stalled", Proxy>>;
const scripts = new Map<string, RawScript>();

beforeAll(async () => {
	upstream = await startRawUpstream((prompt) => scripts.get(prompt) ?? says(prompt.startsWith("stream") ? GOOD_STREAM : sized(BODY)));
	const start = (timeouts: object): Promise<Proxy> =>
		startProxy({ up: { type: "openai", base_url: upstream.url, api_key: "test", timeouts } });
	proxies = { patient: await start({}), upstream_timeout: await start({ head_ms: 600 }), upstream_stalled: await start({ idle_ms: 600 }) };
});
afterAll(async () => {
	await Promise.all(Object.values(proxies ?? {}).map((proxy) => proxy.drain()));
	upstream?.close();
});
afterEach(async () => {
	for (const { port } of Object.values(proxies)) await settled(port);
	expect(await chat(proxies.patient.port, "stream: next", true)).toMatchObject({ status: 200, text: TEXT, isDone: true, error: undefined });
});

function check({ raw, status, text, isDone, error }: ChatAnswer, fault: Fault, isStream: boolean): void {
	expect(raw).not.toContain("CANARY");
	expect({ status, code: error?.code }).toEqual({ status: fault.status, code: fault.code });
	if (fault.code === undefined || (isStream && status === 200)) expect(text).toBe(TEXT);
	if (isStream && status === 200) expect(isDone).toBe(fault.code === undefined);
}

describe.each([
	["streamed", true, [...EITHER, ...STREAMED]],
	["whole", false, [...EITHER, ...WHOLE]],
] as const)("%s", (kind, isStream, faults) => {
	test.each(faults)("$name ends in the right status or error", async (fault) => {
		const prompt = `${kind}: ${fault.name}`;
		scripts.set(prompt, fault.script);
		const { code } = fault;
		const { port } = proxies[code === "upstream_timeout" || code === "upstream_stalled" ? code : "patient"];
		check(await chat(port, prompt, isStream), fault, isStream);
		expect(upstream.asked.filter((asked) => asked === prompt)).toHaveLength(1);
	});
});

test("429 keeps its Retry-After and is not marked as final", async () => {
	scripts.set("limit", says(sized("{}", { "retry-after": "7" }, "429 Too Many Requests")));
	const { status, headers } = await chat(proxies.patient.port, "limit", true);
	expect({ status, retryAfter: headers["retry-after"], shouldRetry: headers["x-should-retry"] }).toEqual({
		status: 429,
		retryAfter: "7",
		shouldRetry: undefined,
	});
});

describe("floods are bounded", () => {
	const MANY = 100 << 20;
	const floods: Readonly<Record<string, string>> = {
		"100 MB on one line": "x".repeat(1 << 16),
		"a million lines without a blank one": "data: 1\n".repeat(1 << 13),
		"comments without a blank line": ": 1\n".repeat(1 << 14),
	};
	test.each(Object.entries(floods))("%s", async (name, block) => {
		let sent = 0;
		scripts.set(name, async (socket) => {
			socket.write(BEGUN + chunk("data: "));
			sent = await pump(socket, chunk(block), MANY);
		});
		const { text, error } = await chat(proxies.patient.port, name, true);
		await upstream.lastClosed();
		expect({ text, code: error?.code }).toEqual({ text: TEXT, code: "upstream_event_too_large" });
		// One block's limit, credit and the kernel's buffers; not the flood.
		expect(sent).toBeLessThan(MANY / 4);
	});

	test("a whole body of 100 MB", async () => {
		let sent = 0;
		scripts.set("huge body", async (socket) => {
			socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${MANY}\r\n\r\n`);
			sent = await pump(socket, "x".repeat(1 << 16), MANY);
		});
		const { status, error } = await chat(proxies.patient.port, "huge body", false);
		await upstream.lastClosed();
		expect({ status, code: error?.code }).toEqual({ status: 502, code: "upstream_event_too_large" });
		expect(sent).toBeLessThan(MANY / 2);
	});
});
