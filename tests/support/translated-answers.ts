import { type Next, pick, random, randomSlices } from "./random.ts";

type Data = Record<string, unknown>;

/** One text or call of an answer, in the order in which its model says them. */
export type Said =
	| { readonly kind: "thinking" | "text" | "refusal"; readonly text: string }
	| { readonly kind: "call"; readonly name: string; readonly source: string };

/** What a model answers, without a vendor. */
export interface ModelAnswer {
	readonly said: readonly Said[];
	/** `length`: the budget ran out. */
	readonly stop: "end" | "length";
	readonly usage: { readonly input: number; readonly output: number };
}

/** The same answer as a vendor's events and as its whole body. */
export interface VendorAnswer {
	/** The last one ends the answer. */
	readonly events: readonly (Data | "[DONE]")[];
	readonly body: Data;
}

const textOf = (answer: ModelAnswer, kind: Said["kind"]): string =>
	answer.said.map((said) => (said.kind === kind && "text" in said ? said.text : "")).join("");

/** Several lists as one: each keeps its order. */
function inTurns<T>(lists: readonly (readonly T[])[], next: Next): T[] {
	const left = lists.map((list) => [...list]).filter((list) => list.length > 0);
	const merged: T[] = [];
	while (left.length > 0) {
		const list = pick(left, next);
		merged.push(list.shift() as T);
		if (list.length === 0) left.splice(left.indexOf(list), 1);
	}
	return merged;
}

function callsOf({ said }: ModelAnswer): (Said & { kind: "call" })[] {
	return said.flatMap((one) => (one.kind === "call" ? [one] : []));
}

/** As OpenAI and servers like it say an answer. */
export function chatAnswer(answer: ModelAnswer, seed: number): VendorAnswer {
	const next = random(seed);
	const chance = (share: number): boolean => next() < share;
	const reasoning = chance(0.7) ? "reasoning_content" : "reasoning";
	const isListed = chance(0.15);
	const more: Data = { ...(chance(0.2) && { error: null }), ...(chance(0.2) && { service_tier: "default" }) };
	const chunk = (choices: readonly Data[], members: Data = {}): Data => ({
		id: "c1",
		object: "chat.completion.chunk",
		created: 1,
		model: "m",
		...more,
		choices,
		...members,
	});
	const unsaid = chance(0.3) ? "" : null;
	const say = (delta: Data, finish_reason: string | null = unsaid): Data => chunk([{ index: 0, delta, finish_reason }]);
	const most = 1 + Math.floor(next() * 14);
	const content = (text: string): unknown => (isListed && chance(0.6) ? [{ type: "text", text }] : text);
	const texts = answer.said.flatMap((one) => {
		if (one.kind === "call") return [];
		const slices = randomSlices(one.text, most, next);
		if (one.kind === "text") return slices.map((text) => say({ content: content(text) }));
		return slices.map((text) => say({ [one.kind === "refusal" ? "refusal" : reasoning]: text }));
	});
	const calls = callsOf(answer);
	// Some servers give the object that the arguments say, all of it at once.
	const objects = new Set(calls.filter(() => chance(0.15)));
	const fragments = calls.map((call, index) => {
		const { name, source } = call;
		const head = { index, id: `call_${index}`, type: "function" };
		if (objects.has(call))
			return { first: say({ tool_calls: [{ ...head, function: { name, arguments: JSON.parse(source) } }] }), rest: [] };
		const slices = randomSlices(source, most, next);
		const begun = chance(0.3) ? (slices.shift() ?? "") : chance(0.3) ? null : "";
		const first = say({ tool_calls: [{ ...head, function: { name, arguments: begun } }] });
		return { first, rest: slices.map((piece) => say({ tool_calls: [{ index, function: { arguments: piece } }] })) };
	});
	const firsts = fragments.map(({ first }) => first);
	const rests = fragments.map(({ rest }) => rest);
	// A call that was asked for ends with `stop`.
	const finish = answer.stop === "length" ? "length" : calls.length > 0 && chance(0.8) ? "tool_calls" : "stop";
	const usage = { prompt_tokens: answer.usage.input, completion_tokens: answer.usage.output };
	const isUsageApart = chance(0.7);
	const events: Data[] = [
		...(chance(0.2) ? [chunk([], { prompt_filter_results: [] })] : []),
		say({ role: "assistant", content: chance(0.5) ? "" : null }),
		...texts,
		...(chance(0.5) ? fragments.flatMap(({ first, rest }) => [first, ...rest]) : [...firsts, ...inTurns(rests, next)]),
		{ ...say({}, finish), ...(!isUsageApart && { usage }) },
		...(isUsageApart ? [chunk([], { usage })] : []),
	];
	const contentText = textOf(answer, "text");
	const message = {
		role: "assistant",
		content: contentText === "" ? null : content(contentText),
		refusal: textOf(answer, "refusal") || null,
		...(textOf(answer, "thinking") !== "" && { [reasoning]: textOf(answer, "thinking") }),
		...(calls.length > 0 && {
			tool_calls: calls.map((call, i) => {
				const { name, source } = call;
				const text = source === "{}" && chance(0.3) ? pick(["", null, " "], next) : source;
				return { id: `call_${i}`, type: "function", function: { name, arguments: objects.has(call) ? JSON.parse(source) : text } };
			}),
		}),
	};
	const choices = [{ index: 0, message, finish_reason: finish }];
	return { events: [...events, "[DONE]"], body: { id: "c1", object: "chat.completion", created: 1, model: "m", ...more, choices, usage } };
}

const BLOCKS = {
	text: { delta: "text_delta", member: "text" },
	refusal: { delta: "text_delta", member: "text" },
	thinking: { delta: "thinking_delta", member: "thinking" },
} as const;

/** A block of a message: whole, as it begins, and what comes then. */
interface Block {
	readonly whole: Data;
	readonly start: Data;
	readonly deltas: readonly Data[];
}

function callBlock({ name, source }: Said & { kind: "call" }, id: string, most: number, next: Next): Block {
	const input = JSON.parse(source) as Data;
	const head = { type: "tool_use", id, name };
	const whole = { ...head, input };
	// Some servers give the whole input at once.
	if (next() < 0.15) return { whole, start: whole, deltas: [] };
	const pieces = source === "{}" && next() < 0.5 ? [] : randomSlices(source, most, next);
	return { whole, start: { ...head, input: {} }, deltas: pieces.map((partial_json) => ({ type: "input_json_delta", partial_json })) };
}

function textBlock({ kind, text }: Exclude<Said, { kind: "call" }>, most: number, next: Next): Block {
	const { delta, member } = BLOCKS[kind];
	const pieces = randomSlices(text, most, next);
	const begun = next() < 0.4 ? (pieces.shift() ?? "") : "";
	const signature = member === "thinking" ? { signature: "" } : {};
	return {
		whole: { type: member, [member]: text, ...signature },
		start: { type: member, [member]: begun, ...signature },
		deltas: pieces.map((piece) => ({ type: delta, [member]: piece })),
	};
}

/** As Anthropic and servers like it say an answer. */
export function messageAnswer(answer: ModelAnswer, seed: number): VendorAnswer {
	const next = random(seed);
	const most = 1 + Math.floor(next() * 14);
	const blocks = answer.said.flatMap((one, i): Block[] => {
		const aside = { type: "server_tool_use", id: `srvtoolu_${i}`, name: "web_search", input: {} };
		const before = next() < 0.1 ? [{ whole: aside, start: aside, deltas: [] }] : [];
		return [...before, one.kind === "call" ? callBlock(one, `toolu_${i}`, most, next) : textBlock(one, most, next)];
	});
	const stop_reason = answer.stop === "length" ? "max_tokens" : callsOf(answer).length > 0 ? "tool_use" : "end_turn";
	const head = { id: "msg_1", type: "message", role: "assistant", model: "m" };
	const usage = { input_tokens: answer.usage.input, output_tokens: 1 };
	const stop = { stop_reason, stop_sequence: null };
	const unknown = next() < 0.2 ? { input_tokens: null } : {};
	const events: Data[] = [
		{ type: "message_start", message: { ...head, content: [], stop_reason: null, stop_sequence: null, usage } },
		...(next() < 0.3 ? [{ type: "ping" }] : []),
		...blocks.flatMap(({ start, deltas }, index) => [
			{ type: "content_block_start", index, content_block: start },
			...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
			{ type: "content_block_stop", index },
		]),
		{ type: "message_delta", delta: stop, usage: { output_tokens: answer.usage.output, ...unknown } },
		{ type: "message_stop" },
	];
	const body = { ...head, content: blocks.map(({ whole }) => whole), ...stop, usage: { ...usage, output_tokens: answer.usage.output } };
	return { events, body };
}

/** An event as SSE. */
export function sseOf(event: Data | "[DONE]"): string {
	if (event === "[DONE]") return "data: [DONE]\n\n";
	const type = event["type"];
	return `${typeof type === "string" ? `event: ${type}\n` : ""}data: ${JSON.stringify(event)}\n\n`;
}
