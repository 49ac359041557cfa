import { beforeAll, expect, test } from "vitest";
import { Channel } from "../../src/inspect/channel.ts";
import type { RedactionStrategy } from "../../src/policy/policy.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { type Watcher, WatchingScanner } from "../../src/scanner/watching-scanner.ts";
import { exampleText } from "../support/examples.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { pick, random } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";

/**
 * A scanner around the scanner (harm, echoes, paraphrases) reads what goes out and changes nothing where it sees nothing: then a text
 * with it is the text without it, however many deltas come at once and wherever they are cut. Among others of values whose end is
 * open for long, of which every further delta must be swallowed.
 */
const DOCUMENTS = 1500;
const STRATEGIES: readonly RedactionStrategy[] = ["mask", "replace", "remove", "hash", "synthetic"];
const EXAMPLES = RECOGNIZERS.flatMap(({ examples }) => [...examples.match, ...examples.noMatch].map(exampleText));
const FILLING = [" ", "\n", "\n\n", "  ", "....", "the end ", "and ", "===", "\n  \n", "; ", "(", "é ", "ok, ", "-----", "=", "a", "1"];

/** Sees nothing, and holds nothing. */
const BLIND: Watcher<undefined> = {
	holdFrom: Number.POSITIVE_INFINITY,
	read: () => [],
	skip: () => [],
	finish: () => [],
	state: () => undefined,
};

let plain: ScannerProgram;
let watched: ScannerProgram;
beforeAll(async () => {
	plain = await allRecognizers("redact");
	watched = {
		open: (state, isOwn, isJson) => new WatchingScanner(plain.open(state, isOwn, isJson), BLIND, () => ({}), undefined),
	};
});

function makeDocument(next: () => number): string {
	const value = (): string => pick(EXAMPLES, next).slice(0, 20 + next() * 200);
	const filling = (): string => Array.from({ length: 1 + next() * 5 }, () => pick(FILLING, next)).join("");
	return Array.from({ length: 2 + next() * 6 }, () => (next() < 0.5 ? value() : filling()))
		.join("")
		.slice(0, 500);
}

/** The text in deltas of at most `most` units, so many at a time. */
function grouped(text: string, most: number, size: number, next: () => number): string[][] {
	const groups: string[][] = [];
	for (let at = 0; at < text.length; ) {
		const group = groups.at(-1);
		const delta = text.slice(at, at + 1 + Math.floor(next() * most));
		if (group === undefined || group.length === size) groups.push([delta]);
		else group.push(delta);
		at += delta.length;
	}
	return groups;
}

function inspect(program: ScannerProgram, groups: readonly (readonly string[])[], strategy: RedactionStrategy): string {
	const channel = new Channel(program, { strategy, key: new Uint8Array(32) }, "text");
	let out = "";
	for (const deltas of groups) {
		// As a lane does with an event that comes alone.
		const plain = deltas.length === 1 ? channel.writePlain(Buffer.from(deltas[0] as string)) : undefined;
		if (plain !== undefined) {
			out += plain === true ? deltas[0] : plain;
			continue;
		}
		const { texts } = channel.write(deltas);
		out += deltas.map((delta, i) => texts[i] ?? delta).join("");
	}
	out += channel.finish();
	channel.close();
	return out;
}

test("with a watcher that sees nothing every text is what it is without, however many deltas come at once", () => {
	const deadline = Date.now() + FUZZ_SECONDS * 1000;
	for (let seed = FIRST_SEED; seed < FIRST_SEED + DOCUMENTS || Date.now() < deadline; seed++) {
		const next = random(seed);
		const text = makeDocument(next);
		const strategy = pick(STRATEGIES, next);
		const whole = inspect(plain, [[text]], strategy);
		for (const size of [1, 2, 5, 20]) {
			const groups = grouped(text, pick([1, 2, 4, 9, 30], next), size, next);
			const out = [plain, watched].map((program) => inspect(program, groups, strategy));
			expect({ seed, strategy, groups, out }).toEqual({ seed, strategy, groups, out: [whole, whole] });
		}
	}
}, 600_000);
