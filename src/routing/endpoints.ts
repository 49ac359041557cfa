import { type ApiName, type Vendor, vendorOfHeaders } from "../core/api.ts";

/** One route of a vendor's API. */
export interface Endpoint {
	readonly method: "GET" | "POST";
	readonly vendor: Vendor;
	readonly api: ApiName;
	/** The route, as rules, lanes and the trail know it: the same for all paths that clients of one API have for it. */
	readonly path: string;
	/** Path after the base URL of an upstream that speaks the same API. */
	readonly upstreamPath: string;
	/** The one model that is asked about. */
	readonly model?: string;
}

interface EndpointRule {
	readonly path: RegExp;
	readonly method: Endpoint["method"];
	readonly vendor: Vendor;
	readonly api: ApiName;
}

const RULES: readonly EndpointRule[] = [
	{ path: /^\/v1\/chat\/completions$/, method: "POST", vendor: "openai", api: "openai-chat" },
	{ path: /^\/v1\/completions$/, method: "POST", vendor: "openai", api: "openai-completions" },
	{ path: /^\/v1\/responses(?:\/(?:input_tokens|compact))?$/, method: "POST", vendor: "openai", api: "openai-responses" },
	{ path: /^\/v1\/embeddings$/, method: "POST", vendor: "openai", api: "openai-embeddings" },
	{ path: /^\/v1\/images\/generations$/, method: "POST", vendor: "openai", api: "openai-images" },
	{ path: /^\/v1\/audio\/speech$/, method: "POST", vendor: "openai", api: "openai-speech" },
	{ path: /^\/v1\/audio\/(?:transcriptions|translations)$/, method: "POST", vendor: "openai", api: "openai-transcription" },
	{ path: /^\/v1\/rerank$/, method: "POST", vendor: "openai", api: "rerank" },
	// The last two are what LiteLLM and Portkey post to a guardrail of theirs.
	{
		path: /^\/(?:v1\/inspect|beta\/litellm_basic_guardrail_api|v1\/guardrails\/portkey)$/,
		method: "POST",
		vendor: "openai",
		api: "inspect",
	},
	{ path: /^\/v1\/moderations$/, method: "POST", vendor: "openai", api: "openai-moderations" },
	{ path: /^\/v1\/models(?:\/([\w.:/@%-]{1,200}))?$/, method: "GET", vendor: "openai", api: "models" },
	{ path: /^\/v1\/messages$/, method: "POST", vendor: "anthropic", api: "anthropic-messages" },
	{ path: /^\/v1\/messages\/count_tokens$/, method: "POST", vendor: "anthropic", api: "anthropic-count-tokens" },
	{
		path: /^\/v1beta\/models\/[\w.:/@-]{1,200}:(?:generateContent|streamGenerateContent|countTokens)$/,
		method: "POST",
		vendor: "gemini",
		api: "gemini-generate",
	},
	{
		path: /^\/v1beta\/models\/[\w.:/@-]{1,200}:(?:embedContent|batchEmbedContents)$/,
		method: "POST",
		vendor: "gemini",
		api: "gemini-embed",
	},
	{ path: /^\/v1beta\/models(?:\/([\w.@%-]{1,200}))?$/, method: "GET", vendor: "gemini", api: "models" },
];

/** Parts of a path that some readers leave out: they would read another model. */
const HAS_STEPS = /\.\.|\/\.?\//;

/** What Azure's clients say for `/v1`. What a deployment means is for the reader of the request to know. */
const AZURE =
	/^\/openai(?:\/v1|\/deployments\/[\w.@-]{1,200})?(?=\/(?:chat\/completions|completions|embeddings|images\/generations|audio\/(?:speech|transcriptions|translations)|responses|models)\b)/;
/** Google's clients choose a version, each version of an SDK another one. OpenAI's names of models have colons, too. */
const GOOGLE = /^\/v1(?=\/models\/.+:(?:\w+Contents?|countTokens)$)|^\/v1alpha(?=\/models\b)/;

/** Cohere's clients. */
const COHERE = /^\/v2(?=\/rerank$)/;

/** The endpoint of a path; undefined when none is served there. Anthropic's and Google's clients ask `/v1/models` with a header of their own. */
export function endpointOf(asked: string, headers: Readonly<Record<string, string>>): Endpoint | undefined {
	if (HAS_STEPS.test(asked)) return undefined;
	const path = asked.replace(AZURE, "/v1").replace(COHERE, "/v1").replace(GOOGLE, "/v1beta");
	const rule = RULES.find((candidate) => candidate.path.test(path));
	if (rule === undefined) return undefined;
	const model = decoded(rule.path.exec(path)?.[1]);
	const vendor = (rule.api === "models" ? vendorOfHeaders(headers) : undefined) ?? rule.vendor;
	// An OpenAI base URL ends in `/v1` by convention, the others' in the host.
	const upstreamPath = vendor === "openai" ? path.slice("/v1".length) : asked;
	return { method: rule.method, vendor, api: rule.api, path, upstreamPath, ...(model !== undefined && { model }) };
}

/** What a path was probably meant to be, where a base URL lacks its `/v1`, has it twice, or ends in a slash. */
export function meantRoute(path: string): string | undefined {
	const plain = path.replace(/\/{2,}/g, "/").replace(/\/$/, "");
	const version = plain.includes(":") ? "/v1beta" : "/v1";
	const candidates = [plain, `${version}${plain}`, plain.replace(/^\/v1\/(?=v1)/, "/")];
	return candidates.find((candidate) => candidate !== path && endpointOf(candidate, {}) !== undefined);
}

function decoded(component: string | undefined): string | undefined {
	try {
		return component && decodeURIComponent(component);
	} catch {
		return component;
	}
}

/** The endpoints that translated requests go to. */
const TRANSLATED: Partial<Record<ApiName, Endpoint>> = {
	"openai-chat": { method: "POST", vendor: "openai", api: "openai-chat", path: "/v1/chat/completions", upstreamPath: "/chat/completions" },
	"anthropic-messages": {
		method: "POST",
		vendor: "anthropic",
		api: "anthropic-messages",
		path: "/v1/messages",
		upstreamPath: "/v1/messages",
	},
};

/** Where a request goes that came in at `endpoint` and whose upstream speaks `api`. */
export function upstreamEndpoint(endpoint: Endpoint, api: ApiName): Endpoint {
	return (api === endpoint.api ? undefined : TRANSLATED[api]) ?? endpoint;
}
