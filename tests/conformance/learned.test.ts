import { beforeAll, describe, expect, test } from "vitest";
import { Channel } from "../../src/inspect/channel.ts";
import type { Action, Rule, RuleSet } from "../../src/policy/policy.ts";
import { rulesOf } from "../../src/policy/recognizer-rules.ts";
import { LEARNED } from "../../src/recognizers/learned.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import { createHyperscanEngine } from "../../src/scanner/engine-hyperscan.ts";
import { createReferenceEngine } from "../../src/scanner/engine-reference.ts";
import { loadArtifact } from "../../src/scanner/pattern-database.ts";
import { createScannerProgram } from "../../src/scanner/scanner-program.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { exampleText, markedText } from "../support/examples.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { chunkings, pick, random } from "../support/random.ts";

/** At least this many chunk boundaries, or as long as FUZZ_SECONDS says. */
const BOUNDARIES = 40_000;
/** Beside what is learned: patterns that overlap with it, tails, values after a trigger. */
const TYPES: ReadonlySet<string> = new Set([
	"email",
	"phone",
	"ssn",
	"us_zip",
	"date_of_birth",
	"aws_key",
	"private_key",
	"generic_credential",
]);
const RECOGNIZED = [...RECOGNIZERS.filter(({ type }) => TYPES.has(type)), ...LEARNED];

/** Holds whole sentences after they are decided, so that what was found in them has to move with the text. */
const WIDE: Omit<Rule, "action"> = {
	name: "note",
	type: "note",
	category: "pii",
	label: "NOTE",
	expression: "NOTE [ A-Za-z.,?'@0-9]{1,160}ENDNOTE",
	score: 1,
};

interface Programs {
	readonly production: ScannerProgram;
	/** Releases nothing before the end of the text. */
	readonly oracle: ScannerProgram;
}

async function programsFor(actionOf: (type: string) => Action): Promise<Programs> {
	const rules = RECOGNIZED.flatMap((recognizer) => rulesOf(recognizer, actionOf(recognizer.type)));
	rules.push({ ...WIDE, action: "redact" });
	const ruleSet: RuleSet = { rules, threshold: 0.5, strategy: "replace", allowList: ["Ada Lindqvist"] };
	const loaded = await loadArtifact(rules, {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	return {
		production: createScannerProgram(ruleSet, createHyperscanEngine(rules, loaded.artifact)),
		oracle: createScannerProgram(ruleSet, createReferenceEngine(rules)),
	};
}

/** After each chunk that `moves` names another scanner goes on from the state of the one before. */
function inspect(program: ScannerProgram, chunks: readonly string[], moves: readonly number[] = []): { text: string; findings: string } {
	const style = { strategy: "replace", key: new Uint8Array(32) } as const;
	let channel = new Channel(program, style, "text");
	let text = "";
	const findings: string[] = [];
	const collect = (): void => {
		// Not where they end: that of an open tail is told to the next lane only.
		for (const { type, from } of channel.scanner.takeFindings()) findings.push(`${type} ${from}`);
	};
	for (const [i, chunk] of chunks.entries()) {
		text += channel.write([chunk]).texts[0] ?? chunk;
		if (!moves.includes(i) || channel.scanner.isCut) continue;
		collect();
		const state = structuredClone(channel.state());
		channel.close();
		channel = new Channel(program, style, "text", state);
	}
	text += channel.finish();
	collect();
	channel.close();
	return { text, findings: findings.join() };
}

const FILLERS = [
	"NOTE ",
	"NOTE It rains. ",
	"NOTE It rains. Is it? ",
	" ENDNOTE",
	"The weather is fine. ",
	"Is it? ",
	"e.g. ",
	"\n",
	"\n\n",
	"- ",
	"“quoted.” ",
	"naïve 😀 ",
	"日本語。",
	"{",
	'"name": "',
	'", ',
	"Dr. ",
	"No. 5 ",
	"word ".repeat(40),
	"x".repeat(90),
	"é".repeat(120),
	"\u200b",
	"a.b.c",
	"...",
	"Mallory ",
	"Ms Raman, ",
	"Katherine",
];
const PLANTS = RECOGNIZED.flatMap(({ examples }) => [...examples.match.map(exampleText), ...examples.noMatch.slice(0, 2)]);

function makeDocument(next: () => number): string {
	let text = "";
	for (let part = 0; part < 3 + next() * 6; part++) {
		text += next() < 0.5 ? pick(FILLERS, next) : pick(PLANTS, next).slice(0, next() < 0.3 ? Math.floor(next() * 40) : undefined);
		text += next() < 0.6 ? " " : "";
	}
	return text.slice(0, 600);
}

/** Every split of one document in ten; of the others byte by byte and at random. */
function someChunkings(text: string, seed: number, next: () => number): string[][] {
	const all = [...chunkings(text, next)];
	return seed % 10 === 0 ? all : [...all.slice(0, 1), ...all.slice(-3)];
}

describe("names, addresses and organisations", () => {
	let redacting: Programs;
	let cutting: Programs;

	beforeAll(async () => {
		redacting = await programsFor(() => "redact");
		cutting = await programsFor((type) => (type === "person" ? "cut" : "redact"));
	});

	test("every chunking gives the same text and findings, on however many lanes", () => {
		const deadline = Date.now() + FUZZ_SECONDS * 1000;
		let boundaries = 0;
		let found = 0;
		for (let seed = FIRST_SEED; boundaries < BOUNDARIES || Date.now() < deadline; seed++) {
			const next = random(seed);
			const text = makeDocument(next);
			const { production, oracle } = next() < 0.8 ? redacting : cutting;
			const expected = inspect(oracle, [text]);
			if (/person|address|organization/.test(expected.findings)) found++;
			for (const chunks of someChunkings(text, seed, next)) {
				const moves = next() < 0.5 ? [] : [Math.floor(next() * chunks.length), Math.floor(next() * chunks.length)];
				boundaries += chunks.length;
				expect({ seed, moves, ...inspect(production, chunks, moves) }).toEqual({ seed, moves, ...expected });
			}
		}
		expect(found).toBeGreaterThan(20);
	}, 3_600_000);

	test("no byte of a name leaves before its sentence is decided", () => {
		for (const { examples, label } of LEARNED) {
			for (const example of examples.match) {
				const marked = markedText(example) ?? "";
				let out = "";
				const channel = new Channel(redacting.production, { strategy: "replace", key: new Uint8Array(32) }, "text");
				for (const unit of exampleText(example)) out += channel.write([unit]).texts[0] ?? unit;
				out += channel.finish();
				channel.close();
				expect(out).toBe(exampleText(example).replace(marked, `[${label}_1]`));
			}
		}
	});

	test("a name that was found is found again, whatever stands around it, and in a disguise", () => {
		const { text } = inspect(redacting.production, ["My name is Kath\u200berine Mallory. The file is with Mallory today. Ask Brandt."]);
		expect(text).toBe("My name is [PERSON_1]. The file is with [PERSON_2] today. Ask Brandt.");
	});

	test("ordinary sentences stay", () => {
		for (const { examples } of LEARNED)
			for (const text of examples.noMatch) expect(inspect(redacting.production, [text])).toEqual({ text, findings: "" });
	});

	test("a text without end of sentence is released in bounded segments", () => {
		const channel = new Channel(redacting.production, { strategy: "remove", key: new Uint8Array(32) }, "text");
		for (let i = 0; i < 4000; i++) {
			channel.write(["and then "]);
			expect(channel.scanner.end - channel.scanner.taken).toBeLessThanOrEqual(512 + 9);
		}
		channel.close();
	});

	test("an allowed name stays", () => {
		const { text } = inspect(redacting.production, ["My name is Ada Lindqvist. Please write an email to Katherine Mallory."]);
		expect(text).toContain("Ada Lindqvist");
		expect(text).not.toContain("Mallory");
	});
});
