import type { ErrorCode } from "../core/errors.ts";
import type { AnswerTranslation } from "../core/translation.ts";
import type { UpstreamRequest } from "../edge/upstream-types.ts";
import { type Endpoint, upstreamEndpoint } from "../routing/endpoints.ts";
import { type Target, tokenBudgetOf } from "../routing/model-router.ts";
import type { PromptVerdict } from "../verdict/prompt-verdict.ts";
import type { ErrorOverrides } from "./error-body.ts";
import { NEEDS_MAX_TOKENS, withDefaults } from "./request-defaults.ts";
import type { SessionDeps, SessionRequest } from "./session-request.ts";
import { upstreamAddress } from "./upstream-address.ts";

export type PassedPrompt = Extract<PromptVerdict, { readonly stream: boolean }>;

/** A request as one target gets it, and what its answer is made of. */
export interface PreparedRequest {
	readonly request: UpstreamRequest;
	/** The same in the client's format. */
	readonly inspected: Uint8Array;
	/** Where it goes; another endpoint than the client's when it is translated. */
	readonly endpoint: Endpoint;
	/** Absent: the target speaks the client's format. */
	readonly translation: AnswerTranslation | undefined;
	/** Further headers of the answer that pass. */
	readonly passHeaders: ReadonlySet<string>;
}

export type Preparation =
	| { readonly ok: true; readonly prepared: PreparedRequest }
	/** The target cannot take the request. */
	| { readonly ok: false; readonly code: ErrorCode; readonly detail?: ErrorOverrides };

export interface PromptToSend {
	readonly asked: SessionRequest;
	readonly verdict: PassedPrompt;
	/** When the request came. */
	readonly time: Date;
}

/** Makes of an inspected prompt what one target gets: its format, its name for the model, its defaults and its credential. */
export async function prepareRequest(
	{ asked, verdict, time }: PromptToSend,
	{ route, api: to, model }: Target,
	{ pool, passCredential }: Pick<SessionDeps, "pool" | "passCredential">,
): Promise<Preparation> {
	const { request, id, endpoint: clients } = asked;
	const { api } = clients;
	if (verdict.unset.needsMaxTokens && route.maxTokens === undefined)
		return { ok: false, code: "invalid_request", detail: NEEDS_MAX_TOKENS };
	const inspected = withDefaults(verdict.body ?? request.body, verdict.unset, route);
	let body = inspected;
	let translation: AnswerTranslation | undefined;
	if (to !== api || model !== verdict.model) {
		const result = await pool.translateRequest({ api, body: inspected, to, model, budget: tokenBudgetOf(route) });
		if (typeof result === "string") return { ok: false, code: result };
		if (!result.ok) return { ok: false, code: "invalid_request", detail: { message: result.message, param: result.param } };
		body = result.body;
		if (to !== api) translation = { to: api, includeUsage: result.includeUsage, created: Math.floor(time.getTime() / 1000) };
	}
	const endpoint = upstreamEndpoint(clients, to);
	const { url, headers } = upstreamAddress(request, { route, endpoint, model, isForeign: to !== api, passCredential });
	return {
		ok: true,
		prepared: {
			request: {
				method: "POST",
				url,
				headers: { ...headers, "content-type": "application/json", "x-request-id": id },
				body: Buffer.from(body),
				deadlines: route.deadlines,
			},
			inspected,
			endpoint,
			translation,
			passHeaders: route.passHeaders.response,
		},
	};
}
