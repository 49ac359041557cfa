import { findStrings } from "../../wire/json-strings.ts";
import { type JsonObject, parseExactObject } from "../json-object.ts";
import { listOf, objectAt, refuseRest, said, stringAt, Untranslatable } from "./request-fields.ts";

const VENDOR = "an Anthropic provider";

/** What an assistant's message of an OpenAI SDK has besides its text and calls, which nobody reads again. */
const ECHOED: readonly string[] = ["annotations", "reasoning", "reasoning_content", "reasoning_details"];

/** The content of a system or user message. */
export function userBlocks(message: JsonObject, at: string): JsonObject[] {
	refuseRest(said(message), new Set(["role", "content"]), `${at}.`, VENDOR);
	return contentBlocks(message["content"], `${at}.content`);
}

/** Text, a refusal, then the calls. */
export function assistantBlocks(message: JsonObject, at: string): JsonObject[] {
	const members = said(message);
	refuseRest(members, new Set(["role", "content", "refusal", "tool_calls", ...ECHOED]), `${at}.`, VENDOR);
	const { content, refusal, tool_calls: calls } = Object.fromEntries(members);
	return [
		...(content === undefined ? [] : contentBlocks(content, `${at}.content`)),
		...(refusal === undefined ? [] : textBlocks(stringAt(refusal, `${at}.refusal`))),
		...(calls === undefined ? [] : listOf(calls, `${at}.tool_calls`)).map((call, i) => toolUse(call, `${at}.tool_calls[${i}]`)),
	];
}

function toolUse(value: unknown, at: string): JsonObject {
	const call = objectAt(value, at);
	if (call["type"] !== undefined && call["type"] !== "function")
		throw new Untranslatable(`${at}.type`, `must be 'function' for ${VENDOR}.`);
	const { name, arguments: source } = objectAt(call["function"], `${at}.function`);
	return { type: "tool_use", id: call["id"], name, input: inputOf(stringAt(source ?? "", `${at}.function.arguments`), at) };
}

function inputOf(source: string, at: string): JsonObject {
	if (source.trim() === "") return {};
	const input = parseExactObject(source);
	if (input === undefined) throw new Untranslatable(`${at}.function.arguments`, "must be a JSON object.");
	if (findStrings(source) === undefined)
		throw new Untranslatable(`${at}.function.arguments`, "is nested too deeply, or names a member of an object twice.");
	return input;
}

/** A tool message. */
export function toolResult(message: JsonObject, at: string): JsonObject {
	refuseRest(said(message), new Set(["role", "content", "tool_call_id", "name"]), `${at}.`, VENDOR);
	return {
		type: "tool_result",
		tool_use_id: stringAt(message["tool_call_id"], `${at}.tool_call_id`),
		content: contentBlocks(message["content"], `${at}.content`),
	};
}

function contentBlocks(content: unknown, at: string): JsonObject[] {
	if (typeof content === "string") return textBlocks(content);
	return listOf(content, at).flatMap((part, i) => partBlocks(objectAt(part, `${at}[${i}]`), `${at}[${i}]`));
}

/** Anthropic refuses empty text. */
function textBlocks(text: string): JsonObject[] {
	return text === "" ? [] : [{ type: "text", text }];
}

function partBlocks(part: JsonObject, at: string): JsonObject[] {
	switch (part["type"]) {
		case "text":
			return textBlocks(stringAt(part["text"], `${at}.text`));
		case "refusal":
			return textBlocks(stringAt(part["refusal"], `${at}.refusal`));
		case "image_url":
			return [
				{ type: "image", source: source(stringAt(objectAt(part["image_url"], `${at}.image_url`)["url"], `${at}.image_url.url`), at) },
			];
		case "file":
			return [document(objectAt(part["file"], `${at}.file`), `${at}.file`)];
		default:
			throw new Untranslatable(`${at}.type`, `cannot be translated for ${VENDOR}. Send text, image_url or file parts.`);
	}
}

const DATA_URL = /^data:([\w.+/-]{1,128});base64,/;

function source(url: string, at: string): JsonObject {
	const data = DATA_URL.exec(url);
	if (data !== null) return { type: "base64", media_type: data[1], data: url.slice(data[0].length) };
	if (!/^https?:\/\//.test(url)) throw new Untranslatable(`${at}.image_url.url`, "must be an https or a data URL.");
	return { type: "url", url };
}

function document(file: JsonObject, at: string): JsonObject {
	if (file["file_data"] === undefined) throw new Untranslatable(`${at}.file_id`, `cannot be translated for ${VENDOR}. Send file_data.`);
	const data = DATA_URL.exec(stringAt(file["file_data"], `${at}.file_data`));
	if (data?.[1] !== "application/pdf") throw new Untranslatable(`${at}.file_data`, "must be a data URL of a PDF.");
	const title = file["filename"];
	return { type: "document", source: source(String(file["file_data"]), at), ...(title !== undefined && { title }) };
}
