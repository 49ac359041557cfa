import { isObject } from "../providers/json-object.ts";
import { parameterOf } from "../providers/parameter-of.ts";
import type { JsonPath } from "../wire/json-strings.ts";

/** Types of parts, of OpenAI and Anthropic: `image_url`, `input_audio`, `image`, `computer_screenshot`, … */
const MEDIA_PART = /^(?:input_)?(?:image|audio|video)(?:_url|_embeds)?$|screenshot$/;
/** Members of Gemini's parts, and how they name what is in them. */
const DATA_MEMBERS = ["inlineData", "inline_data", "fileData", "file_data"] as const;
const TYPE_MEMBERS = ["mimeType", "mime_type"] as const;
const MEDIA_TYPE = /^(?:image|audio|video)\//i;

/** The first picture, sound or film of a request, as a parameter's name: `messages[0].content[1]`. */
export function firstMedia(request: unknown): string | undefined {
	const path = pathOfMedia(request, []);
	return path === undefined ? undefined : parameterOf(path);
}

function pathOfMedia(value: unknown, path: JsonPath): JsonPath | undefined {
	if (Array.isArray(value)) return firstOf(value.entries(), path);
	if (!isObject(value)) return undefined;
	return isMedia(value) ? path : firstOf(Object.entries(value), path);
}

function firstOf(members: Iterable<readonly [string | number, unknown]>, path: JsonPath): JsonPath | undefined {
	for (const [name, value] of members) {
		const found = pathOfMedia(value, [...path, name]);
		if (found !== undefined) return found;
	}
	return undefined;
}

function isMedia(part: Readonly<Record<string, unknown>>): boolean {
	if (MEDIA_PART.test(String(part["type"]))) return true;
	return DATA_MEMBERS.some((name) => {
		const data = part[name];
		return isObject(data) && TYPE_MEMBERS.some((type) => MEDIA_TYPE.test(String(data[type])));
	});
}
