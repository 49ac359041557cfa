import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig, parseConfig } from "../../src/config/load.ts";
import { createTextInspector } from "../../src/inspect/inspect-text.ts";
import { packState, unpackState } from "../../src/lanes/codec.ts";
import { createLaneInspector } from "../../src/lanes/lane-inspector.ts";
import { compilePolicy } from "../../src/policy/compile-policy.ts";
import { reportHold } from "../../src/scanner/hold-report.ts";
import { policyMessage } from "../support/policy-message.ts";

const withPatterns = (pattern: object): string =>
	JSON.stringify({ security: { pii_protection: { detection_types: [], custom_patterns: [pattern] } } });
const faultsOf = (pattern: object): string[] => {
	const parsed = parseConfig(withPatterns(pattern), {});
	return parsed.ok ? [] : parsed.faults.map(({ path, message }) => `${path} ${message}`);
};

async function found(pattern: object, text: string): Promise<string[]> {
	const parsed = parseConfig(withPatterns(pattern), {});
	if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
	const inspector = await createTextInspector(compilePolicy(parsed.config.security).prompt, new Uint8Array(32));
	if (!inspector.ok) throw new Error(JSON.stringify(inspector.faults));
	const { findings } = inspector.inspect(Buffer.from(text));
	return findings.map(({ from, to }) => Buffer.from(text).toString("utf8", from, to));
}

test("words and phrases are found where no word goes on before or behind them", async () => {
	const list = { name: "projects", words: ["Apollo", "Project  Blue Sky", "C++", ".NET", "Größe"] };
	expect(await found(list, "Apollo, Apollos and preApollo; apollo")).toEqual(["Apollo"]);
	expect(await found(list, "Project Blue\nSky and C++, C++11, ASP.NET")).toEqual(["Project Blue\nSky", "C++", "C++", ".NET"]);
	expect(await found(list, "Größe, Größen")).toEqual(["Größe"]);
});

test("letter case does not count where it is said, in other alphabets too, and scripts without spaces have no word boundary", async () => {
	const list = { name: "names", words: ["apollo", "Größe", "Москва", "张伟"], case_insensitive: true };
	expect(await found(list, "APOLLO GRÖßE мОСКВА 我叫张伟吗")).toEqual(["APOLLO", "GRÖßE", "мОСКВА", "张伟"]);
});

test("lanes that have loaded one list find the words of another one that was loaded later", async () => {
	const lane = createLaneInspector({ pack: packState, unpack: unpackState, secretKey: new Uint8Array(32) });
	for (const [sid, words] of [["bluebird"], ["sparrow"]].entries()) {
		const message = await policyMessage(withPatterns({ name: "projects", words }));
		const { policy } = message;
		lane.handle(message);
		const body = Buffer.from(JSON.stringify({ model: "m", input: "bluebird and sparrow" }));
		const policies = [{ policyId: policy.id, models: [] }];
		const [asked] = lane.handle({ kind: "prompt", sid, caller: "key:1", policies, api: "openai-responses", path: "/v1/responses", body });
		if (asked?.kind !== "prompt" || !("body" in asked.verdict)) throw new Error("the prompt was not redacted");
		expect(Buffer.from(asked.verdict.body ?? []).toString()).toContain(
			words[0] === "sparrow" ? "bluebird and *******" : "******** and sparrow",
		);
	}
});

test("a word in disguise is found", async () => {
	expect(await found({ name: "projects", words: ["bluebird"] }, "the b\u200blueb\u00adird and \\u0062luebird")).toEqual([
		"b\u200blueb\u00adird",
		"\\u0062luebird",
	]);
});

test("a hundred thousand words in a file are looked for at once", async () => {
	const file = join(mkdtempSync(join(tmpdir(), "words-")), "words.txt");
	const words = Array.from({ length: 100_000 }, (_, i) => `client ${(i * 7919).toString(36)}`);
	writeFileSync(file, `# our clients\n\n${words.join("\n")}\n`);
	expect(await found({ name: "clients", words_file: file }, `ask ${words[77_777]} or client zzzz`)).toEqual([words[77_777]]);
	writeFileSync(file, `${words.join("\n")}\none more`);
	expect(faultsOf({ name: "clients", words_file: file }).join()).toContain("has 100001 entries");
});

test.each(["\n", "\r\n", "\r"])("the words of a file may be parted by %j", async (end) => {
	const file = join(mkdtempSync(join(tmpdir(), "words-")), "words.txt");
	writeFileSync(file, ["# birds", "bluebird", "kingfisher", ""].join(end));
	expect(await found({ name: "projects", words_file: file }, "kingfisher and bluebird")).toEqual(["kingfisher", "bluebird"]);
});

test("faults of a list name the entry or the line, in policies too", () => {
	const dir = mkdtempSync(join(tmpdir(), "words-"));
	const file = join(dir, "words.txt");
	writeFileSync(file, `# names\nann\nbob\nAnn\n${"x".repeat(200)}\n`);
	const at = "security.pii_protection.custom_patterns.0";
	expect(faultsOf({ name: "a", words: ["b", " ", "b"] })).toEqual([`${at}.words.1 is blank`, `${at}.words.2 stands in the list already`]);
	expect(faultsOf({ name: "a", words_file: file, case_insensitive: true })).toEqual([
		`${at}.words_file line 4 of ${file} stands in the list already`,
		`${at}.words_file line 5 of ${file} is longer than 128 characters`,
	]);
	expect(faultsOf({ name: "a", words_file: join(dir, "none") }).join()).toContain("cannot read");
	expect(faultsOf({ name: "a" })).toEqual([`${at} must have one of \`pattern\`, \`words\` and \`words_file\``]);
	expect(faultsOf({ name: "a", words: ["b"], pattern: "b" })).toHaveLength(1);
	const config = join(dir, "config.json");
	const policies = { mine: { pii_protection: { custom_patterns: [{ name: "a", words_file: join(dir, "none") }] } } };
	writeFileSync(config, JSON.stringify({ security: { policies } }));
	const loaded = loadConfig(config);
	expect(loaded.ok ? [] : loaded.faults.map(({ path }) => path)).toEqual([
		"security.policies.mine.pii_protection.custom_patterns.0.words_file",
	]);
});

test("check reports how much of ordinary text waits for a list", async () => {
	const rare = { name: "rare", expression: "", words: ["zyzzyva"] };
	const common = { name: "common", expression: "", words: ["the ward", "when the"] };
	const { patterns } = await reportHold([rare, common], () => true);
	expect(patterns.map(({ pattern }) => pattern)).toEqual(["common", "rare"]);
	expect(patterns[0]?.delayed.prose).toBeGreaterThan(0.005);
	expect(patterns[1]?.delayed.prose).toBeLessThan(0.005);
});
