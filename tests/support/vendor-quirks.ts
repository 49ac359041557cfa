import { framed } from "./quirky-framing.ts";
import { type Next, pick, randomSlices } from "./random.ts";
import type { ModelAnswer, Said } from "./translated-answers.ts";

type Data = Record<string, unknown>;
type Call = Said & { readonly kind: "call" };

/** Each call has a number of its own, all have the same (ollama/ollama#15457, ai-dynamo/dynamo#4723), or none has one (ollama/ollama#7881, Gemini for OpenAI's clients). */
export type Numbering = "counted" | "alike" | "none";

/** An answer of a server that is nearly its vendor's: which of the usual departures it makes is drawn once, or for each event. `numbering`: of its calls. */
export function quirkyChat(
	answer: ModelAnswer,
	next: Next,
	numbering = pick<Numbering>(["counted", "counted", "alike", "none"], next),
): string {
	const chance = (share: number): boolean => next() < share;
	const calls = answer.said.filter((one): one is Call => one.kind === "call");
	const isLegacy = calls.length === 1 && chance(0.2);
	const usage = { prompt_tokens: answer.usage.input, completion_tokens: answer.usage.output };
	const isUsageEverywhere = chance(0.2);
	const chunk = (choices: unknown, more: Data = {}): Data => ({
		id: "c1",
		object: "chat.completion.chunk",
		created: 1,
		model: "m",
		choices,
		...(isUsageEverywhere && { usage }),
		...more,
	});
	const say = (delta: unknown, finish_reason: string | null = null): Data => chunk([{ index: 0, delta, finish_reason }]);
	const deltas = [
		{ role: "assistant", ...(chance(0.5) && { content: chance(0.5) ? "" : null }) },
		...textDeltas(answer, next),
		...(isLegacy ? legacyCall(calls[0] as Call, next) : callDeltas(calls, numbering, next)),
	];
	const finish = answer.stop === "length" ? "length" : calls.length === 0 ? "stop" : isLegacy ? "function_call" : "tool_calls";
	// The reason to end stands with the last piece, or by itself.
	const last = chance(0.3) && deltas.length > 1 ? deltas.pop() : pick<unknown>([{}, { content: "" }, { content: null }], next);
	const events: Data[] = deltas.flatMap((delta) => [say(delta), ...(chance(0.1) ? [silent(next, chunk, say)] : [])]);
	events.push(say(last, finish));
	if (!isUsageEverywhere) events.push(chunk([], { usage }));
	return framed([...events.map((event) => JSON.stringify(event)), "[DONE]"], next);
}

/** An event that says nothing. */
function silent(next: Next, chunk: (choices: unknown, more?: Data) => Data, say: (delta: unknown) => Data): Data {
	return pick(
		[say({}), say({ content: "" }), say({ content: null, tool_calls: null }), chunk([]), say({ content: [] }), say({ tool_calls: [] })],
		next,
	);
}

function textDeltas({ said }: ModelAnswer, next: Next): Data[] {
	const most = 1 + Math.floor(next() * 14);
	const think = pick<(text: string) => Data>(
		[
			(text) => ({ reasoning_content: text }),
			(text) => ({ reasoning: text }),
			(text) => ({ content: [{ type: "thinking", thinking: [{ type: "text", text }] }] }),
			(text) => ({ reasoning: text, reasoning_details: [{ type: "reasoning.text", text, format: "f", index: 0 }] }),
			(text) => ({ reasoning_details: [{ type: "reasoning.text", text, index: 0 }] }),
		],
		next,
	);
	const speak = pick<(text: string) => Data>([(content) => ({ content }), (text) => ({ content: [{ type: "text", text }] })], next);
	return said.flatMap((one) => {
		if (one.kind === "call") return [];
		const pieces = next() < 0.2 ? [one.text] : randomSlices(one.text, most, next);
		return pieces.map((text) => (one.kind === "thinking" ? think(text) : speak(text)));
	});
}

function legacyCall({ name, source }: Call, next: Next): Data[] {
	const [first = "", ...rest] = randomSlices(source, 9, next);
	return [{ function_call: { name, arguments: first } }, ...rest.map((piece) => ({ function_call: { arguments: piece } }))];
}

/** With ids and names once or in every piece; where they have no numbers each comes whole, perhaps without an id. */
function callDeltas(calls: readonly Call[], numbering: Numbering, next: Next): Data[] {
	const isWhole = numbering === "none" || next() < 0.3;
	const isTogether = isWhole && next() < 0.4;
	const hasIds = numbering !== "none" || next() < 0.7;
	const again = pick(["nothing", "id", "empty", "null"] as const, next);
	const pieces = calls.map(({ name, source }, i) => {
		const index = numbering === "none" ? {} : { index: numbering === "alike" ? 0 : i };
		const head = { ...index, id: hasIds ? `call_${i}` : "", type: "function" };
		if (isWhole) return [{ ...head, function: { name, arguments: source } }];
		const [first = "", ...rest] = randomSlices(source, 9, next);
		const repeated = { nothing: {}, id: { id: `call_${i}`, type: "function" }, empty: { id: "", type: "function" }, null: { id: null } }[
			again
		];
		const named = again === "empty" ? { name: "" } : again === "null" ? { name: null } : {};
		return [
			{ ...head, function: { name, arguments: first } },
			...rest.map((piece) => ({ ...index, ...repeated, function: { ...named, arguments: piece } })),
		];
	});
	return isTogether ? [{ tool_calls: pieces.flat() }] : pieces.flat().map((piece) => ({ tool_calls: [piece] }));
}

/** What an agent's servers say beside the answer, in blocks of which no client makes text. */
function asides(i: number, next: Next): Data[][] {
	const block = (content_block: Data, ...deltas: Data[]): Data[] => [content_block, ...deltas];
	const query = [...randomSlices('{"query":"γ"}', 5, next)].map((partial_json) => ({ type: "input_json_delta", partial_json }));
	return pick(
		[
			[
				block({ type: "server_tool_use", id: `srvtoolu_${i}`, name: "web_search", input: {} }, ...query),
				block({
					type: "web_search_tool_result",
					tool_use_id: `srvtoolu_${i}`,
					content: [{ type: "web_search_result", title: "τ", url: "https://a.test/", encrypted_content: "c2ln", page_age: null }],
				}),
			],
			[
				block({ type: "mcp_tool_use", id: `mcptoolu_${i}`, name: "f", server_name: "s", input: {} }, ...query),
				block({ type: "mcp_tool_result", tool_use_id: `mcptoolu_${i}`, is_error: false, content: [{ type: "text", text: "τ" }] }),
			],
			[
				block({ type: "server_tool_use", id: `srvtoolu_${i}`, name: "code_execution", input: {} }, ...query),
				block({
					type: "code_execution_tool_result",
					tool_use_id: `srvtoolu_${i}`,
					content: { type: "code_execution_result", stdout: "τ", stderr: "", return_code: 0, content: [] },
				}),
			],
			[block({ type: "redacted_thinking", data: "c2ln" })],
			[block({ type: "container_upload", file_id: "file_1" })],
		],
		next,
	);
}

function callBlock({ name, source }: Call, i: number, most: number, next: Next): Data[] {
	const pieces = source === "{}" && next() < 0.5 ? [""] : randomSlices(source, most, next);
	const start = { type: "tool_use", id: `toolu_${i}`, name, input: {}, ...(next() < 0.3 && { caller: { type: "direct" } }) };
	return [start, ...pieces.map((partial_json) => ({ type: "input_json_delta", partial_json }))];
}

function textBlock({ kind, text }: Exclude<Said, Call>, cites: boolean, most: number, next: Next): Data[] {
	const isThought = kind === "thinking";
	const citation = {
		type: "char_location",
		cited_text: "τ",
		document_index: 0,
		document_title: "τ",
		start_char_index: 0,
		end_char_index: 1,
	};
	const start = isThought ? { type: "thinking", thinking: "", signature: "" } : { type: "text", text: "", ...(cites && { citations: [] }) };
	const pieces = randomSlices(text, most, next).map((piece) =>
		isThought ? { type: "thinking_delta", thinking: piece } : { type: "text_delta", text: piece },
	);
	const end = isThought ? [{ type: "signature_delta", signature: "c2ln" }] : cites ? [{ type: "citations_delta", citation }] : [];
	return [start, ...pieces, ...(next() < 0.7 ? end : [])];
}

/** The same of Anthropic's messages. */
export function quirkyMessage(answer: ModelAnswer, next: Next): string {
	const most = 1 + Math.floor(next() * 14);
	const cites = next() < 0.4;
	const blocks = answer.said.flatMap((one, i): Data[][] => {
		const before = next() < 0.25 ? asides(i, next) : [];
		return [...before, one.kind === "call" ? callBlock(one, i, most, next) : textBlock(one, cites, most, next)];
	});
	const calls = answer.said.some(({ kind }) => kind === "call");
	const stop_reason = answer.stop === "length" ? "max_tokens" : calls ? "tool_use" : pick(["end_turn", "stop_sequence"], next);
	const usage = { input_tokens: answer.usage.input, output_tokens: 1, cache_read_input_tokens: 0, service_tier: "standard" };
	const message = {
		id: "msg_1",
		type: "message",
		role: "assistant",
		model: "m",
		content: [],
		stop_reason: null,
		stop_sequence: null,
		usage,
	};
	const events: Data[] = [
		{ type: "message_start", message },
		...blocks.flatMap(([start = {}, ...deltas], index) => [
			{ type: "content_block_start", index, content_block: start },
			...(next() < 0.2 ? [{ type: "ping" }] : []),
			...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
			{ type: "content_block_stop", index },
		]),
		...(next() < 0.2 ? [{ type: "ping" }] : []),
		{
			type: "message_delta",
			delta: { stop_reason, stop_sequence: null },
			usage: { output_tokens: answer.usage.output, server_tool_use: { web_search_requests: 1 } },
		},
		{ type: "message_stop" },
	];
	return framed(
		events.map((event) => JSON.stringify(event)),
		next,
		events.map(({ type }) => String(type)),
	);
}
