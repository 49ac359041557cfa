import type { Endpoint } from "./endpoints.ts";
import type { Route } from "./model-router.ts";

export interface UpstreamTarget {
	readonly url: string;
	/** The provider's own credential; empty when none is configured. */
	readonly credential: Readonly<Record<string, string>>;
}

/** The address and credential of an endpoint at a provider. `query` without `?`. */
export function upstreamTarget(route: Route, endpoint: Endpoint, model: string, query: string): UpstreamTarget {
	const { baseUrl, type, apiVersion, passQuery } = route;
	const isDated = type === "azure" && apiVersion !== "";
	const passed = passedQuery(query, passQuery);
	const search = new URLSearchParams(passed);
	if (isDated && !search.has("api-version")) search.set("api-version", apiVersion);
	const path = type === "azure" ? azurePath(endpoint, model, isDated) : withModel(endpoint.upstreamPath, model);
	const text = isDated ? search.toString() : passed;
	return { url: `${baseUrl}${path}${text === "" ? "" : `?${text}`}`, credential: credentialOf(route) };
}

/** Gemini's methods have the model in their path. */
function withModel(path: string, model: string): string {
	return path.replace(/(?<=\/models\/).+(?=:\w+$)/, () => encodeURI(model));
}

/** Azure's v1 paths are OpenAI's; with an `api-version` a deployment's name stands in the path of what it answers. */
function azurePath({ api, upstreamPath }: Endpoint, model: string, isDated: boolean): string {
	if (!isDated) return `/openai/v1${upstreamPath}`;
	const isDeployment = api !== "openai-responses" && api !== "models";
	return `/openai${isDeployment ? `/deployments/${encodeURIComponent(model)}` : ""}${upstreamPath}`;
}

/** A caller's API key in the query (Gemini's `key`) as the header it stands for; empty when there is none. */
export function credentialInQuery(query: string): Record<string, string> {
	const key = new URLSearchParams(query).get("key");
	return key === null || key === "" ? {} : { "x-goog-api-key": key };
}

const CREDENTIAL = /^(?:key|api[-_]key|access_token)$/i;

/** What vendors' clients say in a query. Nobody inspects it, so an allow list. */
const PARAMETERS: ReadonlySet<string> = new Set([
	"api-version",
	"alt",
	"$alt",
	"beta",
	"include",
	"include[]",
	"prettyPrint",
	"$prettyPrint",
]);

/** A caller's API key in the query (Gemini's `key`) is a credential, and those do not go upstream from here. Names may be encoded. */
function passedQuery(query: string, more: ReadonlySet<string>): string {
	const passes = (name: string): boolean => (PARAMETERS.has(name) || more.has(name)) && !CREDENTIAL.test(name);
	return query
		.split("&")
		.filter((pair) => pair !== "" && [...new URLSearchParams(pair).keys()].every(passes))
		.join("&");
}

function credentialOf({ type, apiKey }: Route): Record<string, string> {
	if (apiKey === "") return {};
	switch (type) {
		case "anthropic":
			return { "x-api-key": apiKey };
		case "azure":
			return { "api-key": apiKey };
		case "gemini":
			return { "x-goog-api-key": apiKey };
		default:
			return { authorization: `Bearer ${apiKey}` };
	}
}
