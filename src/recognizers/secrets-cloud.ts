import type { Recognizer } from "./recognizer.ts";
import { exactly, row, type TokenRow, tokenRecognizer } from "./secret-tokens.ts";

// biome-ignore format: a table
const ROWS: readonly TokenRow[] = [
	{ type: "google_api_key", forms: [exactly("AIza", "url", 35)] },
	row("google_oauth_secret", ["GOCSPX-", "url", 24]),
	row("google_oauth_token", ["ya29.", "url", 20], ["1//0", "url", 28]),
	row("digitalocean_token", ["dop_v1_", "hex", 40, "do[opr]_v1_"]),
	row("alibaba_key", ["LTAI", "alnum", 17]),
	row("tencent_key", ["AKID", "alnum", 32]),
	{ type: "cloudflare_token", forms: [{ prefix: "cfut_", expression: "cf(?:k|ut|at)_", body: "alnum", min: 40 }, { prefix: "v1.0-", body: "hex", min: 24, more: "-" }] },
	row("heroku_key", ["HRKU-AA", "url", 30]),
	{ type: "flyio_token", forms: [{ prefix: "fm2_", expression: "fm[12][ar]?_", body: "base64", min: 60, more: "," }, { prefix: "fo1_", body: "url", min: 40 }] },
	row("render_key", ["rnd_", "alnum", 26]),
	row("neon_key", ["napi_", "lower", 40]),
	row("planetscale_token", ["pscale_tkn_", "url", 30, "pscale_(?:tkn|oauth|pw)_"]),
	row("supabase_key", ["sbp_", "lower", 36], ["sb_secret_", "url", 28]),
	row("exoscale_key", ["EXO", "lower", 24]),
	row("upcloud_token", ["ucat_", "alnum", 24]),
	row("mongodb_atlas_secret", ["mdb_sa_sk_", "url", 36]),
	{ type: "clickhouse_key", forms: [{ prefix: "4b1d", body: "alnum", min: 38, confirm: "mixed_token" }] },
	{ type: "databricks_token", forms: [{ ...exactly("dapi", "hex", 32), confirm: "databricks_token", more: "-" }, exactly("dose", "hex", 32)] },
	row("elastic_key", ["essu_", "base64", 40]),
	row("tailscale_key", ["tskey-auth-", "url", 16, "tskey-[a-z]{2,20}-"]),
	// Root tokens are short; service, batch and recovery tokens have 90 characters and more.
	{ type: "vault_token", forms: [exactly("hvs.", "alnum", 24), { prefix: "hvs.", expression: "hv[sbr]\\.", body: "url", min: 90 }] },
	row("doppler_token", ["dp.pt.", "alnum", 40, "dp\\.(?:ct|pt|st|sa|scim|audit)\\.(?:[a-z0-9_-]{2,35}\\.)?"]),
	row("pulumi_token", ["pul-", "hex", 40]),
	row("onepassword_token", ["ops_eyJ", "base64", 60]),
	row("age_secret_key", ["AGE-SECRET-KEY-1", "upper", 40]),
	row("scaleway_key", ["SCW", "upper", 17]),
	// Underscores belong to it (trufflehog, netlify/v2).
	row("netlify_token", ["nfp_", "url", 36]),
	// 54 characters and their checksum (docs.confluent.io, "API secret format"; since July 2025).
	{ type: "confluent_key", forms: [{ prefix: "cflt", body: "base64", min: 60, confirm: "confluent_key" }] },
	row("datastax_token", ["AstraCS:aB3dE5gH7jK9mN1pQ3rS:", "hex", 40, "AstraCS:[A-Za-z0-9]{20,40}:"]),
	row("cockroach_key", ["CCDB1_", "url", 40]),
	row("snowflake_token", ["ver:1-hint:1234567-", "base64", 40, "ver:\\d-hint:\\d{3,20}-"]),
	row("akamai_token", ["akab-", "lower", 16]),
];

/** Cloud, hosting, database and infrastructure credentials with a prefix. */
export const CLOUD_SECRETS: readonly Recognizer[] = ROWS.map((spec) => tokenRecognizer("cloud", spec));
