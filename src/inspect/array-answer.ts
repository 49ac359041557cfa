import { createArrayDecoder } from "../wire/json-array.ts";
import { sseBlocks } from "../wire/sse-decoder.ts";
import { sseEvent } from "../wire/sse-encoder.ts";
import type { ArrayState, FilterState, ResponseFilter } from "./answer-filter.ts";
import type { FilterStep } from "./filter-step.ts";

/**
 * A streamed answer whose events are the elements of a JSON array: each goes through the filter as an SSE event, and what
 * comes out is an array again. Elements keep their bytes, but for line ends between their members. An array has no
 * comments, so the `: security` line is left out.
 */
export function arrayStream(filter: ResponseFilter, maxElementBytes: number, resumed: ArrayState | undefined): ResponseFilter {
	const decoder = createArrayDecoder(maxElementBytes, resumed?.position ?? "before");
	let isBegun = resumed?.isBegun ?? false;
	let received = 0;

	const encode = (sse: string): string => {
		let out = "";
		for (const { event } of sseBlocks(sse)) {
			if (event === undefined) continue;
			out += (isBegun ? ",\n" : "[") + event.data;
			isBegun = true;
		}
		return out;
	};
	const close = (out: string): string => `${out}${isBegun ? "" : "["}]`;
	const step = (inner: FilterStep): FilterStep => {
		const out = encode(inner.out);
		return { ...inner, consumed: received - decoder.pendingBytes, out: inner.ended === undefined ? out : close(out) };
	};

	return {
		found: () => filter.found(),
		usage: () => filter.usage(),
		push(bytes) {
			received += bytes.length;
			const { elements, ...decoding } = decoder.decode(bytes);
			const pushed = filter.push(Buffer.from(elements.map((element) => sseEvent(element.replace(/\r\n?/g, "\n"))).join("")));
			if (pushed.ended !== undefined || decoding.kind === "elements") return step(pushed);
			const ended = filter.end(decoding.code);
			return step({ ...ended, out: pushed.out + ended.out });
		},
		end: (fault) => step(filter.end(fault ?? (decoder.position === "after" ? undefined : "upstream_truncated"))),
		failure: (code) => close(encode(filter.failure(code))),
		state: (): FilterState => Object.assign({}, filter.state(), { array: { position: decoder.position, isBegun } }),
		close: () => filter.close(),
	};
}
