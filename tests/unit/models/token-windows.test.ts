import { expect, test } from "vitest";
import { tokenize } from "../../../src/models/token-text.ts";
import { TOKEN_WINDOW, type TokenWindow, tokenWindows } from "../../../src/models/token-windows.ts";
import { WordPieces } from "../../../src/models/word-pieces.ts";

const VOCABULARY = ["[UNK]", "[CLS]", "[SEP]", "ann", "un", "##able", "!", "4", "##7", "x", "##x"];
const pieces = new WordPieces(VOCABULARY);
const windowsOf = (text: string): TokenWindow[] => tokenWindows(pieces, tokenize(text));
/** Pieces at the places where the tokens begin that are taken from a window. */
const firstsOf = (windows: readonly TokenWindow[]): string[] =>
	windows.flatMap(({ ids, at }) => at.map((place) => VOCABULARY[ids[place] as number] as string));

test("every token is taken from one window, by its first piece, and a text without words has none", () => {
	const [window, ...more] = windowsOf("Ann unable! 47");
	expect(more).toEqual([]);
	expect(window?.ids.map((id) => VOCABULARY[id])).toEqual(["[CLS]", "ann", "un", "##able", "!", "4", "##7", "[SEP]"]);
	expect([window?.from, window?.to, window?.at]).toEqual([0, 4, [1, 2, 4, 5]]);
	expect(windowsOf("  ")).toEqual([]);
});

test("a long text is read in windows that overlap, and each of its tokens is taken once, away from the edges", () => {
	const words = Array.from({ length: 700 }, (_, i) => (i % 3 === 0 ? "unable" : "Ann"));
	const windows = windowsOf(words.join(" "));
	expect(windows.length).toBeGreaterThan(3);
	expect(firstsOf(windows)).toEqual(words.map((word) => (word === "Ann" ? "ann" : "un")));
	for (const [i, { ids, shapes, from, to, at }] of windows.entries()) {
		expect(ids.length).toBeLessThanOrEqual(TOKEN_WINDOW);
		expect([shapes.length, at.length, from]).toEqual([ids.length, to - from, i === 0 ? 0 : windows[i - 1]?.to]);
		if (i > 0) expect(at[0]).toBeGreaterThan(16);
		if (i < windows.length - 1) expect(at.at(-1)).toBeLessThan(ids.length - 16);
	}
});

test("how a word is written and that it begins a line stand beside its pieces, which are in small letters", () => {
	const shapes = (text: string): readonly number[] => windowsOf(text)[0]?.shapes.slice(1, -1) ?? [];
	expect(shapes("ann Ann ANN A aNn 4 4x !")).toEqual([1, 2, 3, 4, 5, 6, 7, 7, 8]);
	expect(shapes("ann\nAnn")).toEqual([1, 10]);
});

test("of a token of many pieces the first ones are read, and of one that no piece stands for the unknown one", () => {
	expect(windowsOf(`${"x".repeat(300)} Ann`).map(({ ids }) => ids.length)).toEqual([11]);
	expect(firstsOf(windowsOf("Ελένη \u0301"))).toEqual(["[UNK]", "[UNK]"]);
});
