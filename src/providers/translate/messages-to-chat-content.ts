import { writeExact } from "../../wire/exact-json.ts";
import type { JsonObject } from "../json-object.ts";
import { listOf, objectAt, stringAt, Untranslatable } from "./request-fields.ts";

const VENDOR = "an OpenAI-compatible provider";

/** A user's turn: the tool results first, each a message of its own, as OpenAI wants them right after the calls. */
export function userMessages(content: unknown, at: string): JsonObject[] {
	if (typeof content === "string") return [{ role: "user", content }];
	const results: JsonObject[] = [];
	const parts: JsonObject[] = [];
	for (const [i, value] of listOf(content, at).entries()) {
		const block = objectAt(value, `${at}[${i}]`);
		if (block["type"] === "tool_result") results.push(toolMessage(block, `${at}[${i}]`));
		else parts.push(part(block, `${at}[${i}]`));
	}
	return [...results, ...(parts.length > 0 ? [{ role: "user", content: parts }] : [])];
}

function toolMessage(block: JsonObject, at: string): JsonObject {
	return {
		role: "tool",
		tool_call_id: stringAt(block["tool_use_id"], `${at}.tool_use_id`),
		content: resultText(block["content"], `${at}.content`),
	};
}

/** OpenAI's tool messages hold text only. */
function resultText(content: unknown, at: string): string {
	if (content == null) return "";
	if (typeof content === "string") return content;
	return listOf(content, at)
		.map((value, i) => {
			const block = objectAt(value, `${at}[${i}]`);
			if (block["type"] !== "text") throw new Untranslatable(`${at}[${i}].type`, `must be text for ${VENDOR}.`);
			return stringAt(block["text"], `${at}[${i}].text`);
		})
		.join("\n");
}

function part(block: JsonObject, at: string): JsonObject {
	switch (block["type"]) {
		case "text":
			return { type: "text", text: stringAt(block["text"], `${at}.text`) };
		case "image":
			return { type: "image_url", image_url: { url: mediaUrl(objectAt(block["source"], `${at}.source`), at) } };
		case "document":
			return documentPart(block, at);
		default:
			throw new Untranslatable(`${at}.type`, `cannot be translated for ${VENDOR}. Send text, image, document or tool_result blocks.`);
	}
}

function mediaUrl(source: JsonObject, at: string): string {
	const { type, url, media_type, data } = source;
	if (type === "base64") return `data:${stringAt(media_type, `${at}.source.media_type`)};base64,${stringAt(data, `${at}.source.data`)}`;
	if (type === "url") return stringAt(url, `${at}.source.url`);
	throw new Untranslatable(`${at}.source.type`, `must be base64 or url for ${VENDOR}.`);
}

function documentPart(block: JsonObject, at: string): JsonObject {
	const source = objectAt(block["source"], `${at}.source`);
	const { citations } = block;
	if (citations != null && objectAt(citations, `${at}.citations`)["enabled"] === true) {
		throw new Untranslatable(`${at}.citations`, `are unknown to ${VENDOR}.`);
	}
	const heading = [block["title"], block["context"]].filter((text) => typeof text === "string");
	if (source["type"] === "text") return { type: "text", text: [...heading, stringAt(source["data"], `${at}.source.data`)].join("\n") };
	if (source["type"] !== "base64") throw new Untranslatable(`${at}.source.type`, `must be text or base64 for ${VENDOR}.`);
	return { type: "file", file: { filename: heading[0] ?? "document.pdf", file_data: mediaUrl(source, at) } };
}

/** An assistant's turn. Thinking is signed for Anthropic and means nothing to others. */
export function assistantMessage(content: unknown, at: string): JsonObject[] {
	if (typeof content === "string") return [{ role: "assistant", content }];
	const texts: string[] = [];
	const calls: JsonObject[] = [];
	for (const [i, value] of listOf(content, at).entries()) {
		const block = objectAt(value, `${at}[${i}]`);
		if (block["type"] === "text") texts.push(stringAt(block["text"], `${at}[${i}].text`));
		else if (block["type"] === "tool_use") calls.push(toolCall(block));
		else if (block["type"] !== "thinking" && block["type"] !== "redacted_thinking")
			throw new Untranslatable(`${at}[${i}].type`, `cannot be translated for ${VENDOR}.`);
	}
	return [{ role: "assistant", content: texts.length > 0 ? texts.join("") : null, ...(calls.length > 0 && { tool_calls: calls }) }];
}

function toolCall({ id, name, input }: JsonObject): JsonObject {
	return { id, type: "function", function: { name, arguments: writeExact(input ?? {}) } };
}
