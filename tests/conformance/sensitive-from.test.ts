import { expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { Channel } from "../../src/inspect/channel.ts";
import { compilePolicy } from "../../src/policy/compile-policy.ts";
import { createHyperscanEngine } from "../../src/scanner/engine-hyperscan.ts";
import { createReferenceEngine } from "../../src/scanner/engine-reference.ts";
import { loadArtifact } from "../../src/scanner/pattern-database.ts";
import { SAMPLE_TEXTS } from "../../src/scanner/sample-texts.ts";
import { createScannerProgram } from "../../src/scanner/scanner-program.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { chunkings, random } from "../support/random.ts";
import { REFERENCE_VIEWS } from "../support/reference-views.ts";

const compiled = compilePolicy(settingsOf("at")).response;
const loaded = await loadArtifact(compiled.rules, {});
if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
const { artifact } = loaded;
const production = createScannerProgram(compiled, createHyperscanEngine(compiled.rules, artifact));
const oracle = createScannerProgram(compiled, createReferenceEngine(compiled.rules), REFERENCE_VIEWS);

function settingsOf(email: "start" | "at") {
	const response_filtering = { detection_types: ["email", "ssn", "credit_card", "iban"], sensitive_from: { email } };
	const parsed = parseConfig(JSON.stringify({ security: { response_filtering } }), {});
	if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
	return parsed.config.security;
}

function inspect(program: ScannerProgram, pieces: readonly string[]): { text: string; whole: number } {
	const channel = new Channel(program, { strategy: "mask", key: new Uint8Array(32) }, "text");
	let text = "";
	let whole = 0;
	for (const piece of pieces) {
		text += channel.write([piece]).texts[0] ?? piece;
		if (!channel.isHolding) whole++;
	}
	text += channel.finish();
	channel.close();
	return { text, whole };
}

test("with `at` an address is rewritten from its @ on, for every chunking", () => {
	const cases = {
		"mail jane.doe@corp.com, or o'neil@a.example.org": "mail jane.doe@****.***, or o'neil@*.*******.***",
		"see müller@buero.de.": "see müller@*****.**.",
		"jane@corp.com.Then": "jane@****.***.Then",
		"backwards: moc.proc@eod.enaj!": "backwards: moc.proc@***.****!",
		"j\u200bane@co\u200brp.com": "j\u200bane@****.***",
		"@handle icon@2x.png git@github.com:a/b a @corp.com": "@handle icon@2x.png git@github.com:a/b a @corp.com",
	};
	for (const [text, expected] of Object.entries(cases)) {
		expect(inspect(oracle, [text]).text).toBe(expected);
		for (const chunks of chunkings(text, random(1))) expect(inspect(production, chunks).text).toBe(expected);
	}
});

test("with `at` most words of an answer wait for nothing", () => {
	const tokens = SAMPLE_TEXTS.prose.match(/\s*\S{1,7}/g) ?? [];
	expect(inspect(production, tokens).whole / tokens.length).toBeGreaterThan(0.75);
});

test("a prompt has its addresses rewritten whole", () => {
	const expressions = compilePolicy(settingsOf("at")).prompt.rules.map(({ expression }) => expression);
	expect(expressions).toEqual(compilePolicy(settingsOf("start")).prompt.rules.map(({ expression }) => expression));
});

test("in answers what any word could begin is held from where it can be told from one, for every chunking; a prompt has it whole", () => {
	const { prompt, response } = compilePolicy(settingsOf("start"));
	expect(prompt.rules.filter(({ isPart }) => isPart)).toEqual([]);
	expect(response.rules.filter(({ isPart }) => isPart).map(({ type }) => type)).toContain("iban");
	for (const chunks of chunkings("pay de89370400440532013000 today", random(2)))
		expect(inspect(production, chunks).text).toBe("pay de****************3000 today");
});

test("an allowed address is allowed whole", () => {
	const allowing = { ...compiled, allowList: ["jane@corp.com"] };
	const program = createScannerProgram(allowing, createHyperscanEngine(compiled.rules, artifact));
	expect(inspect(program, ["jane@corp.com, bob@corp.com"]).text).toBe("jane@corp.com, bob@****.***");
});
