import type { Recognizer } from "./recognizer.ts";
import { row, type TokenRow, tokenRecognizer } from "./secret-tokens.ts";

// biome-ignore format: a table
const ROWS: readonly TokenRow[] = [
	{
		type: "github_token",
		forms: [
			// The stateless installation token: app id, then a JWT.
			{ prefix: "ghs_12345_", expression: "ghs_\\d{1,20}_", body: "url", min: 20, more: "." },
			{ prefix: "ghp_", expression: "gh[pousr]_", body: "alnum", min: 36, confirm: "github_token" },
			{ prefix: "github_pat_", body: "url", min: 40 },
		],
	},
	{
		type: "gitlab_token",
		forms: [
			{ prefix: "glpat-", expression: "gl(?:pat|dt|rt|ptt|ft|imt|soat|ffct|wt|cbt)-", body: "url", min: 20, more: "." },
			{ prefix: "glagent-", expression: "gl(?:agent|oas)-", body: "url", min: 40 },
			{ prefix: "GR1348941", body: "url", min: 20 },
		],
	},
	row("bitbucket_token", ["ATBB", "base64", 28], ["BBDC-", "atlassian", 40]),
	row("atlassian_token", ["ATATT3", "base64", 60, "AT[AC]TT3"]),
	{ type: "npm_token", forms: [{ prefix: "npm_", body: "alnum", min: 36, confirm: "npm_token" }] },
	row("pypi_token", ["pypi-AgEIcHlwaS5vcmc", "url", 40, "pypi-AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZw)"]),
	row("rubygems_key", ["rubygems_", "hex", 40]),
	row("crates_token", ["cio", "alnum", 32]),
	row("nuget_key", ["oy2", "lower", 43]),
	row("clojars_token", ["CLOJARS_", "lower", 50]),
	row("docker_token", ["dckr_pat_", "url", 24, "dckr_[po]at_"], ["SWMTKN-1-", "url", 50]),
	row("circleci_token", ["CCIPAT_", "url", 40], ["CCIPRJ_", "url", 40]),
	row("buildkite_token", ["bkua_", "url", 40, "bk(?:ua|aa|aj|ar|ct|pt|pat|ps)_"]),
	row("artifactory_key", ["AKCp", "alnum", 60], ["cmVmd", "alnum", 56]),
	row("sonar_token", ["squ_", "alnum", 40, "sq[pua]_"], ["sqco_", "alnum", 50]),
	row("sourcegraph_token", ["sgp_", "hex", 36, "sgp_(?:(?:[0-9a-fA-F]{16}|local)_)?"], ["slk_", "hex", 60]),
	row("launchdarkly_key", ["api-", "uuid", 36, "(?:api|sdk|mob)-"]),
	row("prefect_key", ["pnu_", "alnum", 34]),
	row("infracost_key", ["ico-", "alnum", 30]),
	row("scalingo_token", ["tk-us-", "url", 40]),
	row("deno_token", ["ddp_", "alnum", 34, "dd[pw]_"]),
	// Three parts, as in snyk/go-application-framework: a key id, claims, a signature.
	{
		type: "snyk_token",
		forms: [{ prefix: "snyk_uat.12345678.", expression: "snyk_[us]at\\.[0-9a-f]{8}\\.", body: "url", min: 30, more: "." }],
	},
];

/** Source control, CI and package registries. */
export const GIT_SECRETS: readonly Recognizer[] = ROWS.map((spec) => tokenRecognizer("git", spec));
