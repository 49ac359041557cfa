import { createApiKeyAuthenticator } from "./api-keys.ts";
import { type Authenticator, anonymous } from "./caller.ts";
import type { ClaimNames } from "./claims.ts";
import { createJwtAuthenticator } from "./jwt.ts";

/** The configuration's `security.auth` section. */
export interface AuthSettings {
	readonly mode: "none" | "api_key" | "jwt";
	readonly keys_file: string;
	readonly jwks_url: string;
	readonly issuer: string;
	readonly audience: string;
	readonly algorithms: readonly string[];
	readonly clock_skew_s: number;
	readonly claims: ClaimNames;
}

/**
 * Throws when the key file is not valid. `keptClaims`: claims that policies are chosen by. `onKeys`: the key file changed; a
 * fault says why the old keys stay.
 */
export function createAuthenticator(
	settings: AuthSettings,
	keptClaims: readonly string[],
	onKeys: (fault: string | undefined) => void,
): Authenticator {
	switch (settings.mode) {
		case "none":
			return anonymous;
		case "api_key":
			return createApiKeyAuthenticator({ file: settings.keys_file, setting: "security.auth.keys_file", onReload: onKeys });
		case "jwt":
			return createJwtAuthenticator({
				jwksUrl: settings.jwks_url,
				issuer: settings.issuer,
				audience: settings.audience,
				algorithms: settings.algorithms,
				clockSkewS: settings.clock_skew_s,
				claims: settings.claims,
				keptClaims,
			});
		default:
			return settings.mode satisfies never;
	}
}
