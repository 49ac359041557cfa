import { decodeJwt, errors, type JWTPayload } from "jose";
import { type Authentication, type Authenticator, type Credentials, credentialIn, isCallerName, NOBODY } from "./caller.ts";
import { type ClaimNames, claimAt, claimValues } from "./claims.ts";
import type { IssuerBook } from "./issuer-book.ts";
import type { IssuerKeysOptions } from "./issuer-keys.ts";
import { limitsInClaim } from "./limits.ts";

/** An OpenID provider, and what its tokens mean. */
export interface TokenIssuer extends IssuerKeysOptions {
	/** Tells its subjects from those of other issuers; empty: there is no other. */
	readonly name: string;
	readonly audience: string;
	readonly algorithms: readonly string[];
	/** Names of the claims that say who asks and which policy counts; an empty policy claim: none does. */
	readonly claims: ClaimNames;
}

export interface JwtOptions {
	readonly issuers: readonly TokenIssuer[];
	/** Seconds that clocks may differ. */
	readonly clockSkewS: number;
	/** Where their keys are. */
	readonly book: IssuerBook;
	/** Further claims that policies are chosen by. */
	readonly keptClaims: readonly string[];
}

/** Tokens of OpenID providers (RFC 7519), verified with their published keys. */
export function createJwtAuthenticator({ issuers, book, clockSkewS, keptClaims }: JwtOptions): Authenticator {
	const known = new Map(issuers.map((issuer) => [issuer.issuer, { ...issuer, keys: book.keysOf(issuer) }]));
	return {
		async authenticate(credentials: Credentials): Promise<Authentication> {
			const token = credentialIn(credentials);
			if (token === undefined) return { ok: false, code: "missing_credential" };
			try {
				// Only to know whose keys to ask for: nothing of it is believed before they have verified it.
				const issuer = known.get(decodeJwt(token).iss ?? "");
				if (issuer === undefined) return wrongClaim("iss");
				issuer.keys.refresh();
				const payload = await issuer.keys.verify(token, {
					issuer: issuer.issuer,
					audience: issuer.audience,
					algorithms: [...issuer.algorithms],
					clockTolerance: clockSkewS,
					requiredClaims: ["exp"],
				});
				return callerOf(payload, issuer, keptClaims);
			} catch (error) {
				return failureOf(error);
			}
		},
		close: () => undefined,
	};
}

function callerOf(payload: JWTPayload, { name, claims }: TokenIssuer, keptClaims: readonly string[]): Authentication {
	const wrong = (claim: string, form: string): Authentication => ({
		ok: false,
		code: "invalid_credential",
		message: `The token's claim '${claim}' is not ${form}.`,
	});
	const subject = claimAt(payload, claims.subject);
	if (typeof subject !== "string" || !isCallerName(subject)) return wrong(claims.subject, "a text");
	const policy = claimAt(payload, claims.policy);
	if (policy !== undefined && typeof policy !== "string") return wrong(claims.policy, "a text");
	const tenant = claimAt(payload, claims.tenant);
	if (tenant !== undefined && typeof tenant !== "string") return wrong(claims.tenant, "a text");
	const models = claimAt(payload, claims.models) ?? [];
	if (!Array.isArray(models) || models.some((model) => typeof model !== "string")) return wrong(claims.models, "a list of texts");
	const roles = claimValues(payload, claims.roles);
	if (roles === undefined) return wrong(claims.roles, "a text or a list of texts");
	const limits = limitsInClaim(claimAt(payload, claims.limits));
	if (limits === undefined) return wrong(claims.limits, "an object of limits with numbers, such as requests_per_minute");
	const kept = new Map(keptClaims.map((name) => [name, claimValues(payload, name) ?? []]));
	// An issuer speaks for its own subjects and tenants only, however they are called.
	const own = (text: string): string => (name === "" ? text : `${name}/${text}`);
	return {
		ok: true,
		caller: { id: `jwt:${own(subject)}`, ...NOBODY, policy, tenant: tenant && own(tenant), models, roles, limits, claims: kept },
	};
}

function wrongClaim(claim: string): Authentication {
	return { ok: false, code: "invalid_credential", message: `The token's claim '${claim}' is missing or not the expected one.` };
}

/** Anything unforeseen is a refusal too. */
function failureOf(error: unknown): Authentication {
	if (error instanceof errors.JWTExpired) return { ok: false, code: "expired_credential" };
	if (error instanceof errors.JWTClaimValidationFailed) return wrongClaim(error.claim);
	// A generic error is an answer of the issuer that holds no keys.
	if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError) || error.code === "ERR_JOSE_GENERIC")
		return { ok: false, code: "identity_unavailable" };
	return { ok: false, code: "invalid_credential" };
}
