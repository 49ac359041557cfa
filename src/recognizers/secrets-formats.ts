import { confirmToken } from "./confirm-secrets.ts";
import { confirmWhole } from "./confirm-whole.ts";
import type { Recognizer } from "./recognizer.ts";

const sample = "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1z2".repeat(4);
const hex = "3f9a1c7e5b2d8046f1a9c3e7b5d20864".repeat(3);

const ATLAS = "atlasv1\\.[A-Za-z0-9_=-]{40}";
export const confirmTerraformFromDot = confirmWhole(/(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.$/, confirmToken);

/** Tokens that are known by their form rather than by a prefix. */
// biome-ignore format: a table
export const STRUCTURAL_SECRETS: readonly Recognizer[] = [
	{
		type: "telegram_token", category: "secret", groups: ["saas"], label: "TELEGRAM_TOKEN",
		patterns: [{ name: "telegram_token", expression: "(?<![A-Za-z0-9])\\d{8,10}:A[A-Za-z0-9_-]{32,35}(?![A-Za-z0-9_-])", score: 0.97, views: ["decoded"] }],
		examples: { match: [`⟦123456789:A${sample.slice(0, 34)}⟧`], noMatch: ["123456789:Ashort", `x123456789:A${sample.slice(0, 34)}`] },
	},
	{
		type: "discord_token", category: "secret", groups: ["saas"], label: "DISCORD_TOKEN",
		patterns: [{ name: "discord_token", expression: "(?<![A-Za-z0-9_.-])[MNO][A-Za-z0-9_-]{23,27}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,38}(?![A-Za-z0-9_-])", score: 0.97, views: ["decoded"], confirm: "discord_token" }],
		examples: { match: [`⟦${Buffer.from("123456789012345678").toString("base64")}.XyZ-12.${sample.slice(0, 27)}⟧`], noMatch: [`Mabc.XyZ-12.${sample.slice(0, 27)}`, `N${sample.slice(0, 23)}.XyZ-12.${sample.slice(0, 27)}`] },
	},
	{
		type: "terraform_token", category: "secret", groups: ["cloud"], label: "TERRAFORM_TOKEN",
		patterns: [{
			name: "terraform_token", expression: `(?<![A-Za-z0-9])[A-Za-z0-9]{14}\\.${ATLAS}`, score: 0.98, confirm: "token", views: ["decoded"], tail: { bytes: "A-Za-z0-9_=-", maxBytes: 128 },
			// In answers what stands before the dot is public: it is the token's id, and any word could begin it.
			inAnswers: { expression: `(?<![\\x00-\\x2d\\x2f-\\x7f])${ATLAS}`, confirm: "terraform_from_dot" },
		}],
		examples: { match: [`⟦${sample.slice(0, 14)}.atlasv1.${sample.slice(0, 67)}⟧`], noMatch: [`${sample.slice(0, 13)}.atlasv1.${sample.slice(0, 67)}`] },
	},
	{
		type: "facebook_app_token", category: "secret", groups: ["saas"], label: "FACEBOOK_APP_TOKEN",
		patterns: [{ name: "facebook_app_token", expression: "(?<![A-Za-z0-9])\\d{15,16}(?:\\||%7[Cc])[A-Za-z0-9_-]{27}(?![A-Za-z0-9_-])", score: 0.97, confirm: "token", views: ["decoded"] }],
		examples: { match: [`⟦1308742762612587|${sample.slice(0, 27)}⟧`], noMatch: [`130874276261258|${sample.slice(0, 26)}`, "1308742762612587|a table cell"] },
	},
	{
		type: "mailchimp_key", category: "secret", groups: ["saas"], label: "MAILCHIMP_KEY",
		patterns: [{ name: "mailchimp_key", expression: "(?<![A-Za-z0-9])[0-9a-f]{32}-us\\d{1,2}(?![A-Za-z0-9])", score: 0.97, views: ["decoded"] }],
		examples: { match: [`⟦${hex.slice(0, 32)}-us12⟧`], noMatch: [`${hex.slice(0, 31)}-us12`] },
	},
	{
		type: "newrelic_license", category: "secret", groups: ["saas"], label: "NEWRELIC_LICENSE",
		patterns: [{ name: "newrelic_license", expression: "(?<![A-Za-z0-9])[0-9a-f]{32}(?:[0-9a-f]{4}|FFFF)NRAL(?![A-Za-z0-9])", score: 0.97, views: ["decoded"] }],
		examples: { match: [`⟦${hex.slice(0, 36)}NRAL⟧`], noMatch: [`${hex.slice(0, 35)}NRAL`, "NRAL"] },
	},
	{
		type: "asana_token", category: "secret", groups: ["saas"], label: "ASANA_TOKEN",
		patterns: [{ name: "asana_token", expression: "(?<![A-Za-z0-9/])\\d/\\d{15,16}(?:/\\d{15,16})?:[0-9a-f]{32}(?![A-Za-z0-9])", score: 0.97, views: ["decoded"] }],
		examples: { match: [`⟦1/1204567890123456:${hex.slice(0, 32)}⟧`, `⟦2/1204567890123456/1205678901234567:${hex.slice(0, 32)}⟧`], noMatch: [`1/120456789012345:${hex.slice(0, 31)}`, "1/2"] },
	},
	{
		type: "onepassword_secret_key", category: "secret", groups: ["password"], label: "ONEPASSWORD_SECRET_KEY",
		patterns: [{ name: "onepassword_secret_key", expression: "(?<![A-Za-z0-9-])A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}(?![A-Za-z0-9-])", score: 0.98 }],
		examples: { match: ["⟦A3-ABC123-DEF456GHI78-9JKLM-NPQRS-TVWXY⟧"], noMatch: ["A3-ABC123-DEF456"] },
	},
	{
		type: "password_hash", category: "secret", groups: ["password"], label: "PASSWORD_HASH",
		patterns: [
			{ name: "bcrypt_hash", expression: "\\$2[abxy]\\$\\d{2}\\$[./A-Za-z0-9]{53}", score: 0.97 },
			{ name: "argon2_hash", expression: "\\$argon2(?:i|d|id)\\$v=\\d{1,3}\\$m=\\d{1,9}", score: 0.97, tail: { bytes: "A-Za-z0-9+/=,$._-", maxBytes: 512 } },
			{ name: "crypt_hash", expression: "\\$(?:[156y]|apr1)\\$(?:rounds=\\d{1,9}\\$)?[./A-Za-z0-9]{1,22}\\$[./A-Za-z0-9]{22}", score: 0.95, tail: { bytes: "./A-Za-z0-9$", maxBytes: 128 } },
		],
		examples: {
			match: [`⟦$2b$12$${sample.slice(0, 53)}⟧`, `⟦$argon2id$v=19$m=65536,t=3,p=4$${sample.slice(0, 22)}$${sample.slice(0, 43)}⟧`, `⟦$6$rounds=5000$saltsalt$${sample.slice(0, 86)}⟧`, `admin:⟦$apr1$saltsalt$${sample.slice(0, 22)}⟧`],
			noMatch: ["$2b$12$short", "$argon2 is a hash", "costs $5$ and $6$"],
		},
	},
	{
		type: "otpauth_uri", category: "secret", groups: ["password"], label: "OTPAUTH_URI",
		patterns: [{ name: "otpauth_uri", expression: "(?<![A-Za-z0-9])otpauth://(?:totp|hotp)/", score: 0.97, tail: { bytes: "A-Za-z0-9._~:/?#@!$&*+,;=%-", maxBytes: 512 } }],
		examples: { match: ["⟦otpauth://totp/ACME:bob?secret=JBSWY3DPEHPK3PXP&issuer=ACME⟧"], noMatch: ["otpauth is a scheme"] },
	},
	{
		type: "crypto_private_key", category: "secret", groups: ["key_material", "crypto"], label: "CRYPTO_PRIVATE_KEY",
		patterns: [
			{ name: "wif_key", expression: "(?<![A-Za-z0-9])[5KL][1-9A-HJ-NP-Za-km-z]{50,51}(?![A-Za-z0-9])", score: 0.99, views: ["decoded"], confirm: "base58check" },
			{ name: "extended_private_key", expression: "(?<![A-Za-z0-9])[xyzt]prv[1-9A-HJ-NP-Za-km-z]{107}(?![A-Za-z0-9])", score: 0.99, confirm: "base58check" },
		],
		examples: {
			match: [
				["⟦5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ", "1jvhTVqvbTLvyTJ⟧"].join(""),
				["⟦xprv9s21ZrQH143K41gm3zUS1s4iBBF8bSg5x3G6oMfaTWjyUdNc159yYWP", "M3HVQArMpF8mwp3QKKM6EZA21eLNU85iVoWKRhE8oa2wvJ1EkQTs⟧"].join(""),
			],
			noMatch: [["5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ", "1jvhTVqvbTLvyTK"].join("")],
		},
	},
];
