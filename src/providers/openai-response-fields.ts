import type { JsonPath } from "../wire/json-strings.ts";
import type { FieldTable, Treatment } from "./field-table.ts";
import { valueAt } from "./json-object.ts";

/** How the texts of an output item are read: they grow, are complete for the first time, or repeat what grew before. */
type Streamed = "delta" | "whole" | "copy";

/** One element of `output`. `streamed`: texts that have delta events of their own; `rest`: all others. */
export function itemFields(at: string, streamed: Streamed, rest: "whole" | "copy"): FieldTable {
	const json = `${streamed}Json` as const;
	return (
		[
			["id", "name"],
			["type", "name"],
			["status", "name"],
			["role", "name"],
			["phase", "name"],
			["call_id", "name"],
			["approval_request_id", "name"],
			["container_id", "name"],
			["encrypted_content", "opaque"],
			["result", rest],
			["arguments", json],
			["input", streamed],
			["code", streamed],
			["summary.#.type", "name"],
			["summary.#.text", streamed],
			...partFields("content.#", streamed),
			["action.type", "name"],
			["outputs.#.type", "name"],
			["name", `${rest}Tool`],
			["**", rest],
		] as FieldTable
	).map(([path, treatment]) => [`${at}.${path}`, treatment] as const);
}

/** The result of an item is text, unless the item is a picture. */
export function pictureAt(root: unknown, path: JsonPath): Treatment | undefined {
	const isPicture = path.at(-1) === "result" && valueAt(root, [...path.slice(0, -1), "type"]) === "image_generation_call";
	return isPicture ? "media" : undefined;
}

/** One element of a message's or a reasoning item's `content`. */
export function partFields(at: string, streamed: Streamed): FieldTable {
	return [
		[`${at}.type`, "name"],
		[`${at}.text`, `${streamed}Answer`],
		[`${at}.refusal`, streamed],
		[`${at}.annotations.#.type`, "name"],
		[`${at}.annotations.#.file_id`, "name"],
		[`${at}.annotations.**`, streamed === "copy" ? "copy" : "whole"],
		[`${at}.logprobs.**`, "whole"],
	];
}

/** What a response says about itself, and what it repeats of the request. `at` ends in a dot, or is empty. */
export function responseFields(at: string, streamed: Streamed): FieldTable {
	const echoes = ["instructions", "tools", "metadata", "prompt", "text", "tool_choice", "input", "conversation", "reasoning"];
	return [
		...["id", "object", "model", "status", "service_tier", "truncation", "previous_response_id", "prompt_cache_retention"].map(
			(name) => [`${at}${name}`, "name"] as const,
		),
		[`${at}incomplete_details.reason`, "name"],
		[`${at}error.code`, "name"],
		...echoes.flatMap((name) => [[`${at}${name}`, "echo"] as const, [`${at}${name}.**`, "echo"] as const]),
		...["user", "safety_identifier", "prompt_cache_key"].map((name) => [`${at}${name}`, "echo"] as const),
		[`${at}usage`, "whole"],
		[`${at}output_text`, "copyAnswer"],
		...itemFields(`${at}output.#`, streamed, streamed === "copy" ? "copy" : "whole"),
	];
}
