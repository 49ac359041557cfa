import type { CacheVisit } from "../cache/response-cache.ts";
import { type AnswerMode, answerMode } from "../core/api.ts";
import { type ErrorCode, isErrorCode } from "../core/errors.ts";
import { downstreamResponseHeaders } from "../edge/headers.ts";
import type { Downstream, DownstreamRequest } from "../edge/listener.ts";
import type { ConsentGrant } from "../identity/consent-book.ts";
import type { NamedPolicy, PolicyBook } from "../policy/policy-book.ts";
import type { Endpoint } from "../routing/endpoints.ts";
import type { Target } from "../routing/model-router.ts";
import type { RequestTrace } from "../telemetry/tracing.ts";
import { type FindingReport, NOTHING_FOUND } from "../verdict/finding-report.ts";
import type { BlockedPrompt, PassedPrompt, PromptVerdict } from "../verdict/prompt-verdict.ts";
import { AnswerHead } from "./answer-head.ts";
import type { ContentKeeper } from "./content-keeper.ts";
import { type ErrorOverrides, errorAnswer } from "./error-body.ts";
import { hookObjection } from "./hook-objection.ts";
import { KeepAlive } from "./keep-alive.ts";
import { type AnswerOnItsWay, openAnswer } from "./open-answer.ts";
import { permittedTargets } from "./permitted-targets.ts";
import { type Preparation, type PreparedRequest, prepareRequest } from "./prepare-request.ts";
import { inspectForCaller } from "./prompt-inspection.ts";
import { refusalAnswer } from "./refusal-answer.ts";
import { SessionClock } from "./session-clock.ts";
import { type SessionDeps, type SessionRequest, textIn } from "./session-request.ts";
import { settle } from "./settle.ts";
import { answerHeaders, brokenEnd, keepAlive } from "./stream-framing.ts";
import { UpstreamAttempts } from "./upstream-attempts.ts";
import { UpstreamRefusal } from "./upstream-refusal.ts";
import { verdictStatus } from "./verdict-status.ts";

/**
 * One request and its answer, start to audit line. Owns the upstream attempts, the lane session and the timers, and
 * releases each exactly once in `#release`.
 */
export class Session {
	readonly #asked: SessionRequest;
	readonly #request: DownstreamRequest;
	readonly #endpoint: Endpoint;
	readonly #downstream: Downstream;
	readonly #deps: SessionDeps;
	readonly #onDone: () => void;
	readonly #clock = new SessionClock();
	readonly #head: AnswerHead;
	readonly #time = new Date();
	readonly #content: ContentKeeper | undefined;
	#policy: NamedPolicy;
	readonly #trace: RequestTrace;
	#verdict: PromptVerdict | undefined;
	#attempts: UpstreamAttempts | undefined;
	#lane: AnswerOnItsWay | undefined;
	#visit: CacheVisit | undefined;
	#refusal: UpstreamRefusal | undefined;
	#keepAlive: KeepAlive | undefined;
	#mode: AnswerMode = "body";
	#hasWritten = false;
	#done = false;
	/** Why the upstream is paused; it flows when both are false. */
	#laneFull = false;
	#clientFull = false;
	#consent: ConsentGrant | undefined;
	#answerHeaders: Record<string, string> = {};

	constructor(asked: SessionRequest, deps: SessionDeps, onDone: () => void) {
		const { request, endpoint, downstream } = asked;
		this.#asked = asked;
		this.#request = request;
		this.#endpoint = endpoint;
		this.#downstream = downstream;
		this.#head = new AnswerHead(asked, this.#clock);
		this.#deps = deps;
		this.#policy = deps.policies.default;
		this.#content = deps.keepContent();
		this.#content?.asked(textIn(request.body, endpoint.api));
		this.#trace = deps.tracing.begin(request);
		this.#onDone = onDone;
		downstream.onAbort((reason) => this.#release(reason === "stalled" ? "client_stalled" : "client_abort"));
	}

	get policies(): PolicyBook {
		return this.#deps.policies;
	}

	async run(): Promise<void> {
		const { api } = this.#endpoint;
		const { policy, verdict, consent } = await inspectForCaller(this.#deps, this.#asked);
		this.#clock.judged();
		if (this.#done) return;
		this.#policy = policy;
		this.#consent = consent;
		if (typeof verdict === "string") return this.#refuse(verdict);
		this.#judged(verdict);
		if (verdict.action === "invalid")
			return this.#refuse(isErrorCode(verdict.code) ? verdict.code : "invalid_request", { message: verdict.message, param: verdict.param });
		if ("answer" in verdict) return this.#answer(verdict.action, verdict.answer);
		if (verdict.action === "block") return this.#block(verdict);
		const permitted = permittedTargets(verdict, this.#asked, this.#deps.router);
		if (!permitted.ok) return this.#refuse(permitted.code, permitted.detail);
		const { model, otherModels, action, score, found } = verdict;
		const limit = await this.#asked.grant.forModels([model, ...otherModels.map((other) => other.model)]);
		if (this.#done) return;
		if (limit !== undefined) return this.#refuse(limit.code, limit);
		this.#mode = answerMode(api, verdict.stream, this.#request.query);
		const judged = { requestId: this.#asked.id, caller: this.#asked.caller.id, model, action, score, findings: found.counts };
		const objection = hookObjection(await this.#deps.hooks.run("prompt", judged));
		if (this.#done) return;
		if (objection !== undefined) return this.#refuse(objection.code, objection);
		this.#send(verdict, permitted.targets);
	}

	#judged(verdict: PromptVerdict): void {
		this.#verdict = verdict;
		this.#head.judged(verdict);
	}

	/** An error, or where the policy says so a refusal in the vendor's own form, for applications that cannot show errors. */
	#block(verdict: BlockedPrompt): void {
		const isError = this.#policy.onBlock === "error";
		const refusal = isError ? undefined : refusalAnswer(this.#endpoint.api, this.#asked.id, this.#request.query, verdict);
		if (refusal === undefined) return this.#refuse("prompt_blocked", {}, verdict.found);
		this.#head.send(200, { "content-type": refusal.contentType });
		this.#downstream.end(Buffer.from(refusal.body));
		this.#release("prompt_blocked", verdict.found);
	}

	/** The lane's own answer: nothing goes upstream. */
	#answer(action: string, body: Uint8Array): void {
		const status = verdictStatus(this.#request.query, action);
		if (status === undefined) return this.#refuse("invalid_request", { message: "'on_block' takes 403.", param: "on_block" });
		this.#head.send(status, { "content-type": "application/json" });
		this.#downstream.end(body);
		this.#release("complete");
	}

	#send(verdict: PassedPrompt, targets: readonly Target[]): void {
		this.#visit = this.#deps.cache?.visit(this.#asked.caller.id, this.#request.headers["cache-control"]);
		this.#attempts = new UpstreamAttempts(
			{ targets, mode: this.#mode, trace: this.#trace, prepare: (target) => this.#prepare(verdict, target) },
			{ upstream: this.#deps.upstream, ...this.#deps.attempts },
			{
				onHead: (status, headers, prepared, mode) => this.#onHead(status, headers, prepared, mode),
				onData: (chunk) => this.#onData(chunk),
				onEnd: () => (this.#refusal ?? this.#lane)?.end(),
				onError: (code) => this.stop(code),
				onRefused: (code, detail) => this.#refuse(code, detail),
			},
		);
		this.#attempts.start();
	}

	async #prepare(verdict: PassedPrompt, target: Target): Promise<Preparation> {
		const prompt = { asked: this.#asked, verdict, consent: this.#consent, time: this.#time, mode: this.#mode, visit: this.#visit };
		const preparation = await prepareRequest(prompt, target, this.#deps);
		// A provider with a policy of its own has a word too.
		if (preparation.verdict !== undefined && !this.#done) this.#judged(preparation.verdict);
		if (!preparation.ok) return preparation;
		const { inspected, mayRestore } = preparation.prepared;
		if (this.#attempts?.records.length === 0) this.#content?.sent(textIn(inspected, this.#endpoint.api), mayRestore);
		if (preparation.kept === undefined) this.#clock.asked();
		return preparation;
	}

	#onHead(status: number, headers: Readonly<Record<string, string>>, prepared: PreparedRequest, mode: AnswerMode): void {
		if (status < 200 || status > 299) return this.#upstreamRefused(status, headers);
		this.#mode = mode;
		this.#lane = openAnswer(this.#deps.pool, { policyId: this.#policy.id, mode: this.#mode }, prepared, {
			onOutput: (bytes) => this.#write(bytes),
			onCredit: () => {
				this.#laneFull = false;
				this.#flow();
			},
			onEnded: (kind, code, found) => this.#onEnded(kind, code, found),
			onLost: (code) => this.#onLost(code),
		});
		if (this.#lane === undefined) return this.#refuse("overloaded");
		this.#answerHeaders = answerHeaders(this.#mode, headers, prepared.transcriptAs);
		this.#head.passes(Object.assign(downstreamResponseHeaders(headers, prepared.passHeaders), this.#visit?.headers));
		this.#downstream.onDrain(() => {
			this.#clientFull = false;
			this.#flow();
		});
		if (this.#mode === "sound") this.#content?.spoken();
		if (this.#mode === "stream" || this.#mode === "array") this.#startStream();
	}

	#startStream(): void {
		this.#head.send(200, this.#answerHeaders);
		const sign = keepAlive(this.#mode, this.#endpoint.api);
		if (sign === undefined) return;
		this.#keepAlive = new KeepAlive(this.#deps.keepAliveMs, () => {
			if (!this.#clientFull) this.#downstream.write(sign);
		});
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
		if (!this.#head.isSent) this.#head.send(200, this.#answerHeaders);
		this.#hasWritten = true;
		this.#clock.gave();
		this.#content?.delivered(bytes);
		this.#visit?.delivered(bytes);
		this.#keepAlive?.refresh();
		if (this.#downstream.write(bytes)) return;
		this.#clientFull = true;
		this.#flow();
	}

	#flow(): void {
		if (this.#laneFull || this.#clientFull) this.#attempts?.pause();
		else this.#attempts?.resume();
	}

	#onEnded(kind: "complete" | "cut" | "fault", code: string | undefined, found: FindingReport): void {
		if (this.#done) return;
		if (kind === "fault" && !this.#head.isSent)
			return this.#refuse(code !== undefined && isErrorCode(code) ? code : "internal_error", {}, found);
		// Sound has no words for an error: who hears it must not take the beginning for all of it.
		if (kind === "fault" && this.#mode === "sound") this.#downstream.destroy();
		else this.#downstream.end();
		this.#release(kind === "fault" ? (code ?? "internal_error") : kind, found);
	}

	/** No lane can finish the answer, so the error event is written here. */
	#onLost(code: ErrorCode): void {
		if (this.#done) return;
		if (!this.#head.isSent) return this.#refuse(code);
		this.#downstream.end(brokenEnd(this.#mode, this.#endpoint.api, code, this.#hasWritten));
		this.#release(code);
	}

	/** The upstream failed, or the drain is over; what is final still goes out, then the error. */
	stop(code: ErrorCode): void {
		if (this.#done) return;
		this.#attempts?.abort();
		if (this.#refusal !== undefined) this.#refusal.end();
		else if (this.#lane === undefined) this.#refuse(code);
		else this.#lane.end(code);
	}

	#upstreamRefused(status: number, headers: Readonly<Record<string, string>>): void {
		this.#refusal = new UpstreamRefusal(status, headers, () => {
			this.#attempts?.abort();
			this.#refuse("upstream_error", this.#refusal?.overrides);
		});
	}

	#refuse(code: ErrorCode, detail: ErrorOverrides = {}, found = NOTHING_FOUND): void {
		if (this.#done) return;
		const answer = errorAnswer(this.#endpoint.vendor, code, detail);
		this.#head.send(answer.status, answer.headers);
		this.#downstream.end(Buffer.from(answer.body));
		this.#release(code, found);
	}

	#release(outcome: string, found = NOTHING_FOUND): void {
		if (this.#done) return;
		this.#done = true;
		this.#keepAlive?.stop();
		this.#refusal?.close();
		if (outcome === "complete") this.#attempts?.finish();
		else this.#attempts?.abort();
		this.#lane?.close();
		const record = settle(
			{
				asked: this.#asked,
				time: this.#time,
				clock: this.#clock,
				policy: this.#policy,
				consent: this.#consent,
				verdict: this.#verdict,
				attempts: this.#attempts?.records ?? [],
				lane: this.#lane,
				visit: this.#visit,
				outcome,
				status: this.#head.status,
				found,
				content: this.#content,
			},
			this.#deps,
		);
		this.#trace.end(record);
		this.#onDone();
	}
}
