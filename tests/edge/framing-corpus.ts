/**
 * Raw requests as bytes, and what a safe listener does with them. Ideas from RFC 9112, HTTP request smuggling research
 * (CL.TE, TE.CL, TE.TE, 0.CL, hidden headers) and the reported faults of other servers; the bytes are ours.
 */
export interface RawCase {
	readonly name: string;
	/** Latin-1 bytes, one TCP write each. */
	readonly writes: readonly string[];
	/** Status of the answer; 200 is served and keeps the connection, every other one closes it. */
	readonly status: number;
	/**
	 * What each binary of uWebSockets.js does instead. Where its parser never hands the request over nobody can answer for it:
	 * it `closes` without a word, says so in a `bare` status line and closes, or `waits` for bytes that would make it a request
	 * (an idle timeout of its own closes).
	 */
	readonly older?: UwsOutcome;
	readonly newer?: UwsOutcome;
}

export type UwsOutcome = number | "closes" | "bare" | "waits";

const PATH = "/v1/chat/completions";

const chatBody = (content: string): string => JSON.stringify({ model: "m", messages: [{ role: "user", content }] });

/** A good request whose prompt says who it is. */
export const goodRequest = (content: string): string =>
	`POST ${PATH} HTTP/1.1\r\nHost: proxy.test\r\nContent-Type: application/json\r\nContent-Length: ${chatBody(content).length}\r\n\r\n${chatBody(content)}`;

const BODY = chatBody("outer");
const LENGTH = String(BODY.length);

interface Parts {
	readonly line?: string;
	readonly host?: readonly string[];
	readonly length?: readonly string[];
	readonly more?: readonly string[];
	readonly body?: string;
	readonly newline?: string;
}

/** A request that is good but for the parts given. Header lines are written as they are. */
function raw({ line, host, length, more = [], body = BODY, newline = "\r\n" }: Parts): string {
	const lines = [
		line ?? `POST ${PATH} HTTP/1.1`,
		...(host ?? ["Host: proxy.test"]),
		"Content-Type: application/json",
		...(length ?? [`Content-Length: ${LENGTH}`]),
		...more,
	];
	return `${lines.join(newline)}${newline}${newline}${body}`;
}

type Outcome = Pick<RawCase, "status" | "older" | "newer">;

const served: Outcome = { status: 200 };
const refused: Outcome = { status: 400 };
/** uWebSockets.js's own parser refuses as well. */
const hungUp: Outcome = { status: 400, older: "closes", newer: "bare" };
/** The parsers stop before a request exists. */
const unparsed: Outcome = { status: 400, older: "waits", newer: "bare" };
/** To both binaries the line goes on. */
const unended: Outcome = { status: 400, older: "waits", newer: "waits" };

const cases = (outcome: Outcome, group: string, requests: Readonly<Record<string, Parts | string | readonly string[]>>): RawCase[] =>
	Object.entries(requests).map(([name, parts]) => ({
		name: `${group}: ${name}`,
		writes: typeof parts === "string" ? [parts] : Array.isArray(parts) ? (parts as string[]) : [raw(parts as Parts)],
		...outcome,
	}));

const CHUNKED = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;
const te = (value: string, name = "Transfer-Encoding"): Parts => ({ length: [], more: [`${name}: ${value}`], body: CHUNKED });
const cl = (...values: string[]): Parts => ({ length: values.map((value) => `Content-Length:${value}`) });
const header = (bytes: number): string => `X-Fill: ${"a".repeat(bytes)}`;
const halves = (bytes: string): string[] => [bytes.slice(0, bytes.length >> 1), bytes.slice(bytes.length >> 1)];

export const CORPUS: readonly RawCase[] = [
	...cases(served, "plain", {
		"a good request": {},
		"a query": { line: `POST ${PATH}?trace=1 HTTP/1.1` },
		"a query of 7 KiB": { line: `POST ${PATH}?trace=${"a".repeat(7 << 10)} HTTP/1.1` },
		"blanks around the length": cl(`   ${LENGTH}  `),
		"leading zeros in the length": cl(` 000${LENGTH}`),
		"a port in Host": { host: ["Host: proxy.test:8000"] },
		"an IPv6 Host": { host: ["Host: [::1]:8000"] },
		"header names in upper case": { host: ["HOST: proxy.test"], length: [`CONTENT-LENGTH: ${LENGTH}`] },
		"an empty header value": { more: ["X-Empty:"] },
		"Latin-1 in a header value": { more: ["X-Name: \xe9\xff"] },
		"Connection: Upgrade is not followed": { more: ["Connection: Upgrade", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"] },
		"Upgrade: websocket is not followed": { more: ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"] },
		"Expect: 100-continue": { more: ["Expect: 100-continue"] },
		"40 headers": { more: Array.from({ length: 40 }, (_, i) => `X-${i}: v`) },
		"a header of 3.5 KiB": { more: [header(3500)] },
		"a header of 3.5 KiB in two writes": halves(raw({ more: [header(3500)] })),
		"a header of 8 KiB": { more: [header(8000)] },
		"headers of 15 KiB": { more: [header(15_000)] },
	}),
	...cases(refused, "Transfer-Encoding", {
		chunked: te("chunked"),
		"Chunked in mixed case": te("ChUnKeD"),
		"a tab before the value": te("\tchunked"),
		"gzip, chunked": te("gzip, chunked"),
		"chunked, identity": te("chunked, identity"),
		"chunked twice": te("chunked, chunked"),
		"two lines": { ...te("chunked"), more: ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"] },
		xchunked: te("xchunked"),
		empty: te(""),
		quoted: te('"chunked"'),
		"a parameter": te("chunked;q=1"),
		"on GET": { line: "GET /health HTTP/1.1", ...te("chunked") },
	}),
	...cases(hungUp, "Transfer-Encoding", {
		"Content-Length before it": { more: ["Transfer-Encoding: chunked"], body: CHUNKED },
		"Content-Length behind it": { length: ["Transfer-Encoding: chunked"], more: [`Content-Length: ${CHUNKED.length}`], body: CHUNKED },
		"Content-Length 0": { length: ["Content-Length: 0"], more: ["Transfer-Encoding: chunked"], body: CHUNKED },
		"identity and Content-Length": { more: ["Transfer-Encoding: identity"] },
	}),
	...cases(unparsed, "Transfer-Encoding", {
		"a vertical tab before the value": te("\x0bchunked"),
		"a blank before the colon": te("chunked", "Transfer-Encoding "),
		"a tab before the colon": te("chunked", "Transfer-Encoding\t"),
		"a blank before the name": te("chunked", " Transfer-Encoding"),
		folded: { more: ["Transfer-Encoding:", " chunked"], body: CHUNKED },
		"behind a bare LF": { more: ["X: a\nTransfer-Encoding: chunked"], body: CHUNKED },
		"a NUL in the name": te("chunked", "Transfer\0-Encoding"),
	}),
	...cases(unended, "Transfer-Encoding", {
		"behind a bare CR": { more: ["X: a\rTransfer-Encoding: chunked"], body: CHUNKED },
	}),
	...cases(refused, "Content-Length", {
		"repeated, equal": cl(` ${LENGTH}`, ` ${LENGTH}`),
		"repeated, different": cl(` ${LENGTH}`, " 0"),
		"repeated, different, other order": cl(" 0", ` ${LENGTH}`),
		empty: cl(""),
		"a body on GET": { line: "GET /health HTTP/1.1" },
	}),
	...cases(hungUp, "Content-Length", {
		"a list": cl(` ${LENGTH}, ${LENGTH}`),
		"a plus sign": cl(` +${LENGTH}`),
		negative: cl(" -5"),
		hexadecimal: cl(" 0x5"),
		"an underscore": cl(" 5_0"),
		"a fraction": cl(" 5.0"),
		"an exponent": cl(" 5e0"),
		"blanks inside": cl(" 5 0"),
		"letters behind": cl(` ${LENGTH}abc`),
		"2^63": cl(" 9223372036854775808"),
		"2^64 + 5": cl(" 18446744073709551621"),
		quoted: cl(` "${LENGTH}"`),
	}),
	...cases({ status: 400, older: "closes" }, "Content-Length", { "ten digits": cl(" 0000000002") }),
	...cases({ status: 411 }, "Content-Length", {
		"missing on POST": { length: [], body: "" },
		"missing on POST, with a body": { length: [] },
	}),
	...cases({ status: 411, older: "waits" }, "Content-Length", { misspelt: { length: [`Content_Length: ${LENGTH}`] } }),
	...cases({ status: 413 }, "Content-Length", {
		"one byte over the limit": { ...cl(" 65537"), body: "x".repeat(65_537) },
		"nine digits and no such body": { ...cl(" 999999999"), body: "{}" },
	}),
	...cases(unparsed, "Content-Length", {
		"a blank before the colon": { length: [`Content-Length : ${LENGTH}`] },
		"a vertical tab before the value": cl(`\x0b${LENGTH}`),
		folded: { length: ["Content-Length:", ` ${LENGTH}`] },
	}),
	...cases({ status: 400, newer: "bare" }, "Host", {
		two: { host: ["Host: a.test", "Host: b.test"] },
		"two, equal": { host: ["Host: a.test", "Host: a.test"] },
	}),
	...cases(refused, "Host", {
		empty: { host: ["Host:"] },
		"a blank in it": { host: ["Host: a test"] },
		"a path": { host: ["Host: a.test/x"] },
		"a user": { host: ["Host: user@a.test"] },
		"a list": { host: ["Host: a.test, b.test"] },
		"a port that is none": { host: ["Host: a.test:http"] },
		markup: { host: ["Host: <script>"] },
	}),
	// uWebSockets.js drops bytes that are not UTF-8 before anyone sees them.
	...cases({ status: 400, older: 200, newer: 200 }, "Host", { "Latin-1": { host: ["Host: \xe9.test"] } }),
	...cases(hungUp, "Host", { none: { host: [] } }),
	...cases(unparsed, "syntax", {
		"bare LF everywhere": { newline: "\n" },
		"one bare LF": { host: ["Host: proxy.test\nX: y"] },
		"NUL in a value": { more: ["X: a\0b"] },
		"NUL in a name": { more: ["X\0: a"] },
		"obs-fold": { more: ["X: a", " b"] },
		"a blank before the colon": { more: ["X : a"] },
		"a header without a colon": { more: ["nonsense"] },
		"a blank line of one blank": { more: [" "] },
		"a tab in the request line": { line: `POST\t${PATH} HTTP/1.1` },
		"a blank at the end of the request line": { line: `POST ${PATH} HTTP/1.1 ` },
		"NUL in the path": { line: "POST /v1/chat\0/completions HTTP/1.1" },
		"HTTP/0.9": "GET /health\r\n\r\n",
		"HTTP/1.2": { line: `POST ${PATH} HTTP/1.2` },
		"HTTP/2.0": { line: `POST ${PATH} HTTP/2.0` },
		"HTTP/11": { line: `POST ${PATH} HTTP/11` },
		"http/1.1 in lower case": { line: `POST ${PATH} http/1.1` },
		"a TLS client hello": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
		"the HTTP/2 preface": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"a proxy protocol line": `PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n${raw({})}`,
	}),
	...cases(unended, "syntax", {
		"a bare CR in a value": { more: ["X: a\rb"] },
		"no version": { line: `POST ${PATH}` },
	}),
	...cases({ status: 400, older: "closes", newer: 405 }, "syntax", {
		"a method with a bad letter": { line: `P@ST ${PATH} HTTP/1.1` },
		"an unknown method": { line: `BREW ${PATH} HTTP/1.1` },
		"a method in lower case": { line: `post ${PATH} HTTP/1.1` },
	}),
	// An empty name ends the header iteration of uWebSockets.js, so it takes the Content-Length behind it for absent.
	...cases({ status: 400, older: 411, newer: 411 }, "syntax", { "an empty header name": { length: [": a", `Content-Length: ${LENGTH}`] } }),
	// Node skips the second blank; nothing tells its user.
	...cases({ status: 200, older: "waits", newer: "bare" }, "syntax", {
		"two blanks in the request line": { line: `POST  ${PATH} HTTP/1.1` },
	}),
	...cases({ status: 405 }, "method", { TRACE: { line: `TRACE ${PATH} HTTP/1.1`, length: [], body: "" } }),
	...cases({ status: 405, older: "waits", newer: "bare" }, "method", {
		CONNECT: "CONNECT proxy.test:443 HTTP/1.1\r\nHost: proxy.test:443\r\n\r\n",
	}),
	...cases({ status: 414 }, "target", {
		"a path above 8 KiB": { line: `POST ${PATH}/${"a".repeat(8 << 10)} HTTP/1.1` },
		"a query above 8 KiB": { line: `POST ${PATH}?trace=${"a".repeat(8 << 10)} HTTP/1.1` },
	}),
	...cases(unparsed, "target", {
		"absolute form": { line: `POST http://proxy.test${PATH} HTTP/1.1` },
		"another origin": { line: "POST http://169.254.169.254/ HTTP/1.1" },
		asterisk: { line: "OPTIONS * HTTP/1.1", length: [], body: "" },
	}),
	...cases({ status: 417 }, "Expect", {
		"something else": { more: ["Expect: something"] },
		"two values": { more: ["Expect: 100-continue, x"] },
	}),
	...cases({ status: 431, newer: "bare" }, "size", {
		"a header of 17 KiB": { more: [header(17_000)] },
		"a header of 64 KiB": { more: [header(65_000)] },
	}),
	...cases({ status: 431, older: "closes", newer: "bare" }, "size", {
		"a header of 64 KiB in two writes": halves(raw({ more: [header(65_000)] })),
	}),
	// Over uWebSockets.js's own count of headers.
	...cases({ status: 431, older: "waits", newer: "bare" }, "size", {
		"2,500 headers": { more: Array.from({ length: 2500 }, (_, i) => `X-${i}: v`) },
	}),
];
