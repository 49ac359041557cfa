import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";

const folder = mkdtempSync(join(tmpdir(), "fault-lines-"));

/** Path and message of each fault of a file with this text. */
function faultsOf(text: string): string[] {
	const file = join(folder, "config.yaml");
	writeFileSync(file, text);
	const loaded = loadConfig(file, {});
	return loaded.ok ? [] : loaded.faults.map(({ path, message, remedy }) => `${path}: ${message} — ${remedy}`);
}

test.each([
	["a key that is not known", "# ours\nserver:\n  host: 0.0.0.0\n  prot: 1", /^server\.prot: is not a known key \(line 4\) — /],
	["a wrong value", "server:\n  # where\n  port: 70000", /^server\.port: must be 65535 or less \(line 3\) — /],
	["an entry of a list", "security:\n  blocked_phrases:\n    - fine\n    - ''", /^security\.blocked_phrases\.1: .*\(line 4\) — /],
	["a key that is missing", "\nserver:\n  tls:\n    cert_file: a.pem", /^server\.tls\.key_file: must be set .*\(line 3\) — /],
	["a key of JSON", '{\n"server": {\n"port": -1 } }', /^server\.port: must be 0 or more \(line 3\) — /],
	["a named policy", "security:\n  policies:\n    one:\n      on_block: maybe", /^security\.policies\.one\.on_block: .*\(line 4\) — /],
	[
		"a variable that is not set",
		"llm_providers:\n  a:\n    type: openai\n    base_url: ${NOPE}",
		/\.base_url: .* NOPE is not set \(line 4\) — /,
	],
])("%s is said with its line", (_what, text, fault) => {
	expect(faultsOf(text)).toEqual([expect.stringMatching(fault)]);
});

test.each([
	["tabs", "server:\n\tport: 1", /^: Tabs are not allowed as indentation at line 2, column 1 — Correct the YAML syntax\.$/],
	["two documents", "server: {}\n---\nserver: {}", /^: has a second document at line 2, column 1 — Put all sections into one/],
	["no sections", "just words", /^: must be a section with keys of its own, not a text — .*llm_providers/],
	["bytes that are no text", "\u0000\uFFFD\u0001", /^: /],
	["nothing in it, as one has that is being written over", "", /^: is empty — .*Move a new file into the place of the old one/],
	["comments alone", "# nothing\n", /^: is empty — /],
	[
		"a merge key",
		"llm_providers:\n  a: &a { type: demo }\n  b: { <<: *a }",
		/^: has a merge key \(<<\) on line 3, .* — Write the keys out/,
	],
	[
		"a name that no map can have",
		'llm_providers:\n  demo: { type: demo }\n  "__proto__": { type: demo }',
		/^: has a key __proto__ on line 3, .* — Choose another name/,
	],
])("a file with %s is explained without words of the parser's interface", (_what, text, fault) => {
	const faults = faultsOf(text);
	expect(faults).toEqual([expect.stringMatching(fault)]);
	expect(faults.join()).not.toMatch(/\(\)|undefined|\bat [\w.]+ \(/);
});

test("of a file that is no text not more than ten faults are told", () => {
	expect(faultsOf("- [\n".repeat(500)).length).toBe(10);
});

test("a file that cannot be read is named once, with the reason", () => {
	const file = join(folder, "none.yaml");
	expect(loadConfig(file, {})).toMatchObject({ faults: [{ message: `cannot read ${file} (ENOENT: no such file or directory)` }] });
	expect(loadConfig(folder, {})).toMatchObject({
		faults: [{ message: expect.stringMatching(/ \(EISDIR: [^,]+\)$/), remedy: expect.stringContaining("Docker makes a folder") }],
	});
});
