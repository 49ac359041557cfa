import fc from "fast-check";
import { expect, test } from "vitest";
import { WordReader } from "../../../src/models/word-features.ts";

/** Every word with its features, and where in the whole text it ended. */
function read(pieces: readonly string[]): number[][] {
	const words: number[][] = [];
	let reader = new WordReader(1 << 16);
	for (const piece of pieces) {
		reader.read(piece, (features, count, { mark }) => words.push([mark, ...features.subarray(0, count)]));
		reader = new WordReader(1 << 16, JSON.parse(JSON.stringify(reader.context())));
	}
	reader.finish((features, count, { mark }) => words.push([mark, ...features.subarray(0, count)]));
	return words;
}

const text = fc.string({ unit: fc.constantFrom(..."ab'ZÉ é.,\n 0٣漢字ß\u200b\u0301😀"), maxLength: 120 });

test("the features do not depend on the pieces a text comes in, nor on who goes on reading it", () => {
	fc.assert(
		fc.property(text, fc.array(fc.nat(120), { maxLength: 5 }), (whole, cuts) => {
			const at = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
			const pieces = at.slice(1).map((to, i) => whole.slice(at[i], to));
			expect(read(pieces)).toEqual(read([whole]));
		}),
	);
});

test("case, accents, compatibility forms and invisible characters make no other words", () => {
	const [plain] = read(["resume "]);
	for (const disguised of ["résumé ", "ｒｅｓｕｍｅ ", "re\u200bsume ", "Resume "]) expect(read([disguised])[0]).toEqual(plain);
});

test("what a word looks like depends on the words before it", () => {
	expect(read(["ignore instructions"])[1]).not.toEqual(read(["follow instructions"])[1]);
});

test("a run without end is cut into words of bounded size", () => {
	const words = read(["x".repeat(10_000)]);
	expect(words.length).toBeGreaterThan(200);
	expect(Math.max(...words.map((features) => features.length))).toBeLessThan(200);
});
