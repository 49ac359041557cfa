import { randomUUID } from "node:crypto";
import { vendorOfPath } from "../core/api.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { Downstream, DownstreamRequest } from "../edge/listener.ts";
import { type Endpoint, endpointOf } from "../routing/endpoints.ts";
import { type AdmissionDeps, admit } from "./admission.ts";
import { type ErrorOverrides, errorAnswer } from "./error-body.ts";
import { ModelQuery } from "./model-query.ts";
import { Session } from "./session.ts";
import type { SessionDeps } from "./session-request.ts";

export interface FrontDeskOptions {
	readonly maxSessions: number;
	/** The settings a new session gets; it keeps them to its end. */
	readonly deps: () => SessionDeps & AdmissionDeps;
	/** A policy that new sessions no longer get lost its last session. */
	readonly onPolicyUnused: (policyId: string) => void;
	/** The text of `/metrics`. */
	readonly metrics: () => Promise<{ readonly contentType: string; readonly body: string }>;
	readonly health: () => { readonly ok: boolean; readonly body: Record<string, unknown> };
}

const PROBES = new Set(["/livez", "/readyz", "/health", "/metrics"]);

const REQUEST_ID = /^[\w.-]{1,128}$/;

/** Routes, admission and drain: decides whether a request becomes a session. */
export class FrontDesk {
	readonly #options: FrontDeskOptions;
	readonly #sessions = new Set<Session | ModelQuery>();
	#phase: "open" | "leaving" | "draining" = "open";
	#onEmpty: (() => void) | undefined;

	constructor(options: FrontDeskOptions) {
		this.#options = options;
	}

	handle(request: DownstreamRequest, downstream: Downstream): void {
		const asked = request.headers["x-request-id"];
		const id = asked !== undefined && REQUEST_ID.test(asked) ? asked : randomUUID();
		const isProbe = PROBES.has(request.path);
		const endpoint = isProbe ? undefined : endpointOf(request.path, request.headers);
		const allowed = isProbe ? "GET" : endpoint?.method;
		if (allowed === undefined) return refuse(request, downstream, id, "route_not_found");
		const method = request.method === "HEAD" ? "GET" : request.method;
		if (method !== allowed) return refuse(request, downstream, id, "method_not_allowed", { allow: allowed });
		if (endpoint !== undefined) {
			this.#admit(request, endpoint, downstream, id).catch(() => refuse(request, downstream, id, "internal_error"));
			return;
		}
		if (request.path === "/livez") return json(downstream, 200, id, { status: "ok" });
		if (request.path === "/metrics") return void this.#metrics(downstream, id);
		this.#health(downstream, id);
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

	/** Gives the policy up unless it is the current one or a session still uses it. */
	retire(policyId: string): void {
		if (policyId === this.#options.deps().policyId) return;
		for (const session of this.#sessions) if (session.policyId === policyId) return;
		this.#options.onPolicyUnused(policyId);
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

	#isDraining(): boolean {
		return this.#phase === "draining";
	}

	async #admit(request: DownstreamRequest, endpoint: Endpoint, downstream: Downstream, id: string): Promise<void> {
		if (this.#isDraining()) return refuse(request, downstream, id, "draining");
		if (this.#sessions.size >= this.#options.maxSessions) return refuse(request, downstream, id, "overloaded");
		const admission = await admit(request, this.#options.deps());
		if (!admission.ok) {
			const { code, headers, message } = admission;
			return refuse(request, downstream, id, code, headers, message === undefined ? {} : { message });
		}
		if (!downstream.isOpen) return;
		if (this.#isDraining()) return refuse(request, downstream, id, "draining");
		// Only now: a reload may have come meanwhile, and a policy without sessions is given up.
		const deps = this.#options.deps();
		const { caller, headers } = admission;
		const Kind = endpoint.api === "models" ? ModelQuery : Session;
		const session = new Kind({ request, endpoint, downstream, id, caller, headers }, deps, () => {
			this.#sessions.delete(session);
			this.retire(deps.policyId);
			if (this.#sessions.size === 0) this.#onEmpty?.();
		});
		this.#sessions.add(session);
		session.run().catch(() => session.stop("internal_error"));
	}
}

function json(downstream: Downstream, status: number, id: string, body: unknown): void {
	downstream.head(status, { "content-type": "application/json", "x-request-id": id });
	downstream.end(Buffer.from(JSON.stringify(body)));
}

function refuse(
	request: DownstreamRequest,
	downstream: Downstream,
	id: string,
	code: ErrorCode,
	headers: Readonly<Record<string, string>> = {},
	overrides: ErrorOverrides = {},
): void {
	const answer = errorAnswer(vendorOfPath(request.path), code, overrides);
	downstream.head(answer.status, { ...answer.headers, ...headers, "x-request-id": id });
	downstream.end(Buffer.from(answer.body));
}
