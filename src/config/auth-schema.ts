import { z } from "zod";

const claims = z
	.strictObject({
		subject: z.string().min(1).default("sub").describe("Claim that names the caller."),
		policy: z.string().default("").describe("Claim that names the policy. Empty: none does."),
		tenant: z
			.string()
			.default("")
			.describe("Claim that names the caller's tenant, to whom a consent may belong (`tid`, `org_id`). Empty: none does."),
		roles: z
			.string()
			.default("")
			.describe("Claim with the role or the roles that `policy_rules` know; `realm_access.roles` leads into an object. Empty: none."),
		models: z.string().default("").describe("Claim with a list of model globs. Empty: all models."),
		limits: z
			.string()
			.default("")
			.describe("Claim with an object of limits, named as in `rate_limiting`, in place of the configured ones. Empty: none."),
	})
	.prefault({})
	.describe("With `jwt`: what the claims mean.");

const issuer = {
	issuer: z.string().default("").describe("With `jwt`: the `iss` a token must carry."),
	jwks_url: z
		.string()
		.default("")
		.describe(
			"With `jwt`: where the issuer publishes its keys. Empty: its discovery document, `ISSUER/.well-known/openid-configuration`, says it.",
		),
	audience: z.string().default("").describe("With `jwt`: the `aud` a token must carry."),
	algorithms: z
		.array(z.enum(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]))
		.min(1)
		.default(["RS256", "PS256", "ES256", "EdDSA"])
		.describe("With `jwt`: signature algorithms that count."),
	claims,
};

const Issuer = z
	.strictObject({
		...issuer,
		issuer: z.string().min(1).describe("The `iss` that its tokens carry; it decides which issuer a token is verified by."),
		audience: z.string().min(1).describe("The `aud` that its tokens must carry."),
	})
	.superRefine(wayToKeys)
	.describe("One of several issuers.");

export type AuthMode = "none" | "api_key" | "jwt" | "api_key_or_jwt";

/** `security.auth`: who may call. */
export const Auth = z
	.strictObject({
		mode: z
			.enum(["none", "api_key", "jwt", "api_key_or_jwt"])
			.default("none")
			.describe(
				"How callers prove who they are. `none`: everybody may call, and the address tells callers apart. `api_key_or_jwt`: either, what begins with `slp_` is a key. Keys below that hold with `api_key` or `jwt` hold with it too.",
			),
		keys_file: z
			.string()
			.default("./data/keys.json")
			.describe("With `api_key`: file of hashed client keys, written by `secure-llm-proxy keys`. A change is seen within a second."),
		...issuer,
		issuers: z
			.record(z.string().regex(/^[\w.-]{1,64}$/, "must be letters, digits, `_`, `.` and `-`, up to 64"), Issuer)
			.default({})
			.describe(
				"With `jwt`: several issuers by a name of your choice, in place of the one above. Callers are `jwt:NAME/SUBJECT`, their tenants `NAME/TENANT`.",
			),
		clock_skew_s: z.int().min(0).max(300).default(30).describe("With `jwt`: seconds that clocks may differ."),
		keys_max_age_s: z
			.int()
			.min(300)
			.max(604_800)
			.default(3600)
			.describe(
				"With `jwt`: seconds for which an issuer's keys count while it cannot be asked. They are asked for again every five minutes.",
			),
	})
	.superRefine((auth, context) => {
		if (!takesTokens(auth)) return;
		const names = Object.keys(auth.issuers);
		const seen = new Set<string>();
		for (const name of names) {
			const { issuer } = auth.issuers[name] as z.infer<typeof Issuer>;
			if (seen.has(issuer)) context.addIssue({ code: "custom", path: ["issuers", name, "issuer"], message: "is that of another entry" });
			seen.add(issuer);
		}
		if (names.length === 0) {
			for (const key of ["issuer", "audience"] as const)
				if (auth[key] === "")
					context.addIssue({ code: "custom", path: [key], message: "must be set when callers have tokens (mode jwt or api_key_or_jwt)" });
			wayToKeys(auth, context);
			return;
		}
		for (const key of ["issuer", "jwks_url", "audience"] as const)
			if (auth[key] !== "")
				context.addIssue({ code: "custom", path: [key], message: "must be empty when issuers has entries: make it one of them" });
	})
	.prefault({})
	.describe("Who may call.");

/** Whether callers may come with a client key. */
export function takesKeys({ mode }: { readonly mode: AuthMode }): boolean {
	return mode === "api_key" || mode === "api_key_or_jwt";
}

/** Whether they may come with a token. */
export function takesTokens({ mode }: { readonly mode: AuthMode }): boolean {
	return mode === "jwt" || mode === "api_key_or_jwt";
}

/** An issuer's keys must be found. */
function wayToKeys({ issuer, jwks_url }: { readonly issuer: string; readonly jwks_url: string }, context: z.RefinementCtx): void {
	const add = (message: string): void => context.addIssue({ code: "custom", path: ["jwks_url"], message });
	if (jwks_url !== "" && !isHttpUrl(jwks_url)) add("must be an http(s) URL");
	else if (jwks_url === "" && issuer !== "" && !isHttpUrl(issuer))
		add("must be set, because the issuer is no http(s) URL that could be asked for it");
}

function isHttpUrl(text: string): boolean {
	return URL.canParse(text) && /^https?:/.test(text);
}
