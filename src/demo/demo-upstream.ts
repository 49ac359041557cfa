import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ANTHROPIC_FORMATS } from "./anthropic-formats.ts";
import type { DemoAnswer, DemoFormat, DemoRequest } from "./format.ts";
import { GEMINI_FORMATS } from "./gemini-formats.ts";
import { OPENAI_FORMATS } from "./openai-formats.ts";
import { demoAnswer } from "./script.ts";

export interface DemoUpstream {
	readonly url: string;
	close(): Promise<void>;
}

/** ms between two deltas: about fifty tokens a second. */
const PACE_MS = 20;

/** The embedded upstream: speaks every vendor's API on a loopback port, with scripted answers that say so. */
export async function startDemoUpstream(paceMs = PACE_MS): Promise<DemoUpstream> {
	const server = createServer((request, response) => {
		answer(request, response, paceMs).catch(() => response.destroy());
	});
	// Exclusive: of several processes each would get the same port, and answer the others' requests until it ends.
	await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1", exclusive: true }, resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

const FORMATS: readonly DemoFormat[] = [...OPENAI_FORMATS, ...ANTHROPIC_FORMATS, ...GEMINI_FORMATS];

async function answer(incoming: IncomingMessage, response: ServerResponse, paceMs: number): Promise<void> {
	const chunks: Buffer[] = [];
	for await (const chunk of incoming) chunks.push(chunk as Buffer);
	const url = new URL(incoming.url ?? "/", "http://demo");
	const format = FORMATS.find(({ path }) => path.test(url.pathname));
	if (format === undefined) return void response.writeHead(404).end();
	const request: DemoRequest = { url, body: JSON.parse(Buffer.concat(chunks).toString()) as DemoRequest["body"] };
	const said = answerTo(format.question(request));
	const stream = format.stream?.(said, request);
	response.writeHead(200, { "content-type": stream?.contentType ?? "application/json" });
	if (stream === undefined) return void response.end(JSON.stringify(format.whole(said, request)));
	for (const piece of stream.pieces) {
		if (response.destroyed) return;
		response.write(piece);
		await sleep(paceMs);
	}
	response.end();
}

function answerTo(question: string): DemoAnswer {
	const text = demoAnswer(question);
	return {
		text,
		deltas: text.match(/.{1,4}/gsu) ?? [],
		id: String(Date.now()),
		created: Math.floor(Date.now() / 1000),
		inputTokens: Math.ceil(question.length / 4),
		outputTokens: Math.ceil(text.length / 4),
	};
}
