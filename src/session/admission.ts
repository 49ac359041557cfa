import type { AuditWriter } from "../audit/audit-writer.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { ClientAddress } from "../edge/client-address.ts";
import type { DownstreamRequest } from "../edge/listener.ts";
import type { Authenticator, Caller } from "../identity/caller.ts";
import type { RequestLimiter } from "../limits/request-limiter.ts";

export interface AdmissionDeps {
	readonly clientAddress: ClientAddress;
	readonly authenticator: Authenticator;
	readonly limiter: RequestLimiter;
	readonly audit: Pick<AuditWriter, "isAccepting">;
}

export type Admission =
	| { readonly ok: true; readonly caller: Caller; readonly headers: Readonly<Record<string, string>> }
	| {
			readonly ok: false;
			readonly code: ErrorCode;
			readonly message?: string;
			readonly headers: Readonly<Record<string, string>>;
			/** The caller where one is known, else where the request came from. */
			readonly subject: string;
	  };

/** Whether a request may become a session: it can be recorded, its caller is known, and within limits. */
export async function admit(request: DownstreamRequest, deps: AdmissionDeps): Promise<Admission> {
	const address = deps.clientAddress(request.remoteAddress, request.headers["x-forwarded-for"]);
	const subject = `address:${address}`;
	if (!deps.audit.isAccepting) return { ok: false, code: "audit_unavailable", headers: {}, subject };
	const authentication = await deps.authenticator.authenticate({ headers: request.headers, query: request.query, address });
	if (!authentication.ok)
		return { ...authentication, headers: authentication.code === "too_many_failures" ? { "retry-after": "60" } : {}, subject };
	const { caller } = authentication;
	const limit = await deps.limiter.take(caller);
	return limit.ok
		? { ok: true, caller, headers: limit.headers }
		: { ok: false, code: "rate_limited", headers: limit.headers, subject: caller.id };
}
