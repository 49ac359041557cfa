import type { PromptVerdict } from "../verdict/prompt-verdict.ts";
import { FindingTally } from "./finding-tally.ts";
import { SEVERITY, type TextInspection } from "./inspect-text.ts";
import type { Direction, LoadedPolicy } from "./loaded-policy.ts";
import { invalidPrompt, readJson } from "./prompt-filter.ts";
import { textPositions } from "./text-positions.ts";

/** Texts of one request. More is a second request. */
const MAX_TEXTS = 128;
const MEMBERS = new Set(["text", "texts", "direction"]);

interface InspectRequest {
	readonly texts: readonly string[];
	readonly isBatch: boolean;
	readonly direction: Direction;
}

/** Answers `POST /v1/inspect`: one text, or a batch in its order. */
export function answerInspect(body: Uint8Array, { policy, inspectText }: LoadedPolicy): PromptVerdict {
	const json = readJson(body);
	if (!json.ok) return invalidPrompt(json.code);
	const request = readInspectRequest(json.value);
	if ("param" in request) return { action: "invalid", code: "invalid_request", ...request };
	const param = request.isBatch ? "texts" : "text";
	if (request.texts.reduce((sum, text) => sum + text.length, 0) > policy.maxPromptLength)
		return { ...invalidPrompt("prompt_too_long"), param };

	const inspections = request.texts.map(inspectText(request.direction));
	const results = inspections.map((inspection, i) => resultOf(request.texts[i] ?? "", inspection));
	const findings = inspections.flatMap((inspection) => inspection.findings);
	const tally = new FindingTally();
	for (const [i, { findings: own }] of inspections.entries()) tally.add(own, `text:${i}`);
	return {
		action: SEVERITY[Math.max(...inspections.map(({ action }) => SEVERITY.indexOf(action)))] ?? "allow",
		answer: Buffer.from(JSON.stringify(request.isBatch ? { results } : results[0])),
		model: "",
		score: Math.max(...inspections.map(({ score }) => score)),
		found: tally.report(),
		piiDetected: findings.some(({ category }) => category === "pii"),
	};
}

/** Offsets `[start, end)` in code points, as most languages index text. */
function resultOf(text: string, { action, score, findings, redacted }: TextInspection): object {
	const positions = textPositions(
		Buffer.from(text),
		findings.flatMap(({ from, to }) => [from, to]),
	);
	const at = (offset: number): number => positions.get(offset)?.codePoint ?? 0;
	return {
		action,
		score,
		findings: findings.map(({ type, from, to, score: confidence }) => ({ type, start: at(from), end: at(to), score: confidence })),
		redacted_text: redacted,
	};
}

function readInspectRequest(value: unknown): InspectRequest | { readonly message: string; readonly param: string | null } {
	if (typeof value !== "object" || value === null || Array.isArray(value))
		return { message: "The body must be a JSON object with 'text' or 'texts'.", param: null };
	const { text, texts, direction = "prompt" } = value as Record<string, unknown>;
	const unknown = Object.keys(value).find((name) => !MEMBERS.has(name));
	if (unknown !== undefined) return { message: "Only 'text', 'texts' and 'direction' are known here.", param: null };
	if (direction !== "prompt" && direction !== "response")
		return { message: '\'direction\' must be "prompt" or "response".', param: "direction" };
	if ((text === undefined) === (texts === undefined)) return { message: "Send either 'text' or 'texts'.", param: "text" };
	if (texts === undefined)
		return typeof text === "string" ? { texts: [text], isBatch: false, direction } : { message: "'text' must be a string.", param: "text" };
	if (!Array.isArray(texts) || texts.length === 0 || texts.length > MAX_TEXTS)
		return { message: `'texts' must be a list of 1 to ${MAX_TEXTS} strings. Send more in several requests.`, param: "texts" };
	const wrong = texts.findIndex((item) => typeof item !== "string");
	return wrong < 0 ? { texts, isBatch: true, direction } : { message: `'texts[${wrong}]' must be a string.`, param: `texts[${wrong}]` };
}
