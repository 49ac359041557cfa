import type { SseBlock } from "./sse-decoder.ts";

/** An SSE event with JSON data. */
export function sseEvent(data: string, name?: string, id?: string): string {
	const lines = data.split("\n").map((line) => `data: ${line}\n`);
	return `${name === undefined ? "" : `event: ${name}\n`}${id === undefined ? "" : `id: ${id}\n`}${lines.join("")}\n`;
}

/** A comment: the only side channel every client ignores. */
export function sseComment(text: string): string {
	return `: ${text}\n\n`;
}

/** The block with other data. Comments, retry and field order of the original stay when its data stood on one line. */
export function withData(block: SseBlock, data: string): string {
	const original = block.event?.data ?? "";
	const at = block.raw.indexOf(original);
	const single = original !== "" && !original.includes("\n") && at >= 0 && block.raw.indexOf(original, at + 1) < 0;
	return single
		? block.raw.slice(0, at) + data + block.raw.slice(at + original.length)
		: sseEvent(data, block.event?.name, block.event?.id);
}
