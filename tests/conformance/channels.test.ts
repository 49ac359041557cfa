import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { ANTHROPIC_CHANNELS } from "../support/anthropic-channels.ts";
import { runs } from "../support/fuzz.ts";
import { GEMINI_CHANNELS } from "../support/gemini-channels.ts";
import { OPENAI_CHANNELS } from "../support/openai-channels.ts";
import { type Next, random, randomSlices } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { dataOf, type StreamChannel } from "../support/stream-channel.ts";
import { escapeStrings, type StreamRun, streamThrough } from "../support/stream-through.ts";
import { STRUCTURED_CHANNELS } from "../support/structured-channels.ts";
import { TRANSLATED_CHANNELS } from "../support/translated-channels.ts";

/**
 * Every channel of every format, with secrets planted in Greek prose and removed: an ASCII letter or digit that a
 * client reads on the channel is a leaked byte. Whatever the cuts, the client reads the same text.
 */
const NUM_RUNS = 25;
const style = { strategy: "remove", key: new Uint8Array(32) } as const;
const SECRETS = ["jane.doe@example.com", "4111 1111 1111 1111", ["AKIA", "IOSFODNN7", "EXAMPLE"].join(""), "(415) 555-2671"];
const GREEK = fc.stringMatching(/^[α-ω ,😀é]{0,12}$/u).map((text) => ` ${text} `);
/** In JSON some of these are escapes, whose letters are none of the secret's. */
const BESIDE = fc.constantFrom(" ", "\n", "\t", '"');
const SECRET = fc.tuple(BESIDE, fc.constantFrom(...SECRETS), BESIDE).map((parts) => parts.join(""));
const DOCUMENT = fc.array(fc.oneof(GREEK, SECRET), { minLength: 1, maxLength: 5 });
const CUTS = fc.record({
	seed: fc.integer(),
	deltas: fc.integer({ min: 1, max: 30 }),
	writes: fc.option(fc.integer({ min: 1, max: 400 }), { freq: 1 }),
	isEscaped: fc.boolean(),
	moveEvery: fc.constantFrom(3, 20, 1_000_000),
});

const programs = new Map<"redact" | "cut", ScannerProgram>();

beforeAll(async () => {
	for (const action of ["redact", "cut"] as const) programs.set(action, await allRecognizers(action));
});

interface Cuts {
	readonly sizes: StreamRun["sizes"];
	readonly moveEvery?: number;
	readonly isEscaped?: boolean;
}

/** Writes of at most so many bytes; null: one for each event. */
function sizesOf(most: number | null, next: Next): StreamRun["sizes"] {
	return most === null ? "events" : Array.from({ length: 7 }, () => 1 + Math.floor(next() * most));
}

/** What a client reads on the channel when the answer comes in TCP writes of these sizes, in turn. */
function answer(channel: StreamChannel, action: "redact" | "cut", deltas: readonly string[], { isEscaped, ...cuts }: Cuts): string {
	const sent = channel.events(deltas);
	const bytes = Buffer.from((isEscaped ? sent.map(escapeStrings) : sent).join(""));
	const { api, client, isStructured = false } = channel;
	const program = programs.get(action) as ScannerProgram;
	const { out, ended } = streamThrough(bytes, { api, ...(client && { client }), program, style: { ...style, isStructured }, ...cuts });
	expect(ended).toBe(action === "cut" && SECRETS.some((secret) => deltas.join("").includes(secret)) ? "cut" : "complete");
	const events = dataOf(out);
	const text = events.map(channel.read).join("");
	const numbers = events.flatMap(({ sequence_number: number }) => (number === undefined ? [] : [number]));
	expect(numbers).toEqual(numbers.map((_, i) => i));
	for (const copy of events.flatMap((event) => channel.copies?.(event) ?? [])) expect(copy).toBe(text);
	return text;
}

const CHANNELS = [...OPENAI_CHANNELS, ...ANTHROPIC_CHANNELS, ...GEMINI_CHANNELS, ...TRANSLATED_CHANNELS, ...STRUCTURED_CHANNELS];

describe.each(CHANNELS)("$name", (channel) => {
	test.each(["redact", "cut"] as const)("leaks nothing and reads the same however it is cut (%s)", (action) => {
		let redacted = 0;
		fc.assert(
			fc.property(DOCUMENT, CUTS, (parts, cuts) => {
				const text = parts.join("");
				const source = channel.isJson ? JSON.stringify({ q: text }) : text;
				const next = random(cuts.seed);
				const seen = answer(channel, action, randomSlices(source, cuts.deltas, next), { ...cuts, sizes: sizesOf(cuts.writes, next) });
				expect(seen).toBe(answer(channel, action, [source], { sizes: [1 << 20] }));
				if (/[A-Za-z0-9]/.test(text)) {
					redacted++;
					expect(channel.isJson ? seen.replace('"q"', "").replace(/\\[nt]/g, "") : seen).not.toMatch(/[A-Za-z0-9]/);
					if (channel.isJson && action === "redact") JSON.parse(seen);
				} else {
					expect(seen).toBe(source);
				}
			}),
			runs(NUM_RUNS),
		);
		expect(redacted).toBeGreaterThan(3);
	});
});

/** Arguments are what a model writes, which need not be JSON; and a delta may be half of a character. */
const NO_JSON = fc.tuple(fc.constantFrom("", "😀", '"😀"', "[]😀", "{"), DOCUMENT).map(([before, parts]) => before + parts.join(""));

describe.each(CHANNELS.filter(({ isJson }) => isJson))("$name", (channel) => {
	test("reads the same however arguments that are no JSON are cut", () => {
		fc.assert(
			fc.property(NO_JSON, CUTS, (source, cuts) => {
				const next = random(cuts.seed);
				const units = cuts.isEscaped ? source.split("") : randomSlices(source, cuts.deltas, next);
				const seen = answer(channel, "redact", units, { ...cuts, sizes: sizesOf(cuts.writes, next) });
				expect(seen).toBe(answer(channel, "redact", [source], { sizes: [1 << 20] }));
			}),
			runs(NUM_RUNS),
		);
	});

	test.each(['"jane.do" + "e@example.com"', "😀", "[]😀"])("reads the same wherever %j is cut in two", (source) => {
		const whole = answer(channel, "redact", [source], { sizes: "events" });
		for (let at = 1; at < source.length; at++)
			expect(answer(channel, "redact", [source.slice(0, at), source.slice(at)], { sizes: "events" })).toBe(whole);
	});
});
