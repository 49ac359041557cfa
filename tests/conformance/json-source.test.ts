import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { Channel } from "../../src/inspect/channel.ts";
import type { RedactionStrategy } from "../../src/policy/policy.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { exampleText } from "../support/examples.ts";
import { random, randomSlices } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";

const STRATEGIES = ["mask", "replace", "remove", "hash", "synthetic"] as const;
const key = new Uint8Array(32);
let program: ScannerProgram;

beforeAll(async () => {
	program = await allRecognizers("redact");
});

function inspect(deltas: readonly string[], strategy: RedactionStrategy = "replace"): string {
	const channel = new Channel(program, { strategy, key }, "json");
	const out = deltas.map((delta) => channel.write([delta]).texts[0] ?? delta).join("") + channel.finish();
	channel.close();
	return out;
}

function escapeAll(json: string): string {
	return json.replace(/"((?:[^"\\]|\\.)*)"/g, (literal) => {
		const text = JSON.parse(literal) as string;
		return `"${Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`).join("")}"`;
	});
}

describe("tool-call arguments", () => {
	test.each([
		['{"to":"jane.doe@example.com","n":3}', '{"to":"[EMAIL_1]","n":3}'],
		['{"card":4111111111111111,"next":true}', '{"card":"[CREDIT_CARD_1]","next":true}'],
		['{ "a" : [ "x", "call (415) 555-2671" ] }', '{ "a" : [ "x", "call [PHONE_1]" ] }'],
		['{"jane.doe@example.com":1}', '{"[EMAIL_1]":1}'],
		['{"t":"line\\njane.doe@example.com\\n\\"quoted\\""}', '{"t":"line\\n[EMAIL_1]\\n\\"quoted\\""}'],
		['{"t":"\\u006aane.doe@example\\u002ecom"}', '{"t":"[EMAIL_1]"}'],
		['{"t":"caf\\u00e9 \\ud83d\\ude00 ok"}', '{"t":"caf\\u00e9 \\ud83d\\ude00 ok"}'],
		["jane.doe@example.com", '"[EMAIL_1]"'],
		["", ""],
		['["cédula 1710034065",-100000]', '["cédula [EC_CEDULA_1]",-111111]'],
		['["4111",1111,"11111111"]', '["4111",1111,"11111111"]'],
		["{}", "{}"],
	])("%s becomes %s for every split", (source, expected) => {
		expect(inspect([source])).toBe(expected);
		expect(inspect([...source])).toBe(expected);
		for (let at = 1; at < source.length; at++) expect(inspect([source.slice(0, at), source.slice(at)])).toBe(expected);
	});

	test("redacted JSON stays JSON of the same shape, says what the text says, and is the same for every chunking and escaping", () => {
		const secret = fc.constantFrom(...RECOGNIZERS.flatMap(({ examples }) => examples.match.map(exampleText)));
		const text = fc.oneof(
			fc.string({ unit: "grapheme", maxLength: 20 }),
			secret,
			fc.tuple(fc.string({ maxLength: 5 }), secret).map(([a, b]) => `${a} ${b}`),
		);
		const value = fc.letrec((tie) => ({
			value: fc.oneof(
				{ maxDepth: 3 },
				text,
				fc.integer(),
				fc.double({ noNaN: true, noDefaultInfinity: true }),
				fc.boolean(),
				fc.constant(null),
				fc.array(tie("value"), { maxLength: 3 }),
				fc.dictionary(fc.string({ maxLength: 4 }), tie("value"), { maxKeys: 3 }),
			),
		})).value;
		fc.assert(
			fc.property(value, fc.integer(), fc.integer({ min: 1, max: 30 }), (data, seed, most) => {
				const source = JSON.stringify(data);
				const whole = inspect([source]);
				const shape = (item: unknown): unknown =>
					Array.isArray(item) ? item.map(shape) : typeof item === "object" && item !== null ? Object.values(item).map(shape) : 0;
				expect(shape(JSON.parse(whole))).toEqual(shape(data));
				expect(inspect(randomSlices(source, most, random(seed)))).toBe(whole);
				expect(JSON.parse(inspect(randomSlices(escapeAll(source), most, random(seed))))).toEqual(JSON.parse(whole));
			}),
			{ numRuns: 1500 },
		);
	});

	test("anything at all that is not JSON gives the same output for every chunking and strategy", () => {
		const part = fc.oneof(
			fc.constantFrom("{", '"', "\\", "\\u", "\\u00", ":", ",", "12", "-", "\ud83d", "\\ud83d", "\\ude00", "e", "true", " "),
			fc.constantFrom(...RECOGNIZERS.flatMap(({ examples }) => examples.match.map(exampleText))),
		);
		fc.assert(
			fc.property(
				fc.array(part, { maxLength: 12 }),
				fc.integer(),
				fc.integer({ min: 1, max: 20 }),
				fc.constantFrom(...STRATEGIES),
				(parts, seed, most, strategy) => {
					const source = parts.join("");
					expect(inspect(randomSlices(source, most, random(seed)), strategy)).toBe(inspect([source], strategy));
				},
			),
			{ numRuns: 1500 },
		);
	});
});
