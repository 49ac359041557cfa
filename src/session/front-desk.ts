import { randomUUID } from "node:crypto";
import { vendorOfPath } from "../core/api.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { Downstream, DownstreamHead, DownstreamRequest, WholeAnswer } from "../edge/listener.ts";
import { NO_USE } from "../limits/request-use.ts";
import { type Endpoint, endpointOf, meantRoute } from "../routing/endpoints.ts";
import { type AdmissionDeps, admit } from "./admission.ts";
import { CONSENTS_PATH, type ConsentDesk } from "./consent-desk.ts";
import { errorAnswer } from "./error-body.ts";
import { ModelQuery } from "./model-query.ts";
import type { OverloadGuard } from "./overload-guard.ts";
import type { Refusal } from "./refusal-tally.ts";
import { Session } from "./session.ts";
import type { SessionDeps } from "./session-request.ts";

export interface FrontDeskOptions {
	readonly maxSessions: number;
	/** Refuses new work while there is too much. */
	readonly guard: Pick<OverloadGuard, "refuses">;
	/** The settings a new session gets; it keeps them to its end. */
	readonly deps: () => SessionDeps & AdmissionDeps & { readonly consentDesk: ConsentDesk };
	/** All policies that new sessions may get or open ones have: the others lost their last session. */
	readonly onPoliciesUsed: (policyIds: ReadonlySet<string>) => void;
	/** The text of `/metrics`. */
	readonly metrics: () => Promise<{ readonly contentType: string; readonly body: string }>;
	/** Takes every request that does not become a session. */
	readonly onRefusal: (refusal: Refusal) => void;
	readonly health: () => { readonly ok: boolean; readonly body: Record<string, unknown> };
}

const PROBES = new Set(["/livez", "/readyz", "/health", "/metrics"]);

const REQUEST_ID = /^[\w.-]{1,128}$/;

/** A request, where its answer goes, and the id of both. */
interface Asked {
	readonly request: DownstreamRequest;
	readonly downstream: Downstream;
	readonly id: string;
}

interface RefusalReason {
	readonly code: ErrorCode;
	readonly headers?: Readonly<Record<string, string>>;
	/** Says more than the catalogue. */
	readonly message?: string;
	/** The member of the request that is wrong. */
	readonly param?: string;
	/** Where the catalogue's does not say it. */
	readonly status?: number;
	/** Absent: nobody looked yet, so it is the address. */
	readonly subject?: string;
}

/** Routes, admission and drain: decides whether a request becomes a session. */
export class FrontDesk {
	readonly #options: FrontDeskOptions;
	readonly #sessions = new Set<Session | ModelQuery>();
	#phase: "open" | "leaving" | "draining" = "open";
	#onEmpty: (() => void) | undefined;

	constructor(options: FrontDeskOptions) {
		this.#options = options;
	}

	/**
	 * Asked once for each request, before `handle` and before its body is here: the answer of one that cannot become a session
	 * whatever the body says. In a flood that is nearly all of them, so it costs little and keeps nothing.
	 */
	screen(head: DownstreamHead): WholeAnswer | undefined {
		const reason = this.#objection(head);
		return reason && this.#refused(head, requestIdOf(head), reason);
	}

	/** Takes a request that was screened. */
	handle(request: DownstreamRequest, downstream: Downstream): void {
		const asked = { request, downstream, id: requestIdOf(request) };
		const failed = (): void => this.#refuse(asked, { code: "internal_error" });
		const { path } = request;
		if (this.#options.deps().consentDesk.serves(path)) return void this.#consents(asked).catch(failed);
		const endpoint = PROBES.has(path) ? undefined : endpointOf(path, request.headers);
		if (endpoint !== undefined) return void this.#admit(asked, endpoint).catch(failed);
		if (path === "/livez") return json(downstream, 200, asked.id, { status: "ok" });
		if (path === "/metrics") return void this.#metrics(downstream, asked.id).catch(failed);
		this.#health(downstream, asked.id);
	}

	/** Sessions that are open. */
	get activeSessions(): number {
		return this.#sessions.size;
	}

	/** Says on `/readyz` and `/health` that this replica goes, and serves on: balancers need a while to notice. */
	leave(): void {
		this.#phase = "leaving";
	}

	/** Refuses new work; resolves when every session ended, at the latest after `timeoutMs`, when the rest is ended with an error. */
	async drain(timeoutMs: number): Promise<void> {
		this.#phase = "draining";
		if (this.#sessions.size === 0) return;
		const empty = new Promise<void>((resolve) => {
			this.#onEmpty = resolve;
		});
		const timer = setTimeout(() => {
			for (const session of this.#sessions) session.stop("draining");
		}, timeoutMs);
		const last = setTimeout(() => this.#onEmpty?.(), timeoutMs + 2000);
		await empty;
		clearTimeout(timer);
		clearTimeout(last);
	}

	/** Gives up the policies that neither the settings nor an open session know: after a reload, and with the last session from before it. */
	retirePolicies(): void {
		const books = new Set([this.#options.deps().policies, ...Array.from(this.#sessions, ({ policies }) => policies)]);
		this.#options.onPoliciesUsed(new Set([...books].flatMap(({ ids }) => [...ids])));
	}

	async #metrics(downstream: Downstream, id: string): Promise<void> {
		const { contentType, body } = await this.#options.metrics();
		downstream.head(200, { "content-type": contentType, "x-request-id": id });
		downstream.end(Buffer.from(body));
	}

	#health(downstream: Downstream, id: string): void {
		const { ok, body } = this.#options.health();
		const status = this.#phase !== "open" ? "draining" : ok ? "ok" : "unavailable";
		json(downstream, status === "ok" ? 200 : 503, id, { status, ...body, sessions: this.#sessions.size });
	}

	async #consents(asked: Asked): Promise<void> {
		if (this.#isDraining()) return this.#refuse(asked, { code: "draining" });
		const answer = await this.#options.deps().consentDesk.answer(asked.request, this.#addressOf(asked.request));
		if (!answer.ok) return this.#refuse(asked, answer);
		json(asked.downstream, 200, asked.id, answer.body);
	}

	/** The client's address, after trusted proxies. */
	#addressOf({ remoteAddress, headers }: DownstreamHead): string {
		return this.#options.deps().clientAddress(remoteAddress, headers["x-forwarded-for"]);
	}

	#isDraining(): boolean {
		return this.#phase === "draining";
	}

	async #admit(asked: Asked, endpoint: Endpoint): Promise<void> {
		const { request, downstream, id } = asked;
		// The body may have taken its time.
		if (this.#isDraining()) return this.#refuse(asked, { code: "draining" });
		if (this.#sessions.size >= this.#options.maxSessions) return this.#refuse(asked, { code: "overloaded" });
		const admission = await admit(request, asked.id, this.#options.deps());
		if (!admission.ok) return this.#refuse(asked, admission);
		if (!downstream.isOpen) return admission.grant.end(NO_USE, false);
		if (this.#isDraining()) {
			admission.grant.end(NO_USE, false);
			return this.#refuse(asked, { code: "draining" });
		}
		// Only now: a reload may have come meanwhile, and a policy without sessions is given up.
		const deps = this.#options.deps();
		const { caller, grant, headers } = admission;
		const Kind = endpoint.api === "models" ? ModelQuery : Session;
		const session = new Kind({ request, endpoint, downstream, id, caller, grant, headers }, deps, () => {
			this.#sessions.delete(session);
			if (deps.policies !== this.#options.deps().policies) this.retirePolicies();
			if (this.#sessions.size === 0) this.#onEmpty?.();
		});
		this.#sessions.add(session);
		session.run().catch(() => session.stop("internal_error"));
	}

	/** Why no session is to come of a request, as far as its head says. */
	#objection({ method, path, headers }: DownstreamHead): RefusalReason | undefined {
		if (this.#options.deps().consentDesk.serves(path)) return undefined;
		const endpoint = PROBES.has(path) ? undefined : endpointOf(path, headers);
		const allowed = PROBES.has(path) ? "GET" : endpoint?.method;
		if (allowed === undefined) return noRoute(path);
		if ((method === "HEAD" ? "GET" : method) !== allowed) {
			const message = `The route takes ${allowed}, not this method.`;
			return { code: "method_not_allowed", message, headers: { allow: allowed } };
		}
		if (endpoint === undefined) return undefined;
		if (isEncoded(headers)) return { code: "encoded_body" };
		if (this.#isDraining()) return { code: "draining" };
		const { maxSessions, guard } = this.#options;
		return this.#sessions.size >= maxSessions || guard.refuses(this.#sessions.size) ? { code: "overloaded" } : undefined;
	}

	#refuse({ request, downstream, id }: Asked, reason: RefusalReason): void {
		const { status, headers, body } = this.#refused(request, id, reason);
		downstream.head(status, headers);
		downstream.end(Buffer.from(body));
	}

	/** Counts a refusal, and says how it is answered. */
	#refused(head: DownstreamHead, id: string, { code, headers, subject, ...overrides }: RefusalReason): WholeAnswer {
		const answer = errorAnswer(vendorOfPath(head.path), code, overrides);
		this.#options.onRefusal({
			requestId: id,
			subject: subject ?? `address:${this.#addressOf(head)}`,
			method: head.method,
			path: code === "route_not_found" ? "" : recordedPath(head.path),
			outcome: code,
			status: answer.status,
		});
		return { status: answer.status, headers: Object.assign({}, answer.headers, headers, { "x-request-id": id }), body: answer.body };
	}
}

function requestIdOf({ headers }: DownstreamHead): string {
	const named = headers["x-request-id"];
	return named !== undefined && REQUEST_ID.test(named) ? named : randomUUID();
}

/** A wrong base URL is the most frequent mistake of a new client, and a look with a browser what comes before it. */
function noRoute(path: string): RefusalReason {
	const code = "route_not_found";
	const baseUrl = "the base URL: OpenAI's ends in /v1, the others' do not.";
	if (path === "/") return { code, message: `This is a proxy for LLM APIs, without a page. What your SDK needs of it is ${baseUrl}` };
	const meant = meantRoute(path);
	return meant === undefined ? { code } : { code, message: `There is no such route. Did you mean ${meant}? Check ${baseUrl}` };
}

function isEncoded(headers: DownstreamHead["headers"]): boolean {
	return !/^(?:identity)?$/i.test(headers["content-encoding"]?.trim() ?? "");
}

/** Without the subject whose consents are asked for. */
function recordedPath(path: string): string {
	return path.startsWith(CONSENTS_PATH) ? CONSENTS_PATH : path;
}

function json(downstream: Downstream, status: number, id: string, body: unknown): void {
	downstream.head(status, { "content-type": "application/json", "x-request-id": id });
	downstream.end(Buffer.from(JSON.stringify(body)));
}
