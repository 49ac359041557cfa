import { type ErrorCode, isErrorCode } from "../core/errors.ts";
import { modelMatcherOf } from "../core/globs.ts";
import type { LaneSession } from "../lanes/lane-session.ts";
import { NO_USE } from "../limits/request-use.ts";
import type { ChosenPolicy, NamedPolicy, PolicyBook } from "../policy/policy-book.ts";
import { type FindingReport, NOTHING_FOUND } from "../verdict/finding-report.ts";
import { type ErrorOverrides, errorAnswer } from "./error-body.ts";
import { interactionRecord } from "./interaction-record.ts";
import { modelBody, modelsBody } from "./model-shape.ts";
import { SessionClock } from "./session-clock.ts";
import type { SessionDeps, SessionRequest } from "./session-request.ts";

/** A question for the models of all providers, or for one of them. What providers say of their models is inspected like an answer. */
export class ModelQuery {
	readonly #asked: SessionRequest;
	readonly #deps: SessionDeps;
	readonly #onDone: () => void;
	readonly #time = new Date();
	readonly #clock = new SessionClock();
	readonly #chunks: Uint8Array[] = [];
	#policy: NamedPolicy;
	#lane: LaneSession | undefined;
	#done = false;

	constructor(asked: SessionRequest, deps: SessionDeps, onDone: () => void) {
		this.#asked = asked;
		this.#deps = deps;
		this.#policy = deps.policies.default;
		this.#onDone = onDone;
		asked.downstream.onAbort(() => this.#release("client_abort", 0));
	}

	get policies(): PolicyBook {
		return this.#deps.policies;
	}

	async run(): Promise<void> {
		const { request, endpoint, caller } = this.#asked;
		const choices = this.#deps.policies.choices({ path: endpoint.path, ...caller });
		if (choices === undefined) return this.#refuse("policy_not_found");
		// A list names no one model.
		this.#policy = (choices.find(({ models }) => models.length === 0) as ChosenPolicy).policy;
		const all = await this.#deps.models.list({ vendor: endpoint.vendor, headers: request.headers, query: request.query });
		const mayUse = modelMatcherOf(caller.models);
		const models = all.filter(({ id }) => mayUse(id));
		if (this.#done) return;
		const found = models.find(({ id }) => id === endpoint.model);
		if (endpoint.model !== undefined && found === undefined) return this.#refuse("model_not_found", { param: "model" });
		const body = found === undefined ? modelsBody(endpoint.vendor, models) : modelBody(endpoint.vendor, found);
		this.#lane = this.#deps.pool.openSession(
			{ policyId: this.#policy.id, api: endpoint.api, mode: "body" },
			{
				onOutput: (bytes) => void this.#chunks.push(bytes),
				onCredit: () => undefined,
				onEnded: (kind, code, found) => this.#onEnded(kind, code, found),
				onLost: (code) => this.#refuse(code),
			},
		);
		if (this.#lane === undefined) return this.#refuse("overloaded");
		this.#lane.push(Buffer.from(JSON.stringify(body)));
		this.#lane.end();
	}

	/** Ends the query from outside (drain deadline, shutdown). */
	stop(code: ErrorCode): void {
		this.#refuse(code);
	}

	#onEnded(kind: "complete" | "cut" | "fault", code: string | undefined, found: FindingReport): void {
		if (kind === "fault") return this.#refuse(code !== undefined && isErrorCode(code) ? code : "internal_error", {}, found);
		this.#answer(200, { "content-type": "application/json" }, Buffer.concat(this.#chunks));
		this.#release(kind, 200, found);
	}

	#refuse(code: ErrorCode, overrides: ErrorOverrides = {}, found = NOTHING_FOUND): void {
		if (this.#done) return;
		const { status, headers, body } = errorAnswer(this.#asked.endpoint.vendor, code, overrides);
		this.#answer(status, headers, Buffer.from(body));
		this.#release(code, status, found);
	}

	#answer(status: number, headers: Readonly<Record<string, string>>, body: Uint8Array): void {
		const { downstream, id, headers: limits } = this.#asked;
		downstream.head(status, Object.assign({}, limits, headers, { "x-request-id": id }));
		downstream.end(body);
	}

	#release(outcome: string, status: number, found = NOTHING_FOUND): void {
		if (this.#done) return;
		this.#done = true;
		this.#lane?.close();
		const { request, endpoint, caller, grant, id: requestId } = this.#asked;
		grant.end(NO_USE, false);
		const timing = this.#clock.timing();
		const { durationMs } = timing;
		this.#deps.logger.info({ requestId, path: endpoint.path, outcome, findings: found.counts, durationMs }, "request");
		this.#deps.record(
			interactionRecord({
				request,
				requestId,
				caller,
				endpoint,
				policy: this.#policy,
				attempts: [],
				verdict: undefined,
				use: NO_USE,
				found,
				outcome,
				status,
				moves: 0,
				time: this.#time,
				timing,
			}),
		);
		this.#onDone();
	}
}
