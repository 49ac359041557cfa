import { type DemoAnswer, type DemoFormat, type DemoRequest, lastOf, SSE, sse } from "./format.ts";

const usageOf = ({ inputTokens, outputTokens }: DemoAnswer): object => ({
	prompt_tokens: inputTokens,
	completion_tokens: outputTokens,
	total_tokens: inputTokens + outputTokens,
});

function wantsUsage({ body }: DemoRequest): boolean {
	return (body["stream_options"] as { include_usage?: boolean } | null | undefined)?.include_usage === true;
}

/** Chat completions and completions differ in how a choice says its text. */
function choices(
	path: RegExp,
	object: { readonly whole: string; readonly event: string },
	question: DemoFormat["question"],
	say: { whole(text: string): object; delta(text: string): object; readonly first: object; readonly last: object },
): DemoFormat {
	const head = ({ id, created }: DemoAnswer, { body }: DemoRequest): object => ({
		id: `demo-${id}`,
		created,
		model: body["model"],
		system_fingerprint: "demo",
	});
	return {
		path,
		question,
		whole: (answer, request) => ({
			...head(answer, request),
			object: object.whole,
			choices: [{ index: 0, ...say.whole(answer.text), logprobs: null, finish_reason: "stop" }],
			usage: usageOf(answer),
		}),
		stream(answer, request) {
			if (request.body["stream"] !== true) return undefined;
			const event = (choices: readonly object[], more: object = {}): string =>
				sse({ ...head(answer, request), object: object.event, choices, ...more });
			const pieces = [
				event([{ index: 0, ...say.first, finish_reason: null }]),
				...answer.deltas.map((delta) => event([{ index: 0, ...say.delta(delta), finish_reason: null }])),
				event([{ index: 0, ...say.last, finish_reason: "stop" }]),
				...(wantsUsage(request) ? [event([], { usage: usageOf(answer) })] : []),
				"data: [DONE]\n\n",
			];
			return { contentType: SSE, pieces };
		},
	};
}

const CHAT = choices(
	/^\/chat\/completions$/,
	{ whole: "chat.completion", event: "chat.completion.chunk" },
	({ body }) => lastOf(body["messages"], ({ role }) => role === "user"),
	{
		whole: (content) => ({ message: { role: "assistant", content, refusal: null } }),
		delta: (content) => ({ delta: { content } }),
		first: { delta: { role: "assistant", content: "" } },
		last: { delta: {} },
	},
);

const COMPLETIONS = choices(
	/^\/completions$/,
	{ whole: "text_completion", event: "text_completion" },
	({ body }) => JSON.stringify(body["prompt"] ?? ""),
	{ whole: (text) => ({ text }), delta: (text) => ({ text }), first: { text: "" }, last: { text: "" } },
);

const RESPONSES: DemoFormat = {
	path: /^\/responses$/,
	question: ({ body }) => lastOf(body["input"], ({ role }) => role === "user"),
	whole: (answer, request) => response(answer, request, "completed", [message(answer, "completed", answer.text)]),
	stream(answer, request) {
		if (request.body["stream"] !== true) return undefined;
		let sequence = 0;
		const event = (type: string, more: object): string => sse({ type, sequence_number: sequence++, ...more }, type);
		const place = { item_id: `msg_demo-${answer.id}`, output_index: 0, content_index: 0 };
		const part = (text: string): object => ({ type: "output_text", text, annotations: [], logprobs: [] });
		const begun = response(answer, request, "in_progress", []);
		const pieces = [
			event("response.created", { response: begun }),
			event("response.in_progress", { response: begun }),
			event("response.output_item.added", { output_index: 0, item: { ...message(answer, "in_progress", ""), content: [] } }),
			event("response.content_part.added", { ...place, part: part("") }),
			...answer.deltas.map((delta) => event("response.output_text.delta", { ...place, delta, logprobs: [] })),
			event("response.output_text.done", { ...place, text: answer.text, logprobs: [] }),
			event("response.content_part.done", { ...place, part: part(answer.text) }),
			event("response.output_item.done", { output_index: 0, item: message(answer, "completed", answer.text) }),
			event("response.completed", { response: response(answer, request, "completed", [message(answer, "completed", answer.text)]) }),
		];
		return { contentType: SSE, pieces };
	},
};

const INPUT_TOKENS: DemoFormat = {
	path: /^\/responses\/input_tokens$/,
	question: RESPONSES.question,
	whole: ({ inputTokens }) => ({ object: "response.input_tokens", input_tokens: inputTokens }),
};

/** A conversation in short is its last question. */
const COMPACT: DemoFormat = {
	path: /^\/responses\/compact$/,
	question: RESPONSES.question,
	whole: (answer, { body }) => ({
		id: `resp_demo-${answer.id}`,
		object: "response.compaction",
		created_at: answer.created,
		output: [
			...(Array.isArray(body["input"]) ? body["input"].slice(-1) : []),
			{ id: `cmp_demo-${answer.id}`, type: "compaction", encrypted_content: "ZGVtbw==" },
		],
		usage: { input_tokens: answer.inputTokens, output_tokens: 1, total_tokens: answer.inputTokens + 1 },
	}),
};

function message({ id }: DemoAnswer, status: string, text: string): object {
	const content = [{ type: "output_text", text, annotations: [], logprobs: [] }];
	return { id: `msg_demo-${id}`, type: "message", role: "assistant", status, content };
}

function response(answer: DemoAnswer, { body }: DemoRequest, status: string, output: readonly object[]): object {
	const { id, created, inputTokens, outputTokens } = answer;
	const usage = {
		input_tokens: inputTokens,
		input_tokens_details: { cached_tokens: 0 },
		output_tokens: outputTokens,
		output_tokens_details: { reasoning_tokens: 0 },
		total_tokens: inputTokens + outputTokens,
	};
	return {
		id: `resp_demo-${id}`,
		object: "response",
		created_at: created,
		status,
		error: null,
		incomplete_details: null,
		instructions: body["instructions"] ?? null,
		model: body["model"],
		output,
		parallel_tool_calls: true,
		tool_choice: "auto",
		tools: [],
		metadata: {},
		usage: status === "completed" ? usage : null,
	};
}

const EMBEDDINGS: DemoFormat = {
	path: /^\/embeddings$/,
	question: ({ body }) => JSON.stringify(body["input"] ?? ""),
	whole({ inputTokens }, { body }) {
		const inputs = Array.isArray(body["input"]) ? body["input"] : [body["input"]];
		const isBase64 = body["encoding_format"] === "base64";
		const data = inputs.map((input, index) => {
			const vector = demoVector(String(input));
			const embedding = isBase64 ? Buffer.from(Float32Array.from(vector).buffer).toString("base64") : vector;
			return { object: "embedding", index, embedding };
		});
		return { object: "list", data, model: body["model"], usage: { prompt_tokens: inputTokens, total_tokens: inputTokens } };
	},
};

/** Eight numbers that depend on the letters of a text and mean nothing. */
export function demoVector(text: string): number[] {
	const vector = new Array<number>(8).fill(0);
	for (const [i, byte] of Buffer.from(text).entries()) vector[i % 8] = ((vector[i % 8] as number) + byte / 255) % 1;
	return vector;
}

export const OPENAI_FORMATS: readonly DemoFormat[] = [CHAT, COMPLETIONS, RESPONSES, INPUT_TOKENS, COMPACT, EMBEDDINGS];
