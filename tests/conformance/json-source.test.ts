import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { Channel } from "../../src/inspect/channel.ts";
import type { RedactionStrategy } from "../../src/policy/policy.ts";
import type { SourceKind } from "../../src/providers/provider.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { exampleText } from "../support/examples.ts";
import { runs } from "../support/fuzz.ts";
import { random, randomSlices } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";

const STRATEGIES = ["mask", "replace", "remove", "hash", "synthetic"] as const;
const key = new Uint8Array(32);
/** Of which something else than the value had been taken: a tag ends it, and one view reads no tags. */
const FOUND: [data: unknown, seed: number, most: number][] = [
	[{ "": '<entry key="db.password">r4T!mmQ90x</entry>', " ": "" }, 0, 1],
	[[{ "": ' <entry key="db.password">r4T!mmQ90x</entry>', " ": "" }], 0, 1],
];
let program: ScannerProgram;

beforeAll(async () => {
	program = await allRecognizers("redact");
});

function inspect(
	deltas: readonly string[],
	strategy: RedactionStrategy = "replace",
	source: SourceKind = "json",
	isStructured = true,
): string {
	const channel = new Channel(program, { strategy, key, isStructured }, source);
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
		// One number to every reader of JSON.
		['{"card":4.111111111111111e15,"n":1}', '{"card":"[CREDIT_CARD_1]","n":1}'],
		['{"card":4111111111111111e0}', '{"card":"[CREDIT_CARD_1]"}'],
		["[41111111111111110E-1,2]", '["[CREDIT_CARD_1]",2]'],
		["4111111111111111e+0", '"[CREDIT_CARD_1]"'],
		[
			'{"lat":4.512345678901234,"n":1e3,"v":1.0,"m":4e8,"x":1e-9,"y":-1.5E+10}',
			'{"lat":4.512345678901234,"n":1e3,"v":1.0,"m":4e8,"x":1e-9,"y":-1.5E+10}',
		],
		['{ "a" : [ "x", "call (415) 555-2671" ] }', '{ "a" : [ "x", "call [PHONE_1]" ] }'],
		['{"jane.doe@example.com":1}', '{"[EMAIL_1]":1}'],
		['{"t":"line\\njane.doe@example.com\\n\\"quoted\\""}', '{"t":"line\\n[EMAIL_1]\\n\\"quoted\\""}'],
		['{"t":"\\u006aane.doe@example\\u002ecom"}', '{"t":"[EMAIL_1]"}'],
		['{"t":"caf\\u00e9 \\ud83d\\ude00 ok"}', '{"t":"caf\\u00e9 \\ud83d\\ude00 ok"}'],
		["jane.doe@example.com", '"[EMAIL_1]"'],
		["", ""],
		['["cédula 1710034065",-100000]', '["cédula [EC_CEDULA_1]",-111111]'],
		['["4111",1111,"11111111"]', '["4111",1111,"11111111"]'],
		// JSON in a string stays JSON too.
		['{"b":"{\\"card\\":4111111111111111,\\"n\\":1}"}', '{"b":"{\\"card\\":\\"[CREDIT_CARD_1]\\",\\"n\\":1}"}'],
		['{"b":"{\\"a\\":[true, 4111111111111111]}"}', '{"b":"{\\"a\\":[true, \\"[CREDIT_CARD_1]\\"]}"}'],
		['{"b":"card {4111111111111111} [4111111111111111]"}', '{"b":"card {[CREDIT_CARD_1]} [[CREDIT_CARD_1]]"}'],
		["{}", "{}"],
		// Read without what stands between its literals, the value has no end.
		["[\"newPassword = 'D@qck0fn!!'\",5]", "[\"newPassword = '[CREDENTIAL_1]'\",5]"],
	])("%s becomes %s for every split", (source, expected) => {
		expect(inspect([source])).toBe(expected);
		expect(inspect([...source])).toBe(expected);
		for (let at = 1; at < source.length; at++) expect(inspect([source.slice(0, at), source.slice(at)])).toBe(expected);
	});

	test.each(["json", "answer"] as const)("redacted JSON stays JSON of the same shape, for every chunking and escaping (%s)", (kind) => {
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
				// An answer that is JSON is an object or an array.
				const source = JSON.stringify(kind === "json" ? data : [data]);
				const whole = inspect([source], "replace", kind);
				const shape = (item: unknown): unknown =>
					Array.isArray(item) ? item.map(shape) : typeof item === "object" && item !== null ? Object.values(item).map(shape) : 0;
				expect(shape(JSON.parse(whole))).toEqual(shape(JSON.parse(source)));
				expect(inspect(randomSlices(source, most, random(seed)), "replace", kind)).toBe(whole);
				expect(JSON.parse(inspect(randomSlices(escapeAll(source), most, random(seed)), "replace", kind))).toEqual(JSON.parse(whole));
			}),
			Object.assign({ examples: FOUND }, runs(1000)),
		);
	});

	test("a number is found however it is written, for every chunking", () => {
		const forms = fc.record({
			point: fc.integer({ min: 1, max: 17 }),
			zeros: fc.nat(4),
			sign: fc.constantFrom("e", "E", "e+", "e0"),
			seed: fc.integer(),
		});
		fc.assert(
			fc.property(forms, ({ point, zeros, sign, seed }) => {
				const digits = `4111111111111111${"0".repeat(zeros)}`;
				const shift = 16 - point;
				const exponent = shift < 0 ? `${sign[0]}${shift}` : `${sign}${shift}`;
				const number = `${digits.slice(0, point)}${point < digits.length ? "." : ""}${digits.slice(point)}${exponent}`;
				fc.pre(Number(number) === 4111111111111111 && JSON.parse(number) === 4111111111111111);
				const source = `{"a":[${number}],"b":"jane"}`;
				expect(inspect(randomSlices(source, 9, random(seed)))).toBe('{"a":["[CREDIT_CARD_1]"],"b":"jane"}');
			}),
			runs(300),
		);
	});

	test.each(["json", "answer"] as const)(
		"anything at all that is not JSON gives the same output for every chunking and strategy (%s)",
		(kind) => {
			const part = fc.oneof(
				fc.constantFrom(
					"{",
					"}",
					"[",
					"]",
					'"',
					"\\",
					"\\u",
					"\\u00",
					":",
					",",
					"12",
					"-",
					"\ud83d",
					"\\ud83d",
					"\\ude00",
					"e",
					"true",
					" ",
				),
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
						expect(inspect(randomSlices(source, most, random(seed)), strategy, kind)).toBe(inspect([source], strategy, kind));
					},
				),
				runs(1000),
			);
		},
	);
});

describe("answers to a request for JSON", () => {
	test.each([
		['{"t":"line\\nbob@example.com"}', '{"t":"line\\n[EMAIL_1]"}'],
		['{"card":4111111111111111}', '{"card":"[CREDIT_CARD_1]"}'],
		['```json\n{"t":"\\tbob@example.com"}\n```', '```json\n{"t":"\\t[EMAIL_1]"}\n```'],
		['To bob@example.com: {"n":1} or "bob@example.com".', 'To [EMAIL_1]: {"n":1} or "[EMAIL_1]".'],
		["Sorry, only bob@example.com knows.", "Sorry, only [EMAIL_1] knows."],
		['"Ask \\bob@example.com', '"Ask \\[EMAIL_1]'],
		['{"open":"bob@example.com', '{"open":"[EMAIL_1]'],
		["{ bob@example.com }} bob@example.com", '{ "[EMAIL_1]" }} [EMAIL_1]'],
	])("%s becomes %s for every split", (source, expected) => {
		expect(inspect([source], "replace", "answer")).toBe(expected);
		for (let at = 1; at < source.length; at++) expect(inspect([source.slice(0, at), source.slice(at)], "replace", "answer")).toBe(expected);
	});

	test("text without braces is what it would be had nobody asked for JSON", () => {
		const secret = fc.constantFrom(
			...RECOGNIZERS.flatMap(({ examples }) => examples.match.map(exampleText)).filter((text) => !/[{[]/.test(text)),
		);
		const text = fc.array(fc.oneof(secret, fc.stringMatching(/^[^{[]{0,12}$/)), { maxLength: 6 }).map((parts) => parts.join(""));
		fc.assert(
			fc.property(text, (source) => {
				expect(inspect([source], "hash", "answer")).toBe(inspect([source], "hash", "answer", false));
			}),
			runs(1000),
		);
	});

	test("no byte of a secret leaves, in JSON or around it", () => {
		const secret = fc.constantFrom("jane.doe@example.com", "4111 1111 1111 1111", "(415) 555-2671");
		const part = fc.oneof(
			secret.map((text) => ` ${text} `),
			fc.constantFrom("{", "}", "[", "]", '"', '\\"', ":", ",", "α", "\n"),
		);
		fc.assert(
			fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
				// A value that is gone from JSON is null there, or ones.
				expect(inspect([parts.join("")], "remove", "answer").replace(/null/g, "")).not.toMatch(/[A-Za-z02-9]/);
			}),
			runs(1000),
		);
	});
});
