import { createTextInspector } from "../../src/inspect/inspect-text.ts";
import type { RuleSet } from "../../src/policy/policy.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import { looksIn } from "../../src/scanner/view-scanner.ts";
import { COMPACT_DISGUISES, DECODED_DISGUISES, type Disguise, FOLDED_DISGUISES, MISSED_DISGUISES } from "../../tests/support/disguises.ts";
import { exampleText } from "../../tests/support/examples.ts";

const GROUPS: readonly (readonly [name: string, disguises: readonly Disguise[]])[] = [
	["folded", FOLDED_DISGUISES],
	["compact", COMPACT_DISGUISES],
	["decoded", DECODED_DISGUISES],
	["not read", MISSED_DISGUISES],
];

/**
 * `npm run eval -- disguises`: every disguise on every value of the recognizers' own examples. A cell is one disguise and
 * one type; it is caught when every value is found and nothing of it stays. Only types that look behind disguises at all
 * in the view that reads them count.
 */
export async function printDisguiseMatrix(ruleSet: RuleSet): Promise<void> {
	const inspector = await createTextInspector({ ...ruleSet, rules: ruleSet.rules.map((rule) => ({ ...rule, action: "redact" as const })) });
	if (!inspector.ok) throw new Error(JSON.stringify(inspector.faults));
	const inspect = (text: string) => inspector.inspect(Buffer.from(text)).findings;
	const types = RECOGNIZERS.map(({ type, examples }) => {
		const places = examples.match.map(exampleText).flatMap((example) => {
			const found = inspect(example).find((finding) => finding.type === type);
			const bytes = Buffer.from(example);
			return found === undefined
				? []
				: [[bytes.subarray(0, found.from), bytes.subarray(found.from, found.to), bytes.subarray(found.to)].map(String)];
		});
		return { type, places };
	});
	const totals = { cells: 0, caught: 0, apart: 0 };
	for (const [group, disguises] of GROUPS) {
		process.stdout.write(`\n${group}\n`);
		for (const { name, apply, suits } of disguises) {
			const missed: string[] = [];
			let cells = 0;
			for (const { type, places } of types) {
				const suited = places.filter(([, value = ""]) => suits?.(value) !== false);
				if (suited.length === 0) continue;
				if (group !== "not read" && !ruleSet.rules.some((rule) => rule.type === type && looksIn(rule, { name: group }))) {
					totals.apart++;
					continue;
				}
				cells++;
				const isCaught = suited.every(([before = "", value = "", after = ""]) => {
					const text = before + apply(value) + after;
					const from = Buffer.byteLength(before);
					return inspect(text).some((finding) => finding.type === type && finding.from <= from + MARKUP_BYTES);
				});
				if (!isCaught) missed.push(type);
			}
			if (group !== "not read") {
				totals.cells += cells;
				totals.caught += cells - missed.length;
			}
			const rest = missed.length > 0 ? `  missed: ${missed.join(", ")}` : "";
			process.stdout.write(`  ${name.padEnd(34)} ${String(cells - missed.length).padStart(3)} / ${cells}${rest}\n`);
		}
	}
	process.stdout.write(
		`\n${totals.apart} more cells are of types that do not look there: nothing but a word before them tells them apart.\n${totals.caught} of ${totals.cells} cells caught (${((100 * totals.caught) / totals.cells).toFixed(1)} %)\n`,
	);
}

/** What a disguise may write before the value: a quote, an emoji, the beginning of a sentence that is encoded with it. */
const MARKUP_BYTES = 24;
