import { randomUUID } from "node:crypto";
import type { Downstream, DownstreamRequest } from "../edge/listener.ts";
import { errorAnswer } from "./error-body.ts";
import { Session, type SessionDeps } from "./session.ts";

export interface FrontDesk {
	handle(request: DownstreamRequest, downstream: Downstream): void;
	/** Refuses new work; resolves when every session ended, at the latest after `timeoutMs`, when the rest is ended with an error. */
	drain(timeoutMs: number): Promise<void>;
	readonly activeSessions: number;
}

export interface FrontDeskOptions {
	readonly maxSessions: number;
	/** The settings a new session gets; it keeps them to its end. */
	readonly deps: () => SessionDeps;
	readonly health: () => { readonly ok: boolean; readonly body: Record<string, unknown> };
}

const REQUEST_ID = /^[\w.-]{1,128}$/;

/** Routes, admission and drain: decides whether a request becomes a session. */
export function createFrontDesk(options: FrontDeskOptions): FrontDesk {
	const sessions = new Set<Session>();
	let draining = false;
	let onEmpty: (() => void) | undefined;

	const json = (downstream: Downstream, status: number, body: unknown, headers: Record<string, string> = {}): void => {
		downstream.head(status, { "content-type": "application/json", ...headers });
		downstream.end(Buffer.from(JSON.stringify(body)));
	};
	const refuse = (request: DownstreamRequest, downstream: Downstream, id: string, code: Parameters<typeof errorAnswer>[1], headers: Record<string, string> = {}): void => {
		const answer = errorAnswer(request.path, code);
		downstream.head(answer.status, { ...answer.headers, ...headers, "x-request-id": id });
		downstream.end(Buffer.from(answer.body));
	};
	const startSession = (request: DownstreamRequest, downstream: Downstream, id: string): void => {
		const session = new Session(request, downstream, id, options.deps(), () => {
			sessions.delete(session);
			if (sessions.size === 0) onEmpty?.();
		});
		sessions.add(session);
		session.run().catch(() => session.stop("internal_error"));
	};

	return {
		get activeSessions() {
			return sessions.size;
		},
		handle(request, downstream) {
			const asked = request.headers["x-request-id"];
			const id = asked !== undefined && REQUEST_ID.test(asked) ? asked : randomUUID();
			const isGet = request.method === "GET" || request.method === "HEAD";
			switch (request.path) {
				case "/livez":
					return json(downstream, 200, { status: "ok" });
				case "/readyz":
				case "/health": {
					const health = options.health();
					const ok = health.ok && !draining;
					return json(downstream, ok ? 200 : 503, { status: ok ? "ok" : draining ? "draining" : "unavailable", ...health.body, sessions: sessions.size }, { "x-request-id": id });
				}
				case "/v1/chat/completions":
					if (request.method !== "POST") return refuse(request, downstream, id, "method_not_allowed", { allow: "POST" });
					if (draining) return refuse(request, downstream, id, "draining");
					if (sessions.size >= options.maxSessions) return refuse(request, downstream, id, "overloaded");
					return startSession(request, downstream, id);
				default:
					return refuse(request, downstream, id, isGet || request.method === "POST" ? "route_not_found" : "method_not_allowed");
			}
		},
		async drain(timeoutMs) {
			draining = true;
			if (sessions.size === 0) return;
			const empty = new Promise<void>((resolve) => {
				onEmpty = resolve;
			});
			const timer = setTimeout(() => {
				for (const session of sessions) session.stop("draining");
			}, timeoutMs);
			const last = setTimeout(() => onEmpty?.(), timeoutMs + 2000);
			await empty;
			clearTimeout(timer);
			clearTimeout(last);
		},
	};
}
