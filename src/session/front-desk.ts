import { randomUUID } from "node:crypto";
import { vendorOfHeaders, vendorOfPath } from "../core/api.ts";
import type { Downstream, DownstreamHead, DownstreamRequest, WholeAnswer } from "../edge/listener.ts";
import { NO_USE } from "../limits/request-use.ts";
import { type Endpoint, endpointOf } from "../routing/endpoints.ts";
import { type AdmissionDeps, admit } from "./admission.ts";
import { CONSENTS_PATH, type ConsentDesk } from "./consent-desk.ts";
import { errorAnswer } from "./error-body.ts";
import { type FrontRoute, frontRoute } from "./front-route.ts";
import { ModelQuery } from "./model-query.ts";
import type { OverloadGuard } from "./overload-guard.ts";
import type { RefusalReason } from "./refusal-reason.ts";
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

const REQUEST_ID = /^[\w.-]{1,128}$/;

/** A request, where its answer goes, and the id of both. */
interface Asked {
	readonly request: DownstreamRequest;
	readonly downstream: Downstream;
	readonly id: string;
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

	/** Takes a request whose body is here. */
	handle(request: DownstreamRequest, downstream: Downstream): void {
		const asked = { request, downstream, id: requestIdOf(request) };
		void this.#answer(asked, this.#routeOf(request)).catch(() => this.#refuse(asked, { code: "internal_error" }));
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

	async #answer(asked: Asked, route: FrontRoute): Promise<void> {
		switch (route.kind) {
			case "endpoint":
				return this.#admit(asked, route.endpoint);
			case "consents":
				return this.#consents(asked);
			case "live":
				return json(asked.downstream, 200, asked.id, { status: "ok" });
			case "health":
				return this.#health(asked);
			case "metrics":
				return this.#metrics(asked);
			case "none":
				return this.#refuse(asked, route.reason);
			default:
				return route satisfies never;
		}
	}

	async #metrics({ downstream, id }: Asked): Promise<void> {
		const { contentType, body } = await this.#options.metrics();
		downstream.head(200, { "content-type": contentType, "x-request-id": id });
		downstream.end(Buffer.from(body));
	}

	#health({ downstream, id }: Asked): void {
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
		const admission = await admit(request, endpoint, asked.id, this.#options.deps());
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

	/** Why no session is to come of a request, as far as its head and the load say. */
	#objection(head: DownstreamHead): RefusalReason | undefined {
		const route = this.#routeOf(head);
		if (route.kind === "none") return route.reason;
		if (route.kind !== "endpoint") return undefined;
		if (this.#isDraining()) return { code: "draining" };
		const { maxSessions, guard } = this.#options;
		return this.#sessions.size >= maxSessions || guard.refuses(this.#sessions.size) ? { code: "overloaded" } : undefined;
	}

	#routeOf(head: DownstreamHead): FrontRoute {
		return frontRoute(head, this.#options.deps().consentDesk);
	}

	#refuse({ request, downstream, id }: Asked, reason: RefusalReason): void {
		const { status, headers, body } = this.#refused(request, id, reason);
		downstream.head(status, headers);
		downstream.end(Buffer.from(body));
	}

	/** Counts a refusal, and says how it is answered. */
	#refused(head: DownstreamHead, id: string, { code, headers, subject, ...overrides }: RefusalReason): WholeAnswer {
		// Only of a route that is not served the path does not say whose clients ask.
		const vendor = (code === "route_not_found" ? vendorOfHeaders(head.headers) : undefined) ?? vendorOfPath(head.path);
		const answer = errorAnswer(vendor, code, overrides);
		this.#options.onRefusal({
			requestId: id,
			subject: subject ?? `address:${this.#addressOf(head)}`,
			method: head.method,
			path: code === "route_not_found" ? "" : recordedPath(endpointOf(head.path, head.headers)?.path ?? head.path),
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

/** Without the subject whose consents are asked for. */
function recordedPath(path: string): string {
	return path.startsWith(CONSENTS_PATH) ? CONSENTS_PATH : path;
}

function json(downstream: Downstream, status: number, id: string, body: unknown): void {
	downstream.head(status, { "content-type": "application/json", "x-request-id": id });
	downstream.end(Buffer.from(JSON.stringify(body)));
}
