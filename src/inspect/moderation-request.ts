import { unreadable } from "../providers/unreadable.ts";
import type { PromptVerdict } from "../verdict/prompt-verdict.ts";
import { findStrings } from "../wire/json-strings.ts";
import { answeredTexts, MAX_TEXTS } from "./answered-texts.ts";
import type { TextInspection } from "./inspect-text.ts";
import type { LoadedPolicy } from "./loaded-policy.ts";
import type { Questions } from "./questions.ts";
import { invalidPrompt, readJson } from "./read-prompt.ts";

/** OpenAI's own categories, which its clients expect to be there (platform.openai.com/docs/guides/moderation). */
const OPENAI_CATEGORIES = [
	"harassment",
	"harassment/threatening",
	"hate",
	"hate/threatening",
	"illicit",
	"illicit/violent",
	"self-harm",
	"self-harm/instructions",
	"self-harm/intent",
	"sexual",
	"sexual/minors",
	"violence",
	"violence/graphic",
];

/** Answers OpenAI's `POST /v1/moderations`: what the policy would do with the texts in a prompt. Our categories are `pii/email`, `secret/aws_key`, … */
export function answerModeration(body: Uint8Array, { policy, inspectText }: LoadedPolicy, questions?: Questions): PromptVerdict {
	const json = readJson(body);
	if (!json.ok) return invalidPrompt(json.code);
	if (findStrings(json.json) === undefined) return { action: "invalid", code: "invalid_request", ...unreadable(json.json) };
	const { input, model } = Object(json.value) as Record<string, unknown>;
	const groups = textsOf(input);
	if (groups === undefined)
		return {
			action: "invalid",
			code: "invalid_request",
			message: `'input' must be a string, or an array of at most ${MAX_TEXTS} strings or text and image parts.`,
			param: "input",
		};
	const all = groups.flat();
	if (all.reduce((sum, text) => sum + text.length, 0) > policy.maxPromptLength)
		return { ...invalidPrompt("prompt_too_long"), param: "input" };

	const inspect = inspectText("prompt");
	const inspected = groups.map((texts) => texts.map((text) => inspect(text, questions)));
	const results = inspected.map(resultOf);
	const answer = { id: "modr-secure-llm-proxy", model: typeof model === "string" ? model : "secure-llm-proxy", results };
	return answeredTexts(inspected.flat(), answer);
}

/** The texts of each result: one result for each string, one for all parts. Images are not looked at. */
function textsOf(input: unknown): readonly (readonly string[])[] | undefined {
	if (typeof input === "string") return [[input]];
	if (!Array.isArray(input) || input.length === 0 || input.length > MAX_TEXTS) return undefined;
	if (input.every((text) => typeof text === "string")) return input.map((text) => [text]);
	const parts = input.map((part) => Object(part) as Record<string, unknown>);
	const areParts = parts.every(({ type, text }) => type === "image_url" || (type === "text" && typeof text === "string"));
	return areParts ? [parts.flatMap(({ text }) => (typeof text === "string" ? [text] : []))] : undefined;
}

function resultOf(inspections: readonly TextInspection[]): object {
	// Signs of an attack that are below the threshold say nothing yet.
	const counting = inspections.filter(({ action }) => action !== "allow");
	const scores: Record<string, number> = Object.fromEntries(OPENAI_CATEGORIES.map((name) => [name, 0]));
	for (const { category, type, score } of counting.flatMap(({ findings }) => findings)) {
		const name = `${category}/${type}`;
		scores[name] = Math.max(scores[name] ?? 0, score);
	}
	return {
		flagged: inspections.some(({ action }) => action !== "allow"),
		categories: Object.fromEntries(Object.entries(scores).map(([name, score]) => [name, score > 0])),
		category_scores: scores,
		category_applied_input_types: Object.fromEntries(Object.keys(scores).map((name) => [name, ["text"]])),
	};
}
