import type { TokenBudget } from "../../core/translation.ts";
import type { JsonObject } from "../json-object.ts";
import { assistantBlocks, toolResult, userBlocks } from "./chat-to-messages-content.ts";
import { listOf, objectAt, refuseRest, said, stringAt, translated, Untranslatable } from "./request-fields.ts";
import type { TranslatedRequest } from "./translation.ts";

const VENDOR = "an Anthropic provider";

/** Members that are said under the same name. */
const SAME: readonly string[] = ["model", "stream", "top_p"];

/** Members that change nothing when they have this value. */
const NEUTRAL: Readonly<Record<string, unknown>> = { n: 1, logprobs: false };

/** What `response_format: json_object` asks for: OpenAI has the prompt say so, too, but sees to it itself. */
const AS_JSON = { type: "text", text: "Answer with one JSON object and nothing else: no Markdown, no text before or behind it." };

const EFFORTS: ReadonlySet<unknown> = new Set(["low", "medium", "high", "xhigh"]);

/** An OpenAI chat request as an Anthropic messages request. */
export function chatToMessages(request: JsonObject, { maxTokens }: TokenBudget): TranslatedRequest {
	return translated(() => {
		const members = said(request);
		for (const [name, value] of Object.entries(NEUTRAL)) if (members.get(name) === value) members.delete(name);
		const out: Record<string, unknown> = {};
		for (const name of SAME) if (members.has(name)) out[name] = members.get(name);
		out["max_tokens"] = members.get("max_completion_tokens") ?? members.get("max_tokens") ?? maxTokens;
		if (out["max_tokens"] === undefined) {
			throw new Untranslatable("max_tokens", `is needed by ${VENDOR}. Set it, or max_tokens of the provider in llm_providers.`);
		}
		Object.assign(out, conversation(listOf(members.get("messages"), "messages")));
		setTemperature(out, members.get("temperature"));
		setStop(out, members.get("stop"));
		setTools(out, members);
		setOutput(out, members);
		const user = members.get("safety_identifier") ?? members.get("user");
		if (user !== undefined) out["metadata"] = { user_id: user };
		refuseRest(members, TAKEN, "", VENDOR);
		const options = members.get("stream_options");
		return { ok: true, request: out, includeUsage: options !== undefined && objectAt(options, "stream_options")["include_usage"] === true };
	});
}

const TAKEN: ReadonlySet<string> = new Set([
	...SAME,
	"max_tokens",
	"max_completion_tokens",
	"messages",
	"temperature",
	"stop",
	"tools",
	"tool_choice",
	"parallel_tool_calls",
	"response_format",
	"reasoning_effort",
	"user",
	"safety_identifier",
	"stream_options",
	// Say what is kept at OpenAI, and how fast and how dear an answer may be, not what is in it.
	"store",
	"metadata",
	"prompt_cache_key",
	"prompt_cache_retention",
	"prediction",
	"service_tier",
	// Say how words are drawn, not what is asked; Anthropic's own endpoint for OpenAI's clients leaves them out, too.
	"seed",
	"presence_penalty",
	"frequency_penalty",
]);

/** System messages stand apart; neighbours of one role become one message, as tool results must stand in the next user message. */
function conversation(list: readonly unknown[]): JsonObject {
	const system: JsonObject[] = [];
	const messages: { role: "user" | "assistant"; content: JsonObject[] }[] = [];
	for (const [i, value] of list.entries()) {
		const at = `messages[${i}]`;
		const message = objectAt(value, at);
		const { role } = message;
		if (role === "system" || role === "developer") {
			system.push(...userBlocks(message, at));
			continue;
		}
		const blocks = blocksOf(message, at);
		const turn = role === "assistant" ? "assistant" : "user";
		const last = messages.at(-1);
		if (last?.role === turn) last.content.push(...blocks);
		else messages.push({ role: turn, content: blocks });
	}
	return { ...(system.length > 0 && { system }), messages };
}

function blocksOf(message: JsonObject, at: string): JsonObject[] {
	switch (message["role"]) {
		case "user":
			return userBlocks(message, at);
		case "assistant":
			return assistantBlocks(message, at);
		case "tool":
			return [toolResult(message, at)];
		default:
			throw new Untranslatable(`${at}.role`, "must be system, developer, user, assistant or tool.");
	}
}

function setTemperature(out: Record<string, unknown>, temperature: unknown): void {
	if (temperature === undefined) return;
	if (typeof temperature !== "number") throw new Untranslatable("temperature", "must be a number.");
	out["temperature"] = Math.min(1, temperature);
}

function setStop(out: Record<string, unknown>, stop: unknown): void {
	if (stop !== undefined) out["stop_sequences"] = typeof stop === "string" ? [stop] : listOf(stop, "stop");
}

function setTools(out: Record<string, unknown>, members: ReadonlyMap<string, unknown>): void {
	const tools = members.get("tools");
	if (tools === undefined) return;
	out["tools"] = listOf(tools, "tools").map((value, i) => {
		const at = `tools[${i}]`;
		const tool = objectAt(value, at);
		if (tool["type"] !== "function") throw new Untranslatable(`${at}.type`, `must be 'function' for ${VENDOR}.`);
		const call = said(objectAt(tool["function"], `${at}.function`));
		refuseRest(call, new Set(["name", "description", "parameters", "strict"]), `${at}.function.`, VENDOR);
		const { name, description, strict } = Object.fromEntries(call);
		const input_schema = call.get("parameters") ?? { type: "object", properties: {} };
		return { name, ...(description !== undefined && { description }), input_schema, ...(strict !== undefined && { strict }) };
	});
	const isSingle = members.get("parallel_tool_calls") === false;
	const choice = members.get("tool_choice");
	if (choice === undefined && !isSingle) return;
	const translatedChoice = toolChoice(choice ?? "auto");
	const canLimit = isSingle && translatedChoice["type"] !== "none";
	out["tool_choice"] = { ...translatedChoice, ...(canLimit && { disable_parallel_tool_use: true }) };
}

const CHOICES: Readonly<Record<string, string>> = { auto: "auto", none: "none", required: "any" };

function toolChoice(choice: unknown): JsonObject {
	if (typeof choice === "string") {
		const type = Object.hasOwn(CHOICES, choice) ? CHOICES[choice] : undefined;
		if (type === undefined) throw new Untranslatable("tool_choice", "must be auto, none, required or a function.");
		return { type };
	}
	const object = objectAt(choice, "tool_choice");
	if (object["type"] !== "function") throw new Untranslatable("tool_choice.type", `must be 'function' for ${VENDOR}.`);
	return { type: "tool", name: stringAt(objectAt(object["function"], "tool_choice.function")["name"], "tool_choice.function.name") };
}

function setOutput(out: Record<string, unknown>, members: ReadonlyMap<string, unknown>): void {
	const output: Record<string, unknown> = {};
	const effort = members.get("reasoning_effort");
	if (effort === "none") out["thinking"] = { type: "disabled" };
	else if (effort === "minimal") output["effort"] = "low";
	else if (EFFORTS.has(effort)) output["effort"] = effort;
	else if (effort !== undefined) throw new Untranslatable("reasoning_effort", "must be none, minimal, low, medium, high or xhigh.");
	const format = members.get("response_format");
	if (format !== undefined) {
		const { type, json_schema: schema } = objectAt(format, "response_format");
		if (type === "json_schema") output["format"] = { type, schema: objectAt(schema, "response_format.json_schema")["schema"] };
		else if (type === "json_object") out["system"] = [...((out["system"] as JsonObject[] | undefined) ?? []), AS_JSON];
		else if (type !== "text") throw new Untranslatable("response_format.type", "must be text, json_object or json_schema.");
	}
	if (Object.keys(output).length > 0) out["output_config"] = output;
}
