/**
 * Badge numbers of your own company are redacted, risky prompts refused, and every record goes to a place of your own.
 * Run: npx tsx examples/own-recognizer-and-sink.ts
 */
import { appendFile } from "node:fs/promises";
import { createProxy, type SecurityPolicy } from "secure-llm-proxy";

const security: SecurityPolicy = {
	pii_protection: {
		redaction_strategy: "replace",
		custom_patterns: [{ name: "badge", pattern: "BDG-\\d{6}", score: 0.95 }],
		detection_types: ["pii", "secrets", "badge"],
	},
	response_filtering: { on_pii: "redact", on_secret: "cut" },
};

const file = process.env["RECORDS_FILE"] ?? "./records.jsonl";

const proxy = await createProxy(
	{
		server: { host: "127.0.0.1", port: Number(process.env["PORT"] ?? 8000) },
		llm_providers: { demo: { type: "demo" } },
		audit: { dir: process.env["AUDIT_DIR"] ?? "./data/audit" },
		security,
	},
	{
		hooks: {
			prompt: ({ score, findings }) => {
				const isBulk = Object.values(findings).reduce((sum, count) => sum + count, 0) > 20;
				return isBulk || score > 0.99 ? { refuse: "This prompt holds too much personal data. Send a smaller extract." } : undefined;
			},
			finished: ({ requestId, subject, outcome, prompt, response }) =>
				appendFile(file, `${JSON.stringify({ requestId, subject, outcome, prompt: prompt.findings, response: response.findings })}\n`),
		},
	},
);
process.stdout.write(`ready on http://127.0.0.1:${proxy.port}\n`);
process.once("SIGTERM", () => void proxy.close());
