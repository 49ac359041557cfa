import type { Fields } from "./field-table.ts";
import { type JsonObject, parseObject } from "./json-object.ts";
import type { RequestReading } from "./provider.ts";
import { requestData } from "./request-data.ts";
import { unreadable } from "./unreadable.ts";

/** Nothing, or what is a step in a path: some providers have the model there. */
const NO_NAME = /^\.{0,2}$/;

/** UTF-16 units. The longest that vendors give, an ARN of Bedrock, are about 200; a name stands in logs and records as it came. */
const MAX_MODEL_UNITS = 512;

/** Members in which vLLM, SGLang and others take a prompt as tokens or vectors. */
const CODED = /^(?:(?:prompt|inputs?)_?(?:token_?ids|tokens|ids|embeds|embeddings)|token_?ids)$/i;

/** Azure's clients name the deployment that is to answer in the path, and in the body whatever they like, or nothing. */
const DEPLOYMENT = /^\/openai\/deployments\/([^/]+)\//;

function deploymentOf(path: string): string | undefined {
	return DEPLOYMENT.exec(path)?.[1];
}

type InvalidRequest = Extract<RequestReading, { readonly kind: "invalid" }>;

/** What every request of OpenAI and Anthropic has in common: an object with a `model` and perhaps `stream`; `check` sees to the rest. `path`: as the client has it; Azure's clients name the model there. */
export function readModelRequest(
	json: string,
	path: string,
	readFields: (json: string, root: unknown) => Fields | undefined,
	check: (object: JsonObject, invalid: (param: string, message: string) => InvalidRequest) => InvalidRequest | undefined,
): RequestReading {
	const invalid = (param: string | null, message: string): InvalidRequest => ({ kind: "invalid", param, message });
	const object = parseObject(json);
	if (object === undefined) return invalid(null, "The request body is not a JSON object.");
	const { stream } = object;
	const deployment = deploymentOf(path);
	const model = deployment ?? object["model"];
	if (typeof model !== "string" || NO_NAME.test(model)) return invalid("model", "'model' must be a non-empty string: the name of a model.");
	if (model.length > MAX_MODEL_UNITS)
		return invalid("model", `'model' is longer than ${MAX_MODEL_UNITS} characters: give the name of a model.`);
	if (stream != null && typeof stream !== "boolean") return invalid("stream", "'stream' must be true or false.");
	const coded = Object.keys(object).find((name) => CODED.test(name) && object[name] != null);
	if (coded !== undefined) return invalid(coded, `'${coded}' cannot be inspected: it stands for a text. Send the text.`);
	const refusal = check(object, invalid);
	if (refusal !== undefined) return refusal;
	const fields = readFields(json, object);
	if (fields === undefined) return { kind: "invalid", ...unreadable(json) };
	// The name in the body answers nothing.
	return requestData({ ...object, model }, fields, { model, stream: stream === true, isModelUnsaid: model !== object["model"] });
}
/** A string, or a non-empty array of strings. */
export function areTexts(value: unknown): boolean {
	return typeof value === "string" || (Array.isArray(value) && value.length > 0 && value.every((text) => typeof text === "string"));
}
