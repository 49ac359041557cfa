import { execFile } from "node:child_process";
import { type Client, chatParams, responseParams, type Seen } from "./openai-clients.ts";
import { dataOf, stringAt } from "./stream-channel.ts";

/** What somebody at a shell sees of a streamed chat completion. */
export const CURL: Client = {
	name: "curl",
	async ask(baseURL, question) {
		const { status, text } = await curl(`${baseURL}/chat/completions`, { ...chatParams(question), stream: true });
		return status === 200 ? readStream(text) : { ...NOTHING, error: { status, code: JSON.parse(text).error.code } };
	},
};

/** The same of a streamed response. */
export const CURL_RESPONSES: Client = {
	name: "curl, responses",
	async ask(baseURL, question) {
		const { status, text } = await curl(`${baseURL}/responses`, { ...responseParams(question), stream: true });
		return status === 200 ? readResponse(text) : { ...NOTHING, error: { status, code: JSON.parse(text).error.code } };
	},
};

function readResponse(raw: string): Seen {
	const events = dataOf(raw);
	const deltas = (base: string): string =>
		events.map((event) => (event["type"] === `response.${base}.delta` ? stringAt(event, ["delta"]) : "")).join("");
	const done = events.flatMap(({ type, item }) => (type === "response.output_item.done" ? [item] : []));
	const last = events.findLast(({ response }) => response !== undefined);
	const error = events.find(({ type }) => type === "error");
	const seen = {
		text: deltas("output_text"),
		reasoning: deltas("reasoning_summary_text"),
		calls: done.flatMap((item) => callOf(stringAt(item, ["name"]), stringAt(item, ["arguments"]))),
		finish: stringAt(last, ["response", "incomplete_details", "reason"]) || stringAt(last, ["response", "status"]),
		requests: 1,
	};
	return error === undefined ? seen : { ...seen, error: { status: undefined, code: stringAt(error, ["code"]) } };
}

const NOTHING: Seen = { text: "", reasoning: "", calls: [], finish: undefined, requests: 1 };

/** Posts JSON, and prints what comes as it comes. */
export async function curl(url: string, body: object): Promise<{ readonly status: number; readonly text: string }> {
	const args = ["-sS", "-N", "-w", "\n%{http_code}", "-H", "content-type: application/json", "-d", JSON.stringify(body), url];
	const raw = await new Promise<string>((resolve) => execFile("curl", args, (_error, stdout) => resolve(stdout)));
	const end = raw.lastIndexOf("\n");
	return { status: Number(raw.slice(end + 1)), text: raw.slice(0, end) };
}

interface ChunkChoice {
	readonly index: number;
	readonly delta?: {
		readonly content?: string | null;
		readonly reasoning_content?: string;
		readonly tool_calls?: readonly { readonly index: number; readonly function: { readonly name?: string; readonly arguments?: string } }[];
	};
	readonly finish_reason?: string | null;
}

function readStream(raw: string): Seen {
	const events = dataOf(raw);
	const choices = events.flatMap(({ choices }) => (choices ?? []) as ChunkChoice[]);
	const parts = choices.flatMap(({ delta }) => delta?.tool_calls ?? []);
	const error = events.find(({ error: found }) => found !== undefined)?.["error"] as { readonly code?: string } | undefined;
	const textOf = (wanted: number): string => choices.map(({ index, delta }) => (index === wanted ? (delta?.content ?? "") : "")).join("");
	const seen = {
		text: textOf(0),
		choices: [...new Set(choices.map(({ index }) => index))].sort().map(textOf),
		reasoning: choices.map(({ delta }) => delta?.reasoning_content ?? "").join(""),
		calls: [...new Set(parts.map(({ index }) => index))].flatMap((wanted) => {
			const own = parts.filter(({ index }) => index === wanted).map((call) => call.function);
			return callOf(own.map(({ name = "" }) => name).join(""), own.map(({ arguments: args = "" }) => args).join(""));
		}),
		finish: choices.map(({ finish_reason: finish }) => finish).findLast((finish) => finish != null) ?? undefined,
		requests: 1,
	};
	return error === undefined ? seen : { ...seen, error: { status: undefined, code: error.code } };
}

/** Arguments that do not parse make no call. */
function callOf(name: string, args: string): Seen["calls"] {
	try {
		return name === "" ? [] : [{ name, args: JSON.parse(args) }];
	} catch {
		return [];
	}
}
