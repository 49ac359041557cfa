import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { demoAnswer } from "./script.ts";

export interface DemoUpstream {
	readonly url: string;
	close(): Promise<void>;
}

/** ms between two deltas: about fifty tokens a second. */
const PACE_MS = 20;

/** The embedded upstream: speaks OpenAI chat completions on a loopback port, with scripted answers that say so. */
export async function startDemoUpstream(paceMs = PACE_MS): Promise<DemoUpstream> {
	const server = createServer((request, response) => {
		answer(request, response, paceMs).catch(() => response.destroy());
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

async function answer(request: IncomingMessage, response: ServerResponse, paceMs: number): Promise<void> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	const body = JSON.parse(Buffer.concat(chunks).toString()) as {
		model: string;
		stream?: boolean;
		messages: { role: string; content: unknown }[];
		stream_options?: { include_usage?: boolean };
	};
	const question = JSON.stringify(body.messages.findLast(({ role }) => role === "user")?.content ?? "");
	const text = demoAnswer(question);
	const head = { id: `chatcmpl-demo-${Date.now()}`, created: Math.floor(Date.now() / 1000), model: body.model, system_fingerprint: "demo" };
	const usage = {
		prompt_tokens: Math.ceil(question.length / 4),
		completion_tokens: Math.ceil(text.length / 4),
		total_tokens: Math.ceil((question.length + text.length) / 4),
	};
	if (body.stream !== true) {
		response.writeHead(200, { "content-type": "application/json" });
		response.end(
			JSON.stringify({
				...head,
				object: "chat.completion",
				choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
				usage,
			}),
		);
		return;
	}
	response.writeHead(200, { "content-type": "text/event-stream" });
	const send = (choices: unknown[], more: object = {}): void =>
		void response.write(`data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices, ...more })}\n\n`);
	send([{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }]);
	for (const delta of text.match(/.{1,4}/gsu) ?? []) {
		if (response.destroyed) return;
		send([{ index: 0, delta: { content: delta }, finish_reason: null }]);
		await sleep(paceMs);
	}
	send([{ index: 0, delta: {}, finish_reason: "stop" }]);
	if (body.stream_options?.include_usage === true) send([], { usage });
	response.end("data: [DONE]\n\n");
}
