import { decode } from "gpt-tokenizer/encoding/r50k_base";
import { readSet } from "../../models/injection/corpus.ts";
import { seededRandom } from "../../models/injection/random.ts";
import { suffixSignals } from "../../src/recognizers/adversarial-suffix.ts";
import type { PromptJudge } from "./prompt-judge.ts";

const SEED = 7;
const VOCABULARY = 50_256;
/** Tokens of a suffix. Searches of the literature take 20. */
const LENGTHS = [12, 16, 20, 30];

/**
 * Requests of AdvBench with tokens behind them that are drawn from a vocabulary by chance: what a search for a suffix (GCG)
 * starts from and mostly ends with. No optimised suffixes: there is no model here to search with.
 */
export function printDrawnSuffixes(judge: PromptJudge, dir: string): void {
	const tokens = Array.from({ length: VOCABULARY }, (_, rank) => decode([rank])).filter((token) => /^[ -~]+$/.test(token));
	const random = seededRandom(SEED);
	const draw = (length: number): string => Array.from({ length }, () => tokens[Math.floor(random() * tokens.length)] as string).join("");
	const requests = readSet(dir, "harm-prompts").filter(({ kind }) => kind.startsWith("advbench"));
	process.stdout.write("\nrequests with a suffix of random tokens (as user)\n");
	for (const length of [0, ...LENGTHS]) {
		const texts = requests.map(({ text }) => (length === 0 ? text : `${text} ${draw(length)}`));
		const found = texts.filter((text) => suffixSignals(text)[0]?.signal === "random_tokens").length;
		const blocked = texts.filter((text) => judge(text, "user").action === "block").length;
		process.stdout.write(`  ${`${length} tokens`.padEnd(36)}found ${found}, blocked ${blocked} of ${texts.length}\n`);
	}
}
