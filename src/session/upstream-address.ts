import { upstreamRequestHeaders } from "../edge/headers.ts";
import type { DownstreamRequest } from "../edge/listener.ts";
import type { Endpoint } from "../routing/endpoints.ts";
import type { Route } from "../routing/model-router.ts";
import { credentialInQuery, upstreamTarget } from "../routing/upstream-target.ts";

/** Of the requests that the proxy makes itself; a client's own goes upstream as it is. */
const ANTHROPIC_VERSION = { "anthropic-version": "2023-06-01" } as const;

export interface UpstreamChoice {
	readonly route: Route;
	/** The upstream's. */
	readonly endpoint: Endpoint;
	readonly model: string;
	/** The request was translated: what the client says to its own vendor stays here, its credential too. */
	readonly isForeign: boolean;
	/** Where the provider has no key, the caller's own goes upstream. */
	readonly passCredential: boolean;
}

export interface UpstreamAddress {
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
}

/** Where a request goes, and what of its headers. */
export function upstreamAddress(
	request: Pick<DownstreamRequest, "headers" | "query">,
	{ route, endpoint, model, isForeign, passCredential }: UpstreamChoice,
): UpstreamAddress {
	const { url, credential } = upstreamTarget(route, endpoint, model, isForeign ? "" : request.query);
	const passesCredential = passCredential && route.apiKey === "";
	return {
		url,
		headers: Object.assign(
			{},
			passesCredential && endpoint.vendor === "gemini" && credentialInQuery(request.query),
			upstreamRequestHeaders(request.headers, { passCredential: passesCredential, more: route.passHeaders.request, isForeign }),
			isForeign && endpoint.vendor === "anthropic" && ANTHROPIC_VERSION,
			credential,
		),
	};
}
