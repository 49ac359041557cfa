import { z } from "zod";

/** `security.auth`: who may call. */
export const Auth = z
	.strictObject({
		mode: z
			.enum(["none", "api_key", "jwt"])
			.default("none")
			.describe("How callers prove who they are. `none`: everybody may call, and the address tells callers apart."),
		keys_file: z
			.string()
			.default("./data/keys.json")
			.describe("With `api_key`: file of hashed client keys, written by `secure-llm-proxy keys`. A change is seen within a second."),
		jwks_url: z.string().default("").describe("With `jwt`: where the issuer publishes its keys."),
		issuer: z.string().default("").describe("With `jwt`: the `iss` a token must carry."),
		audience: z.string().default("").describe("With `jwt`: the `aud` a token must carry."),
		algorithms: z
			.array(z.enum(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]))
			.min(1)
			.default(["RS256", "PS256", "ES256", "EdDSA"])
			.describe("With `jwt`: signature algorithms that count."),
		clock_skew_s: z.int().min(0).max(300).default(30).describe("With `jwt`: seconds that clocks may differ."),
		claims: z
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
			.describe("With `jwt`: what the claims mean."),
	})
	.superRefine((auth, context) => {
		if (auth.mode !== "jwt") return;
		if (!URL.canParse(auth.jwks_url) || !/^https?:/.test(auth.jwks_url))
			context.addIssue({ code: "custom", path: ["jwks_url"], message: "must be an http(s) URL when mode is jwt" });
		for (const key of ["issuer", "audience"] as const)
			if (auth[key] === "") context.addIssue({ code: "custom", path: [key], message: "must be set when mode is jwt" });
	})
	.prefault({})
	.describe("Who may call.");
