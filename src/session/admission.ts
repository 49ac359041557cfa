import type { AuditWriter } from "../audit/audit-writer.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { ClientAddress } from "../edge/client-address.ts";
import type { DownstreamRequest } from "../edge/listener.ts";
import type { HookResult, HookRunner } from "../hooks/run-hook.ts";
import { type Authentication, type Authenticator, type Caller, NOBODY } from "../identity/caller.ts";
import type { CallerLimiter, Grant } from "../limits/caller-limiter.ts";
import { NO_USE } from "../limits/request-use.ts";
import type { Endpoint } from "../routing/endpoints.ts";
import { type HookObjection, hookObjection } from "./hook-objection.ts";
import { textIn } from "./session-request.ts";

export interface AdmissionDeps {
	readonly clientAddress: ClientAddress;
	readonly authenticator: Authenticator;
	readonly limiter: CallerLimiter;
	readonly hooks: HookRunner;
	readonly audit: Pick<AuditWriter, "isAccepting">;
}

export type Admission =
	| { readonly ok: true; readonly caller: Caller; readonly grant: Grant; readonly headers: Readonly<Record<string, string>> }
	| {
			readonly ok: false;
			readonly code: ErrorCode;
			readonly message?: string;
			readonly status?: number;
			readonly headers: Readonly<Record<string, string>>;
			/** The caller where one is known, else where the request came from. */
			readonly subject: string;
	  };

/** Whether a request may become a session at a route: it can be recorded, its caller is known, within limits, and no hook objects. */
export async function admit(
	request: DownstreamRequest,
	{ path, api }: Pick<Endpoint, "path" | "api">,
	requestId: string,
	deps: AdmissionDeps,
): Promise<Admission> {
	const address = deps.clientAddress(request.remoteAddress, request.headers["x-forwarded-for"]);
	const subject = `address:${address}`;
	if (!deps.audit.isAccepting) return { ok: false, code: "audit_unavailable", headers: {}, subject };
	const { method, query, headers: sent, body } = request;
	const seen = { requestId, method, path, query, headers: sent, address };
	const authentication = deps.hooks.authenticates
		? hookedCaller(await deps.hooks.run("authenticate", seen))
		: await deps.authenticator.authenticate({ headers: sent, query, address });
	if (!authentication.ok) return { headers: {}, ...authentication, subject };
	const { caller } = authentication;
	const limit = await deps.limiter.admit({ caller, path, bodyBytes: textIn(body, api).length });
	if (!limit.ok) return { subject: caller.id, ...limit };
	const { headers, grant } = limit;
	const objection = hookObjection(await deps.hooks.run("request", { caller: caller.id, body, ...seen }));
	if (objection === undefined) return { ok: true, caller, grant, headers };
	grant.end(NO_USE, false);
	return { ok: false, headers, subject: caller.id, ...objection };
}

function hookedCaller(result: HookResult): Authentication | ({ readonly ok: false } & HookObjection) {
	if (result.kind !== "caller") return { ok: false, ...(hookObjection(result) ?? { code: "hook_failed" }) };
	const { id, policy, tenant, roles = [], models = [], limits = {} } = result.caller;
	return { ok: true, caller: { id, ...NOBODY, policy, tenant, roles, models, limits } };
}
