import { afterAll, beforeAll, expect, test } from "vitest";
import type { DownstreamRequest, Listener, ListenerOptions } from "../../src/edge/listener.ts";
import { listenNode } from "../../src/edge/listener-node.ts";
import { hasUws, listenUws } from "../../src/edge/listener-uws.ts";
import { listenerRefusal } from "../../src/session/error-body.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { pick, random, randomSlices } from "../support/random.ts";
import { rawExchange } from "../support/raw-client.ts";

/**
 * Rows of requests on one connection, whose heads are written in every way that some reader takes and another does not, cut
 * anywhere into packets. Each listener runs a row from its beginning on, request by request, each with the body that was
 * meant, and answers in that order; what was meant as a body is never a request. Where both listeners run a request, they
 * read the same.
 */
const ROWS = 150;
/** ms without a byte after which a row is over. */
const SILENCE_MS = 120;

type Next = () => number;
/** What a handler was given, by the row. */
interface Reading {
	readonly index: number;
	readonly text: string;
}

const SEEN = new Map<string, Reading[]>();
const listeners: Listener[] = [];

function options(kind: string): ListenerOptions {
	return {
		host: "127.0.0.1",
		port: 0,
		maxRequestSize: 4096,
		maxArrivingBytes: 1 << 20,
		requestTimeoutMs: 5000,
		idleConnectionMs: 5000,
		clientStallMs: 1000,
		refusal: listenerRefusal,
		handler: (request, downstream) => {
			const { headers, path } = request;
			const [, row = "", index = ""] = /row=(\d+)&at=(\d+)/.exec(request.query) ?? [];
			const seen = SEEN.get(`${kind} ${row}`) ?? [];
			SEEN.set(`${kind} ${row}`, [...seen, { index: index === "" ? -1 : Number(index), text: readingOf(request) }]);
			const answer = (): void => {
				downstream.head(200, { "content-type": "text/plain", "x-path": path });
				downstream.end(Buffer.from(`answer ${index};`));
			};
			if (headers["x-slow"] === undefined) answer();
			else setTimeout(answer, 15);
		},
	};
}

function readingOf({ method, path, query, headers, body }: DownstreamRequest): string {
	// uWebSockets.js reads bytes beyond ASCII as UTF-8 and drops what is none, node as Latin-1.
	const said = ["content-type", "authorization", "x-api-key", "x-note"].map((name) => headers[name]?.replace(/[^\x20-\x7e]/g, ""));
	return JSON.stringify([method, path, query, said, Buffer.from(body).toString("latin1")]);
}

beforeAll(async () => {
	listeners.push(await listenNode(options("node")), ...(hasUws() ? [await listenUws(options("uws"))] : []));
});
afterAll(() => Promise.all(listeners.map((listener) => listener.close())));

const SMUGGLED = "POST /smuggled HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";

interface Meant {
	readonly bytes: string;
	readonly body: string;
}

function requestOf(row: number, at: number, next: Next): Meant {
	const body = pick(["{}", `{"at":${at}}`, SMUGGLED, `5\r\nhello\r\n0\r\n\r\n${SMUGGLED}`, "", "0\r\n\r\n"], next);
	const rarely = <T>(plain: T, odd: readonly T[]): T => (next() < 0.12 ? pick(odd, next) : plain);
	const target = `?row=${row}&at=${at}`;
	const line = rarely(`POST /path${target} HTTP/1.1`, [
		`POST //path${target} HTTP/1.1`,
		`POST /a/%2e%2e/path${target} HTTP/1.1`,
		`POST /a/../path${target} HTTP/1.1`,
		`POST /path${target}#x HTTP/1.1`,
		`POST /path${target} HTTP/1.0`,
		`POST /path;x=${target} HTTP/1.1`,
		`POST http://b.test/path${target} HTTP/1.1`,
		`POST /p%00th${target} HTTP/1.1`,
		`PUT /path${target} HTTP/1.1`,
		`pOST /path${target} HTTP/1.1`,
		` POST /path${target} HTTP/1.1`,
		`\r\nPOST /path${target} HTTP/1.1`,
		`POST /path${target} HTTP/1.1\r`,
		`POST /p\xe4th${target} HTTP/1.1`,
	]);
	const length = String(body.length);
	const framing = rarely(
		[`Content-Length: ${length}`],
		[
			[`content-length:${length}`],
			[`Content-Length: 0${length}`],
			[`Content-Length: ${length} `],
			[`Content-Length: ${length}`, `Content-Length: ${length}`],
			[`Content-Length: ${length}`, "Content-Length: 0"],
			["Content-Length: 0", `Content-Length: ${length}`],
			[`Content-Length: ${length}`, "Transfer-Encoding: chunked"],
			["Transfer-Encoding: chunked", `Content-Length: ${length}`],
			["Transfer-Encoding: chunked"],
			["Transfer-Encoding: \tchunked"],
			[`Content-Length: ${length}`, "Transfer-Encoding: identity"],
			[`Content-Length: ${length}`, "Transfer-Encoding : chunked"],
			[`Content-Length: ${length}`, "Transfer-Encoding\t: chunked"],
			[`Content-Length: ${length}`, "X: y\n Transfer-Encoding: chunked"],
			[`Content-Length: ${length}`, "Transfer_Encoding: chunked"],
			[`Content-Length:\t${length}`],
			[`Content-Length: +${length}`],
			[`Content-Length: ${length}, ${length}`],
			[`Content-Length: 0x${body.length.toString(16)}`],
			[`Content-Length : ${length}`],
			[`Content-Length:\r\n ${length}`],
			[`Content-Length: ${length}\n`],
			[`X: y\rContent-Length: 0`, `Content-Length: ${length}`],
		],
	);
	const more = Array.from({ length: Math.floor(next() * 3) }, () =>
		pick(
			[
				"X-Slow: 1",
				"X-Note: a",
				"X-Note: b",
				"X-Note:\tc\t",
				"x-note: \xff\xfe",
				"X-Note: d\xc3\xa4",
				"Authorization: Bearer one",
				"authorization: Bearer two",
				"X-Api-Key: three",
				"Content-Type: application/json",
				"Content-Type: text/plain",
				"Connection: keep-alive, x-api-key",
				"Connection: X-Note",
				"Connection: Upgrade, HTTP2-Settings",
				"Upgrade: h2c",
				"Expect: 100-continue",
				"Trailer: X-Note",
				...(next() < 0.2 ? ["X-Note : e", " X-Note: f", "X-Note", ": g", "X-Note: h\n", "X-N\0te: i", "X-Note: \x0b", "Host: b"] : []),
			],
			next,
		),
	);
	const lines = [line, "Host: a", ...[...framing, ...more].sort(() => next() - 0.5)];
	const end = rarely("\r\n", ["\n", "\r\n"]);
	return { bytes: `${lines.join(end)}${end}${end}${body}`, body };
}

async function run(seed: number): Promise<void> {
	const next = random(seed);
	const meant = Array.from({ length: 1 + Math.floor(next() * 4) }, (_, at) => requestOf(seed, at, next));
	const bytes = meant.map((request) => request.bytes).join("");
	// At times all in one packet, at times request by request, at times anywhere.
	const writes = pick([[bytes], meant.map((request) => request.bytes), randomSlices(bytes, 60, next)], next);
	const what = { seed, writes };
	for (const { port, kind } of listeners) {
		const { answers, raw } = await rawExchange(port, writes, { silenceMs: SILENCE_MS + writes.length * 6 });
		const seen = SEEN.get(`${kind} ${seed}`) ?? [];
		expect({ ...what, kind, ran: seen.map(({ index }) => index) }).toEqual({ ...what, kind, ran: seen.map((_, i) => i) });
		const bodies = seen.map(({ text }) => JSON.parse(text).at(-1));
		expect({ ...what, kind, bodies }).toEqual({ ...what, kind, bodies: meant.slice(0, seen.length).map(({ body }) => body) });
		const served = answers.filter(({ status }) => status === 200).map(({ body }) => body);
		expect({ ...what, kind, raw, served }).toEqual({ ...what, kind, raw, served: served.map((_, i) => `answer ${i};`) });
		// What was refused is the end.
		expect(answers.slice(0, -1).every(({ status }) => status === 200)).toBe(true);
	}
	const [one = [], other = []] = listeners.map(({ kind }) => SEEN.get(`${kind} ${seed}`) ?? []);
	const both = Math.min(one.length, other.length);
	expect({ ...what, read: one.slice(0, both) }).toEqual({ ...what, read: other.slice(0, both) });
	expect([...SEEN.keys()].filter((key) => key.endsWith(" "))).toEqual([]);
	for (const { kind } of listeners) SEEN.delete(`${kind} ${seed}`);
}

test("no row of requests has two readings", async () => {
	const group = async (first: number, count: number): Promise<unknown> =>
		Promise.all(Array.from({ length: count }, (_, i) => run(first + i)));
	for (let seed = 1; seed <= ROWS; seed += 25) await group(seed, 25);
	const deadline = Date.now() + FUZZ_SECONDS * 1000;
	for (let seed = FIRST_SEED + ROWS; Date.now() < deadline; seed += 25) await group(seed, 25);
});
