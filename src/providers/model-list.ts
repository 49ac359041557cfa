import { createFieldReader } from "./field-table.ts";
import { parseObject } from "./json-object.ts";
import type { Provider } from "./provider.ts";

/** Lists of models, whichever vendor's: everything that upstreams say of their models is inspected. */
export const modelList: Provider = {
	readBody(json) {
		const fields = readFields(json, parseObject(json));
		return fields === undefined || fields.isOpaque
			? { kind: "fault", code: "channel_not_inspected" }
			: { kind: "data", places: fields.places };
	},
	cutBody: () => [],
	readRequest: () => ({ kind: "invalid", param: null, message: "Models are asked for with GET." }),
};

const MODEL = ["id", "object", "type", "owned_by", "name", "created_at", "root", "canonical_slug"];
const readFields = createFieldReader([
	["object", "name"],
	["first_id", "name"],
	["last_id", "name"],
	...["", "data.#.", "models.#."].flatMap((at) => MODEL.map((name) => [`${at}${name}`, "name"] as const)),
]);
