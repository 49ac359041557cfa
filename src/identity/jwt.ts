import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from "jose";
import { type Authentication, type Authenticator, type Credentials, credentialIn, NOBODY } from "./caller.ts";
import { type ClaimNames, claimAt, claimValues } from "./claims.ts";
import { limitsInClaim } from "./limits.ts";

export interface JwtOptions {
	readonly jwksUrl: string;
	readonly issuer: string;
	readonly audience: string;
	readonly algorithms: readonly string[];
	/** Seconds that clocks may differ. */
	readonly clockSkewS: number;
	/** Names of the claims that say who asks and which policy counts; an empty policy claim: none does. */
	readonly claims: ClaimNames;
	/** Further claims that policies are chosen by. */
	readonly keptClaims: readonly string[];
}

/** ms for the issuer's keys to arrive, and the least time between two fetches for an unknown key. */
const FETCH_TIMEOUT_MS = 3000;
const COOLDOWN_MS = 10_000;

/** Tokens of an OpenID provider (RFC 7519), verified with its published keys (RFC 7517), which may rotate. */
export function createJwtAuthenticator(options: JwtOptions): Authenticator {
	const keys = createRemoteJWKSet(new URL(options.jwksUrl), { timeoutDuration: FETCH_TIMEOUT_MS, cooldownDuration: COOLDOWN_MS });
	return {
		async authenticate(credentials: Credentials): Promise<Authentication> {
			const token = credentialIn(credentials);
			if (token === undefined) return { ok: false, code: "missing_credential" };
			try {
				const { payload } = await jwtVerify(token, keys, {
					issuer: options.issuer,
					audience: options.audience,
					algorithms: [...options.algorithms],
					clockTolerance: options.clockSkewS,
					requiredClaims: ["exp"],
				});
				return callerOf(payload, options);
			} catch (error) {
				return failureOf(error);
			}
		},
		close: () => undefined,
	};
}

function callerOf(payload: JWTPayload, { claims, keptClaims }: JwtOptions): Authentication {
	const wrong = (claim: string, form: string): Authentication => ({
		ok: false,
		code: "invalid_credential",
		message: `The token's claim '${claim}' is not ${form}.`,
	});
	const subject = claimAt(payload, claims.subject);
	if (typeof subject !== "string" || subject === "") return wrong(claims.subject, "a text");
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
	return { ok: true, caller: { ...NOBODY, id: `jwt:${subject}`, policy, tenant, models, roles, limits, claims: kept } };
}

/** Anything unforeseen is a refusal too. */
function failureOf(error: unknown): Authentication {
	if (error instanceof errors.JWTExpired) return { ok: false, code: "expired_credential" };
	if (error instanceof errors.JWTClaimValidationFailed)
		return { ok: false, code: "invalid_credential", message: `The token's claim '${error.claim}' is missing or not the expected one.` };
	// A generic error is an answer of the issuer that holds no keys.
	if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError) || error.code === "ERR_JOSE_GENERIC")
		return { ok: false, code: "identity_unavailable" };
	return { ok: false, code: "invalid_credential" };
}
