import { expect, test } from "vitest";
import type { Entity } from "../../../src/models/entity-labels.ts";
import { mentionsOf } from "../../../src/models/mentions.ts";
import { settingOf } from "../../../src/models/setting.ts";
import { NOTHING_BEFORE, type TextBefore, textAfter } from "../../../src/models/text-before.ts";
import { findEntities } from "../../../src/models/token-model.ts";
import { decodeModel, encodeModel, scoreOf, shippedModel, thresholdFor } from "../../../src/models/token-model-file.ts";
import { tokenize } from "../../../src/models/token-text.ts";
import { exampleText, markedText } from "../../support/examples.ts";

test("tokens are words with their hyphens and apostrophes, addresses of the net, and single signs", () => {
	const words = (text: string): string[] => tokenize(text).map((token) => token.text);
	expect(words("Ann's O'Brien-Smith, (12B)")).toEqual(["Ann", "'", "s", "O'Brien-Smith", ",", "(", "12B", ")"]);
	expect(words("mail a.b@c.org or https://x.io/y?z!")).toEqual(["mail", "a.b@c.org", "or", "https://x.io/y?z!"]);
	expect(words("王小明 😀")).toEqual(["王", "小", "明", "😀"]);
});

test("a disguised word is read as its reader takes it, and stands where it stood", () => {
	const [first, second, third] = tokenize("\u202eJ\u0435ssic\u0430 L\u200bew\u00adis\u202c Ｊｏｅ");
	expect([first?.text, second?.text, third?.text]).toEqual(["Jessica", "Lewis", "Joe"]);
	expect([first?.from, first?.to, second?.from, second?.to]).toEqual([0, 8, 9, 17]);
	for (const plain of ["José", "Иван", "Ελένη", "👩‍👧"])
		expect(
			tokenize(plain)
				.map(({ text }) => text)
				.join(""),
		).toBe(plain);
});

test("a word says whether an address of the net in the same text says it too", () => {
	const mentions = (text: string): string => mentionsOf(tokenize(text)).join("");
	expect(mentions("Bo Huang bo.huang86@northwind.com Northwind")).toBe("1102");
	expect(mentions("Zoë Ng of Acme zoe@acme.org https://acme.org/ng")).toBe("100200");
	expect(mentions("Bo Huang of Northwind")).toBe("0000");
});

test("a text remembers how it began and how often data of a person stood in it", () => {
	const after = (...segments: readonly string[]): TextBefore =>
		segments.reduce((before, segment) => textAfter(before, tokenize(segment)), NOTHING_BEFORE);
	expect(after()).toEqual(NOTHING_BEFORE);
	expect(after("Imagine a city.", "It is old.")).toEqual({ ...after("Imagine it."), segments: 2 });
	expect(after("Imagine a city.").opening).not.toBe(after("Patient: 4711.").opening);
	expect(after("Dear all,", " ", "call 555123.", "Yes.", "No.")).toMatchObject({ contact: 2, segments: 3 });
});

test("the spans of entities lie in the text as it stands", () => {
	const text = "😀 My name is Katherine Mallory and I live at 4127 Willow Creek Road, Dayton, OH 45402.";
	const found = findEntities(shippedModel().model, text).spans.map(({ entity, from, to }) => [entity, text.slice(from, to)]);
	expect(found).toEqual([
		["person", "Katherine Mallory"],
		["address", "4127 Willow Creek Road, Dayton, OH 45402"],
	]);
});

test("a model file that is not whole is refused", () => {
	const file = encodeModel(shippedModel());
	expect(decodeModel(file).model.bits).toBe(shippedModel().model.bits);
	expect(() => decodeModel(file.subarray(0, -1))).toThrow(/train it again/);
});

test("the default threshold of an entity is a score of one half, and order is kept", () => {
	expect(scoreOf(0.8, 0.8)).toBe(0.5);
	expect(scoreOf(1, 0.8)).toBe(1);
	expect(scoreOf(0, 0.8)).toBe(0);
	expect(scoreOf(0.79, 0.8)).toBeLessThan(0.5);
});

const THRESHOLDS = { person: 0.7, lone: 0.9, address: 0.5, organization: 0.6, place: 1 };

/** The threshold for what stands between `⟦` and `⟧`. */
function thresholdOf(entity: Entity, marked: string): number | undefined {
	const from = marked.indexOf("⟦");
	const to = from + (markedText(marked) as string).length;
	return thresholdFor(THRESHOLDS, { entity, from, to }, exampleText(marked));
}

test("a name of one word needs more than one of two, and names in Cyrillic are never reported", () => {
	expect(thresholdOf("person", "I am ⟦Dan⟧")).toBe(0.9);
	expect(thresholdOf("person", "I am ⟦Dan Brown⟧")).toBe(0.7);
	expect(thresholdOf("organization", "I work at ⟦Vexara⟧")).toBe(0.6);
	expect(thresholdOf("person", "⟦Иван Петров⟧")).toBeUndefined();
	expect(thresholdOf("person", "⟦J\u0435ssica Lewis⟧")).toBe(0.7);
	const lone = findEntities(shippedModel().model, "latte for Katherine").spans.find(({ entity }) => entity === "person");
	expect(lone?.probability ?? 0).toBeLessThan(shippedModel().thresholds.lone);
});

test.each<[Entity, string]>([
	["person", "You are Dr. ⟦Mara Quill⟧, an astronomer."],
	["person", "I want you to act as world-famous detective ⟦Otto Blum⟧."],
	["person", "Role play as ⟦Mara Quill⟧"],
	["person", "Du bist ⟦Mara Quill⟧, eine Astronomin."],
	["organization", "You are Mara Quill, the head of ⟦Quill Observatories⟧ by day."],
	["organization", "i like ⟦chevrons⟧"],
	["person", "feel free to call me ⟦jo⟧"],
	["address", "⟦600\nAtlanta\t400\nHouston\t500⟧"],
	["address", "⟦| Dayton | 600 |\n| Boston | 700 |⟧"],
	["address", "in ⟦2024⟧"],
])("is nobody's data, however sure the model is: %s in %s", (entity, marked) => {
	expect(thresholdOf(entity, marked)).toBeUndefined();
});

test.each<[Entity, string]>([
	["person", "You are an assistant of ⟦Mara Quill⟧."],
	["person", "You are writing to ⟦Mara Quill⟧."],
	["organization", "You are a Senior Engineer at ⟦Quill Observatories⟧."],
	["organization", "You are the support of ⟦Quill Observatories⟧."],
	["person", "Her name is ⟦Mara Quill⟧. You are Otto Blum."],
	["person", "⟦mara quill⟧ called"],
	["address", "⟦22 Harbour Street, Apt 5\nPortsmouth 22204⟧"],
	["address", "⟦Lindenstraße 14\n50674 Köln⟧"],
	["address", "⟦12 Main St\tDayton\t45402⟧"],
])("may be somebody's data: %s in %s", (entity, marked) => {
	expect(thresholdOf(entity, marked)).toBeDefined();
});

test("a segment's setting tells who speaks, whose data stands in it, and whether it asks", () => {
	const setting = (text: string): number => settingOf(tokenize(text));
	const plain = setting("The old bridge was built in spring");
	for (const other of [
		"My old bridge was built in spring",
		"The old bridge was built in spring?",
		"The old bridge, account 12345, was built in spring",
		"The Old Bridge Was Built In Spring",
		"{The old bridge was built in spring}",
	])
		expect([other, setting(other)]).not.toEqual([other, plain]);
	expect(setting("The new tower was closed in autumn")).toBe(plain);
	expect(setting("")).toBeGreaterThan(0);
});
