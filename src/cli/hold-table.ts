import type { HoldCost, HoldReport } from "../scanner/hold-report.ts";

/** Patterns that are shown in any case. */
const SHOWN = 5;
/** Share of the pieces of prose. */
const MUCH = 0.5;
/** Of patterns of ours that wait much: what the configuration can do. */
const LIGHTER: Readonly<Record<string, string>> = {
	email: "response_filtering.sensitive_from: { email: at } lets what stands before the @ go",
};

/** What answers wait for: all patterns together, the most expensive ones, and those that could be cheaper. */
export function holdTable({ together, patterns }: HoldReport): string {
	const shown = patterns.filter(({ hint }, i) => i < SHOWN || hint !== undefined);
	const row = (name: string, { prose, code, data }: HoldCost["delayed"], hint = ""): string =>
		`  ${name.padEnd(32)}${[prose, code, data].map((share) => `${(share * 100).toFixed(1)} %`.padStart(9)).join("")}${hint === "" ? "" : `   ${hint}`}\n`;
	const head = `Pieces of an answer that wait for the next one, in samples of\n${" ".repeat(34)}${["prose", "code", "data"].map((name) => name.padStart(9)).join("")}\n`;
	const all = row(together.pattern, together.delayed) + row("  and for more than the next", together.late);
	const hintOf = ({ pattern, delayed, hint }: HoldCost): string | undefined =>
		hint ?? (delayed.prose > MUCH ? LIGHTER[pattern] : undefined);
	return head + all + shown.map((cost) => row(cost.pattern, cost.delayed, hintOf(cost))).join("");
}
