import { unreadable } from "../providers/unreadable.ts";
import { reportedScore } from "../verdict/finding-report.ts";
import { promptTraits } from "../verdict/prompt-traits.ts";
import type { PromptVerdict } from "../verdict/prompt-verdict.ts";
import { parseExact } from "../wire/exact-json.ts";
import { findStrings } from "../wire/json-strings.ts";
import { answeredTexts } from "./answered-texts.ts";
import { GUARDRAIL_DIALECTS, type InspectFault, type InspectRequest, type InspectResult } from "./guardrail-dialects.ts";
import type { TextInspection } from "./inspect-text.ts";
import type { LoadedPolicy } from "./loaded-policy.ts";
import type { PromptContext } from "./prompt-context.ts";
import { invalidPrompt, readJson } from "./read-prompt.ts";
import { textPositions } from "./text-positions.ts";

/** Texts of one request. More is a second request. */
const MAX_TEXTS = 128;
const MEMBERS = new Set(["text", "texts", "direction", "explain"]);

/** Answers `POST /v1/inspect` and its dialects: one text, or a batch in its order. `path`: of the request. */
export function answerInspect(
	body: Uint8Array,
	path: string,
	{ policy, inspectText }: LoadedPolicy,
	{ questions, pause }: Pick<PromptContext, "questions" | "pause"> = {},
): PromptVerdict {
	const json = readJson(body, parseExact);
	if (!json.ok) return invalidPrompt(json.code);
	const { value } = json;
	if (typeof value !== "object" || value === null || Array.isArray(value)) return invalid(NO_OBJECT);
	if (findStrings(json.json) === undefined) return invalid(unreadable(json.json));
	const request = (GUARDRAIL_DIALECTS[path] ?? readInspectRequest)(value as Record<string, unknown>);
	if ("message" in request) return invalid(request);
	const { param } = request;
	if (request.texts.reduce((sum, text) => sum + text.length, 0) > policy.maxPromptLength)
		return { ...invalidPrompt("prompt_too_long"), param };

	const inspect = inspectText(request.direction);
	const inspections = request.texts.map((text) => inspect(text, questions, pause));
	const results = inspections.map((inspection, i) => resultOf(request.texts[i] ?? "", inspection, request.explain));
	return answeredTexts(inspections, request.answer(results));
}

/** Offsets `[start, end)` in code points, as most languages index text. */
function resultOf(text: string, inspection: TextInspection, explain = false): InspectResult {
	const { action, score, findings, redacted, risks } = inspection;
	const positions = textPositions(
		Buffer.from(text),
		findings.flatMap(({ from, to }) => [from, to]),
	);
	const at = (offset: number): number => positions.get(offset)?.codePoint ?? 0;
	return {
		action,
		score,
		findings: findings.map((found) => ({ type: found.type, start: at(found.from), end: at(found.to), score: reportedScore(found.score) })),
		redacted_text: redacted,
		...(explain && { explanation: { risks: reportedRisks(risks), traits: promptTraits([text], inspection.signals, 0) } }),
	};
}

function reportedRisks({ attack, harm, data }: TextInspection["risks"]): TextInspection["risks"] {
	return { attack: reportedScore(attack), harm: reportedScore(harm), data: reportedScore(data) };
}

const NO_OBJECT: InspectFault = { message: "The body must be a JSON object with 'text' or 'texts'.", param: null };

function invalid(fault: InspectFault): PromptVerdict {
	return { action: "invalid", code: "invalid_request", ...fault };
}

/** Longest part of a member's name that is said back. */
const MAX_NAME = 100;

function notKnown(member: string): InspectFault {
	const name = member.slice(0, MAX_NAME);
	return { message: `'${name}' is not known here, only 'text', 'texts', 'direction' and 'explain' are.`, param: name };
}

function readInspectRequest(value: Readonly<Record<string, unknown>>): InspectRequest | InspectFault {
	const { text, texts, direction = "prompt", explain = false } = value;
	const unknown = Object.keys(value).find((name) => !MEMBERS.has(name));
	if (unknown !== undefined) return notKnown(unknown);
	if (direction !== "prompt" && direction !== "response")
		return { message: '\'direction\' must be "prompt" or "response".', param: "direction" };
	if (typeof explain !== "boolean") return { message: "'explain' must be true or false.", param: "explain" };
	if ((text === undefined) === (texts === undefined)) return { message: "Send either 'text' or 'texts'.", param: "text" };
	if (texts === undefined)
		return typeof text === "string"
			? { texts: [text], direction, explain, param: "text", answer: ([result]) => result }
			: { message: "'text' must be a string.", param: "text" };
	if (!Array.isArray(texts) || texts.length === 0 || texts.length > MAX_TEXTS)
		return { message: `'texts' must be a list of 1 to ${MAX_TEXTS} strings. Send more in several requests.`, param: "texts" };
	const wrong = texts.findIndex((item) => typeof item !== "string");
	return wrong < 0
		? { texts, direction, explain, param: "texts", answer: (results) => ({ results }) }
		: { message: `'texts[${wrong}]' must be a string.`, param: `texts[${wrong}]` };
}
