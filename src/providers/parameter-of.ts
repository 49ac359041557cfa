import type { JsonPath } from "../wire/json-strings.ts";

/** The name of a parameter in our errors, as OpenAI writes it: `messages[0].content`. */
export function parameterOf(path: JsonPath): string {
	return path.map((step, i) => (typeof step === "number" ? `[${step}]` : i === 0 ? step : `.${step}`)).join("");
}
