import { createApiKeyAuthenticator } from "./api-keys.ts";
import { type Authenticator, anonymous, credentialIn } from "./caller.ts";
import type { ClaimNames } from "./claims.ts";
import type { IssuerBook } from "./issuer-book.ts";
import { createJwtAuthenticator, type TokenIssuer } from "./jwt.ts";
import { KEY_PREFIX } from "./key-format.ts";

interface IssuerSettings {
	readonly jwks_url: string;
	readonly issuer: string;
	readonly audience: string;
	readonly algorithms: readonly string[];
	readonly claims: ClaimNames;
}

/** The configuration's `security.auth` section. `issuers`: in place of the one that stands in the section itself. */
export interface AuthSettings extends IssuerSettings {
	readonly mode: "none" | "api_key" | "jwt" | "api_key_or_jwt";
	readonly keys_file: string;
	readonly clock_skew_s: number;
	readonly keys_max_age_s: number;
	readonly issuers: Readonly<Record<string, IssuerSettings>>;
}

/**
 * Throws when the key file is not valid. `keptClaims`: claims that policies are chosen by. `onKeys`: the key file changed; a
 * fault says why the old keys stay. `book`: the issuers' keys, which outlive a reload.
 */
export function createAuthenticator(
	settings: AuthSettings,
	keptClaims: readonly string[],
	onKeys: (fault: string | undefined) => void,
	book: IssuerBook,
): Authenticator {
	const keys = (): Authenticator =>
		createApiKeyAuthenticator({ file: settings.keys_file, setting: "security.auth.keys_file", onReload: onKeys });
	const tokens = (): Authenticator =>
		createJwtAuthenticator({ issuers: issuersOf(settings), book, clockSkewS: settings.clock_skew_s, keptClaims });
	switch (settings.mode) {
		case "none":
			return anonymous;
		case "api_key":
			return keys();
		case "jwt":
			return tokens();
		case "api_key_or_jwt":
			return either(keys(), tokens());
		default:
			return settings.mode satisfies never;
	}
}

/** What a caller presents says by its form which it is. */
function either(keys: Authenticator, tokens: Authenticator): Authenticator {
	return {
		authenticate: (credentials) => (credentialIn(credentials)?.startsWith(KEY_PREFIX) ? keys : tokens).authenticate(credentials),
		close() {
			keys.close();
			tokens.close();
		},
	};
}

/** One, or each of `issuers`. */
export function issuersOf({ issuers, keys_max_age_s, ...own }: AuthSettings): TokenIssuer[] {
	const named = Object.entries(issuers);
	return (named.length === 0 ? [["", own] as const] : named).map(([name, { issuer, jwks_url, audience, algorithms, claims }]) => ({
		name,
		issuer,
		jwksUrl: jwks_url,
		maxAgeMs: keys_max_age_s * 1000,
		audience,
		algorithms,
		claims,
	}));
}
