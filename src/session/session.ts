import { type AnswerMode, answerMode } from "../core/api.ts";
import { type ErrorCode, isErrorCode } from "../core/errors.ts";
import type { AnswerTranslation } from "../core/translation.ts";
import { downstreamResponseHeaders } from "../edge/headers.ts";
import type { Downstream, DownstreamRequest } from "../edge/listener.ts";
import type { UpstreamExchange } from "../edge/upstream-types.ts";
import type { Caller } from "../identity/caller.ts";
import type { LaneSession } from "../lanes/lane-session.ts";
import { type Endpoint, upstreamEndpoint } from "../routing/endpoints.ts";
import { matcherOf } from "../routing/model-globs.ts";
import { type Route, tokenBudgetOf, upstreamApiOf } from "../routing/model-router.ts";
import { type FindingReport, NOTHING_FOUND } from "../verdict/finding-report.ts";
import { type PromptVerdict, verdictHeaders } from "../verdict/prompt-verdict.ts";
import type { ContentKeeper } from "./content-keeper.ts";
import { type ErrorOverrides, errorAnswer, modelNotFound } from "./error-body.ts";
import { interactionRecord } from "./interaction-record.ts";
import { KeepAlive } from "./keep-alive.ts";
import { refusalAnswer } from "./refusal-answer.ts";
import { NEEDS_MAX_TOKENS, withDefaults } from "./request-defaults.ts";
import { SessionClock } from "./session-clock.ts";
import type { SessionDeps, SessionRequest } from "./session-request.ts";
import { brokenEnd, CONTENT_TYPES, keepAlive, streamHeaders } from "./stream-framing.ts";
import { upstreamAddress } from "./upstream-address.ts";
import { UpstreamRefusal } from "./upstream-refusal.ts";

type Passed = Extract<PromptVerdict, { readonly stream: boolean }>;
type Blocked = Extract<PromptVerdict, { readonly wantsStream: boolean }>;

/**
 * One request and its answer, start to audit line. Owns the upstream exchange, the lane session and the timers, and
 * releases each exactly once in `#release`.
 */
export class Session {
	readonly #request: DownstreamRequest;
	readonly #endpoint: Endpoint;
	/** Where the request goes; another endpoint than the client's when it is translated. */
	#upstream: Endpoint;
	#translation: AnswerTranslation | undefined;
	readonly #downstream: Downstream;
	readonly #deps: SessionDeps;
	readonly #id: string;
	readonly #caller: Caller;
	readonly #limitHeaders: Readonly<Record<string, string>>;
	readonly #onDone: () => void;
	readonly #clock = new SessionClock();
	readonly #time = new Date();
	readonly #content: ContentKeeper | undefined;
	#verdict: PromptVerdict | undefined;
	#provider = "";
	#status = 0;
	#exchange: UpstreamExchange | undefined;
	#lane: LaneSession | undefined;
	#refusal: UpstreamRefusal | undefined;
	#keepAlive: KeepAlive | undefined;
	#mode: AnswerMode = "body";
	#hasWritten = false;
	#headSent = false;
	#done = false;
	/** Why the upstream is paused; it flows when both are false. */
	#laneFull = false;
	#clientFull = false;
	#securityHeaders: Record<string, string> = {};
	#passHeaders: ReadonlySet<string> = new Set();

	constructor({ request, endpoint, downstream, id, caller, headers }: SessionRequest, deps: SessionDeps, onDone: () => void) {
		this.#request = request;
		this.#endpoint = endpoint;
		this.#upstream = endpoint;
		this.#downstream = downstream;
		this.#deps = deps;
		this.#content = deps.keepContent();
		this.#content?.asked(request.body);
		this.#id = id;
		this.#caller = caller;
		this.#limitHeaders = headers;
		this.#onDone = onDone;
		downstream.onAbort((reason) => this.#release(reason === "stalled" ? "client_stalled" : "client_abort"));
	}

	get policyId(): string {
		return this.#deps.policyId;
	}

	async run(): Promise<void> {
		const { path, body } = this.#request;
		const { api } = this.#endpoint;
		const verdict = await this.#deps.pool.inspectPrompt({ policyId: this.#deps.policyId, api, path, body });
		this.#clock.judged();
		if (this.#done) return;
		if (typeof verdict === "string") return this.#refuse(verdict);
		this.#verdict = verdict;
		if (verdict.action === "invalid")
			return this.#refuse(isErrorCode(verdict.code) ? verdict.code : "invalid_request", { message: verdict.message, param: verdict.param });
		this.#securityHeaders = verdictHeaders(verdict);
		if ("answer" in verdict) return this.#answer(verdict.answer);
		if (verdict.action === "block") return this.#block(verdict);
		if (!matcherOf(this.#caller.models)(verdict.model)) return this.#refuse("model_not_allowed", { param: "model" });
		const route = this.#deps.router.route(verdict.model, api);
		const upstreamApi = route && upstreamApiOf(route.type, api);
		if (route === undefined || upstreamApi === undefined) return this.#refuse("model_not_found", modelNotFound(verdict.model));
		this.#upstream = upstreamEndpoint(this.#endpoint, upstreamApi);
		this.#mode = answerMode(api, verdict.stream, this.#request.query);
		if (verdict.unset.needsMaxTokens && route.maxTokens === undefined) return this.#refuse("invalid_request", NEEDS_MAX_TOKENS);
		const inspected = withDefaults(verdict.body ?? body, verdict.unset, route);
		this.#content?.sent(inspected, verdict.surrogates !== undefined);
		if (upstreamApi === api) this.#send(verdict, route, inspected);
		else await this.#sendTranslated(verdict, route, inspected);
	}

	/** The provider speaks another format than the client. */
	async #sendTranslated(verdict: Passed, route: Route, inspected: Uint8Array): Promise<void> {
		const { api } = this.#endpoint;
		const result = await this.#deps.pool.translateRequest({ api, body: inspected, budget: tokenBudgetOf(route) });
		if (this.#done) return;
		if (typeof result === "string") return this.#refuse(result);
		if (!result.ok) return this.#refuse("invalid_request", { message: result.message, param: result.param });
		this.#translation = { to: api, includeUsage: result.includeUsage, created: Math.floor(this.#time.getTime() / 1000) };
		this.#send(verdict, route, result.body);
	}

	/** An error, or where the policy says so a refusal in the vendor's own form, for applications that cannot show errors. */
	#block(verdict: Blocked): void {
		const refusal = this.#deps.onBlock === "error" ? undefined : refusalAnswer(this.#endpoint.api, this.#id, verdict);
		if (refusal === undefined) return this.#refuse("prompt_blocked", {}, verdict.found);
		this.#head(200, { "content-type": refusal.contentType });
		this.#downstream.end(Buffer.from(refusal.body));
		this.#release("prompt_blocked", verdict.found);
	}

	/** The lane's own answer: nothing goes upstream. */
	#answer(body: Uint8Array): void {
		this.#head(200, { "content-type": "application/json" });
		this.#downstream.end(body);
		this.#release("complete");
	}

	#send(verdict: Passed, route: Route, body: Uint8Array): void {
		this.#passHeaders = route.passHeaders.response;
		this.#provider = route.provider;
		const choice = { route, endpoint: this.#upstream, model: verdict.model, isForeign: this.#translation !== undefined };
		const { url, headers } = upstreamAddress(this.#request, { ...choice, passCredential: this.#deps.passCredential });
		this.#clock.asked();
		this.#exchange = this.#deps.upstream.send(
			{
				method: "POST",
				url,
				headers: { ...headers, "content-type": "application/json", "x-request-id": this.#id },
				body: Buffer.from(body),
				deadlines: route.deadlines,
			},
			{
				onHead: (status, answerHeaders) => this.#onHead(status, answerHeaders, verdict),
				onData: (chunk) => this.#onData(chunk),
				onEnd: () => (this.#refusal ?? this.#lane)?.end(),
				onError: (code) => this.stop(isErrorCode(code) ? code : "upstream_unreachable"),
			},
		);
	}

	#onHead(status: number, headers: Readonly<Record<string, string>>, { isStructured, surrogates }: Passed): void {
		if (status < 200 || status > 299) return this.#upstreamRefused(status, headers);
		const encoding = headers["content-encoding"] ?? "identity";
		if (encoding.trim().toLowerCase() !== "identity") return this.#refuse("upstream_encoding");
		const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
		// An SDK that asked for the one and gets the other takes an empty answer for a complete one.
		if (type !== CONTENT_TYPES[this.#mode]) return this.#refuse("upstream_content_type");
		this.#lane = this.#deps.pool.openSession(
			{
				policyId: this.#deps.policyId,
				api: this.#upstream.api,
				mode: this.#mode,
				...(this.#translation && { translation: this.#translation }),
				isStructured,
				surrogates,
			},
			{
				onOutput: (bytes) => this.#write(bytes),
				onCredit: () => {
					this.#laneFull = false;
					this.#flow();
				},
				onEnded: (kind, code, found) => this.#onEnded(kind, code, found),
				onLost: (code) => this.#onLost(code),
			},
		);
		if (this.#lane === undefined) return this.#refuse("overloaded");
		this.#securityHeaders = { ...downstreamResponseHeaders(headers, this.#passHeaders), ...this.#securityHeaders };
		if (this.#mode !== "body") this.#startStream();
	}

	#startStream(): void {
		this.#head(200, streamHeaders(this.#mode));
		this.#downstream.onDrain(() => {
			this.#clientFull = false;
			this.#flow();
		});
		this.#keepAlive = new KeepAlive(this.#deps.keepAliveMs, () => this.#keepOpen());
	}

	#keepOpen(): void {
		if (!this.#clientFull) this.#downstream.write(keepAlive(this.#mode));
	}

	#onData(chunk: Uint8Array): void {
		if (this.#refusal !== undefined) return this.#refusal.push(chunk);
		this.#clock.took();
		this.#content?.received(chunk);
		if (this.#lane?.push(chunk) !== false) return;
		this.#laneFull = true;
		this.#flow();
	}

	#write(bytes: Uint8Array): void {
		if (this.#done) return;
		if (!this.#headSent) this.#head(200, { "content-type": "application/json" });
		this.#hasWritten = true;
		this.#clock.gave();
		this.#content?.delivered(bytes);
		this.#keepAlive?.refresh();
		if (this.#downstream.write(bytes)) return;
		this.#clientFull = true;
		this.#flow();
	}

	#flow(): void {
		if (this.#laneFull || this.#clientFull) this.#exchange?.pause();
		else this.#exchange?.resume();
	}

	#onEnded(kind: "complete" | "cut" | "fault", code: string | undefined, found: FindingReport): void {
		if (this.#done) return;
		if (kind === "fault" && !this.#headSent)
			return this.#refuse(code !== undefined && isErrorCode(code) ? code : "internal_error", {}, found);
		this.#downstream.end();
		this.#release(kind === "fault" ? (code ?? "internal_error") : kind, found);
	}

	/** No lane can finish the answer, so the error event is written here. */
	#onLost(code: ErrorCode): void {
		if (this.#done) return;
		if (!this.#headSent) return this.#refuse(code);
		this.#downstream.end(brokenEnd(this.#mode, this.#endpoint.api, code, this.#hasWritten));
		this.#release(code);
	}

	/** The upstream failed, or the drain is over; what is final still goes out, then the error. */
	stop(code: ErrorCode): void {
		if (this.#done) return;
		this.#exchange?.abort();
		if (this.#refusal !== undefined) this.#refusal.end();
		else if (this.#lane === undefined) this.#refuse(code);
		else this.#lane.end(code);
	}

	#upstreamRefused(status: number, headers: Readonly<Record<string, string>>): void {
		this.#refusal = new UpstreamRefusal(status, headers, () => {
			this.#exchange?.abort();
			this.#refuse("upstream_error", this.#refusal?.overrides);
		});
	}

	#head(status: number, headers: Readonly<Record<string, string>>): void {
		this.#headSent = true;
		this.#status = status;
		this.#downstream.head(status, { ...this.#limitHeaders, ...this.#securityHeaders, ...headers, "x-request-id": this.#id });
	}

	#refuse(code: ErrorCode, detail: ErrorOverrides = {}, found = NOTHING_FOUND): void {
		if (this.#done) return;
		const answer = errorAnswer(this.#endpoint.vendor, code, detail);
		this.#head(answer.status, answer.headers);
		this.#downstream.end(Buffer.from(answer.body));
		this.#release(code, found);
	}

	#release(outcome: string, found = NOTHING_FOUND): void {
		if (this.#done) return;
		this.#done = true;
		this.#keepAlive?.stop();
		this.#refusal?.close();
		if (outcome === "complete") this.#exchange?.finish();
		else this.#exchange?.abort();
		this.#lane?.close();
		const timing = this.#clock.timing();
		const { durationMs } = timing;
		this.#deps.logger.info({ requestId: this.#id, path: this.#request.path, outcome, findings: found.counts, durationMs }, "request");
		// A prompt's own findings are not the answer's.
		const answer = {
			found: this.#lane === undefined ? NOTHING_FOUND : found,
			outcome,
			status: this.#status,
			moves: this.#lane?.moves ?? 0,
		};
		const decision = { policy: this.#deps.policyId, provider: this.#provider, verdict: this.#verdict };
		const what = { request: this.#request, requestId: this.#id, caller: this.#caller, api: this.#endpoint.api };
		this.#deps.record(interactionRecord({ ...what, ...decision, ...answer, time: this.#time, timing }), this.#content);
		this.#onDone();
	}
}
