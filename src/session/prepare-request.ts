import type { CacheVisit } from "../cache/response-cache.ts";
import { type AnswerMode, takesForm } from "../core/api.ts";
import { type ErrorCode, isErrorCode } from "../core/errors.ts";
import type { TranscriptFormat } from "../core/transcript-format.ts";
import type { AnswerTranslation } from "../core/translation.ts";
import type { UpstreamRequest } from "../edge/upstream-types.ts";
import type { ConsentGrant } from "../identity/consent-book.ts";
import { type Endpoint, upstreamEndpoint } from "../routing/endpoints.ts";
import { type Target, tokenBudgetOf } from "../routing/model-router.ts";
import type { PassedPrompt, PromptVerdict } from "../verdict/prompt-verdict.ts";
import type { ErrorOverrides } from "./error-body.ts";
import { inspectForProvider } from "./prompt-inspection.ts";
import { NEEDS_MAX_TOKENS, withDefaults } from "./request-defaults.ts";
import type { SessionDeps, SessionRequest } from "./session-request.ts";
import { upstreamAddress } from "./upstream-address.ts";

/** A request as one target gets it, and what its answer is made of. */
export interface PreparedRequest {
	readonly request: UpstreamRequest;
	/** The same in the client's format. */
	readonly inspected: Uint8Array;
	/** Where it goes; another endpoint than the client's when it is translated. */
	readonly endpoint: Endpoint;
	/** Absent: the target speaks the client's format. */
	readonly translation: AnswerTranslation | undefined;
	/** How the client wants a transcript, which the target gives as JSON. */
	readonly transcriptAs: TranscriptFormat | undefined;
	/** Further headers of the answer that pass. */
	readonly passHeaders: ReadonlySet<string>;
	/** Of the verdict about it. */
	readonly surrogates: Uint8Array | undefined;
	readonly mayRestore: boolean;
	readonly isStructured: boolean;
	readonly choices: number;
}

/** `verdict`: of the caller's policy and the provider's own together; absent: the provider has none, or it could not be asked. */
export type Preparation =
	| {
			readonly ok: true;
			readonly prepared: PreparedRequest;
			/** The answer that the same request got before, in the client's format: nothing is sent. */
			readonly kept?: Uint8Array | undefined;
			readonly verdict?: PromptVerdict;
	  }
	/** The target cannot take the request, or must not get it. */
	| { readonly ok: false; readonly code: ErrorCode; readonly detail?: ErrorOverrides; readonly verdict?: PromptVerdict };

export interface PromptToSend {
	readonly asked: SessionRequest;
	readonly verdict: PassedPrompt;
	/** The consent that chose the policy of the verdict. */
	readonly consent: ConsentGrant | undefined;
	/** When the request came. */
	readonly time: Date;
	readonly mode: AnswerMode;
	/** Absent: there is no cache. */
	readonly visit: CacheVisit | undefined;
}

/** Makes of an inspected prompt what one target gets: what its policy lets through, its format, its name for the model, its defaults and its credential. */
export async function prepareRequest(
	{ asked, verdict: first, consent, time, mode, visit }: PromptToSend,
	{ route, api: to, model }: Target,
	{ pool, policies, passCredential }: Pick<SessionDeps, "pool" | "policies" | "passCredential">,
): Promise<Preparation> {
	const verdict = await inspectForProvider({ pool, policies }, route, asked, first, consent);
	if (typeof verdict === "string") return { ok: false, code: verdict };
	if (!("stream" in verdict)) return refused(verdict);
	const { request, id, endpoint: clients } = asked;
	const { api } = clients;
	if (verdict.unset.needsMaxTokens && route.maxTokens === undefined)
		return { ok: false, code: "invalid_request", detail: NEEDS_MAX_TOKENS };
	const inspected = withDefaults(verdict.body ?? request.body, verdict.unset, route);
	let body = inspected;
	let translation: AnswerTranslation | undefined;
	let contentType = "application/json";
	let transcriptAs: TranscriptFormat | undefined;
	if (to !== api || model !== verdict.model || verdict.isModelUnsaid || takesForm(api)) {
		const result = await pool.translateRequest({ api, body: inspected, to, model, budget: tokenBudgetOf(route) });
		if (typeof result === "string") return { ok: false, code: result };
		if (!result.ok) return { ok: false, code: result.code ?? "invalid_request", detail: { message: result.message, param: result.param } };
		({ body, contentType = contentType, transcriptAs } = result);
		if (to !== api) translation = { to: api, includeUsage: result.includeUsage, created: Math.floor(time.getTime() / 1000) };
	}
	const endpoint = upstreamEndpoint(clients, to);
	const { url, headers } = upstreamAddress(request, { route, endpoint, model, isForeign: to !== api, passCredential });
	const bodies = body === inspected ? [inspected] : [inspected, body];
	const kept = await visit?.recall({ api, mode, provider: route.provider, model, url, headers, bodies }, verdict.isRepeatable);
	const answer = { endpoint, translation, passHeaders: route.passHeaders.response };
	return {
		ok: true,
		kept,
		...(verdict !== first && { verdict }),
		prepared: {
			request: {
				method: "POST",
				url,
				headers: Object.assign({}, headers, { "content-type": contentType, "x-request-id": id }),
				body: Buffer.from(body),
				deadlines: route.deadlines,
			},
			inspected,
			transcriptAs,
			...(kept === undefined ? answer : { ...answer, endpoint: clients, translation: undefined }),
			surrogates: verdict.surrogates,
			mayRestore: verdict.mayRestore === true,
			isStructured: verdict.isStructured,
			choices: verdict.choices,
		},
	};
}

function refused(verdict: Exclude<PromptVerdict, PassedPrompt>): Preparation {
	if (verdict.action !== "invalid") return { ok: false, code: "prompt_blocked", verdict };
	const { code, message, param } = verdict;
	return { ok: false, code: isErrorCode(code) ? code : "invalid_request", detail: { message, param }, verdict };
}
