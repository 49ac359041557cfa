import type { DownstreamHead } from "../edge/listener.ts";
import { type Endpoint, endpointOf, meantRoute } from "../routing/endpoints.ts";
import type { ConsentDesk } from "./consent-desk.ts";
import type { RefusalReason } from "./refusal-reason.ts";

/** Who answers a request, as far as its head says. */
export type FrontRoute =
	| { readonly kind: "consents" | "live" | "health" | "metrics" }
	| { readonly kind: "endpoint"; readonly endpoint: Endpoint }
	/** Nobody. */
	| { readonly kind: "none"; readonly reason: RefusalReason };

/** What orchestrators and Prometheus ask for, each with GET. */
export const PROBES: ReadonlyMap<string, FrontRoute> = new Map([
	["/livez", { kind: "live" }],
	["/readyz", { kind: "health" }],
	["/health", { kind: "health" }],
	["/metrics", { kind: "metrics" }],
]);
const CONSENTS: FrontRoute = { kind: "consents" };

/** Where a request goes. The desk of the consents judges methods itself. */
export function frontRoute({ method, path, headers }: DownstreamHead, consentDesk: Pick<ConsentDesk, "serves">): FrontRoute {
	if (consentDesk.serves(path)) return CONSENTS;
	const probe = PROBES.get(path);
	if (probe !== undefined) return isMethod(method, "GET") ? probe : wrongMethod("GET");
	const endpoint = endpointOf(path, headers);
	if (endpoint === undefined) return { kind: "none", reason: noRoute(path) };
	if (!isMethod(method, endpoint.method)) return wrongMethod(endpoint.method);
	return isEncoded(headers) ? { kind: "none", reason: { code: "encoded_body" } } : { kind: "endpoint", endpoint };
}

function isMethod(method: string, allowed: Endpoint["method"]): boolean {
	return (method === "HEAD" ? "GET" : method) === allowed;
}

function wrongMethod(allowed: Endpoint["method"]): FrontRoute {
	const message = `The route takes ${allowed}, not this method.`;
	return { kind: "none", reason: { code: "method_not_allowed", message, headers: { allow: allowed } } };
}

/** Routes of the vendors that SDKs know and that are not served. */
const UNINSPECTED =
	/^(?:\/openai)?\/(?:v\d\w*|upload)\/(?:.*\/)?(?:files|uploads|batches|vector_stores|containers|skills|assistants|threads|conversations|evals|fine_tuning|edits|variations|videos|realtime|live|interactions|cachedContents|fim|agents)(?:\/|:|$)|^\/v1\/(?:responses|chat\/completions)\/./;

/** A wrong base URL is the most frequent mistake of a new client, and a look with a browser what comes before it. */
function noRoute(path: string): RefusalReason {
	const code = "route_not_found";
	const baseUrl = "the base URL: OpenAI's ends in /v1, the others' do not.";
	if (path === "/") return { code, message: `This is a proxy for LLM APIs, without a page. What your SDK needs of it is ${baseUrl}` };
	const meant = meantRoute(path);
	if (meant === undefined && UNINSPECTED.test(path))
		return { code, message: "This route is not served: what passes there would not be inspected. docs/clients.md lists such routes." };
	return meant === undefined ? { code } : { code, message: `There is no such route. Did you mean ${meant}? Check ${baseUrl}` };
}

function isEncoded(headers: DownstreamHead["headers"]): boolean {
	return !/^(?:identity)?$/i.test(headers["content-encoding"]?.trim() ?? "");
}
