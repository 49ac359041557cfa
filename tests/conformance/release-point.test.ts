import { StringDecoder } from "node:string_decoder";
import { beforeAll, expect, test } from "vitest";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { FUZZ_SECONDS } from "../support/fuzz.ts";
import { pick, random, randomSlices } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";

/**
 * The release point after a text is a property of the text: whatever pieces it came in, and whichever lane read them, as
 * much of it may go out. So how a vendor cut one text cannot matter to what a client has read of it when another text of
 * the same answer ends the answer.
 */
const TEXTS = 300;
const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
/** Beginnings, ends and middles of what a view reads in another way. */
const PARTS = [
	...[
		'{"',
		"q",
		'":',
		'"',
		'","',
		" a",
		" two",
		" forty",
		"x ",
		"\n",
		"**",
		"<b>",
		"--",
		"+",
		"é",
		"４",
		"\u200b",
		"😀",
		"a\u0301",
		"б",
		"\\",
	],
	...["\\u00", "\\u0041", "\\n", "&#", "&#64;", "%4", "%40", "1", "4111", " ", "-", ".", "@", "mail", "jane", "example.com", "AKIA", "sk-"],
	...["password=", "QUtJQ", KEY, [...KEY].join(" "), Buffer.from(KEY).toString("base64"), '" + "', "jane.doe@example.com"],
];
/** Where it was not, and random texts seldom are: a value in one field, undecided bytes behind it. */
const FOUND = ['{"<b>{"**бpassword="%40%40😀{"'];

let program: ScannerProgram;
beforeAll(async () => {
	program = await allRecognizers("redact");
});

/** Release points in bytes after each piece, by the length of the text so far. Every so many pieces another scanner goes on. */
function releases(pieces: readonly string[], isJson: boolean, moveEvery = Number.POSITIVE_INFINITY): Map<number, number> {
	let scanner = program.open(undefined, undefined, isJson);
	const points = new Map<number, number>();
	for (const [i, piece] of pieces.entries()) {
		scanner.write(Buffer.from(piece));
		scanner.take(Number.POSITIVE_INFINITY);
		points.set(scanner.end, scanner.release);
		if ((i + 1) % moveEvery !== 0) continue;
		const state = scanner.snapshot();
		scanner.close();
		scanner = program.open(state, undefined, isJson);
	}
	scanner.close();
	return points;
}

/** The pieces with no surrogate pair in two of them. */
function wholeCharacters(pieces: readonly string[]): string[] {
	const decoder = new StringDecoder("utf16le");
	return pieces.map((piece) => decoder.write(Buffer.from(piece, "utf16le"))).filter((piece) => piece !== "");
}

function made(next: () => number): string {
	return Array.from({ length: 2 + Math.floor(next() * 12) }, () => pick(PARTS, next)).join("");
}

function check(isJson: boolean, seed: number, textOf = made): void {
	const next = random(seed);
	const text = textOf(next);
	const expected = releases([...text], isJson);
	for (const most of [text.length, 2, 4, 8]) {
		const pieces = wholeCharacters(randomSlices(text, most, next));
		for (const moveEvery of [undefined, 1 + Math.floor(next() * 4)]) {
			const differing = [...releases(pieces, isJson, moveEvery)].filter(([end, release]) => release !== expected.get(end));
			const seen = differing.map(([end, release]) => ({ end, release, expected: expected.get(end) }));
			expect({ seed, text, pieces, moveEvery, seen }).toEqual({ seed, text, pieces, moveEvery, seen: [] });
		}
	}
}

test.each([false, true])("the release point is the same for every chunking and lane (JSON source: %s)", (isJson) => {
	for (const text of FOUND) for (let seed = 1; seed <= 20; seed++) check(isJson, seed, () => text);
	for (let seed = 1; seed <= TEXTS; seed++) check(isJson, seed);
	const deadline = Date.now() + FUZZ_SECONDS * 500;
	for (let seed = Date.now(); Date.now() < deadline; seed++) check(isJson, seed);
});
