import type { JsonPath } from "../wire/json-strings.ts";
import { createFieldReader, type FieldTable, indexOf, type Treatment } from "./field-table.ts";
import { argumentSteps } from "./gemini-partial-args.ts";
import { isObject, type JsonObject, valueAt } from "./json-object.ts";
import { GEMINI_SETTINGS } from "./request-settings.ts";
import { isServerToken } from "./server-tokens.ts";

/** Where text stands in Gemini's API (ai.google.dev/api/generate-content). A string that no table names is inspected whole. */

/** A part of a content, in an answer (`text`: growing) and in a request. */
function partFields(at: string, text: "delta" | "whole"): FieldTable {
	return [
		[`${at}.text`, `${text}Answer`],
		[`${at}.thoughtSignature`, "opaque"],
		[`${at}.thought_signature`, "opaque"],
		[`${at}.functionCall.id`, "name"],
		[`${at}.functionCall.name`, "wholeTool"],
		[`${at}.functionCall.args`, "wholeValue"],
		[`${at}.functionCall.partialArgs.#.jsonPath`, "whole"],
		[`${at}.functionCall.partialArgs.#.stringValue`, text],
		[`${at}.functionCall.partialArgs.#.numberValue`, "whole"],
		[`${at}.functionCall.partialArgs.#.nullValue`, "name"],
		[`${at}.functionResponse.id`, "name"],
		[`${at}.functionResponse.name`, "whole"],
		[`${at}.functionResponse.response`, "wholeValue"],
		[`${at}.toolCall.id`, "name"],
		[`${at}.toolCall.toolType`, "name"],
		[`${at}.toolCall.args`, "wholeValue"],
		[`${at}.toolResponse.id`, "name"],
		[`${at}.toolResponse.toolType`, "name"],
		[`${at}.toolResponse.response`, "wholeValue"],
		[`${at}.executableCode.id`, "name"],
		[`${at}.executableCode.language`, "name"],
		[`${at}.executableCode.code`, text],
		[`${at}.codeExecutionResult.id`, "name"],
		[`${at}.codeExecutionResult.outcome`, "name"],
		[`${at}.codeExecutionResult.output`, text],
		[`${at}.inlineData.mimeType`, "name"],
		[`${at}.inlineData.data`, "media"],
		[`${at}.inline_data.data`, "media"],
		[`${at}.inlineData.displayName`, "whole"],
		[`${at}.fileData.mimeType`, "name"],
		[`${at}.fileData.fileUri`, "whole"],
		[`${at}.fileData.displayName`, "whole"],
		[`${at}.audioTranscription.text`, text],
		[`${at}.audioTranscription.languageCode`, "name"],
		[`${at}.audioTranscription.**`, "whole"],
		[`${at}.partMetadata`, "wholeValue"],
		[`${at}.mediaProcessing`, "name"],
		[`${at}.videoMetadata.**`, "name"],
		[`${at}.mediaResolution.**`, "name"],
	];
}

const PARTS = "candidates.#.content.parts.#";

/** Anything else in a part may be a text that grows. */
export const readAnswerFields = createFieldReader(
	[
		["responseId", "name"],
		["modelVersion", "name"],
		["createTime", "name"],
		["usageMetadata.**", "name"],
		["promptFeedback.blockReason", "name"],
		["promptFeedback.safetyRatings.**", "name"],
		["candidates.#.index", "whole"],
		["candidates.#.finishReason", "name"],
		["candidates.#.safetyRatings.**", "name"],
		["candidates.#.content.role", "name"],
		...partFields(PARTS, "delta"),
		[`${PARTS}.**`, "delta"],
	],
	{
		channelOf: (root, path) => {
			const { candidate, part } = partAt(root, path);
			const steps = argumentSteps(path.slice(5), part);
			return channelName({ index: indexOf(candidate, path[1] as number), isThought: part["thought"] === true, steps });
		},
		spans: [
			"candidates.#.finishReason",
			PARTS,
			`${PARTS}.audioTranscription.words`,
			"candidates.#.logprobsResult",
			"candidates.#.groundingMetadata.groundingSupports",
		],
	},
);

function partAt(root: unknown, path: JsonPath): { readonly candidate: JsonObject; readonly part: JsonObject } {
	const candidates = (root as { readonly candidates: readonly JsonObject[] }).candidates;
	const candidate = candidates[path[1] as number] as JsonObject;
	const { parts } = candidate["content"] as { readonly parts: readonly JsonObject[] };
	return { candidate, part: parts[path[4] as number] as JsonObject };
}

/** A text of one candidate: all its parts of one kind, because clients join them. */
export interface PartChannel {
	readonly index: number;
	readonly isThought: boolean;
	/** From the part to the string. */
	readonly steps: JsonPath;
}

export function channelName({ index, isThought, steps }: PartChannel): string {
	return `${index}:${isThought ? "thought" : "answer"}:${JSON.stringify(steps)}`;
}

export function parseChannelName(channel: string): PartChannel {
	const [index = "0", kind = "", ...steps] = channel.split(":");
	return { index: Number(index), isThought: kind === "thought", steps: JSON.parse(steps.join(":")) as JsonPath };
}

/** Texts that come whole in one part; another part may go on with them. */
const PARTED: ReadonlySet<unknown> = new Set(["executableCode", "codeExecutionResult"]);

export function isParted(channel: string): boolean {
	return PARTED.has(parseChannelName(channel).steps[0]);
}

function contentFields(at: string): FieldTable {
	return [[`${at}.role`, "name"], [`${at}.parts.#.text`, "part"], ...partFields(`${at}.parts.#`, "whole")];
}

export const readRequestFields = createFieldReader(
	[
		["model", "name"],
		["cachedContent", "name"],
		["taskType", "name"],
		["safetySettings.**", "name"],
		["generationConfig.responseMimeType", "name"],
		["generationConfig.seed", "number"],
		...["", "generateContentRequest."].flatMap((at) =>
			["contents.#", "contents", "systemInstruction", "system_instruction"].flatMap((name) => contentFields(at + name)),
		),
		...contentFields("content"),
		...contentFields("requests.#.content"),
		["requests.#.model", "name"],
		["requests.#.taskType", "name"],
	],
	{ names: GEMINI_SETTINGS, refine: refineRequest },
);

/** Images, sound and film may pass; a file of another type may hold text. */
function refineRequest(root: unknown, path: JsonPath): Treatment | undefined {
	if (isServerToken(root, path)) return "opaque";
	const holder = path.at(-2);
	if (path.at(-1) !== "data" || (holder !== "inlineData" && holder !== "inline_data")) return undefined;
	const data = valueAt(root, path.slice(0, -1));
	const type = isObject(data) ? (data["mimeType"] ?? data["mime_type"]) : undefined;
	return /^(?:image|audio|video)\//i.test(String(type)) ? "media" : "document";
}
