import { beforeAll, expect, test } from "vitest";
import { rulesOf } from "../../src/policy/recognizer-rules.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import { type BesideOracle, besideOracle, expectOracle, inspectChunks } from "../support/beside-oracle.ts";
import { DECODED_DISGUISES } from "../support/disguises.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { type Next, pick, random, someChunkings } from "../support/random.ts";

/** At least this many texts, or as long as FUZZ_SECONDS says. */
const TEXTS = 150;
type Led = readonly [type: string, word: string, value: string];
/** What is found behind a word only. */
const SHORT: readonly Led[] = [
	["in_aadhaar", "Aadhaar", "234123412346"],
	["my_mykad", "MyKad", "770305021234"],
	["pk_cnic", "CNIC", "3420108912318"],
];
const LED: readonly Led[] = [
	...SHORT,
	["kr_rrn", "주민등록번호", "9601211234567"],
	["th_national_id", "บัตรประชาชน", "1234567890121"],
	["pl_pesel", "PESEL", "44051401458"],
];
const OTHERS = [
	"",
	"see below: ",
	"1001 ",
	"100% of it, ",
	'const name = "',
	"AAAA+",
	"\n> ",
	"ﬁ½ \u200b",
	"x_",
	"NDQwNTE0MDE0NQ= ",
	"GQ2DANJR===x ",
	"SGVsbG8gd29ybGQsIGhvdyBhcmUgeW91Pw== ",
];
const BETWEEN = [": ", " = ", "=", ' is "', ":\n", ' ("', " - ", '":"'];

let both: BesideOracle;

beforeAll(async () => {
	const types = new Set([...LED.map(([type]) => type), "email", "credential", "aws_key"]);
	both = await besideOracle(RECOGNIZERS.filter(({ type }) => types.has(type)).flatMap((recognizer) => rulesOf(recognizer, "redact")));
});

const typesIn = (text: string): string[] => inspectChunks(both.production, [text]).findings.match(/[a-z_]+(?= )/g) ?? [];

test.each(DECODED_DISGUISES)("what $name hides is read behind the word that stands before it, and only there", ({ apply }) => {
	for (const [type, word, value] of SHORT) {
		const code = apply(value);
		expect(typesIn(`Thanks. ${word}: ${code}`), `${word}: ${code}`).toContain(type);
		expect(typesIn(`${word}\n${"=".repeat(80)}\n${code}`), code).not.toContain(type);
		expect(typesIn(`Thanks: ${code}`), code).not.toContain(type);
	}
});

test("padding belongs to a code: a value of ten or eleven bytes is read with it", () => {
	const code = Buffer.from("44051401458").toString("base64");
	expect(code).toMatch(/^.{15}=$/);
	expect(typesIn(`PESEL ${code}`)).toEqual(["pl_pesel"]);
	expect(typesIn(`PESEL ${code.slice(0, -1)}, 15 characters`)).toEqual([]);
	expect(typesIn(`Contact: ${Buffer.from("ab@bcd.com").toString("base64")}.`)).toEqual(["email"]);
});

test("a word before a code is no part of what is found", () => {
	const text = `CNIC: ${Buffer.from("3420108912318").toString("base64url")} and jane@example.com: SGVsbG8sIHdvcmxk`;
	expect(inspectChunks(both.production, [text]).findings).toBe("pk_cnic 6-24,email 29-45");
});

const inTags = (text: string): string => DECODED_DISGUISES.find(({ name }) => name === "tag characters")?.apply(text) ?? "";

test.each([
	[
		"what is hidden in a line that is too long for a row of a dump",
		`00000000: 3435 3637 3435 3637  45674567\n00000008: 3435 3637  4567 ${"and ".repeat(22)}Aadhaar: x${inTags("234123412346")}\n`,
	],
	["what follows a code that ends with its padding", "NDQwNTE0MDE0NQ==\nYWFAYmNkLmNvbQ== Aadhaar: MjM0MTIzNDEyMzQ2"],
	["a code behind less padding than the one before would need", "Aadhaar: NDQwNTE0MDE0NQ=MjM0MTIzNDEyMzQ2"],
	["what has more padding than any code", "YUBiLmNv======== Aadhaar: MjM0MTIzNDEyMzQ2"],
	["what begins with an escape that is longer than the beginning of a code", `Aadhaar: x${inTags("\\U0000003234123412346")} it is`],
])("%s: read as the oracle does at every lane that goes on", (_what, text) => {
	const expected = inspectChunks(both.oracle, [text]);
	expect(expected.findings).toContain("in_aadhaar");
	const chars = [...text];
	for (const at of chars.keys()) expect(inspectChunks(both.production, chars, at).text).toBe(expected.text);
});

function makeText(next: Next): string {
	let text = pick(OTHERS, next);
	for (let part = 0; part < 1 + next() * 2; part++) {
		const [, word, value] = pick(LED, next);
		const { apply } = pick(DECODED_DISGUISES, next);
		const said = next() < 0.8 ? word : pick(["number", "jane@example.com", "password", ""], next);
		text += `${pick(OTHERS, next)}${said}${pick(BETWEEN, next)}${apply(value)}${pick(["", " ", "\n", '"', "."], next)}`;
	}
	return text;
}

test("codes behind words read the same wherever they are cut, and on another lane", () => {
	const deadline = Date.now() + FUZZ_SECONDS * 1000;
	for (let seed = FIRST_SEED; seed < FIRST_SEED + TEXTS || Date.now() < deadline; seed++) {
		const next = random(seed);
		const text = makeText(next);
		expectOracle(both, text, { seed, chunkings: someChunkings(text, next, 4), next });
	}
}, 3_600_000);
