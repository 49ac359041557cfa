import { beforeAll, describe, expect, test } from "vitest";
import { rulesOf } from "../../src/policy/recognizer-rules.ts";
import type { Recognizer } from "../../src/recognizers/recognizer.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import { type BesideOracle, besideOracle, expectOracle, inspectChunks } from "../support/beside-oracle.ts";
import { COMPACT_DISGUISES, DECODED_DISGUISES, FOLDED_DISGUISES } from "../support/disguises.ts";
import { exampleText } from "../support/examples.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { chunkings, pick, random } from "../support/random.ts";

/** At least this many chunk boundaries, or as long as FUZZ_SECONDS says. */
const BOUNDARIES = 60_000;
/** What everybody looks for, where it proves itself without words around it. The whole matrix is measured by `npm run eval -- disguises`. */
const CORE_TYPES: ReadonlySet<string> = new Set([
	"aws_key",
	"github_token",
	"anthropic_key",
	"openai_key",
	"stripe_key",
	"email",
	"credit_card",
	"iban",
	"ssn",
]);
const CORE = RECOGNIZERS.filter(({ type }) => CORE_TYPES.has(type));

/** Some recognizers, and what stands in their examples. */
interface Subject extends BesideOracle {
	readonly plants: readonly string[];
}

async function subjectOf(recognizers: readonly Recognizer[]): Promise<Subject> {
	const rules = recognizers.flatMap((recognizer) => rulesOf(recognizer, recognizer.type === "stripe_key" ? "cut" : "redact"));
	const plants = recognizers.flatMap(({ examples }) => [...examples.match.map(exampleText), ...examples.noMatch.slice(0, 2)]);
	return { ...(await besideOracle(rules)), plants };
}

let core: Subject;
let all: Subject;

beforeAll(async () => {
	core = await subjectOf(CORE);
	all = await subjectOf(RECOGNIZERS);
});

const DISGUISES = [...FOLDED_DISGUISES, ...COMPACT_DISGUISES, ...DECODED_DISGUISES];
const FILLERS = [
	"the ",
	"naïve ",
	"R&D ",
	"50% ",
	"C:\\new ",
	"&amp;",
	"%41",
	"\\",
	"&",
	"&#",
	"%",
	"\\u00",
	"\u200b",
	"e\u0301",
	"пример ",
	"日本語",
	"٣",
	"…",
	"😀",
	"\n",
	"\u001b",
	"\u001b[",
	"--",
	"a.b",
	"x@",
	"4111",
	"½",
	"ﬁ",
	"one ",
	"two three four",
	"I am a ",
	"a b c",
	"x-y-z",
	"1, 2, 3",
	"12.50 ",
	"2024 - 05",
	"**",
	"`",
	"<b>",
	"a<b",
	'" + "',
	'"',
	"\\\n",
	"oh",
	"t",
	"52",
	"52, 49",
	"0x34",
	"U+",
	"chr(",
	", ",
	"[65,\n    66, 200, 67]",
	"00110100 ",
	"+",
	"\n> ",
	"=\n",
	'",\n"',
	'["4", "1",',
	'"K", "I",\n "A"',
	"'a','b','c','d',",
	"{A}{K}{I}{A}{",
	"(4) (1) [1][1][1][1][1] ",
	"NAAxADEAMQA0ADEAMQAx",
	"00340031003100310034",
	"34003100310031",
	"SGVyZSBpcyB0aGUga2V5\n",
	"NDExMQ==",
	"NDEx\n",
	"ZsO8ciBkaWUgR3LDtsOf",
	"\n00000010: ",
	"0020: 3431 3131 2031 31\n",
	"000018  41 4b 49 41  |AKIA|\n",
];
function makeDocument(plants: readonly string[], next: () => number): string {
	let text = "";
	for (let part = 0; part < 2 + next() * 5; part++) {
		if (next() < 0.5) text += pick(FILLERS, next);
		else {
			const plant = pick(plants, next);
			const from = Math.floor(next() * plant.length);
			const to = from + Math.floor(next() * (plant.length - from + 1));
			const { apply } = pick(DISGUISES, next);
			// Disguised whole, or in one place only.
			const all = next() < 0.5;
			text += all ? apply(plant) : plant.slice(0, from) + apply(plant.slice(from, to)) + plant.slice(to);
		}
		text += next() < 0.6 ? " " : "";
	}
	return text.slice(0, 500);
}

test("every chunking of every disguised document gives the oracle's text and findings, and so does a move to another lane", () => {
	const deadline = Date.now() + FUZZ_SECONDS * 1000;
	let boundaries = 0;
	for (let seed = FIRST_SEED; boundaries < BOUNDARIES || Date.now() < deadline; seed++) {
		const next = random(seed);
		// The oracle is slow over all recognizers.
		const subject = seed % 16 === 0 ? all : core;
		const text = makeDocument(subject.plants, next);
		boundaries += expectOracle(subject, text, { seed, chunkings: chunkings(text, next), next });
	}
	expect(boundaries).toBeGreaterThanOrEqual(BOUNDARIES);
}, 3_600_000);

/** Every example that is found, as the text before the value, the value, and the text behind it. */
function placesOf({ type, examples }: Recognizer): (readonly [before: string, value: string, after: string])[] {
	return examples.match.map(exampleText).flatMap((example) => {
		const [name, from, to] = inspectChunks(core.production, [example]).findings.split(/[ ,-]/);
		const bytes = Buffer.from(example);
		const slice = (first: number, last?: number): string => bytes.toString("utf8", first, last);
		if (name !== type) return [];
		// Of a secret that ends the text the finding has the beginning only.
		const value = slice(Number(from), Number(to)) + (/^[\w-]*/.exec(slice(Number(to)))?.[0] ?? "");
		return [[slice(0, Number(from)), value, slice(Number(from) + Buffer.byteLength(value))] as const];
	});
}

const standsAlone = (type: string, value: string): boolean => inspectChunks(core.production, [value]).findings.startsWith(`${type} `);

describe.each(DISGUISES)("$name", ({ apply, suits }) => {
	test("hide no value of the core recognizers", () => {
		const missed = CORE.flatMap((recognizer) =>
			placesOf(recognizer)
				.filter(([, value]) => suits?.(value) !== false && /^[ -~]+$/.test(value) && standsAlone(recognizer.type, value))
				.map(([before, value, after]) => before + apply(value) + after)
				.filter((text) => !inspectChunks(core.production, [text]).findings.includes(recognizer.type))
				.map((text) => `${recognizer.type}: ${text}`),
		);
		expect(missed).toEqual([]);
	});
});

test.each([
	'"j","a","n","e","@","c","o","r","p",".","c","om"',
	"'j', 'a', 'n', 'e', '@', 'c', 'o', 'r', 'p', '.', 'c', 'o', 'm'].join",
	"(4)(1)(1)(1)(1)(1)(1)(1)(1)(1)(1)(1)(1)(1)(1)(1)(10)",
])("%s reads the same wherever it is cut", (text) => {
	const expected = inspectChunks(core.oracle, [text]);
	for (const chunks of chunkings(text, random(1))) expect(inspectChunks(core.production, chunks), JSON.stringify(chunks)).toEqual(expected);
});

test("where a value spelled by a code ends does not depend on the chunking, though the characters of a code overlap", () => {
	const key = ["sk-ant-", "aB3dE5gH_jK9mN1pQ3rS-tU7vW9xY".repeat(3)].join("");
	for (const [says, hides] of [
		[`"${key} - enjoy`, ""],
		[key, "\u200b"],
		[`${key}?`, "\u200b\u00ad"],
	] as const) {
		const text = `see ${Buffer.from(`It is: ${says}`).toString("base64").replace(/=+$/, "").replace(/.{4}/g, `$&${hides}`)}${hides}`;
		const expected = inspectChunks(core.oracle, [text]);
		expect(expected.findings).toContain("anthropic_key");
		expect(inspectChunks(core.production, [...text])).toEqual(expected);
		expect(inspectChunks(core.production, [text])).toEqual(expected);
	}
});
