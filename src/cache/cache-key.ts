import { createHmac } from "node:crypto";

/** All that an answer depends on. */
export interface KeyedRequest {
	readonly api: string;
	/** How it is streamed. */
	readonly mode: string;
	readonly provider: string;
	/** The provider's name for it. */
	readonly model: string;
	/** As it goes upstream. */
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	/** The inspected request in the client's format, and as the provider gets it where that is another one. */
	readonly bodies: readonly Uint8Array[];
}

/** Of a request as it goes upstream: who sends it and how often, not what it asks. */
const SAYS_NOTHING = /^(?:x-request-id|traceparent|tracestate|user-agent|idempotency-key|x-stainless-[a-z-]+)$/;

/**
 * Name of an answer: a keyed hash, so that a store can tell nothing of a request, not even by trying. The request's
 * credential is part of it. `scope`: who may get the answer.
 */
export function cacheKey(secret: Uint8Array, scope: string, { bodies, headers, ...request }: KeyedRequest): string {
	const asking = Object.entries(headers).filter(([name]) => !SAYS_NOTHING.test(name));
	const { api, mode, provider, model, url } = request;
	const mac = createHmac("sha256", secret);
	mac.update(JSON.stringify([scope, api, mode, provider, model, url, asking.sort(), bodies.map(({ length }) => length)]));
	for (const body of bodies) mac.update(body);
	return mac.digest("base64url");
}
