import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const page = readFileSync("docs/compliance.md", "utf8");
const reference = readFileSync("docs/configuration.md", "utf8");
const rows = page.split("\n").filter((line) => line.startsWith("| ") && !/^\| (?:risk|function|article|section|criterion) \|/.test(line));

test("every row of the map of controls names a page, a test and a key that exist, or says that the answer is no", () => {
	expect(rows.length).toBeGreaterThan(30);
	for (const row of rows) {
		const [, , does = "", feature = "", tests = "", keys = ""] = row.split("|").map((cell) => cell.trim());
		const pages = [...feature.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, name]) => join("docs", name ?? ""));
		const files = [...tests.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? "");
		const missing = [...pages, ...files].filter((file) => !existsSync(file));
		const unknown = [...keys.matchAll(/`([^`]+)`/g)].filter(
			([, key]) => !reference.includes(`| \`${key}\` |`) && !reference.includes(`| \`${key}.`),
		);
		expect([row, missing, unknown.map(([, key]) => key)]).toEqual([row, [], []]);
		if (!does.startsWith("no")) expect([row, pages.length > 0, files.length > 0]).toEqual([row, true, true]);
	}
});

test("both lists of OWASP are mapped whole, every risk once", () => {
	for (const year of [2025, 2026]) {
		const risks = rows.flatMap((row) => [...row.matchAll(new RegExp(`LLM(\\d\\d):${year}`, "g"))].map(([, n]) => Number(n)));
		expect(risks.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
	}
});
