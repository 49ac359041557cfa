import { readSet } from "../../models/injection/corpus.ts";
import { blocksByDefault, crossValidate, type Scored } from "../../models/injection/cross-validate.ts";
import { auc } from "./auc.ts";

/** Share of benign prompts above the threshold of the table. */
const FALSE_SHARE = 0.01;

/**
 * `npm run eval -- injection`: the learned model on sources it has not seen. Every origin of attacks is left out once, with
 * a share of the benign texts; documents are compared with themselves without their payload.
 */
export function printLearnedInjection(dir: string, misses: string | undefined): void {
	const unseen = [
		...readSet(dir, "injection-indirect").filter(({ kind }) => kind.startsWith("bipia:")),
		...readSet(dir, "benign-hard-negatives").filter(({ kind }) => kind === "doc-about-attacks"),
	];
	const carriers = readSet(dir, "injection-indirect").flatMap((row) => {
		if (row.kind !== "spliced" || row.payload === undefined) return [];
		return [{ ...row, id: `${row.id}-carrier`, label: 0, text: row.text.replace(row.payload, "") }];
	});
	const scored = crossValidate(dir, [...unseen, ...carriers]);
	const blocks = blocksByDefault(scored);
	const scoresOf = (isWanted: (item: Scored) => boolean): number[] => scored.filter(isWanted).map(({ score }) => score);
	const benign = scoresOf(({ text }) => text.set === "benign-prompts");
	const attacks = scoresOf(({ text }) => text.set === "injection-direct" && text.label === 1);
	const spliced = scoresOf(({ text }) => text.kind === "spliced" && text.label === 1);
	const threshold = [...benign].sort((a, b) => b - a)[Math.floor(benign.length * FALSE_SHARE)] ?? 1;
	const isAbove = (score: number): boolean => score > threshold;
	const share = (scores: readonly number[], test: (score: number) => boolean): string =>
		percent(scores.filter(test).length / scores.length).padStart(8);
	const write = (line: string): boolean => process.stdout.write(`${line}\n`);
	write(
		`direct: AUC ${auc(attacks, benign).toFixed(3)}, recall at 1 % of benign prompts ${share(attacks, isAbove)}, blocked by default ${share(attacks, blocks)}`,
	);
	write(
		`spliced documents against themselves without payload: AUC ${auc(
			spliced,
			scoresOf(({ text }) => text.kind === "spliced" && text.label === 0),
		).toFixed(3)}`,
	);
	write(`\n${"above the score of 1 % of benign prompts; blocked".padEnd(60)}texts   above blocked     AUC`);
	const names = new Map<string, Scored[]>();
	for (const item of scored) {
		const name = `${item.text.label === 1 ? "attack" : "benign"} ${item.text.set} ${item.text.kind.split(/[:(]/)[0]}`;
		names.set(name, [...(names.get(name) ?? []), item]);
	}
	for (const [name, items] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
		const scores = items.map(({ score }) => score);
		const ranked = name.startsWith("attack") ? auc(scores, benign).toFixed(3) : "";
		write(`${name.padEnd(60)}${String(items.length).padStart(5)}${share(scores, isAbove)}${share(scores, blocks)}${ranked.padStart(8)}`);
	}
	if (misses === undefined) return;
	for (const { text, score } of scored)
		if (text.set === misses && (text.label === 1) !== blocks(score))
			process.stderr.write(`${text.label === 1 ? "MISSED" : "FALSE"} ${text.id} ${score.toFixed(3)}\n`);
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
