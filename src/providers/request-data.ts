import { choicesAsked } from "./asked-choices.ts";
import type { Fields } from "./field-table.ts";
import type { JsonObject } from "./json-object.ts";
import { MOST_MODELS, namedModels } from "./named-models.ts";
import { parameterOf } from "./parameter-of.ts";
import type { RequestData, RequestReading } from "./provider.ts";
import { asksForJson } from "./structured-output.ts";

/** What is known of any vendor's request once its fields are read. */
export function requestData(
	request: JsonObject,
	fields: Fields,
	head: Pick<RequestData, "model" | "stream" | "isModelUnsaid">,
): RequestReading {
	const otherModels = namedModels(request, head.model);
	const tooMany = otherModels[MOST_MODELS]?.param;
	if (tooMany !== undefined)
		return {
			kind: "invalid",
			param: tooMany,
			message: `'${tooMany}' is one model too many: a request names ${MOST_MODELS} beside its own at most.`,
		};
	const [document] = fields.files.document.map(parameterOf);
	const [media] = fields.files.media.map(parameterOf);
	return {
		kind: "data",
		...head,
		places: fields.places,
		otherModels,
		isStructured: asksForJson(request),
		choices: choicesAsked(request),
		...(document !== undefined && { document }),
		...(media !== undefined && { media }),
	};
}
