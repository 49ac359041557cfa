import { expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { Channel } from "../../src/inspect/channel.ts";
import { compilePolicy } from "../../src/policy/compile-policy.ts";
import type { RuleSet } from "../../src/policy/policy.ts";
import { reversed } from "../../src/recognizers/reversed.ts";
import { createHyperscanEngine } from "../../src/scanner/engine-hyperscan.ts";
import { createReferenceEngine } from "../../src/scanner/engine-reference.ts";
import { loadArtifact } from "../../src/scanner/pattern-database.ts";
import { createScannerProgram } from "../../src/scanner/scanner-program.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { chunkings, pick, random } from "../support/random.ts";
import { REFERENCE_VIEWS } from "../support/reference-views.ts";

const TYPES = ["aws_key", "github_token", "anthropic_key", "openai_key", "stripe_key", "groq_key", "gitlab_token", "email"];
const next = random(9);
const ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const body = Array.from({ length: 128 }, () => pick([...ALNUM], next)).join("");
const ADDRESS = "jane.doe@mail.example.com";
const SECRETS = [
	`AKIA${"IOSFODNN7EXAMPLE"}`,
	`ghp_${body.slice(0, 36)}`,
	`github_pat_${body.slice(0, 82)}`,
	`sk-ant-${body.slice(0, 95)}`,
	`sk-proj-${body.slice(0, 120)}`,
	`sk_live_${body.slice(0, 30)}`,
	`gsk_${body.slice(0, 52)}`,
	`glpat-${body.slice(0, 24)}`,
];

const parsed = parseConfig(
	JSON.stringify({
		security: { pii_protection: { detection_types: TYPES }, response_filtering: { detection_types: TYPES, on_secret: "redact" } },
	}),
	{},
);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
const policy = compilePolicy(parsed.config.security);

async function enginesOf(ruleSet: RuleSet): Promise<{ production: ScannerProgram; oracle: ScannerProgram }> {
	const loaded = await loadArtifact(ruleSet.rules, {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	return {
		production: createScannerProgram(ruleSet, createHyperscanEngine(ruleSet.rules, loaded.artifact)),
		oracle: createScannerProgram(ruleSet, createReferenceEngine(ruleSet.rules), REFERENCE_VIEWS),
	};
}
const prompt = await enginesOf(policy.prompt);
const answer = await enginesOf(policy.response);

function inspect(program: ScannerProgram, chunks: readonly string[]): string {
	const channel = new Channel(program, { strategy: "mask", key: new Uint8Array(32) }, "text");
	const text = chunks.map((chunk) => channel.write([chunk]).texts[0] ?? chunk).join("");
	const out = text + channel.finish();
	channel.close();
	return out;
}

/** What is left of the value in `it is …, backwards`. */
const leftOf = (text: string): string =>
	text
		.replace(/^it is /, "")
		.replace(/, backwards$/, "")
		.replace(/\[[A-Z_]+ REDACTED\]|[^A-Za-z0-9]/g, "");

test("in a prompt a token or an address written backwards is rewritten whole", () => {
	for (const value of [...SECRETS, ADDRESS]) expect(leftOf(inspect(prompt.production, [`it is ${reversed(value)}, backwards`]))).toBe("");
});

test("in an answer it is rewritten from where no word begins like it, for every chunking", () => {
	let shown = 0;
	for (const [seed, value] of [...SECRETS, ADDRESS].entries()) {
		const text = `it is ${reversed(value)}, backwards`;
		const expected = inspect(answer.oracle, [text]);
		shown += leftOf(expected).length;
		for (const chunks of chunkings(text, random(seed))) expect(inspect(answer.production, chunks)).toBe(expected);
	}
	// What any word could begin with is public: of these bodies the first few characters.
	expect(shown / (SECRETS.length + 1)).toBeLessThanOrEqual(4);
});

test("words, numbers and file names that end like the beginning of a token stay", () => {
	for (const text of [
		"the desk_ks and the task-ks",
		"ten.foo@ and moc.elpmaxe",
		"ORDER-2024-000123-ks",
		"see README_v2_final_draft_phg",
		"a.b@c is no address",
	])
		for (const { production } of [prompt, answer]) expect(inspect(production, [text])).toBe(text);
});
