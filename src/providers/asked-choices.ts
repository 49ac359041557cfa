import { isObject, type JsonObject, valueAt } from "./json-object.ts";

/** Gemini's names for `n`. */
const CANDIDATES = [
	["generationConfig", "candidateCount"],
	["generation_config", "candidate_count"],
];

/** How many choices an answer to the request may have: OpenAI's `n`, for each prompt of a completion, or Gemini's candidates. */
export function choicesAsked(request: JsonObject): number {
	const [asked = 1] = [request["n"], ...CANDIDATES.map((path) => valueAt(request, path))].filter((value) => value != null).map(Number);
	const { prompt } = request;
	// A list of numbers is one prompt, in tokens.
	const prompts = Array.isArray(prompt) ? prompt.filter((one) => typeof one === "string" || Array.isArray(one) || isObject(one)).length : 1;
	return Math.max(1, Math.floor(asked) || 1) * Math.max(1, prompts);
}
