import type { Speaker } from "../../src/core/speaker.ts";
import type { PromptRisk } from "../../src/inspect/prompt-risk.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { readCorpus } from "./corpora.ts";
import { printDrawnSuffixes } from "./drawn-suffixes.ts";
import { createJudge } from "./prompt-judge.ts";

/** Whose words the texts of a set are. */
const CORPORA: readonly (readonly [name: string, speaker: Speaker])[] = [
	["injection-direct", "user"],
	["injection-indirect", "foreign"],
	["benign-prompts", "user"],
	["benign-hard-negatives", "user"],
	["benign-replies", "foreign"],
];

interface Row {
	texts: number;
	blocked: number;
}

/** `npm run eval -- injection-rules`: how many texts of each set and kind the rules alone would block at the default threshold. */
export async function printInjectionRules(policy: Policy, dir: string, limit: number, misses: string | undefined): Promise<void> {
	const judge = await createJudge(policy);
	let bytes = 0;
	let ms = 0;
	for (const [name, speaker] of CORPORA) {
		const rows = new Map<string, Row>();
		for (const { id, bytes: source, label, kind } of readCorpus(dir, name, limit) ?? []) {
			const from = performance.now();
			const risk = judge(source.toString("utf8"), speaker);
			ms += performance.now() - from;
			bytes += source.length;
			const isAttack = label === "1";
			const isBlocked = risk.action === "block";
			count(rows, `${isAttack ? "attack" : "benign"} ${kind.split(":")[0]}`, isBlocked);
			if (misses === name && isAttack !== isBlocked) explain(id, isAttack, risk);
		}
		process.stdout.write(`\n${name} (as ${speaker})\n`);
		for (const [row, counts] of [...rows].sort()) print(row, counts);
	}
	printDrawnSuffixes(judge, dir);
	process.stdout.write(`\n${((1e6 * ms) / bytes).toFixed(0)} µs per 1,000 bytes, one thread\n`);
}

function count(rows: Map<string, Row>, name: string, isBlocked: boolean): void {
	const row = rows.get(name) ?? { texts: 0, blocked: 0 };
	rows.set(name, row);
	row.texts++;
	if (isBlocked) row.blocked++;
}

function explain(id: string, isAttack: boolean, { risk, reports }: PromptRisk): void {
	const types = reports.flatMap(({ findings }) => findings.map(({ type, score }) => `${type} ${score.toFixed(2)}`));
	process.stderr.write(`${isAttack ? "MISSED" : "FALSE"} ${id} ${risk.toFixed(2)} ${types.join(", ")}\n`);
}

function print(row: string, { texts, blocked }: Row): void {
	const share = `${((100 * blocked) / texts).toFixed(1)} %`;
	process.stdout.write(`  ${row.padEnd(36)}${String(blocked).padStart(6)} / ${String(texts).padEnd(6)}${share.padStart(8)}\n`);
}
