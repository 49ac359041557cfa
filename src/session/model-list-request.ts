import type { Vendor } from "../core/api.ts";
import type { Endpoint } from "../routing/endpoints.ts";
import type { ProviderType, Route } from "../routing/model-router.ts";
import { credentialInQuery } from "../routing/upstream-target.ts";
import { type UpstreamAddress, upstreamAddress } from "./upstream-address.ts";

/** Who asks for models. */
export interface ListCaller {
	readonly vendor: Vendor;
	readonly headers: Readonly<Record<string, string>>;
	/** Without `?`. */
	readonly query: string;
}

/** Asks a provider for its models: for a caller, whose credential goes along where `passCredential`, or for the proxy itself. */
export function modelListRequest(route: Route, caller?: ListCaller, passCredential = false): UpstreamAddress & { readonly method: "GET" } {
	const endpoint = MODEL_LISTS[route.type];
	// The list has a query of its own; of the caller's only a key counts.
	const headers = caller === undefined ? {} : Object.assign(credentialInQuery(caller.query), caller.headers);
	const isForeign = caller?.vendor !== endpoint.vendor;
	return { method: "GET", ...upstreamAddress({ headers, query: "" }, { route, endpoint, model: "", isForeign, passCredential }) };
}

const list = (vendor: Vendor, upstreamPath: string): Endpoint => ({
	method: "GET",
	vendor,
	api: "models",
	path: upstreamPath,
	upstreamPath,
});

/** Where each type of provider lists its models. */
const MODEL_LISTS: Readonly<Record<ProviderType, Endpoint>> = {
	openai: list("openai", "/models"),
	azure: list("openai", "/models"),
	anthropic: list("anthropic", "/v1/models?limit=1000"),
	gemini: list("gemini", "/v1beta/models?pageSize=1000"),
	demo: list("openai", "/models"),
};
