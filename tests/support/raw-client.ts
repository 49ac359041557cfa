import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface RawAnswer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
	/** The body as JSON; undefined when it is none. */
	readonly json: unknown;
	/** Bytes (latin1 characters) of the whole answer. */
	readonly length: number;
}

export interface RawExchange {
	readonly raw: string;
	readonly answers: readonly RawAnswer[];
	/** The server closed the connection. */
	readonly isClosed: boolean;
}

export interface RawOptions {
	/** Write piece k + 1 only after k answers; ends after this many. Default: all pieces at once, until the server closes. */
	readonly answers?: number;
	/** Stop after this many ms instead of waiting for the close. */
	readonly silenceMs?: number;
}

/** ms after which a connection that should have been closed counts as left open. */
const PATIENCE_MS = 60_000;
/** ms between two writes, so that they are two packets. */
const GAP_MS = 5;

/** Writes bytes (latin1) to a plain socket and reads what comes back. */
export function rawExchange(port: number, writes: readonly string[], options: RawOptions = {}): Promise<RawExchange> {
	return new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1");
		let raw = "";
		const finish = (isClosed: boolean): void => {
			clearTimeout(timer);
			socket.destroy();
			resolve({ raw, answers: readAnswers(raw), isClosed });
		};
		const timer = setTimeout(() => finish(false), options.silenceMs ?? PATIENCE_MS);
		socket.on("error", () => undefined);
		socket.on("close", () => finish(true));
		socket.setNoDelay(true);
		socket.on("data", (chunk) => {
			raw += chunk.toString("latin1");
			if (options.answers !== undefined && readAnswers(raw).length >= options.answers) finish(false);
		});
		void (async () => {
			const lastFirst = options.answers === undefined ? writes.length : Math.max(1, writes.length - (options.answers - 1));
			for (const [i, bytes] of writes.entries()) {
				while (i >= lastFirst && readAnswers(raw).length <= i - lastFirst && !socket.destroyed) await sleep(2);
				if (!socket.destroyed) socket.write(bytes, "latin1");
				await sleep(GAP_MS);
			}
		})();
	});
}

function readAnswers(raw: string): RawAnswer[] {
	const answers: RawAnswer[] = [];
	for (let at = 0; ; ) {
		const answer = readAnswer(raw.slice(at));
		if (answer === undefined) return answers;
		at += answer.length;
		if (answer.status >= 200) answers.push(answer);
	}
}

/** The first answer of the bytes, once it is complete. */
function readAnswer(raw: string): RawAnswer | undefined {
	const end = raw.indexOf("\r\n\r\n");
	const status = /^HTTP\/1\.1 (\d{3}) /.exec(raw);
	if (end < 0 || status === null) return undefined;
	const lines = raw.slice(0, end).split("\r\n").slice(1);
	const headers = Object.fromEntries(
		lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
	);
	const rest = raw.slice(end + 4);
	const read = headers["transfer-encoding"] === "chunked" ? readChunks(rest) : readSized(rest, Number(headers["content-length"] ?? 0));
	if (read === undefined) return undefined;
	let json: unknown;
	try {
		json = JSON.parse(read.body);
	} catch {}
	return { status: Number(status[1]), headers, body: read.body, json, length: end + 4 + read.length };
}

function readSized(rest: string, size: number): { body: string; length: number } | undefined {
	return rest.length < size ? undefined : { body: rest.slice(0, size), length: size };
}

function readChunks(rest: string): { body: string; length: number } | undefined {
	let body = "";
	for (let at = 0; ; ) {
		const line = /^([0-9a-f]+)\r\n/i.exec(rest.slice(at, at + 20));
		if (line === null) return undefined;
		const size = Number.parseInt(line[1] as string, 16);
		const from = at + line[0].length;
		if (rest.length < from + size + 2) return undefined;
		body += rest.slice(from, from + size);
		at = from + size + 2;
		if (size === 0) return { body, length: at };
	}
}
