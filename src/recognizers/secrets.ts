import type { Recognizer, Tail } from "./recognizer.ts";

/** Tokens in URL-safe alphabets: swallow what is left of the run. */
const TOKEN_TAIL: Tail = { bytes: "A-Za-z0-9_-", maxBytes: 4096 };
const filler = "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1z2".repeat(2);

const token = (
	type: string,
	label: string,
	variants: readonly (readonly [name: string, prefix: string, body: string])[],
	examples: Recognizer["examples"],
): Recognizer => ({
	type,
	category: "secret",
	label,
	patterns: variants.map(([name, prefix, body]) => ({
		name,
		expression: `(?<![A-Za-z0-9_-])${prefix}${body}`,
		score: 0.98,
		tail: TOKEN_TAIL,
	})),
	examples,
});

export const AWS_KEY: Recognizer = {
	type: "aws_key",
	category: "secret",
	groups: ["cloud"],
	label: "AWS_KEY",
	patterns: [
		{ name: "aws_access_key_id", expression: "(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])", score: 0.97 },
		{
			name: "aws_secret_access_key",
			expression: "aws.{0,2}secret.{0,2}(?:access.{0,2})?key[\"']{0,1}[ \\t]{0,4}[:=]",
			caseInsensitive: true,
			score: 0.95,
			core: { skip: " \\t\"'`=>\\\\", maxSkip: 8, bytes: "A-Za-z0-9/+", minBytes: 40, maxBytes: 40 },
		},
	],
	examples: {
		match: [
			`AKIA${"IOSFODNN7EXAMPLE"}`,
			`id=ASIA${"QWERTYUIOPASDFGH"};`,
			`aws_secret_access_key = "${filler.slice(0, 40)}"`,
			`key: AKIA${"ABCDEFGHIJKLMNOP"}.`,
		],
		noMatch: ["AKIA", "AKIASHORT", `XAKIA${"IOSFODNN7EXAMPLE"}`, `AKIA${"IOSFODNN7EXAMPLEX"}`],
	},
};

export const GITHUB_TOKEN = token(
	"github_token",
	"GITHUB_TOKEN",
	[
		["github_token", "gh[pousr]_", "[A-Za-z0-9]{36}"],
		["github_pat", "github_pat_", "[A-Za-z0-9_]{40}"],
	],
	{
		match: [
			`ghp_${filler.slice(0, 36)}`,
			`token: gho_${filler.slice(0, 36)}.`,
			`github_pat_${filler.slice(0, 60)}`,
			`"ghs_${filler.slice(0, 36)}"`,
		],
		noMatch: ["ghp_", "ghp_short", `xghp_${filler.slice(0, 36)}`, "github_pat_abc"],
	},
);

export const SLACK_TOKEN = token(
	"slack_token",
	"SLACK_TOKEN",
	[
		["slack_token", "xox[abeoprs]-", "[A-Za-z0-9-]{20}"],
		["slack_app_token", "xapp-", "\\d-[A-Z0-9]{8}[A-Z0-9-]{8}"],
	],
	{
		match: [
			`xoxb-${"123456789012"}-${filler.slice(0, 24)}`,
			`xoxp-${"123456789012"}-abcdefghijkl`,
			`(xoxa-${filler.slice(0, 24)})`,
			`xapp-1-${"A0123456789-987654"}`,
		],
		noMatch: ["xoxb-", "xoxb-123", "xoxz-123456789012-abcdefghijkl", `axoxb-${"123456789012"}-${filler.slice(0, 24)}`],
	},
);

export const STRIPE_KEY = token(
	"stripe_key",
	"STRIPE_KEY",
	[
		["stripe_key", "[sr]k_(?:live|test)_", "[A-Za-z0-9]{20}"],
		["stripe_webhook", "whsec_", "[A-Za-z0-9]{24}"],
	],
	{
		match: [
			`sk_live_${filler.slice(0, 24)}`,
			`rk_test_${filler.slice(0, 30)}`,
			`whsec_${filler.slice(0, 32)}`,
			`key=sk_test_${filler.slice(0, 24)};`,
		],
		noMatch: ["sk_live_", "pk_live_abc", "sk_live_short", `ask_live_${filler.slice(0, 24)}`],
	},
);

export const ANTHROPIC_KEY = token("anthropic_key", "ANTHROPIC_KEY", [["anthropic_key", "sk-ant-", "[A-Za-z0-9_-]{20}"]], {
	match: [`sk-ant-api03-${filler}`, `key sk-ant-admin01-${filler} end`, `"sk-ant-${filler}"`, `sk-ant-${filler.slice(0, 20)}.`],
	noMatch: ["sk-ant-", "sk-ant-api03", `xsk-ant-${filler}`, "sk ant api key"],
});

export const OPENAI_KEY = token(
	"openai_key",
	"OPENAI_KEY",
	[
		["openai_project_key", "sk-(?:proj|svcacct|admin|None)-", "[A-Za-z0-9_-]{20}"],
		["openai_key", "sk-", "[A-Za-z0-9]{32}"],
	],
	{
		match: [`sk-proj-${filler}`, `sk-${filler.slice(0, 48)}`, `OPENAI_API_KEY=sk-svcacct-${filler}`, `use sk-${filler.slice(0, 32)}.`],
		noMatch: ["sk-", "sk-learn", "task-force-of-many-people-in-the-field", "sk-proj-short"],
	},
);

export const JWT: Recognizer = {
	type: "jwt",
	category: "secret",
	label: "JWT",
	patterns: [
		{
			name: "jwt",
			expression: "(?<![A-Za-z0-9_.-])eyJ[A-Za-z0-9_-]{13}",
			score: 0.9,
			confirm: "jwt",
			tail: { bytes: "A-Za-z0-9_.-", maxBytes: 16384 },
		},
	],
	examples: {
		match: [
			"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0In0.abc",
			"Bearer eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.e30.x",
			"eyJraWQiOiJhYmMiLCJhbGciOiJFUzI1NiJ9.e30.sig",
			"(eyJhbGciOiJub25lIn0.e30.)",
		],
		noMatch: ["eyJ", "eyJhbGci", "xeyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "eyelids are closed today ok"],
	},
};

const KEY_BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC";

export const PRIVATE_KEY: Recognizer = {
	type: "private_key",
	category: "secret",
	label: "PRIVATE_KEY",
	patterns: [
		{
			name: "private_key",
			expression: "-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----[\\\\rn\\s]{1,12}[A-Za-z0-9+/=:]{4}",
			score: 0.99,
			tail: { bytes: "A-Za-z0-9+/=\\s\\\\:,._()-", until: ["-----END", "-----"], maxBytes: 16384 },
		},
	],
	examples: {
		match: [
			`-----BEGIN PRIVATE KEY-----\n${KEY_BODY}\n-----END PRIVATE KEY-----`,
			`-----BEGIN RSA PRIVATE KEY-----\r\n${KEY_BODY}`,
			`-----BEGIN OPENSSH PRIVATE KEY-----\\n${KEY_BODY}`,
			`x -----BEGIN EC PRIVATE KEY-----\n${KEY_BODY}`,
		],
		noMatch: [
			"-----BEGIN CERTIFICATE-----\nMIIE",
			"-----BEGIN PUBLIC KEY-----\nMIIE",
			"BEGIN PRIVATE KEY",
			"-----BEGIN PRIVATE KEY----- is how it starts",
		],
	},
};

export const CREDENTIALED_URL: Recognizer = {
	type: "credentialed_url",
	category: "secret",
	label: "CREDENTIALED_URL",
	patterns: [
		{
			name: "credentialed_url",
			expression: "(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,15}://[A-Za-z0-9._~!$&*+,;=%-]{0,64}:[A-Za-z0-9._~!$&*+,;=%^#?()-]{1,128}@",
			score: 0.95,
			tail: { bytes: "A-Za-z0-9._~:/?#@!$&*+,;=%\\[\\]-", maxBytes: 2048 },
		},
	],
	examples: {
		match: [
			"postgres://app:hunter2@db.example.com:5432/prod",
			"https://bob:s3cret@example.org/path",
			"redis://:pw@cache",
			"amqp://u:p%40x@mq",
		],
		noMatch: ["https://example.com/a:b@c", "https://example.com", "mailto:user@example.com", "http://user@host/"],
	},
};
