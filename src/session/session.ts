import type { InteractionRecord } from "../audit/audit-record.ts";
import type { AuditWriter } from "../audit/audit-writer.ts";
import { errorEvent } from "../core/error-envelope.ts";
import { type ErrorCode, isErrorCode } from "../core/errors.ts";
import { downstreamResponseHeaders, upstreamRequestHeaders } from "../edge/headers.ts";
import type { Downstream, DownstreamRequest } from "../edge/listener.ts";
import type { UpstreamClient, UpstreamExchange } from "../edge/upstream-types.ts";
import type { LanePool } from "../lanes/lane-pool.ts";
import type { LaneSession } from "../lanes/lane-session.ts";
import type { Endpoint } from "../routing/endpoints.ts";
import { type ModelRouter, type Route, speaks } from "../routing/model-router.ts";
import { upstreamTarget } from "../routing/upstream-target.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { FindingCounts, PromptVerdict } from "../verdict/prompt-verdict.ts";
import { type ErrorOverrides, errorAnswer } from "./error-body.ts";
import { upstreamRefusal } from "./upstream-refusal.ts";

export interface SessionDeps {
	readonly pool: LanePool;
	readonly upstream: UpstreamClient;
	readonly logger: Logger;
	readonly audit: AuditWriter;
	readonly policyId: string;
	readonly router: ModelRouter;
	readonly passCredential: boolean;
	readonly keepAliveMs: number;
}

/** One request that was admitted. */
export interface SessionRequest {
	readonly request: DownstreamRequest;
	readonly endpoint: Endpoint;
	readonly downstream: Downstream;
	/** The `X-Request-Id` of everything that belongs to it. */
	readonly id: string;
}

type Passed = Extract<PromptVerdict, { readonly stream: boolean }>;

const KEEP_ALIVE = Buffer.from(": keep-alive\n\n");
/**
 * ms after the head in which a stream says something. uWebSockets.js sends a head only with the first bytes of a body,
 * and proxies in between may wait for those as well.
 */
const FIRST_FLUSH_MS = 100;

/**
 * One request and its answer, start to audit line. Owns the upstream exchange, the lane session and the timers, and
 * releases each exactly once in `#release`.
 */
export class Session {
	readonly #request: DownstreamRequest;
	readonly #endpoint: Endpoint;
	readonly #downstream: Downstream;
	readonly #deps: SessionDeps;
	readonly #id: string;
	readonly #onDone: () => void;
	readonly #startedAt = performance.now();
	readonly #time = new Date();
	#verdict: PromptVerdict | undefined;
	#provider = "";
	#status = 0;
	#exchange: UpstreamExchange | undefined;
	#lane: LaneSession | undefined;
	#keepAlive: NodeJS.Timeout | undefined;
	#firstFlush: NodeJS.Timeout | undefined;
	#isStream = false;
	#headSent = false;
	#done = false;
	/** Why the upstream is paused; it flows when both are false. */
	#laneFull = false;
	#clientFull = false;
	#securityHeaders: Record<string, string> = {};
	#passHeaders: ReadonlySet<string> = new Set();

	constructor({ request, endpoint, downstream, id }: SessionRequest, deps: SessionDeps, onDone: () => void) {
		this.#request = request;
		this.#endpoint = endpoint;
		this.#downstream = downstream;
		this.#deps = deps;
		this.#id = id;
		this.#onDone = onDone;
		downstream.onAbort((reason) => this.#release(reason === "stalled" ? "client_stalled" : "client_abort"));
	}

	get policyId(): string {
		return this.#deps.policyId;
	}

	async run(): Promise<void> {
		const { path, body } = this.#request;
		const answer = await this.#deps.pool.inspectPrompt({ policyId: this.#deps.policyId, api: this.#endpoint.api, path, body });
		if (this.#done) return;
		if (!answer.ok) return this.#refuse(answer.code);
		const { verdict } = answer;
		this.#verdict = verdict;
		if (verdict.action === "invalid")
			return this.#refuse(isErrorCode(verdict.code) ? verdict.code : "invalid_request", { message: verdict.message, param: verdict.param });
		this.#securityHeaders = {
			"x-pii-detected": String(verdict.piiDetected),
			"x-security-score": verdict.score.toFixed(2),
			"x-security-action": verdict.action,
		};
		if ("answer" in verdict) return this.#answer(verdict.answer);
		if (verdict.action === "block") return this.#refuse("prompt_blocked", {}, verdict.findings);
		const route = this.#deps.router.route(verdict.model, this.#endpoint.api);
		if (route === undefined || !speaks(route.type, this.#endpoint.api))
			return this.#refuse("model_not_found", {
				message: `No configured provider serves the model '${verdict.model.slice(0, 64).replace(/[^\w.:/+-]/g, "?")}'. Check llm_providers.*.models.`,
				param: "model",
			});
		this.#send(verdict, route);
	}

	/** The lane's own answer: nothing goes upstream. */
	#answer(body: Uint8Array): void {
		this.#head(200, { "content-type": "application/json" });
		this.#downstream.end(body);
		this.#release("complete");
	}

	/** Ends the session from outside (drain deadline, shutdown). */
	stop(code: ErrorCode): void {
		this.#upstreamFailed(code);
	}

	#send(verdict: Passed, route: Route): void {
		const { url, credential } = upstreamTarget(route, this.#endpoint, verdict.model, this.#request.query);
		const passCredential = this.#deps.passCredential && route.apiKey === "";
		this.#passHeaders = route.passHeaders.response;
		this.#provider = route.provider;
		this.#isStream = verdict.stream;
		this.#exchange = this.#deps.upstream.send(
			{
				url,
				headers: {
					...upstreamRequestHeaders(this.#request.headers, { passCredential, more: route.passHeaders.request }),
					"content-type": "application/json",
					"x-request-id": this.#id,
					...credential,
				},
				body: Buffer.from(verdict.body ?? this.#request.body),
				deadlines: route.deadlines,
			},
			{
				onHead: (status, answerHeaders) => this.#onHead(status, answerHeaders, verdict),
				onData: (chunk) => this.#onData(chunk),
				onEnd: () => this.#lane?.end(),
				onError: (code) => this.#upstreamFailed(isErrorCode(code) ? code : "upstream_unreachable"),
			},
		);
	}

	#onHead(status: number, headers: Readonly<Record<string, string>>, { surrogates }: Passed): void {
		if (status < 200 || status > 299) return this.#upstreamRefused(status, headers);
		const encoding = headers["content-encoding"] ?? "identity";
		if (encoding.trim().toLowerCase() !== "identity") return this.#refuse("upstream_encoding");
		const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
		// An SDK that asked for the one and gets the other takes an empty answer for a complete one.
		if (type !== (this.#isStream ? "text/event-stream" : "application/json")) return this.#refuse("upstream_content_type");
		this.#lane = this.#deps.pool.openSession(
			{ policyId: this.#deps.policyId, api: this.#endpoint.api, mode: this.#isStream ? "stream" : "body", surrogates },
			{
				onOutput: (bytes) => this.#write(bytes),
				onCredit: () => {
					this.#laneFull = false;
					this.#flow();
				},
				onEnded: (kind, code, findings) => this.#onEnded(kind, code, findings),
				onLost: (code) => this.#onLost(code),
			},
		);
		if (this.#lane === undefined) return this.#refuse("overloaded");
		this.#securityHeaders = { ...downstreamResponseHeaders(headers, this.#passHeaders), ...this.#securityHeaders };
		if (this.#isStream) this.#startStream();
	}

	#startStream(): void {
		this.#head(200, {
			"content-type": "text/event-stream; charset=utf-8",
			"cache-control": "no-cache, no-transform",
			"x-accel-buffering": "no",
		});
		this.#downstream.onDrain(() => {
			this.#clientFull = false;
			this.#flow();
		});
		this.#keepAlive = setInterval(() => this.#keepOpen(), this.#deps.keepAliveMs);
		this.#firstFlush = setTimeout(() => this.#keepOpen(), FIRST_FLUSH_MS);
	}

	#keepOpen(): void {
		if (!this.#clientFull) this.#downstream.write(KEEP_ALIVE);
	}

	#onData(chunk: Uint8Array): void {
		if (this.#lane?.push(chunk) !== false) return;
		this.#laneFull = true;
		this.#flow();
	}

	#write(bytes: Uint8Array): void {
		if (this.#done) return;
		if (!this.#headSent) this.#head(200, { "content-type": "application/json" });
		clearTimeout(this.#firstFlush);
		this.#keepAlive?.refresh();
		if (this.#downstream.write(bytes)) return;
		this.#clientFull = true;
		this.#flow();
	}

	#flow(): void {
		if (this.#laneFull || this.#clientFull) this.#exchange?.pause();
		else this.#exchange?.resume();
	}

	#onEnded(kind: "complete" | "cut" | "fault", code: string | undefined, findings: FindingCounts): void {
		if (this.#done) return;
		if (kind === "fault" && !this.#headSent)
			return this.#refuse(code !== undefined && isErrorCode(code) ? code : "internal_error", {}, findings);
		this.#downstream.end();
		this.#release(kind === "fault" ? (code ?? "internal_error") : kind, findings);
	}

	/** No lane can finish the answer, so the error event is written here. */
	#onLost(code: ErrorCode): void {
		if (this.#done) return;
		if (!this.#headSent) return this.#refuse(code);
		this.#downstream.end(Buffer.from(errorEvent(this.#endpoint.api, code)));
		this.#release(code);
	}

	/** The upstream failed before or within its answer; what is final still goes out, then the error. */
	#upstreamFailed(code: ErrorCode): void {
		if (this.#done) return;
		this.#exchange?.abort();
		if (this.#lane === undefined) this.#refuse(code);
		else this.#lane.end(code);
	}

	#upstreamRefused(status: number, headers: Readonly<Record<string, string>>): void {
		const refusal = upstreamRefusal(status, headers);
		Object.assign(this.#securityHeaders, refusal.headers);
		this.#refuse("upstream_error", refusal);
	}

	#head(status: number, headers: Readonly<Record<string, string>>): void {
		this.#headSent = true;
		this.#status = status;
		this.#downstream.head(status, { ...this.#securityHeaders, ...headers, "x-request-id": this.#id });
	}

	#refuse(code: ErrorCode, detail: ErrorOverrides = {}, findings: FindingCounts = {}): void {
		if (this.#done) return;
		const answer = errorAnswer(this.#endpoint.vendor, code, detail);
		this.#head(answer.status, answer.headers);
		this.#downstream.end(Buffer.from(answer.body));
		this.#release(code, findings);
	}

	#release(outcome: string, findings: FindingCounts = {}): void {
		if (this.#done) return;
		this.#done = true;
		clearInterval(this.#keepAlive);
		clearTimeout(this.#firstFlush);
		if (outcome === "complete") this.#exchange?.finish();
		else this.#exchange?.abort();
		this.#lane?.close();
		const durationMs = Math.round(performance.now() - this.#startedAt);
		this.#deps.logger.info({ requestId: this.#id, path: this.#request.path, outcome, findings, durationMs }, "request");
		this.#deps.audit.record(this.#auditRecord(outcome, findings, durationMs));
		this.#onDone();
	}

	#auditRecord(outcome: string, findings: FindingCounts, durationMs: number): InteractionRecord {
		const verdict = this.#verdict === undefined || this.#verdict.action === "invalid" ? undefined : this.#verdict;
		const { method, path, remoteAddress } = this.#request;
		return {
			type: "interaction",
			time: this.#time.toISOString(),
			requestId: this.#id,
			subject: remoteAddress,
			method,
			path,
			api: this.#endpoint.api,
			model: verdict?.model ?? "",
			provider: this.#provider,
			policy: this.#deps.policyId,
			prompt: { action: this.#verdict?.action ?? "none", score: verdict?.score ?? 0, findings: verdict?.findings ?? {} },
			// A prompt's own findings are not the answer's.
			response: { findings: this.#lane === undefined ? {} : findings },
			outcome,
			status: this.#status,
			durationMs,
		};
	}
}
