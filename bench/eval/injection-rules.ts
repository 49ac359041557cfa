import type { Speaker } from "../../src/core/speaker.ts";
import { inspectWhole } from "../../src/inspect/inspect-whole.ts";
import { judgeInjection, type PromptRisk } from "../../src/inspect/prompt-risk.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { createHyperscanEngine } from "../../src/scanner/engine-hyperscan.ts";
import { loadArtifact } from "../../src/scanner/pattern-database.ts";
import { createScannerProgram } from "../../src/scanner/text-scanner.ts";
import { readCorpus } from "./corpora.ts";

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
	const judge = await ruleJudge(policy);
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
	process.stdout.write(`\n${((1e6 * ms) / bytes).toFixed(0)} µs per 1,000 bytes, one thread\n`);
}

/** Judges one text by nothing but the rules. */
async function ruleJudge(policy: Policy): Promise<(text: string, speaker: Speaker) => PromptRisk> {
	const rules = policy.prompt.rules.filter(({ isSignal }) => isSignal === true);
	const loaded = await loadArtifact(rules, {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	const prompt = { ...policy.prompt, rules };
	const injection = policy.injection && { ...policy.injection, isLearned: false };
	const program = createScannerProgram(prompt, createHyperscanEngine(rules, loaded.artifact));
	const style = { strategy: "mask" as const, key: new Uint8Array(32) };
	return (text, speaker) =>
		judgeInjection(
			[{ channel: "text", speaker, text, signals: inspectWhole(program, style, text).scanner.signals }],
			{ prompt, injection },
			program,
		);
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
