import { sseBlocks } from "../../src/wire/sse-decoder.ts";
import { framed } from "./quirky-framing.ts";
import { type Next, pick, randomSlices } from "./random.ts";
import type { ModelAnswer, Said } from "./translated-answers.ts";

type Data = Record<string, unknown>;

/** What of an event a server leaves out or says otherwise; drawn once for an answer. */
interface Habits {
	readonly isDropped: (type: string) => boolean;
	readonly numbered: (place: Data) => Data;
	readonly itemId: (index: number) => Data;
	readonly isNamed: boolean;
	readonly isTyped: boolean;
	readonly ends: string;
}

/** Events that a server may not send at all. */
const OPTIONAL = [
	"response.created",
	"response.in_progress",
	"response.output_item.added",
	"response.content_part.added",
	"response.content_part.done",
	"response.reasoning_summary_part.added",
	"response.reasoning_summary_part.done",
	"response.output_text.done",
	"response.reasoning_summary_text.done",
	"response.function_call_arguments.done",
	"response.output_item.done",
	"deltas",
];

/** `isRead`: as somebody can read it who goes by what the vendor says: numbers, or else ids that stay. */
function habitsOf(next: Next, isRead: boolean): Habits {
	const chance = (share: number): boolean => next() < share;
	const isIndexed = pick(isRead ? ["always", "always", "never", "null"] : ["always", "never", "null", "sometimes"], next);
	const ids = isRead && isIndexed !== "always" ? "stable" : pick(["stable", "changing", "changing", "none", "null", "empty"], next);
	const isPlain = (isRead && isIndexed !== "always") || chance(0.5);
	const dropped = new Set(isPlain ? [] : OPTIONAL.filter(() => chance(0.25)));
	let calls = 0;
	return {
		isDropped: (type) => dropped.has(type),
		numbered: (place) => {
			if (isIndexed === "always" || (isIndexed === "sometimes" && chance(0.5))) return place;
			return isIndexed === "null" ? Object.fromEntries(Object.keys(place).map((name) => [name, null])) : {};
		},
		itemId: (index) =>
			ids === "none"
				? {}
				: { item_id: ids === "null" ? null : ids === "empty" ? "" : ids === "stable" ? `item_${index}` : `item_${index}_${calls++}` },
		isNamed: chance(0.8),
		isTyped: chance(0.9),
		ends: pick(["completed", "completed", "completed", "empty", "null", "incomplete"], next),
	};
}

interface Shape {
	readonly list: "content" | "summary" | null;
	readonly type: string;
	readonly base: string;
	readonly member: string;
}

function shapeOf(said: Said): Shape {
	switch (said.kind) {
		case "call":
			return { list: null, type: "function_call", base: "function_call_arguments", member: "arguments" };
		case "thinking":
			return { list: "summary", type: "summary_text", base: "reasoning_summary_text", member: "text" };
		case "refusal":
			return { list: "content", type: "refusal", base: "refusal", member: "refusal" };
		default:
			return { list: "content", type: "output_text", base: "output_text", member: "text" };
	}
}

const textOf = (said: Said): string => (said.kind === "call" ? said.source : said.text);

function itemOf(said: Said, index: number, isOpen: boolean, next: Next): Data {
	const { list, type, member } = shapeOf(said);
	const status = isOpen ? "in_progress" : "completed";
	const id = `item_${index}`;
	if (said.kind === "call")
		return { id, type, status, call_id: `call_${index}`, name: said.name, arguments: isOpen ? pick(["", "", null], next) : said.source };
	const part = { type, [member]: textOf(said), ...(type === "output_text" && { annotations: [] }) };
	const parts = isOpen ? pick([[], [], null], next) : [part];
	return list === "summary"
		? { id, type: "reasoning", summary: parts }
		: { id, type: "message", role: "assistant", status, content: parts };
}

/** An answer of the Responses API from a server that is nearly its vendor. */
export function quirkyResponse(answer: ModelAnswer, next: Next, isRead: boolean): string {
	const habits = habitsOf(next, isRead);
	const chance = (share: number): boolean => next() < share;
	const most = 1 + Math.floor(next() * 14);
	const events: Data[] = [];
	const send = (type: string, members: Data): void => {
		if (!habits.isDropped(type)) events.push({ type, ...members });
		if (chance(0.05))
			events.push(
				pick<Data>(
					[
						{ type: "keepalive" },
						{ type: "response.heartbeat" },
						{ type: "codex.rate_limits", plan: "τ" },
						{ type: "response.metadata", headers: {} },
					],
					next,
				),
			);
	};
	const response = (status: string, output: unknown): Data => ({
		response: { id: "resp_1", object: "response", created_at: 1, status, model: "m", output },
	});
	send("response.created", response("in_progress", pick([[], [], null], next)));
	send("response.in_progress", response("in_progress", []));
	const output = answer.said.map((said, index) => {
		const again = { index, most, next };
		const done = sendItem(said, again, habits, send);
		if (chance(0.05) && events.length > 0) events.push(events.at(-1) as Data);
		return done;
	});
	const usage = { input_tokens: answer.usage.input, output_tokens: answer.usage.output, total_tokens: 16 };
	const status = habits.ends === "incomplete" ? "incomplete" : "completed";
	const last = habits.ends === "empty" ? [] : habits.ends === "null" ? null : output;
	if (habits.ends !== "nothing")
		events.push({ type: `response.${status}`, response: { ...(response(status, last)["response"] as Data), usage } });
	const isNumbered = pick(["yes", "yes", "no", "zero"], next);
	const numbered = events.map((event, i) => (isNumbered === "no" ? event : { ...event, sequence_number: isNumbered === "zero" ? 0 : i }));
	const isPretty = chance(0.1);
	const datas = numbered.map((event) => {
		const { type: _type, ...untyped } = event as Data;
		return JSON.stringify(habits.isNamed && !habits.isTyped ? untyped : event, undefined, isPretty ? 1 : undefined);
	});
	const names = numbered.map((event) => (habits.isNamed ? String((event as Data)["type"]) : undefined));
	return framed(chance(0.2) ? [...datas, "[DONE]"] : datas, next, names);
}

type Send = (type: string, members: Data) => void;

/** All events of an item; the item as it is at its end. */
function sendItem(said: Said, { index, most, next }: { index: number; most: number; next: Next }, habits: Habits, send: Send): Data {
	const chance = (share: number): boolean => next() < share;
	const { list, base, type, member } = shapeOf(said);
	const text = textOf(said);
	const item = habits.numbered({ output_index: index });
	const part = list === null ? {} : { [`${list}_index`]: 0 };
	const place = (): Data => ({ ...habits.itemId(index), ...habits.numbered({ output_index: index, ...part }) });
	const frame = (end: string, said: unknown): void => {
		const name = list === "summary" ? "reasoning_summary_part" : "content_part";
		if (list !== null) send(`response.${name}.${end}`, { ...place(), part: { type, [member]: said } });
	};
	send("response.output_item.added", { ...item, item: itemOf(said, index, true, next) });
	frame("added", pick(["", "", null], next));
	const pieces = [...(chance(0.1) ? [""] : []), ...(chance(0.1) ? [text] : randomSlices(text, most, next))];
	for (const delta of habits.isDropped("deltas") ? [] : pieces)
		send(`response.${base}.delta`, { ...place(), delta, ...(chance(0.1) && { logprobs: pick([[], null], next) }) });
	send(`response.${base}.done`, { ...place(), [member]: text, ...(said.kind === "call" && chance(0.5) && { name: said.name }) });
	frame("done", text);
	const done = itemOf(said, index, false, next);
	send("response.output_item.done", { ...item, item: done });
	return done;
}

/** Every text of a streamed response, put together in each of the ways that clients have, and what else it says. */
export function readResponse(sse: string): object {
	const joined = new Map<string, string>();
	const add = (key: string, text: unknown): unknown => joined.set(key, (joined.get(key) ?? "") + String(text));
	const said: Data[] = [];
	for (const { event: block } of sseBlocks(sse.replace(/^\ufeff/, ""))) {
		if (block === undefined || block.data === "[DONE]") continue;
		const { item_id: id, sequence_number: _, ...event } = { type: block.name, ...(JSON.parse(block.data) as Data) } as Data;
		const { type, delta, output_index: output, content_index: content, summary_index: summary } = event;
		if (!String(type).endsWith(".delta")) {
			said.push(event);
			continue;
		}
		add(`${type} ${output ?? null} ${content ?? summary ?? null}`, delta);
		add(`${type} ${output ?? id}`, delta);
	}
	return { joined: Object.fromEntries(joined), said };
}

/** What readers put together who go by the ids of items alone, or by the order of the events. */
export function readLoosely(sse: string): object {
	const joined = new Map<string, string>();
	for (const { event } of sseBlocks(sse.replace(/^\ufeff/, ""))) {
		const { type = event?.name, delta, item_id: id } = JSON.parse(event?.data.replace("[DONE]", "{}") ?? "{}") as Data;
		if (!String(type).endsWith(".delta")) continue;
		for (const name of [`${type} ${id}`, `${type}`]) joined.set(name, (joined.get(name) ?? "") + String(delta));
	}
	return Object.fromEntries(joined);
}
