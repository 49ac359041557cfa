import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { Channel } from "../../src/inspect/channel.ts";
import type { Action, RedactionStrategy, Rule, RuleSet } from "../../src/policy/policy.ts";
import { rulesOf } from "../../src/policy/recognizer-rules.ts";
import type { SourceKind } from "../../src/providers/provider.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import { createHyperscanEngine } from "../../src/scanner/engine-hyperscan.ts";
import { loadArtifact } from "../../src/scanner/pattern-database.ts";
import { createScannerProgram } from "../../src/scanner/scanner-program.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { COMPACT_DISGUISES, DECODED_DISGUISES, FOLDED_DISGUISES } from "../support/disguises.ts";
import { exampleText } from "../support/examples.ts";
import { FIRST_SEED, runs } from "../support/fuzz.ts";
import { random, randomSlices } from "../support/random.ts";

/**
 * What stands side by side: values of all recognizers, whole, halved, glued, within one another and in disguise, as text and
 * as JSON, with every strategy and action. Output and findings are the same for every chunking and every lane.
 */
const STRATEGIES = ["mask", "replace", "remove", "hash", "synthetic"] as const;
const SOURCES = ["text", "json", "value", "answer"] as const;
const key = new Uint8Array(32);

const EXAMPLES = RECOGNIZERS.flatMap(({ examples }) => [...examples.match, ...examples.noMatch].map(exampleText));
const EXAMPLE = fc.constantFrom(...EXAMPLES);
const DISGUISE = fc.constantFrom(...FOLDED_DISGUISES, ...COMPACT_DISGUISES, ...DECODED_DISGUISES);
const RANGE = fc.tuple(fc.nat(100), fc.nat(100)).map(([a, b]) => [Math.min(a, b) / 100, Math.max(a, b) / 100] as const);
/** Between values, and within them. */
const JOINT = fc.constantFrom(
	...[
		"",
		" ",
		"  ",
		"\n",
		".",
		",",
		", ",
		"-",
		"x",
		"7",
		"/",
		":",
		"=",
		"@",
		"?",
		"&",
		"#",
		"%",
		"\\",
		'"',
		"'",
		"`",
		'\\"',
		"~",
		"**",
		"<b>",
	],
	...[
		'" + "',
		'", "',
		'":"',
		"\\\n",
		"\u00ad",
		"\u200b",
		"&#98;",
		"&amp;",
		"\\u0062",
		"\\n",
		"%62",
		"%2",
		"\uff42",
		"\u0431",
		" b ",
		" two ",
		"e\u0301",
		"é",
	],
	...["😀", "\ud83d", "日本", "password=", "key: ", "https://example.com/?q=", "Bearer ", "sk-", "AKIA", "4111", "{", "}", "[", "]"],
);

function part([from, to]: readonly [number, number], text: string): [string, string, string] {
	const [a, b] = [Math.floor(from * text.length), Math.ceil(to * text.length)];
	return [text.slice(0, a), text.slice(a, b), text.slice(b)];
}

const WORD = fc.stringMatching(/^[α-ωa-z ,.]{0,12}$/u);
const VALUE: fc.Arbitrary<string> = fc.oneof(
	{ weight: 4, arbitrary: EXAMPLE },
	{ weight: 2, arbitrary: fc.tuple(RANGE, EXAMPLE).map(([range, text]) => part(range, text)[1]) },
	{ weight: 1, arbitrary: fc.tuple(RANGE, EXAMPLE, JOINT).map(([range, text, joint]) => part(range, text).join(joint)) },
	{
		weight: 1,
		arbitrary: fc.tuple(RANGE, EXAMPLE, EXAMPLE).map(([range, text, inner]) => part(range, text)[0] + inner + part(range, text)[2]),
	},
	{
		weight: 2,
		arbitrary: fc.tuple(RANGE, EXAMPLE, DISGUISE, fc.boolean()).map(([range, text, { apply }, isWhole]) => {
			if (isWhole) return apply(text);
			const [before, within, after] = part(range, text);
			return before + apply(within) + after;
		}),
	},
);
const DOCUMENT = fc
	.array(fc.oneof({ weight: 3, arbitrary: VALUE }, { weight: 2, arbitrary: JOINT }, { weight: 1, arbitrary: WORD }), {
		minLength: 1,
		maxLength: 7,
	})
	.map((parts) => parts.join(""))
	.map((text) => text.slice(0, 900));
const BLANKED = fc.array(fc.oneof(VALUE, EXAMPLE), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(" ").slice(0, 900));

/** In JSON: a value, a member's name, or the text as it is. */
const SOURCE = fc.oneof(
	fc.oneof(DOCUMENT, BLANKED),
	fc
		.dictionary(fc.oneof(fc.constantFrom("a", "key", "password"), VALUE), fc.oneof(DOCUMENT, VALUE, fc.integer()), {
			minKeys: 1,
			maxKeys: 3,
		})
		.map((data) => JSON.stringify(data)),
	fc.array(fc.oneof(DOCUMENT, VALUE), { maxLength: 3 }).map((data) => JSON.stringify(data, null, 1)),
);

/** The example that begins so. */
const exampleOf = (head: string): string => EXAMPLES.find((text) => text.startsWith(head)) as string;
const tags = (text: string): string => [...text].map((char) => String.fromCodePoint(0xe0000 + char.charCodeAt(0))).join("");
const CHARACTERS = { seed: 0, most: 1, moveEvery: 1 };
/** Where it was not so. */
const FOUND: [string, SourceKind, RedactionStrategy, typeof CHARACTERS][] = [
	// The beginning of a secret, and behind it what cannot be seen.
	["fm2_a\u00ad", "text", "mask", CHARACTERS],
	// Half a surrogate pair, with nothing found.
	["\ud83d?", "text", "mask", CHARACTERS],
	// A value without a fixed end that is only flagged.
	[exampleOf("%B4111") + exampleOf("-----BEGIN PRIVATE KEY").repeat(2), "text", "mask", CHARACTERS],
	// Behind one, more that cannot be seen than a view leaves out in one place.
	[`${exampleOf("admin:$apr1$")}tx${tags("x".repeat(80))} end`, "text", "mask", CHARACTERS],
	// A cut within a region that is replaced, in JSON.
	[
		`PuTTY-User-Key-File-2: ssh-rsa\n${exampleOf("-----BEGIN PRIVATE KEY")}postgres://a:hunter2@db.example.com`,
		"value",
		"mask",
		CHARACTERS,
	],
];

const SETS: Readonly<Record<string, () => readonly Rule[]>> = {
	"rules for prompts": () => RECOGNIZERS.flatMap((recognizer) => rulesOf(recognizer, "redact")),
	"rules for answers": () => RECOGNIZERS.flatMap((recognizer) => rulesOf(recognizer, "redact", {})),
	"mixed actions": () =>
		RECOGNIZERS.flatMap((recognizer, i) =>
			rulesOf(recognizer, (["redact", "redact", "cut", "flag", "allow"] as const)[i % 5] as Action, {}),
		),
};
const programs = new Map<string, ScannerProgram>();

beforeAll(async () => {
	for (const [name, make] of Object.entries(SETS)) {
		const rules = make();
		const ruleSet: RuleSet = { rules, threshold: 0.5, strategy: "mask", allowList: [] };
		const loaded = await loadArtifact(rules, {});
		if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
		programs.set(name, createScannerProgram(ruleSet, createHyperscanEngine(rules, loaded.artifact)));
	}
});

interface Seen {
	readonly text: string;
	readonly findings: readonly string[];
}

function inspect(
	program: ScannerProgram,
	source: SourceKind,
	strategy: RedactionStrategy,
	deltas: readonly string[],
	moveEvery = Number.POSITIVE_INFINITY,
): Seen {
	const style = { strategy, key, isStructured: source === "answer" };
	let channel = new Channel(program, style, source);
	const findings: string[] = [];
	const note = (): void =>
		void findings.push(
			...channel.scanner.takeFindings().map(({ type, from, to, score, action }) => `${type} ${from}-${to} ${score} ${action}`),
		);
	let text = "";
	for (const [i, delta] of deltas.entries()) {
		text += channel.write([delta]).texts[0] ?? delta;
		if (channel.scanner.isCut || (i + 1) % moveEvery !== 0) continue;
		const state = structuredClone(channel.state());
		note();
		channel.close();
		channel = new Channel(program, style, source, state);
	}
	text += channel.finish();
	note();
	channel.close();
	return { text, findings };
}

test.each(Object.keys(SETS))("the same for every chunking and lane: %s", (name) => {
	const cuts = fc.record({ seed: fc.integer(), most: fc.constantFrom(1, 2, 3, 5, 8, 20, 60), moveEvery: fc.integer({ min: 1, max: 9 }) });
	fc.assert(
		fc.property(
			SOURCE,
			fc.constantFrom(...SOURCES),
			fc.constantFrom(...STRATEGIES),
			cuts,
			(text, source, strategy, { seed, most, moveEvery }) => {
				const program = programs.get(name) as ScannerProgram;
				const whole = inspect(program, source, strategy, [text]);
				const deltas = randomSlices(text, most, random(seed));
				expect(inspect(program, source, strategy, deltas)).toEqual(whole);
				// A finding of a tail that goes on in another lane ends where it was handed over.
				expect(inspect(program, source, strategy, deltas, moveEvery).text).toBe(whole.text);
			},
		),
		// New seeds with `npm run test:fuzz`.
		Object.assign({ examples: FOUND, seed: FIRST_SEED }, runs(300)),
	);
});
