import { BLOCK_SCORE } from "../../models/injection/calibrate.ts";
import type { Text } from "../../models/injection/corpus.ts";
import { calibrationOf, crossValidate } from "../../models/injection/cross-validate.ts";
import { unlearnedTexts } from "../../models/injection/unlearned.ts";
import { heldOutScores, outputOf } from "../../models/second-stage/held-out.ts";
import { weigh } from "../../models/second-stage/weigh.ts";
import type { Speaker } from "../../src/core/speaker.ts";
import { together } from "../../src/models/second-stage.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { auc } from "./auc.ts";
import { createJudge } from "./prompt-judge.ts";

/** Share of benign prompts above the threshold of the table. */
const FALSE_SHARE = 0.01;

/** Whose words the texts of a set are. */
const SPEAKERS: Readonly<Record<string, Speaker>> = { "injection-indirect": "foreign", "benign-replies": "foreign" };

/** One text with what one judge says about it. */
interface Judged {
	readonly text: Text;
	readonly risk: number;
}

/**
 * `npm run eval -- injection [--misses SET|all]`: the learned models on sources they have not seen, by themselves and together with the
 * rules, as prompts are judged. Every origin of attacks is left out once, with a share of the benign texts; documents are compared
 * with themselves without their payload.
 */
export async function printLearnedInjection(policy: Policy, dir: string, misses: string | undefined): Promise<void> {
	const scored = crossValidate(dir, unlearnedTexts(dir));
	const calibration = calibrationOf(scored);
	const judge = await createJudge(policy);
	const alone = scored.map((item) => ({ text: item.text, risk: item.calibrated(calibration) }));
	const byRules = alone.map(({ text, risk }) => {
		const model = { score: () => risk };
		return { text, risk: judge(text.text, SPEAKERS[text.set] ?? "user", () => model).risk };
	});
	const second = heldOutScores();
	const weights = weigh(
		"injection",
		alone.map(({ text, risk }) => ({ text, first: risk, second: outputOf(second, "injection", text) })),
	);
	const both = alone.map(({ text, risk }) => ({ text, risk: together(weights, risk, outputOf(second, "injection", text)) }));
	const asked = { texts: 0, benign: 0 };
	const all = both.map(({ text, risk }, i) => {
		const questions = {
			isLate: false,
			about: () => {
				asked.texts++;
				if (text.set === "benign-prompts") asked.benign++;
				return risk;
			},
		};
		const model = { score: () => alone[i]?.risk ?? 0 };
		return { text, risk: judge(text.text, SPEAKERS[text.set] ?? "user", () => model, questions).risk };
	});
	printJudge("the first model alone, without its bound", alone);
	printJudge("rules and first model: the risk of a prompt", byRules);
	printJudge("both models, without the rules", both);
	printJudge("rules and both models: the risk of a prompt with a second stage", all);
	process.stdout.write(`\nasked of the second stage: ${asked.texts} of ${all.length} texts, ${asked.benign} of them benign prompts\n`);
	if (misses === undefined) return;
	for (const { text, risk } of all)
		if ((misses === "all" || text.set === misses) && (text.label === 1) !== risk >= BLOCK_SCORE)
			process.stderr.write(`${text.label === 1 ? "MISSED" : "FALSE"} ${text.set} ${text.id} ${risk.toFixed(3)}\n`);
}

function printJudge(name: string, judged: readonly Judged[]): void {
	const risks = (isWanted: (text: Text) => boolean): number[] => judged.filter(({ text }) => isWanted(text)).map(({ risk }) => risk);
	const benign = risks(({ set }) => set === "benign-prompts");
	const attacks = risks(({ set, label }) => set === "injection-direct" && label === 1);
	const spliced = risks(({ kind, label }) => kind === "spliced" && label === 1);
	const carriers = risks(({ kind, label }) => kind === "spliced" && label === 0);
	const threshold = [...benign].sort((a, b) => b - a)[Math.floor(benign.length * FALSE_SHARE)] ?? 1;
	const above = (all: readonly number[]): string => share(all, (risk) => risk > threshold);
	const blocked = (all: readonly number[]): string => share(all, (risk) => risk >= BLOCK_SCORE);
	const write = (line: string): boolean => process.stdout.write(`${line}\n`);
	write(`\n${name}`);
	write(`direct: AUC ${auc(attacks, benign).toFixed(3)}, at 1 % of benign prompts${above(attacks)}, blocked${blocked(attacks)}`);
	write(`spliced documents against themselves without payload: AUC ${auc(spliced, carriers).toFixed(3)}`);
	write(`${"above the risk of 1 % of benign prompts; blocked".padEnd(60)}texts   above blocked     AUC`);
	const names = new Map<string, number[]>();
	for (const { text, risk } of judged) {
		const row = `${text.label === 1 ? "attack" : "benign"} ${text.set} ${text.kind.split(/[:(]/)[0]}`;
		names.set(row, [...(names.get(row) ?? []), risk]);
	}
	for (const [row, all] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
		const ranked = row.startsWith("attack") ? auc(all, benign).toFixed(3) : "";
		write(`${row.padEnd(60)}${String(all.length).padStart(5)}${above(all)}${blocked(all)}${ranked.padStart(8)}`);
	}
}

const share = (all: readonly number[], test: (risk: number) => boolean): string =>
	percent(all.filter(test).length / all.length).padStart(8);

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
