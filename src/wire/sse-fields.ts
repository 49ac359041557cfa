import type { SseBlock } from "./sse-decoder.ts";
import { sseEvent } from "./sse-encoder.ts";

const WORD = /^[\w.:-]{0,64}$/;
/** Nothing but `data` fields, and an `event`, `id` and `retry` of their forms. */
const PLAIN = /^(?:(?:data(?::[^\r\n]*)?|(?:event|id): ?[\w.:-]{0,64}|retry: ?\d{1,8})?(?:\r\n|\n|\r))*$/;
/** Of several the last counts, so the others would be unseen text. */
const REPEATED = /^(event|id|retry):[\s\S]*[\r\n]\1:/m;

/**
 * The block without what stands in it beside its data, which alone is inspected: comments, unknown fields, an id that is
 * no word. Undefined when its name is none, for clients read that.
 */
export function plainBlock(block: SseBlock): SseBlock | undefined {
	const { event, raw } = block;
	if (event === undefined || (PLAIN.test(raw) && !REPEATED.test(raw)))
		return event?.name === undefined || WORD.test(event.name) ? block : undefined;
	if (event.name !== undefined && !WORD.test(event.name)) return undefined;
	return { ...block, raw: sseEvent(event.data, event.name), event: { ...event, id: undefined } };
}
