import { describe, expect, test } from "vitest";
import { parseExact, writeExact } from "../../../src/wire/exact-json.ts";
import { pick, random } from "../../support/random.ts";

const again = (json: string): string => writeExact(parseExact(json));

describe("a number that a double cannot hold is written as it stood", () => {
	test.each([
		"9007199254740993",
		"-90071992547409931",
		"1234567890123456789012345678901234567890",
		"0.12345678901234567890123",
		"3.000000000000000000001",
		"1e400",
		"-1E-400",
		`1${"0".repeat(500)}1`,
	])("%s", (number) => {
		expect(again(number)).toBe(number);
		expect(again(`{"a":[{"__proto__":${number}},${number}],"b":"${number}"}`)).toBe(
			`{"a":[{"__proto__":${number}},${number}],"b":"${number}"}`,
		);
	});
});

test.each([
	["1.0", "1"],
	["1e3", "1000"],
	["0.30", "0.3"],
	["-0", "0"],
	["9007199254740992", "9007199254740992"],
	["1e21", "1e+21"],
	["1.50000000000000000000", "1.5"],
	["1e-007", "1e-7"],
])("any other as JSON.stringify writes it: %s", (number, written) => {
	expect(again(number)).toBe(written);
	expect(parseExact(number)).toBe(Number(number));
});

test("nothing that stands in JSON is taken for such a number", () => {
	for (const json of [
		'{"isLosslessNumber":true,"value":"1"}',
		'{"source":"1","rawJSON":"1"}',
		'{"toJSON":1,"n":1e400}',
		'{"a":null,"b":[null,true,"\\u0000é😀"]}',
	])
		expect(again(json)).toBe(JSON.stringify(JSON.parse(json)).replace("null}", json.includes("1e400") ? "1e400}" : "null}"));
});

test("members without a value are left out, as JSON.stringify leaves them", () => {
	expect(writeExact({ a: undefined, b: [undefined], c: parseExact("1e400") })).toBe('{"b":[null],"c":1e400}');
});

test("whole numbers of any length keep every digit, and others what they say", () => {
	const next = random(1);
	for (let i = 0; i < 3000; i++) {
		const digits = Array.from({ length: 1 + Math.floor(next() * 40) }, () => pick([..."00123456789"], next)).join("");
		const whole = BigInt(digits) * (next() < 0.5 ? 1n : -1n);
		expect(BigInt(again(String(whole)))).toBe(whole);
		const fraction = `${whole}.${digits}e${Math.floor(next() * 700) - 350}`;
		const written = again(fraction);
		if (written !== fraction) expect(String(Number(written))).toBe(String(Number(fraction)));
	}
});

test("JSON that is none is the error of JSON.parse; a long row of zeros costs no more than its length", () => {
	expect(() => parseExact("{1}")).toThrow(SyntaxError);
	const zeros = `[1${"0".repeat(300_000)}1]`;
	expect(again(zeros)).toBe(zeros);
});
