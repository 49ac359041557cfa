import type { Fields } from "./field-table.ts";
import { parseObject } from "./json-object.ts";
import type { Provider } from "./provider.ts";

/**
 * An answer that only comes whole and whose texts stand each for itself, so that a cut of one says nothing of the others.
 * `isRefused`: something in it cannot be inspected and must not pass.
 */
export function plainAnswer(
	readFields: (json: string, root: unknown) => Fields | undefined,
	isRefused = ({ isOpaque }: Fields): boolean => isOpaque,
): Pick<Provider, "readBody" | "cutBody"> {
	return {
		readBody(json) {
			const object = parseObject(json);
			if (object === undefined) return { kind: "fault", code: "upstream_invalid_event" };
			const fields = readFields(json, object);
			return fields === undefined || isRefused(fields)
				? { kind: "fault", code: "channel_not_inspected" }
				: { kind: "data", places: fields.places };
		},
		cutBody: () => [],
	};
}
