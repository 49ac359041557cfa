import { beforeAll, describe, expect, test } from "vitest";
import { inspectWhole } from "../../src/inspect/inspect-whole.ts";
import type { RedactionStrategy } from "../../src/policy/policy.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { exampleText } from "../support/examples.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { chunkings, pick, random } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { throughChannel } from "../support/through-channel.ts";

/** Every strategy × every recognizer × chunkings, also with a move to another lane after each piece. */
const STRATEGIES: readonly RedactionStrategy[] = ["mask", "replace", "remove", "hash", "synthetic"];
const key = new Uint8Array(32);
let program: ScannerProgram;

beforeAll(async () => {
	program = await allRecognizers("redact");
});

function inspect(strategy: RedactionStrategy, chunks: readonly string[], isMoving: boolean): string {
	return throughChannel(program, { strategy, key }, chunks, { moves: () => isMoving }).out;
}

/** Longest run of the secret's letters and digits that also stands in the output. */
function longestLeak(secret: string, out: string): string {
	let longest = "";
	for (const run of secret.match(/[A-Za-z0-9]+/g) ?? [])
		for (let from = 0; from < run.length; from++)
			for (let to = from + longest.length + 1; to <= run.length && out.includes(run.slice(from, to)); to++) longest = run.slice(from, to);
	return longest;
}

/** Letters or digits in a row that an output may share with the secret: what a mask keeps, the word "example". */
const SHARED: Readonly<Record<RedactionStrategy, number>> = { mask: 4, replace: 3, remove: 3, hash: 3, synthetic: 7 };
const MARKER = /\[[A-Z0-9_]+(?: REDACTED|_\d+|:[0-9a-f]+)?\]/g;
const LONGEST_TEXT = 200;

/** An example of a type under a strategy, twice and beside two other values, so that numbering and spacing meet a value again. */
function check(strategy: RedactionStrategy, example: string, seed: number): void {
	const text = `x@corp.com y@corp.com\n${example} δ ${example}\nε y@corp.com`;
	const whole = inspectWhole(program, { strategy, key }, text);
	expect(whole.scanner.findings.length).toBeGreaterThan(0);
	for (const { from, to } of whole.scanner.findings) {
		const secret = Buffer.from(text).toString("utf8", from, Math.min(to, from + LONGEST_TEXT));
		const leak = longestLeak(secret, whole.text.replaceAll(MARKER, ""));
		expect(leak.length, `${leak} of ${secret}`).toBeLessThanOrEqual(SHARED[strategy]);
	}
	const short = text.slice(0, LONGEST_TEXT);
	const expected = inspect(strategy, [short], false);
	for (const [i, chunks] of [...chunkings(short, random(seed))].entries())
		if (chunks.length !== 2 || (i + seed) % 24 === 0)
			expect({ seed, chunks, out: inspect(strategy, chunks, chunks.length === 2) }).toEqual({ seed, chunks, out: expected });
}

describe.each(STRATEGIES)("%s", (strategy) => {
	test.each(RECOGNIZERS.map((recognizer) => [recognizer.type, recognizer] as const))(
		"of %s leaks nothing, however the text is cut",
		(_type, { examples }) => {
			const example = examples.match[STRATEGIES.indexOf(strategy) % examples.match.length] ?? "";
			check(strategy, exampleText(example), FIRST_SEED);
		},
	);
});

test.runIf(FUZZ_SECONDS > 0)(
	"nor does any other of the examples, nor any other cut",
	() => {
		const deadline = Date.now() + FUZZ_SECONDS * 1000;
		for (let seed = FIRST_SEED; Date.now() < deadline; seed++) {
			const next = random(seed);
			check(pick(STRATEGIES, next), exampleText(pick(pick(RECOGNIZERS, next).examples.match, next)), seed);
		}
	},
	3_600_000,
);
