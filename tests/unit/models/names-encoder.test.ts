import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { LABELS } from "../../../src/models/entity-labels.ts";
import { createNamesEncoder, type LabelScores, type ReadWindow, shippedNamesEncoder } from "../../../src/models/names-encoder.ts";
import { textSegments } from "../../../src/models/text-segments.ts";
import { findEntities } from "../../../src/models/token-model.ts";
import { shippedModel } from "../../../src/models/token-model-file.ts";
import { WordPieces } from "../../../src/models/word-pieces.ts";

const PIECES = new WordPieces(["[UNK]", "[CLS]", "[SEP]", "ann"]);
const PERSON = 1;

/** Takes every word that is a piece for a person, at no time. */
const knowing =
	(read: number[] = []): ReadWindow =>
	async ({ ids }) => {
		read.push(ids.length);
		return Float32Array.from(
			ids.flatMap((id) => Array.from({ length: LABELS }, (_, label) => (label === (id === 3 ? PERSON : 0) ? 9 : 0))),
		);
	};

const likeliest = (scores: LabelScores | undefined): number[] =>
	[...(scores?.values() ?? [])].flatMap((said) =>
		Array.from({ length: said.length / LABELS }, (_, i) => {
			const row = said.subarray(i * LABELS, (i + 1) * LABELS);
			return row.indexOf(Math.max(...row));
		}),
	);

test("each token of a text gets the probabilities of its labels, by the segment it stands in", async () => {
	const text = `I met Ann. ${"Then we left. ".repeat(200)}Ann stayed.`;
	const { scores, isLate } = await createNamesEncoder(knowing(), PIECES).read([text], 1e6);
	const segments = textSegments(text);
	const said = scores.get(text);
	expect(isLate).toBe(false);
	expect([...(said?.keys() ?? [])]).toEqual(segments.map(({ from }) => from));
	const words = segments.flatMap(({ tokens }) => tokens.map((token) => token.text));
	expect(likeliest(said)).toEqual(words.map((word) => (word === "Ann" ? PERSON : 0)));
	for (const values of said?.values() ?? []) expect(values.slice(0, LABELS).reduce((sum, log) => sum + Math.exp(log), 0)).toBeCloseTo(1);
});

test("a text that has no room is not read, those behind it that have are, and what was not read is late", async () => {
	const read: number[] = [];
	const long = "Ann and so on. ".repeat(6000);
	const { scores, isLate } = await createNamesEncoder(knowing(read), PIECES).read([long, "Ann"], 1e6);
	expect([[...scores.keys()], isLate, read]).toEqual([["Ann"], true, [3]]);
});

test("what was not read when the time is over is late and unknown", async () => {
	const { scores, isLate } = await createNamesEncoder(knowing(), PIECES).read(["Ann"], -1);
	expect([scores.size, isLate]).toEqual([0, true]);
});

test("a text without words is read without a model", async () => {
	const { scores, isLate } = await createNamesEncoder(() => Promise.reject(new Error("asked")), PIECES).read(["", " \n"], 1e6);
	expect([scores.size, isLate]).toEqual([0, false]);
});

const findIn = (text: string, said: LabelScores | undefined): string[] =>
	textSegments(text).flatMap(({ text: segment, from, before }) =>
		findEntities(shippedModel().model, segment, before, said?.get(from)).spans.map(
			(span) => `${span.entity} ${segment.slice(span.from, span.to)}`,
		),
	);

test("the shipped encoder finds names that the token model misses, and leaves ordinary prompts alone", async () => {
	const encoder = await shippedNamesEncoder();
	const post = "Just saw Gareth Bale score twice for Tottenham against Norwich";
	const ordinary = "Write a poem about Marie Curie and the history of Google.";
	const { scores } = await encoder.read([post, ordinary], 1e6);
	expect(findIn(post, undefined)).toEqual([]);
	expect(findIn(post, scores.get(post))).toEqual(expect.arrayContaining(["person Gareth Bale", "organization Tottenham"]));
	expect(findIn(ordinary, scores.get(ordinary))).toEqual([]);
});

test("what it says of a text does not depend on what else it is asked", async () => {
	const encoder = await shippedNamesEncoder();
	const text = "Please send the invoice to Priya Raman at Fabrikam, 12 Elm Street, Dayton.";
	const alone = await encoder.read([text], 1e6);
	const among = await encoder.read(["First something else.", text, "And more."], 1e6);
	expect(among.scores.get(text)).toEqual(alone.scores.get(text));
});

test("the vocabulary of the shipped model has one piece a line, none of them twice", () => {
	const lines = readFileSync("models/names/vocabulary.txt", "utf8").split("\n").slice(0, -1);
	expect(new Set(lines).size).toBe(lines.length);
});
