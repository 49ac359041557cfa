import { createTextInspector } from "../../src/inspect/inspect-text.ts";
import type { ViewName } from "../../src/normalize/views.ts";
import type { RuleSet } from "../../src/policy/policy.ts";
import type { Recognizer } from "../../src/recognizers/recognizer.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import { looksIn } from "../../src/scanner/looks-in.ts";
import type { Finding } from "../../src/verdict/finding.ts";
import { COMPACT_DISGUISES, DECODED_DISGUISES, type Disguise, FOLDED_DISGUISES, MISSED_DISGUISES } from "../../tests/support/disguises.ts";
import { exampleText } from "../../tests/support/examples.ts";

const GROUPS: readonly (readonly [view: ViewName | undefined, disguises: readonly Disguise[]])[] = [
	["folded", FOLDED_DISGUISES],
	["compact", COMPACT_DISGUISES],
	["decoded", DECODED_DISGUISES],
	[undefined, MISSED_DISGUISES],
];

/** A type of which a value is disguised: what stands before the value, it, and what follows. */
interface Subject {
	readonly type: string;
	readonly places: readonly (readonly [before: string, value: string, after: string])[];
}

/**
 * `npm run eval -- disguises`: every disguise on every value of the recognizers' own examples. A cell is one disguise and
 * one type; it is caught when every value is found and nothing of it stays. Only types that look behind disguises at all
 * in the view that reads them count.
 */
export async function printDisguiseMatrix(ruleSet: RuleSet): Promise<void> {
	const inspector = await createTextInspector({ ...ruleSet, rules: ruleSet.rules.map((rule) => ({ ...rule, action: "redact" as const })) });
	if (!inspector.ok) throw new Error(JSON.stringify(inspector.faults));
	const inspect = (text: string): readonly Finding[] => inspector.inspect(Buffer.from(text)).findings;
	const subjects = RECOGNIZERS.map((recognizer) => subjectOf(recognizer, inspect));
	const totals = { cells: 0, caught: 0, apart: 0 };
	for (const [view, disguises] of GROUPS) {
		process.stdout.write(`\n${view ?? "read by no view"}\n`);
		for (const { name, apply, suits } of disguises) {
			const suited = subjects
				.map(({ type, places }) => ({ type, places: places.filter(([, value]) => suits?.(value) !== false) }))
				.filter(({ places }) => places.length > 0);
			const looking = suited.filter(
				({ type }) => view === undefined || ruleSet.rules.some((rule) => rule.type === type && looksIn(rule, { name: view })),
			);
			const missed = looking.filter((subject) => !isCaught(subject, apply, inspect)).map(({ type }) => type);
			if (view !== undefined) {
				totals.cells += looking.length;
				totals.caught += looking.length - missed.length;
				totals.apart += suited.length - looking.length;
			}
			const rest = missed.length > 0 ? `  missed: ${missed.join(", ")}` : "";
			process.stdout.write(`  ${name.padEnd(34)} ${String(looking.length - missed.length).padStart(3)} / ${looking.length}${rest}\n`);
		}
	}
	const { cells, caught, apart } = totals;
	process.stdout.write(
		`\n${caught} of ${cells} cells caught (${((100 * caught) / cells).toFixed(1)} %); ${apart} more are of types that do not look there\n`,
	);
}

function subjectOf({ type, examples }: Recognizer, inspect: (text: string) => readonly Finding[]): Subject {
	const places = examples.match.map(exampleText).flatMap((example): Subject["places"] => {
		const found = inspect(example).find((finding) => finding.type === type);
		if (found === undefined) return [];
		const bytes = Buffer.from(example);
		const part = (from: number, to?: number): string => bytes.toString("utf8", from, to);
		return [[part(0, found.from), part(found.from, found.to), part(found.to)]];
	});
	return { type, places };
}

function isCaught({ type, places }: Subject, apply: Disguise["apply"], inspect: (text: string) => readonly Finding[]): boolean {
	return places.every(([before, value, after]) => {
		const from = Buffer.byteLength(before) + Math.max(MARKUP_BYTES, leadBytes(value, apply));
		return inspect(before + apply(value) + after).some((finding) => finding.type === type && finding.from <= from);
	});
}

/** Bytes that a disguise writes before it says anything of the value: another value has them as well. */
function leadBytes(value: string, apply: Disguise["apply"]): number {
	const [text, other] = [value, (value.startsWith("x") ? "y" : "x") + value.slice(1)].map((said) => Buffer.from(apply(said)));
	const at = text?.findIndex((byte, i) => byte !== other?.[i]) ?? 0;
	return Math.max(0, at);
}

/** What a disguise may leave of the value or write before it: a quote, an emoji. */
const MARKUP_BYTES = 24;
