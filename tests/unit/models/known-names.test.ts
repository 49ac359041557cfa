import { expect, test } from "vitest";
import type { Entity } from "../../../src/models/entity-labels.ts";
import { type KnownName, remember, repeatsIn, type ScoredSpan } from "../../../src/models/known-names.ts";
import { hashWord } from "../../../src/models/token-features.ts";
import { tokenize } from "../../../src/models/token-text.ts";

const isCommon = (word: number): boolean => ["will", "bank"].map(hashWord).includes(word);

function spanOf(text: string, entity: Entity, value: string): ScoredSpan {
	return { entity, from: text.indexOf(value), to: text.indexOf(value) + value.length, score: 0.7 };
}

function known(entity: Entity, value: string, before: readonly KnownName[] = []): readonly KnownName[] {
	return remember(before, [spanOf(value, entity, value)], tokenize(value), isCommon);
}

const again = (names: readonly KnownName[], text: string, found: readonly ScoredSpan[] = []): string[] =>
	repeatsIn(tokenize(text), names, found).map(({ entity, from, to }) => `${entity} ${text.slice(from, to)}`);

test("a person comes again by the whole name in any letter case, and by each word of it with a capital", () => {
	const names = known("person", "Eleanor Whitfield");
	expect(again(names, "ELEANOR WHITFIELD called; Ms Whitfield is Eleanor's aunt.")).toEqual([
		"person ELEANOR WHITFIELD",
		"person Whitfield",
		"person Eleanor",
	]);
	expect(again(names, "a whitfield of daisies, and Eleanora")).toEqual([]);
});

test("a common word, an initial or two letters are no name by themselves", () => {
	const names = known("person", "Will J. Bo Bank");
	expect(again(names, "Will the Bank in J. open, Bo?")).toEqual([]);
	expect(again(names, "Will J. Bo Bank")).toEqual(["person Will J. Bo Bank"]);
});

test("an organisation comes again by its whole name only", () => {
	const names = known("organization", "Hartwell Logistics");
	expect(again(names, "Hartwell Logistics, or Hartwell, does logistics")).toEqual(["organization Hartwell Logistics"]);
});

test("what was found stays as it was found, addresses are not remembered, and the score is that of the first place", () => {
	const names = known("person", "Eleanor Whitfield");
	const text = "Whitfield Street 5 belongs to Whitfield";
	expect(again(names, text, [spanOf(text, "address", "Whitfield Street 5")])).toEqual(["person Whitfield"]);
	expect(known("address", "Whitfield Street 5")).toEqual([]);
	expect(repeatsIn(tokenize("Whitfield"), names, [])).toMatchObject([{ score: 0.7 }]);
});

test("a text without end is remembered in bounded room, and no name stands in what is remembered", () => {
	let names: readonly KnownName[] = [];
	for (let i = 0; i < 500; i++) names = known("person", `Aa${"abcdefghij"[i % 10]}x${"klmnopqrst"[Math.floor(i / 10) % 10]}y Bbb`, names);
	expect(names.length).toBeLessThanOrEqual(64);
	expect(JSON.stringify(known("person", "Eleanor Whitfield"))).not.toMatch(/eleanor|whitfield/i);
});
