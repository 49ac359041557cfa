import { z } from "zod";
import { milliseconds } from "./duration-schema.ts";

const timeouts = z
	.strictObject({
		connect_ms: milliseconds.default(5000).describe("ms until the connection, TLS included, stands. Then 504."),
		head_ms: milliseconds.default(120_000).describe("ms until the upstream's answer begins. Then 504."),
		idle_ms: milliseconds.default(120_000).describe("ms of silence within an answer. Then it ends with an error."),
	})
	.prefault({})
	.describe("Deadlines of the phases of an upstream request.");
/** Not those of one connection or one body: the proxy's are others than the client's and the upstream's. */
const headerName = z
	.string()
	.regex(
		/^(?!(?:connection|keep-alive|te|trailer|upgrade|expect|host|proxy-.*|transfer-encoding|content-(?:length|encoding))$)[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/,
		"must be a header name in lower case, and none of a connection or a body",
	);
const max_concurrent = z
	.int()
	.min(0)
	.default(0)
	.describe("Requests at this provider at once, from this process. One more goes to the next target, or is answered 503. 0: no bound.");
const policy = z
	.string()
	.min(1)
	.optional()
	.describe(
		"A policy that prompts to this provider must pass as well, after the caller's: what it redacts this provider does not get. Answers are inspected with the caller's policy.",
	);
/** Paths are put behind it, and what is in it stands in logs. */
function isPlainUrl(text: string): boolean {
	// What is no URL at all is said already.
	if (!URL.canParse(text)) return true;
	const { username, password, search, hash } = new URL(text);
	return username + password + search + hash === "";
}
const perMillion = z.number().min(0).describe("US dollars per million tokens.");
const prices = z
	.record(z.string(), z.strictObject({ input: perMillion, output: perMillion }).describe("Of the models of this name or glob."))
	.default({})
	.describe("By glob of the provider's own models, the first that matches counts: what budgets, audit and metrics reckon with.");
const remote = {
	base_url: z
		.url({ protocol: /^https?$/, error: "must be an http(s) URL" })
		.refine(isPlainUrl, "must hold no user, password, query or fragment: credentials go into api_key")
		.describe("Where the API is served; for OpenAI-compatible ones with `/v1` at its end."),
	api_key: z
		.string()
		.regex(/^[\x21-\x7e]*$/, "holds a line break, a space or another character that no header takes; files often end in a line break")
		.default("")
		.describe(
			"Credential sent upstream. Empty: `LLM_API_KEY`; without that, the caller's own passes when `auth.mode` is `none`. A variable that is not set counts as empty, with a warning where it has no default.",
		),
	models: z
		.array(z.string())
		.default([])
		.describe("Globs of the models it serves, such as `gpt-*`. Empty: every model. The first provider that matches is used."),
	max_tokens: z
		.int()
		.min(1)
		.optional()
		.describe("Most tokens of an answer, for requests that do not say; a request that says keeps its own number. Not with `gemini`."),
	temperature: z.number().min(0).max(2).optional().describe("Sampling temperature, for requests that do not say. Not with `gemini`."),
	api_version: z.string().default("").describe("With `azure`: its `api-version`. Empty: Azure's v1 API."),
	pass_headers: z
		.strictObject({
			request: z.array(headerName).default([]).describe("Of the client's headers, in lower case, towards the upstream."),
			response: z.array(headerName).default([]).describe("Of the upstream's headers, in lower case, towards the client."),
		})
		.prefault({})
		.describe("Header names that pass beside the built-in allow lists, with any value: nobody inspects it."),
	pass_query: z
		.array(z.string().min(1))
		.default([])
		.describe("Parameters of the client's query that go upstream beside `api-version`, `alt`, `beta`, `include` and `prettyPrint`."),
	timeouts,
	max_concurrent,
	prices,
	policy,
};

/** It stands in logs, in labels of metrics and in the audit trail: one line, and no more of it than a reader takes in. */
export const ProviderName = z
	.string()
	.regex(/^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u, "must be a name of 1 to 64 characters that can be printed in one line");

/** One entry of `llm_providers`. */
export const Provider = z
	.discriminatedUnion("type", [
		z.strictObject({ type: z.literal("openai").describe("OpenAI, or any API compatible with it."), ...remote }),
		z.strictObject({ type: z.literal("azure").describe("Azure OpenAI."), ...remote }),
		z.strictObject({ type: z.literal("anthropic").describe("Anthropic Messages API."), ...remote }),
		z.strictObject({ type: z.literal("gemini").describe("Google Gemini API."), ...remote }),
		z.strictObject({
			type: z.literal("demo").describe("The embedded upstream: scripted answers, no key, no network."),
			timeouts,
			max_concurrent,
			prices,
			policy,
		}),
	])
	.describe("One upstream.");
