import { ERRORS } from "../../core/errors.ts";
import type { TokenBudget } from "../../core/translation.ts";
import type { JsonObject } from "../json-object.ts";
import { isThread } from "../kept-conversation.ts";
import { assistantMessage, userMessages } from "./messages-to-chat-content.ts";
import { listOf, objectAt, refuseRest, said, stringAt, translated, Untranslatable } from "./request-fields.ts";
import type { TranslatedRequest } from "./translation.ts";

const VENDOR = "an OpenAI-compatible provider";

const NO_THREAD: TranslatedRequest = {
	ok: false,
	param: "thread",
	message: ERRORS.thread_not_supported.message,
	code: "thread_not_supported",
};

/** Members that are said under the same name. */
const SAME: readonly string[] = ["model", "temperature", "top_p"];

/** An Anthropic messages request as an OpenAI chat request. */
export function messagesToChat(request: JsonObject, { openaiField }: TokenBudget): TranslatedRequest {
	if (isThread(request)) return NO_THREAD;
	return translated(() => {
		const members = said(request);
		checkThinking(members.get("thinking"));
		checkContextEdits(members.get("context_management"));
		const out: Record<string, unknown> = {};
		for (const name of SAME) if (members.has(name)) out[name] = members.get(name);
		if (members.has("max_tokens")) out[openaiField] = budgetIn(members);
		out["messages"] = conversation(members);
		const stop = members.get("stop_sequences");
		if (stop !== undefined && listOf(stop, "stop_sequences").length > 0) out["stop"] = stop;
		setTools(out, members);
		setOutput(out, members.get("output_config"));
		const user = members.has("metadata") ? objectAt(members.get("metadata"), "metadata")["user_id"] : undefined;
		if (user != null) out["user"] = user;
		// Anthropic always says what was used.
		if (members.get("stream") === true) Object.assign(out, { stream: true, stream_options: { include_usage: true } });
		refuseRest(members, TAKEN, "", VENDOR);
		return { ok: true, request: out, includeUsage: true };
	});
}

const TAKEN: ReadonlySet<string> = new Set([
	...SAME,
	"max_tokens",
	"system",
	"messages",
	"stop_sequences",
	"tools",
	"tool_choice",
	"output_config",
	"metadata",
	"stream",
	// Says how fast and how dear an answer may be, not what is in it.
	"service_tier",
	"cache_control",
	// Checked: a model thinks as much as its own settings say, and thoughts of a conversation stay here.
	"thinking",
	"context_management",
]);

function budgetIn(members: ReadonlyMap<string, unknown>): unknown {
	const budget = members.get("max_tokens");
	if (budget === 0) throw new Untranslatable("max_tokens", `must be 1 or more for ${VENDOR}.`);
	return budget;
}

function conversation(members: ReadonlyMap<string, unknown>): JsonObject[] {
	const system = members.get("system");
	const list = listOf(members.get("messages"), "messages");
	return [
		...(system === undefined ? [] : [{ role: "system", content: systemText(system, "system") }]),
		...list.flatMap((value, i) => chatMessages(objectAt(value, `messages[${i}]`), `messages[${i}]`)),
	];
}

const THINKING: ReadonlySet<unknown> = new Set(["adaptive", "enabled", "disabled"]);

function checkThinking(thinking: unknown): void {
	if (thinking !== undefined && !THINKING.has(objectAt(thinking, "thinking")["type"]))
		throw new Untranslatable("thinking.type", "must be adaptive, enabled or disabled.");
}

function checkContextEdits(management: unknown): void {
	if (management === undefined) return;
	const members = said(objectAt(management, "context_management"));
	refuseRest(members, new Set(["edits"]), "context_management.", VENDOR);
	for (const [i, value] of listOf(members.get("edits") ?? [], "context_management.edits").entries()) {
		const at = `context_management.edits[${i}]`;
		if (!/^clear_thinking_\d+$/.test(String(objectAt(value, at)["type"])))
			throw new Untranslatable(`${at}.type`, `is unknown to ${VENDOR}.`);
	}
}

function systemText(system: unknown, at: string): string {
	if (typeof system === "string") return system;
	return listOf(system, at)
		.map((block, i) => stringAt(objectAt(block, `${at}[${i}]`)["text"], `${at}[${i}].text`))
		.join("\n\n");
}

function chatMessages(message: JsonObject, at: string): JsonObject[] {
	refuseRest(said(message), new Set(["role", "content"]), `${at}.`, VENDOR);
	switch (message["role"]) {
		case "user":
			return userMessages(message["content"], `${at}.content`);
		case "assistant":
			return assistantMessage(message["content"], `${at}.content`);
		case "system":
			return [{ role: "system", content: systemText(message["content"], `${at}.content`) }];
		default:
			throw new Untranslatable(`${at}.role`, "must be user or assistant.");
	}
}

function setTools(out: Record<string, unknown>, members: ReadonlyMap<string, unknown>): void {
	const tools = members.get("tools");
	if (tools === undefined) return;
	out["tools"] = listOf(tools, "tools").map((value, i) => {
		const at = `tools[${i}]`;
		const tool = said(objectAt(value, at));
		if ((tool.get("type") ?? "custom") !== "custom") throw new Untranslatable(`${at}.type`, `is Anthropic's own and unknown to ${VENDOR}.`);
		refuseRest(tool, TOOL, `${at}.`, VENDOR);
		const { name, description, input_schema: parameters, strict } = Object.fromEntries(tool);
		return {
			type: "function",
			function: { name, ...(description !== undefined && { description }), parameters, ...(strict === true && { strict }) },
		};
	});
	const choice = members.get("tool_choice");
	if (choice === undefined) return;
	const { type, name, disable_parallel_tool_use: isSingle } = objectAt(choice, "tool_choice");
	if (type === "tool") out["tool_choice"] = { type: "function", function: { name } };
	else out["tool_choice"] = plainChoice(type);
	if (isSingle === true) out["parallel_tool_calls"] = false;
}

const TOOL: ReadonlySet<string> = new Set([
	"type",
	"name",
	"description",
	"input_schema",
	"strict",
	"cache_control",
	"eager_input_streaming",
]);

function plainChoice(type: unknown): string {
	if (type === "auto" || type === "none") return type;
	if (type === "any") return "required";
	throw new Untranslatable("tool_choice.type", "must be auto, any, none or tool.");
}

/** OpenAI's by Anthropic's. */
const EFFORTS: ReadonlyMap<unknown, string> = new Map([
	["low", "low"],
	["medium", "medium"],
	["high", "high"],
	["xhigh", "xhigh"],
	["max", "xhigh"],
]);

function setOutput(out: Record<string, unknown>, config: unknown): void {
	if (config === undefined) return;
	const members = said(objectAt(config, "output_config"));
	const asked = members.get("effort");
	const effort = EFFORTS.get(asked);
	if (asked !== undefined && effort === undefined)
		throw new Untranslatable("output_config.effort", "must be low, medium, high, xhigh or max.");
	if (effort !== undefined) out["reasoning_effort"] = effort;
	const format = members.get("format");
	if (format !== undefined) {
		const { type, schema } = objectAt(format, "output_config.format");
		if (type !== "json_schema") throw new Untranslatable("output_config.format.type", "must be json_schema.");
		out["response_format"] = { type, json_schema: { name: "answer", schema, strict: true } };
	}
	refuseRest(members, new Set(["effort", "format"]), "output_config.", VENDOR);
}
