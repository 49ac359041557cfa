import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decode, encode } from "gpt-tokenizer/encoding/o200k_base";
import { corporaDir } from "../../models/corpora-dir.ts";
import { policyWith, programOf } from "../fixtures/rules.ts";
import { type TextKind, text } from "../fixtures/texts.ts";
import { type Distribution, distribution } from "../report/distribution.ts";
import type { Table } from "../report/table.ts";
import type { Suite } from "./suite.ts";

type RuleSet = Awaited<ReturnType<typeof policyWith>>["response"];

const KINDS: readonly TextKind[] = ["prose", "code", "data"];

/** A secret that stands in no text: the views look for it, and nothing else is held. */
const ABSENT: RuleSet["rules"][number] = {
	name: "absent",
	type: "absent",
	category: "secret",
	label: "ABSENT",
	expression: "\\x01\\x02\\x03",
	score: 1,
	action: "redact",
};

interface Sample {
	readonly name: string;
	readonly pieces: readonly string[];
}

interface Holding {
	/** Share of tokens that leave with their arrival, and with the next token's at the latest. */
	readonly atOnce: number;
	readonly byNext: number;
	/** UTF-16 units held after each token. */
	readonly held: Distribution;
	/** Later tokens that each token waits for. */
	readonly delay: Distribution;
}

/** How long text waits because a match could still begin in it: a property of the policy and the text, not of the machine. */
export const holdSuite: Suite = async (effort, log) => {
	const size = effort.kind === "smoke" ? 2000 : 200_000;
	const { response } = await policyWith(0);
	const { response: fromAt } = await policyWith(0, { response_filtering: { sensitive_from: { email: "at" } } });
	const texts: readonly Sample[] = [...KINDS.map((kind) => ({ name: kind, pieces: modelTokens(text(kind, size, 6)) })), ...replies(size)];
	log("hold by kind of text");
	const overall: Table = {
		title: "Delay by holding, default policy for answers",
		note: "tokens of o200k_base; at 50 tokens/s one token of delay is 20 ms; a delay does not add up over the answer",
		columns: ["", "released on arrival", "at most 1 token later", "held chars p50", "p95", "p99", "token delay p50", "p95", "p99", "max"],
		rows: await inTurn(
			texts.flatMap(({ name, pieces }) => [
				{ name, pieces, rules: response },
				{ name: `${name}, e-mail from its @`, pieces, rules: fromAt },
				{ name: `${name}, that and no disguises`, pieces, rules: { ...fromAt, normalize: false } },
			]),
			({ name, pieces, rules }) => row(name, pieces, rules),
		),
	};
	log("hold by recognizer");
	const types = [...new Set(response.rules.map(({ type }) => type))];
	const few = texts.map(({ pieces }) => pieces.slice(0, pieces.length / 4));
	const byType: Table = {
		title: "Tokens held by each recognizer alone",
		note: "share of tokens that do not leave on arrival when only this recognizer is on, and none of the disguises",
		columns: ["", ...texts.map(({ name }) => name)],
		rows: [
			["the disguises alone", ...(await sharesOf({ ...response, rules: [ABSENT] }, few))],
			...(await inTurn(effort.kind === "smoke" ? types.slice(0, 3) : types, async (type) => {
				const alone = { ...response, normalize: false, rules: response.rules.filter((rule) => rule.type === type) };
				return [type, ...(await sharesOf(alone, few))];
			})),
		],
	};
	return { tables: [overall, byType], data: { overall, byType } };
};

/** As a model cuts its text; characters that it cuts in two are left out. */
const modelTokens = (whole: string): string[] =>
	encode(whole)
		.map((token) => decode([token]))
		.filter((piece) => !piece.includes("\ufffd"));

/** Answers of real models, where the corpora are here. */
function replies(size: number): Sample[] {
	const dir = corporaDir();
	if (dir === undefined) return [];
	const rows = readFileSync(join(dir, "benign-replies", "dev.jsonl"), "utf8")
		.trim()
		.split("\n");
	const whole = rows.map((row) => (JSON.parse(row) as { readonly text: string }).text).join("\n\n");
	return [{ name: "replies", pieces: modelTokens(whole.slice(0, size)) }];
}

const sharesOf = async (rules: RuleSet, samples: readonly (readonly string[])[]): Promise<string[]> =>
	inTurn(samples, async (pieces) => percent(1 - (await measure(rules, pieces)).atOnce));

/** One after the other: each may compile its patterns in a process of its own. */
async function inTurn<Item, Result>(items: readonly Item[], measured: (item: Item) => Promise<Result>): Promise<Result[]> {
	const results: Result[] = [];
	for (const item of items) results.push(await measured(item));
	return results;
}

async function row(name: string, pieces: readonly string[], rules: RuleSet): Promise<(string | number)[]> {
	const { atOnce, byNext, held, delay } = await measure(rules, pieces);
	return [name, percent(atOnce), percent(byNext), held.p50, held.p95, held.p99, delay.p50, delay.p95, delay.p99, delay.max];
}

function percent(share: number): string {
	return `${(share * 100).toFixed(1)} %`;
}

async function measure(rules: RuleSet, pieces: readonly string[]): Promise<Holding> {
	// Nothing must end the text, and what is found must not count as released.
	const program = await programOf({ ...rules, rules: rules.rules.map((rule) => ({ ...rule, action: "flag" as const })) });
	const scanner = program.open();
	const held: number[] = [];
	const delays: number[] = [];
	const waiting: { readonly end: number; readonly at: number }[] = [];
	const release = (now: number): void => {
		while (waiting[0] !== undefined && waiting[0].end <= scanner.release) delays.push(now - (waiting.shift()?.at ?? now));
	};
	for (const [at, piece] of pieces.entries()) {
		scanner.write(Buffer.from(piece));
		waiting.push({ end: scanner.end, at });
		scanner.take(Number.POSITIVE_INFINITY);
		release(at);
		held.push(scanner.end - scanner.release);
	}
	scanner.finish();
	release(pieces.length);
	scanner.close();
	const share = (most: number): number => delays.filter((delay) => delay <= most).length / delays.length;
	return { atOnce: share(0), byNext: share(1), held: distribution(held), delay: distribution(delays) };
}
