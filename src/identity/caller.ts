import type { ErrorCode } from "../core/errors.ts";
import type { Limits } from "./limits.ts";

/** Who asks. */
export interface Caller {
	/** Stable and not secret: `key:3fk9…`, `jwt:alice`, `address:192.0.2.7`. Names limits and audit records. */
	readonly id: string;
	/** Id of the client key. */
	readonly key: string | undefined;
	/** The policy that the key or token names; undefined: none. */
	readonly policy: string | undefined;
	/** Of the key or the token; undefined: none is named. */
	readonly tenant: string | undefined;
	readonly roles: readonly string[];
	/** Those claims of the token that policies are chosen by; a list has every value that it holds. */
	readonly claims: ReadonlyMap<string, readonly string[]>;
	/** Model globs the caller may use; empty: all. */
	readonly models: readonly string[];
	/** Overrides of `security.rate_limiting`; absent members take the configured value. */
	readonly limits: Limits;
}

/** What of a request can prove who asks. */
export interface Credentials {
	/** Lower-case names. */
	readonly headers: Readonly<Record<string, string>>;
	/** Without `?`. */
	readonly query: string;
	/** Client's address, after trusted proxies. */
	readonly address: string;
}

export type Authentication =
	| { readonly ok: true; readonly caller: Caller }
	/** `message` says more than the catalogue where that helps nobody but the caller. */
	| { readonly ok: false; readonly code: ErrorCode; readonly message?: string };

export interface Authenticator {
	authenticate(credentials: Credentials): Promise<Authentication>;
	close(): void;
}

/**
 * Whether a name tells its caller from all others. Hashes are of UTF-8, in which halves of surrogate pairs are all the same
 * character: such callers would share limits, and the audit trail could not keep them apart.
 */
export function isCallerName(name: string): boolean {
	return name !== "" && name.isWellFormed();
}

/** What a caller is when nothing says otherwise. */
export const NOBODY = {
	key: undefined,
	policy: undefined,
	tenant: undefined,
	roles: [],
	claims: new Map<string, readonly string[]>(),
	models: [],
	limits: {},
} as const;

/** Everybody may call; callers are told apart by address. */
export const anonymous: Authenticator = {
	authenticate: async ({ address }) => ({
		ok: true,
		caller: { id: `address:${address}`, ...NOBODY },
	}),
	close: () => undefined,
};

/** The credential as any vendor's SDK sends it: a bearer token, or its own header; Gemini's may stand in the query. */
export function credentialIn({ headers, query }: Credentials): string | undefined {
	const bearer = /^bearer +(\S+)$/i.exec(headers["authorization"] ?? "")?.[1];
	const own = bearer ?? headers["x-api-key"] ?? headers["api-key"] ?? headers["x-goog-api-key"];
	const found = own ?? new URLSearchParams(query).get("key") ?? "";
	return found === "" ? undefined : found;
}
