import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A scripted LLM vendor: `script` decides what every request gets. */
export interface MockUpstream {
	readonly url: string;
	readonly requests: {
		readonly path: string;
		readonly headers: IncomingMessage["headers"];
		readonly body: string;
		/** What `body` is the text of. */
		readonly bytes: Buffer;
	}[];
	close(): void;
}

export async function startMockUpstream(
	script: (response: ServerResponse, body: string, path: string) => void | Promise<void>,
): Promise<MockUpstream> {
	const requests: MockUpstream["requests"] = [];
	const server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const bytes = Buffer.concat(chunks);
		const body = bytes.toString();
		const path = request.url ?? "";
		requests.push({ path, headers: request.headers, body, bytes });
		await script(response, body, path);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
		requests,
		close() {
			server.close();
			server.closeAllConnections();
		},
	};
}

/** A vendor that streams this chat answer to every request, a delta each; a function says anew for each request which. */
export function startChatUpstream(answer: readonly string[] | (() => readonly string[]), usage?: Usage): Promise<MockUpstream> {
	return startMockUpstream((response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.end(chatEvents(typeof answer === "function" ? answer() : answer, "stop", usage).join(""));
	});
}

/** Tokens that the vendor reports at the end of an answer. */
interface Usage {
	readonly prompt_tokens: number;
	readonly completion_tokens: number;
}

/** The SSE events of one chat answer, a delta each; without its end where `finish` is null. */
export function chatEvents(deltas: readonly string[], finish: string | null = "stop", usage?: Usage): string[] {
	const event = (choice: object): string =>
		`data: ${JSON.stringify({ id: "c1", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, finish_reason: null, ...choice }] })}\n\n`;
	return [
		event({ delta: { role: "assistant", content: "" } }),
		...deltas.map((content) => event({ delta: { content } })),
		...(finish === null ? [] : [event({ delta: {}, finish_reason: finish })]),
		...(usage === undefined ? [] : [`data: ${JSON.stringify({ choices: [], usage })}\n\n`]),
		...(finish === null ? [] : ["data: [DONE]\n\n"]),
	];
}
