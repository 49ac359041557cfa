import type { TextInspection } from "../../src/inspect/inspect-text.ts";
import { type GoldSpan, type Row, readCorpus } from "./corpora.ts";
import { addCounts, type Counts, emptyCounts, overlap, scoresOf } from "./score.ts";

/**
 * What vendors say their secrets look like, written down independently of the recognizers: by our type. A value of such a
 * form is gold in a text that its corpus calls a secret.
 */
// biome-ignore format: a table
const FORMS: Readonly<Record<string, RegExp>> = {
	adafruit_key: /\baio_[A-Za-z0-9]{28}\b/, adobe_secret: /\bp8e-[\w-]{32}/, age_secret_key: /\bAGE-SECRET-KEY-1[A-Z0-9]{58}\b/,
	anthropic_key: /\bsk-ant-(?:api|admin)\d\d-[\w-]{80,}/, artifactory_key: /\b(?:AKCp[A-Za-z0-9]{69}|cmVmd[A-Za-z0-9]{59})\b/,
	atlassian_token: /\bATATT3[\w=-]{180,}/, aws_key: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/, azure_key: /[\w~.-]{3}\dQ~[\w~.-]{31,34}|[\w+/]{76}(?:\+ASt|ACDb)[\w+/]{5}[AQgw]==|[\w]{76}AZDO\w{4}/,
	bedrock_key: /\bABSK[\w+/]{100,}=*/, bitbucket_token: /\bATBB[\w=]{28,}/, cloudflare_token: /\bcf(?:k|ut|at)_\w{40,}/, crates_token: /\bcio[A-Za-z0-9]{32}\b/,
	databricks_token: /\bdapi[0-9a-f]{32}\b/, dependency_track_key: /\bodt_[A-Za-z0-9]{32,40}\b/, digitalocean_token: /\bdo[opr]_v1_[0-9a-f]{64}\b/,
	docker_token: /\bdckr_[po]at_[\w-]{27,}/, doppler_token: /\bdp\.(?:ct|pt|st|sa|scim|audit)\.[\w.-]{40,}/, dropbox_token: /\bsl\.[\w-]{130,}/,
	dynatrace_token: /\bdt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}\b/, facebook_token: /\bEAA[A-Za-z0-9]{90,}/, facebook_app_token: /\b\d{15,16}\|[\w-]{27}(?![\w-])/, figma_token: /\bfig[dp]_[\w-]{40}/,
	flyio_token: /\bfm[12][ar]?_[\w+/=,-]{100,}|\bfo1_[\w-]{43}/, github_token: /\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_\w{82}\b/, gitlab_token: /\bgl(?:pat|dt|rt|ptt|ft)-[\w-]{20,}/,
	google_api_key: /\bAIza[\w-]{35}(?![\w-])/, google_oauth_secret: /\bGOCSPX-[\w-]{28}/, google_oauth_token: /\bya29\.[\w-]{20,}/, grafana_token: /\bglsa_\w{32}_[0-9a-fA-F]{8}\b|\bglc_eyJ[\w+/=]{32,}/,
	groq_key: /\bgsk_[A-Za-z0-9]{52}\b/, heroku_key: /\bHRKU-AA[\w-]{58}/, huggingface_token: /\b(?:hf|api_org)_[A-Za-z]{34}\b/, infracost_key: /\bico-[A-Za-z0-9]{32}\b/, intra42_secret: /\bs-s4t2(?:ud|af)-[0-9a-f]{64}\b/,
	jina_key: /\bjina_[A-Za-z0-9]{40,}/, mailchimp_key: /\b[0-9a-f]{32}-us\d\d?\b/, mailgun_key: /\bkey-[0-9a-f]{32}\b/, mapbox_secret: /\bsk\.eyJ[\w-]{60,}\.[\w-]{20,}/, newrelic_key: /\bNRAK-[A-Z0-9]{27}\b|\bNRAA-[0-9a-f]{27}\b|\bNRII-[\w-]{32}/,
	notion_token: /\b(?:ntn_[A-Za-z0-9]{46}|secret_[A-Za-z0-9]{43})\b/, npm_token: /\bnpm_[A-Za-z0-9]{36}\b/, nuget_key: /\boy2[a-z0-9]{43}\b/, onepassword_secret_key: /\bA3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}\b/, onepassword_token: /\bops_eyJ[\w+/=]{200,}/,
	openai_key: /\bsk-(?:proj-[\w-]{40,}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20})/, openrouter_key: /\bsk-or-v1-[0-9a-f]{64}\b/, postman_key: /\bPMAK-[0-9a-f]{24}-[0-9a-f]{34}\b/, pypi_token: /\bpypi-AgE[\w-]{60,}/, rubygems_key: /\brubygems_[0-9a-f]{48}\b/,
	salesforce_token: /\b00D[A-Za-z0-9]{12,15}![\w.]{80,}/, scalingo_token: /\btk-us-[\w-]{48}/, sendgrid_key: /\bSG\.[\w-]{22}\.[\w-]{43}/, sentry_token: /\bsntry[su]_[\w+/=]{60,}/, shopify_token: /\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b/,
	slack_token: /\bxox[abeoprs]-(?:\d[\w.-]{20,})|\bxapp-\d-[\w-]{30,}/, slack_webhook: /hooks\.slack\.com\/(?:services|workflows)\/[\w/]{30,}/, sonar_token: /\bsq[pua]_[0-9a-f]{40}\b/, sourcegraph_token: /\bsgp_(?:(?:[0-9a-f]{16}|local)_)?[0-9a-f]{40}\b/,
	square_token: /\bsq0(?:atp|csp|idp)-[\w-]{22,43}|\bEAAA[\w-]{60}/, stripe_key: /\b[sr]k_(?:live|test)_[A-Za-z0-9]{24,}|\bwhsec_[\w+/=]{32,}/, tavily_key: /\btvly-[\w-]{32,}/, teams_webhook: /office\.com\/webhook(?:b2)?\/[0-9a-f-]{36}@/, telegram_token: /\b\d{8,10}:A[\w-]{34}\b/,
	terraform_token: /\b[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}/, twilio_key: /\bSK[0-9a-f]{32}\b/, twitch_key: /\blive_\d{6,12}_\w{28,32}\b/, vault_token: /\bhvs\.[\w-]{90,}/,
};
type Span = Pick<GoldSpan, "from" | "to">;

const CORPORA = {
	// Many of its rows are near misses, written to be refused by one scanner.
	"rule examples": ["secrets-rule-examples"],
	"code and ordinary text": ["secrets-creddata", "benign-prompts", "benign-replies", "benign-hard-negatives"],
};
/** A run of one character, or its own description. */
const PLACEHOLDER = /(.)\1{9,}|EXAMPLEEXAMPLE|1234567890123456/i;

/** `npm run eval -- secrets`: recall and precision of secrets with a provider's prefix. */
export function printProviderSecrets(dir: string, inspect: (bytes: Uint8Array) => TextInspection, misses: string | undefined): void {
	const countsOf = (corpora: readonly string[]): [string, Counts][] => {
		const byType = new Map(Object.keys(FORMS).map((type) => [type, emptyCounts()]));
		for (const corpus of corpora)
			for (const row of readCorpus(dir, corpus, Number.POSITIVE_INFINITY) ?? []) addRow(row, byType, inspect, misses);
		return [...byType].filter(([, { gold, found }]) => gold + found > 0);
	};
	const head = ["gold", "found of it", "findings", "unlabelled", "recall", "precision"].map((name) => name.padStart(12)).join("");
	process.stdout.write(`${"".padEnd(44)}${head}\n`);
	for (const [name, corpora] of Object.entries(CORPORA)) {
		const rows = countsOf(corpora);
		print(`${name}, ${rows.length} types`, rows.map(([, counts]) => counts).reduce(added, emptyCounts()));
		for (const [type, counts] of rows) print(`  ${type}`, counts);
	}
}

function print(name: string, counts: Counts): void {
	const { precision, recall } = scoresOf(counts);
	const cells = [counts.gold, counts.hit, counts.found, counts.unlabelled, ratio(recall), ratio(precision)];
	process.stdout.write(`${name.padEnd(44)}${cells.map((cell) => String(cell).padStart(12)).join("")}\n`);
}

/** A finding elsewhere in a secret that the corpus labels, or in a row labelled as a whole, is neither right nor wrong. */
function addRow(
	row: Row,
	byType: ReadonlyMap<string, Counts>,
	inspect: (bytes: Uint8Array) => TextInspection,
	misses: string | undefined,
): void {
	const text = row.bytes.toString("latin1");
	const { findings } = inspect(row.bytes);
	for (const [type, counts] of byType) {
		const formed = valuesOf(text, FORMS[type] as RegExp, type);
		const found = findings.filter((finding) => finding.type === type);
		if (formed.length + found.length === 0) continue;
		const gold = formed.filter((value) => isLabelled(row, value) && !PLACEHOLDER.test(text.slice(value.from, value.to)));
		const judged = found.filter((finding) => gold.some((value) => overlap(value, finding) > 0) || !isLabelled(row, finding));
		addCounts(counts, gold, judged, (finding) => formed.some((value) => overlap(value, finding) > 0));
		// Under whatever name: it does not leave.
		counts.hit += gold.filter((value) => isMissed(value, judged) && !isMissed(value, findings)).length;
		if (misses === undefined) continue;
		for (const value of gold) if (isMissed(value, findings)) show("MISSED", type, row, value);
		for (const finding of judged) if (!formed.some((value) => overlap(value, finding) > 0)) show("FALSE", type, row, finding);
	}
}

const isMissed = (value: Span, found: readonly Span[]): boolean =>
	!found.some((finding) => overlap(value, finding) * 2 >= value.to - value.from);

function valuesOf(text: string, form: RegExp, type: string): GoldSpan[] {
	return [...text.matchAll(new RegExp(form, "g"))].map((match) => ({ from: match.index, to: match.index + match[0].length, type }));
}

/** Rows without spans are labelled whole. */
function isLabelled({ label, spans }: Row, value: Span): boolean {
	return spans.length > 0 ? spans.some((span) => overlap(span, value) > 0) : label === "secret";
}

function show(verdict: string, type: string, { id, bytes }: Row, { from, to }: Span): void {
	process.stderr.write(
		`${verdict} ${type} ${id}: ${JSON.stringify(bytes.toString("utf8", Math.max(0, from - 30), to + 10)).slice(0, 200)}\n`,
	);
}

function added(a: Counts, b: Counts): Counts {
	return {
		gold: a.gold + b.gold,
		hit: a.hit + b.hit,
		found: a.found + b.found,
		right: a.right + b.right,
		unlabelled: a.unlabelled + b.unlabelled,
	};
}

const ratio = (value: number): string => (Number.isNaN(value) ? "-" : value.toFixed(3));
