import type { AuditWriter } from "../audit/audit-writer.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { DownstreamRequest } from "../edge/listener.ts";
import type { Authenticator } from "../identity/caller.ts";
import { grantConsent, type RecordChanges, revokeConsents, shown } from "../identity/consent-change.ts";
import {
	type ConsentFile,
	type ConsentRecord,
	type ConsentTerms,
	readConsents,
	readTerms,
	SUBJECT,
	SUBJECT_FORMS,
} from "../identity/consent-file.ts";
import type { Logger } from "../telemetry/logger.ts";

/** The route as it stands in records: the rest of the path names somebody. */
export const CONSENTS_PATH = "/admin/consents";
const PATH = new RegExp(`^${CONSENTS_PATH}/([^/]{1,800})$`);
const METHODS: ReadonlySet<string> = new Set(["GET", "PUT", "DELETE"]);

export interface ConsentDeskDeps {
	/** Who may; absent: nobody, and there is no such route. */
	readonly administrators: Authenticator | undefined;
	readonly file: ConsentFile;
	readonly audit: Pick<AuditWriter, "recordConsents">;
	readonly hasPolicy: (name: string) => boolean;
	readonly hasProvider: (name: string) => boolean;
	readonly logger: Logger;
}

export type ConsentAnswer =
	| { readonly ok: true; readonly body: object }
	| {
			readonly ok: false;
			readonly code: ErrorCode;
			readonly message?: string;
			readonly param?: string;
			readonly headers?: Readonly<Record<string, string>>;
			readonly subject?: string;
	  };

/** Shows, grants and revokes the consents of one subject, for who has an administrator's key. */
export class ConsentDesk {
	readonly #deps: ConsentDeskDeps;

	constructor(deps: ConsentDeskDeps) {
		this.#deps = deps;
	}

	serves(path: string): boolean {
		return this.#deps.administrators !== undefined && this.#deps.file.path !== "" && PATH.test(path);
	}

	/** `address`: the client's, after trusted proxies. */
	async answer({ method, headers, query, path, body }: DownstreamRequest, address: string): Promise<ConsentAnswer> {
		const { administrators, logger } = this.#deps;
		if (administrators === undefined) return { ok: false, code: "route_not_found" };
		if (!METHODS.has(method))
			return {
				ok: false,
				code: "method_not_allowed",
				message: "The route takes GET, PUT and DELETE.",
				headers: { allow: [...METHODS].join(", ") },
			};
		const authentication = await administrators.authenticate({ headers, query: "", address });
		if (!authentication.ok) return authentication;
		const by = authentication.caller.id;
		const subject = decoded(PATH.exec(path)?.[1] ?? "");
		if (!SUBJECT.test(subject)) return invalid(`A subject is ${SUBJECT_FORMS}, percent-encoded.`, by);
		try {
			if (method === "PUT") return await this.#grant(subject, by, body);
			if (method === "DELETE") return await this.#revoke(subject, by, new URLSearchParams(query));
			return this.#show(subject);
		} catch (error) {
			logger.error({ fault: (error as Error).message }, "consents not usable");
			return { ok: false, code: "consents_unavailable", subject: by };
		}
	}

	#show(subject: string): ConsentAnswer {
		const consents = readConsents(this.#deps.file).filter((consent) => consent.subject === subject);
		return { ok: true, body: { subject, consents: consents.map(shown) } };
	}

	async #grant(subject: string, by: string, body: Uint8Array): Promise<ConsentAnswer> {
		const value = parsed(body);
		if (value === undefined) return { ok: false, code: "invalid_json", subject: by };
		const reading = readTerms(value);
		if (!reading.ok) return invalid(`${reading.param === "" ? "body" : reading.param}: ${reading.reason}.`, by, reading.param);
		const fault = this.#faultOf(reading.terms);
		if (fault !== undefined) return invalid(`${fault.param}: ${fault.reason}.`, by, fault.param);
		return { ok: true, body: shown(await grantConsent(this.#deps.file, subject, reading.terms, this.#recorder(by))) };
	}

	async #revoke(subject: string, by: string, query: URLSearchParams): Promise<ConsentAnswer> {
		const purpose = query.get("purpose") ?? undefined;
		// A misspelt condition must not revoke everything.
		if (query.size !== (purpose === undefined ? 0 : 1)) return invalid("The query takes one purpose, or nothing for all of them.", by);
		const fits = (consent: ConsentRecord): boolean => consent.subject === subject && (purpose === undefined || consent.purpose === purpose);
		const revoked = await revokeConsents(this.#deps.file, fits, this.#recorder(by));
		return { ok: true, body: { subject, revoked: revoked.map(({ id }) => id) } };
	}

	/** What the form of the terms does not say. */
	#faultOf({ policy, providers, expires }: ConsentTerms): { readonly param: string; readonly reason: string } | undefined {
		const { hasPolicy, hasProvider } = this.#deps;
		if (!hasPolicy(policy)) return { param: "policy", reason: "there is no such policy in security.policies" };
		if (!providers.every((name) => name === "*" || hasProvider(name)))
			return { param: "providers", reason: "one is neither in llm_providers nor *" };
		if (expires !== undefined && Date.parse(expires) <= Date.now()) return { param: "expires", reason: "lies in the past" };
		return undefined;
	}

	#recorder(by: string): RecordChanges {
		return (changes) => this.#deps.audit.recordConsents(changes, by);
	}
}

function invalid(message: string, subject: string, param = ""): ConsentAnswer {
	return { ok: false, code: "invalid_request", message, subject, ...(param !== "" && { param }) };
}

function parsed(body: Uint8Array): unknown {
	try {
		return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
	} catch {
		return undefined;
	}
}

/** Empty when it cannot be decoded. */
function decoded(component: string): string {
	try {
		return decodeURIComponent(component);
	} catch {
		return "";
	}
}
