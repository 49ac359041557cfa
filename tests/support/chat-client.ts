import { Agent, request } from "node:http";

export interface ChatAnswer {
	readonly status: number;
	readonly headers: Readonly<Record<string, unknown>>;
	/** The body as it came. */
	readonly raw: string;
	/** All content deltas of choice 0. */
	readonly text: string;
	readonly finish: string | undefined;
	readonly isDone: boolean;
	/** The error event, if one came. */
	readonly error: { readonly code: string; readonly message: string } | undefined;
	/** The final `: security` comment. */
	readonly security: { readonly action: string; readonly findings: Record<string, number> } | undefined;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** A plain client: one streamed chat completion, read to the end of the connection's answer. */
export function chatStream(port: number, content: string): Promise<ChatAnswer> {
	return chat(port, content, true);
}

/** One chat completion, streamed or not. */
export async function chat(port: number, content: string, stream: boolean): Promise<ChatAnswer> {
	const { status, headers, raw } = await post(port, JSON.stringify({ model: "m", stream, messages: [{ role: "user", content }] }));
	const isStream = String(headers["content-type"]).startsWith("text/event-stream");
	const data = isStream ? [...raw.matchAll(/^data: (.*?)\r?$/gm)].map(([, line]) => line ?? "") : [raw];
	const objects = data.filter((line) => line !== "[DONE]").map((line) => JSON.parse(line));
	const choices = objects.flatMap((object) => (object.choices ?? []).filter((choice: { index: number }) => choice.index === 0));
	const comment = /^: security (.*)$/m.exec(raw)?.[1];
	return {
		status,
		headers,
		raw,
		text: choices.map((choice) => (choice.delta ?? choice.message)?.content ?? "").join(""),
		finish: choices.map((choice) => choice.finish_reason).findLast((finish) => finish != null),
		isDone: data.at(-1) === "[DONE]",
		error: objects.find((object) => object.error !== undefined)?.error,
		security: comment === undefined ? undefined : JSON.parse(comment),
	};
}

export function post(
	port: number,
	body: string | Buffer,
	path = "/v1/chat/completions",
): Promise<Pick<ChatAnswer, "status" | "headers" | "raw">> {
	return new Promise((resolve, reject) => {
		const call = request(
			{
				port,
				host: "127.0.0.1",
				path,
				method: "POST",
				agent,
				headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
			},
			(response) => {
				const chunks: Buffer[] = [];
				response.on("data", (chunk: Buffer) => chunks.push(chunk));
				response.on("end", () =>
					resolve({ status: response.statusCode ?? 0, headers: response.headers, raw: Buffer.concat(chunks).toString() }),
				);
				response.on("error", reject);
			},
		);
		call.on("error", reject);
		call.end(body);
	});
}
