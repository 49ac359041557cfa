import { type JsonObject, parseObject } from "./json-object.ts";
import { baseOfPart, type Channel } from "./openai-response-channels.ts";
import type { Transcript } from "./provider.ts";

/**
 * The end of a cut response: what is open is closed with the text that went out, then `response.incomplete` repeats the
 * whole of it. Kept for it, by key: `response`; `item 0`, and `end 0` when the item is complete; `part 0 content 0`, and
 * its `end`. The texts themselves are kept by channel.
 */

type Kept = readonly (readonly [key: string, value: string])[];

/** What of an event that was written has to be kept. */
export function keptParts(data: string): Kept {
	const event = parseObject(data) ?? {};
	const { type, output_index: output, item, part } = event;
	const place = event["content_index"] === undefined ? `summary ${event["summary_index"]}` : `content ${event["content_index"]}`;
	switch (type) {
		case "response.created":
			return [["response", JSON.stringify(event["response"] ?? {})]];
		case "response.output_item.added":
			return [[`item ${output}`, JSON.stringify(item ?? {})]];
		case "response.output_item.done":
			return [
				[`item ${output}`, JSON.stringify(item ?? {})],
				[`end ${output}`, ""],
			];
		case "response.content_part.added":
		case "response.reasoning_summary_part.added":
			return [[`part ${output} ${place}`, JSON.stringify(part ?? {})]];
		case "response.content_part.done":
		case "response.reasoning_summary_part.done":
			return [
				[`part ${output} ${place}`, JSON.stringify(part ?? {})],
				[`end ${output} ${place}`, ""],
			];
		default:
			return [];
	}
}

type Write = (event: JsonObject & { readonly type: string }) => string;

const UNKNOWN_RESPONSE = { id: "resp_secure-llm-proxy", object: "response", created_at: 0, model: "", status: "in_progress", output: [] };

/** The AI SDK does not read the end of a response without usage. */
const UNKNOWN_USAGE = {
	input_tokens: 0,
	input_tokens_details: { cached_tokens: 0 },
	output_tokens: 0,
	output_tokens_details: { reasoning_tokens: 0 },
	total_tokens: 0,
};

/** The closing events. `write` numbers an event and makes it SSE. */
export function closeResponse(transcript: Transcript, write: Write): string {
	const known = transcript.get("response");
	const response = known === undefined ? UNKNOWN_RESPONSE : (parseObject(known) ?? UNKNOWN_RESPONSE);
	let out = known === undefined ? write({ type: "response.created", response }) : "";
	const output: JsonObject[] = [];
	for (const [index, item] of openOrDone(transcript)) {
		if (transcript.get(`end ${index}`) === undefined) {
			// A tool call that is not complete must not look as if it were.
			if (item["type"] !== "message" && item["type"] !== "reasoning") continue;
			const closed = closeParts(transcript, index, item, write);
			const ended = { ...item, ...closed.lists, status: "incomplete" };
			out += closed.out + write({ type: "response.output_item.done", output_index: index, item: ended });
			output.push(ended);
		} else output.push(item);
	}
	const { usage } = response as JsonObject;
	const end = {
		...response,
		status: "incomplete",
		incomplete_details: { reason: "content_filter" },
		output,
		usage: usage ?? UNKNOWN_USAGE,
	};
	return out + write({ type: "response.incomplete", response: end });
}

function openOrDone(transcript: Transcript): [number, JsonObject][] {
	return [...transcript.keys()]
		.flatMap((key): [number, JsonObject][] => {
			const index = /^item (\d+)$/.exec(key)?.[1];
			return index === undefined ? [] : [[Number(index), parseObject(transcript.get(key) ?? "") ?? {}]];
		})
		.sort(([a], [b]) => a - b);
}

interface Part {
	readonly list: "content" | "summary";
	readonly position: number;
	readonly base: string;
	readonly part: JsonObject;
}

/** Ends the open parts of an item; answers its lists with the text that went out. */
function closeParts(
	transcript: Transcript,
	output: number,
	item: JsonObject,
	write: Write,
): { readonly out: string; readonly lists: Record<string, JsonObject[]> } {
	let out = "";
	const lists: Record<string, JsonObject[]> = {};
	for (const { list, position, base, part } of partsOf(transcript, output)) {
		const place = { item_id: item["id"] ?? "", output_index: output, [`${list}_index`]: position };
		const member = part["type"] === "refusal" ? "refusal" : "text";
		const text = transcript.get(JSON.stringify([output, list, position, base] satisfies Channel)) ?? "";
		const isDone = transcript.get(`end ${output} ${list} ${position}`) !== undefined;
		const ended = isDone ? part : { ...part, [member]: text };
		if (!isDone) {
			const logprobs = base === "response.output_text" && { logprobs: [] };
			out += write({ type: `${base}.done`, ...place, [member]: text, ...logprobs });
			out += write({
				type: list === "content" ? "response.content_part.done" : "response.reasoning_summary_part.done",
				...place,
				part: ended,
			});
		}
		lists[list] = [...(lists[list] ?? []), ended];
	}
	return { out, lists };
}

/** By announcement, or by their text alone where the server announces none. In their order. */
function partsOf(transcript: Transcript, output: number): Part[] {
	const parts = new Map<string, Part>();
	for (const key of transcript.keys()) {
		const announced = /^part (\d+) (content|summary) (\d+)$/.exec(key);
		const found = announced === null ? partOfChannel(key) : partOfKey(announced, parseObject(transcript.get(key) ?? "") ?? {});
		if (found === undefined || found.output !== output) continue;
		const name = `${found.list} ${found.position}`;
		if (announced !== null || !parts.has(name)) parts.set(name, found);
	}
	return [...parts.values()].sort((a, b) => a.list.localeCompare(b.list) || a.position - b.position);
}

function partOfKey([, output, list, position]: RegExpExecArray, part: JsonObject): Part & { readonly output: number } {
	return { output: Number(output), list: list as Part["list"], position: Number(position), base: baseOfPart(part["type"]), part };
}

function partOfChannel(key: string): (Part & { readonly output: number }) | undefined {
	if (!key.startsWith("[")) return undefined;
	const [output, list, position, base] = JSON.parse(key) as Channel;
	const type = PART_TYPES[base];
	if (typeof output !== "number" || position === null || type === undefined || (list !== "content" && list !== "summary")) return undefined;
	return { output, list, position, base, part: { type, ...(type === "output_text" && { annotations: [] }) } };
}

const PART_TYPES: Readonly<Record<string, string>> = {
	"response.output_text": "output_text",
	"response.refusal": "refusal",
	"response.reasoning_text": "reasoning_text",
	"response.reasoning_summary_text": "summary_text",
};
