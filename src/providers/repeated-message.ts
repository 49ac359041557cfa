import type { Fields } from "./field-table.ts";
import { isObject, type JsonObject } from "./json-object.ts";
import type { Amendment } from "./provider.ts";

/**
 * Some servers (Perplexity) say in `message`, beside each `delta`, all that was said so far. Clients of a stream read the
 * deltas, and whole texts read as pieces of one would hide what they hold, so the message goes.
 */
export function withoutMessages(fields: Fields, choices: readonly JsonObject[]): { readonly fields: Fields; readonly gone: Amendment[] } {
	const isMessage = ({ path }: Fields["spans"][number]): boolean =>
		path[2] === "message" && isObject(choices[path[1] as number]?.["delta"]);
	const messages = fields.spans.filter(isMessage);
	if (messages.length === 0) return { fields, gone: [] };
	const places = fields.places.filter(({ from }) => !messages.some((message) => message.from <= from && from < message.to));
	const spans = fields.spans.filter((span) => !isMessage(span));
	return {
		fields: { ...fields, places, spans },
		gone: messages.map(({ from, to }) => ({ places: "always", edit: { from, to, value: null } })),
	};
}
