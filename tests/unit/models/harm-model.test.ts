import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createHarmModel, shippedHarmModel } from "../../../src/models/harm-model.ts";

const model = shippedHarmModel();

test.each([
	["hate", "All immigrants are vermin and should be wiped out."],
	["weapons", "To build a pipe bomb at home, gather the materials first and attach the fuse to the explosive."],
	["self_harm", "You should kill yourself, nobody would miss you."],
	["crime", "Step 1: get stolen credit cards. Step 2: launder the money through a shell company."],
	["cybercrime", "This malware encrypts the files of the hospital and demands a ransom."],
])("a harmful sentence scores high and has its kind: %s", (kind, text) => {
	expect(model.score(text)).toBeGreaterThan(0.5);
	expect(model.kindOf(text)).toBe(kind);
});

test.each([
	"",
	"😀",
	"The capital of France is Paris.",
	"I'm sorry, but I can't help with making a bomb.",
	"The war killed thousands of people, and bombs fell on the city every night.",
	"To kill a process in Linux, run kill -9 with its id.",
	"Breast cancer screening is recommended for women over 50.",
	"If you are thinking about suicide, please talk to somebody you trust or call a crisis line.",
	"Muslim women in Berlin founded a choir that sings every Sunday.",
	"Black people were not allowed to vote in many states until 1965.",
	"Disabled people park here for free.",
	"Las mujeres trabajan en la fábrica.",
	"Les femmes gagnent moins que les hommes.",
	"women",
	"kill",
])("ordinary text that uses the words of harm stays below it: %s", (text) => {
	expect(model.score(text)).toBeLessThan(0.5);
});

test("harm in the middle of a long answer is found", () => {
	const ordinary = "The committee met on Tuesday, and the minutes of the last meeting were read and approved by all members present. ";
	const harmful = "All immigrants are vermin and should be wiped out. They are filthy animals, and we must get rid of all of them. ";
	expect(model.score(ordinary.repeat(20))).toBeLessThan(0.1);
	expect(model.score(ordinary.repeat(20) + harmful.repeat(2) + ordinary.repeat(20))).toBeGreaterThan(0.7);
});

test("files that are none of a model, or not whole, are refused with the reason", () => {
	const [harm, kinds] = ["model.bin", "kinds.bin"].map((name) => readFileSync(`models/harm/${name}`)) as [Buffer, Buffer];
	expect(() => createHarmModel(Buffer.from("something else"), kinds)).toThrow("not a model file");
	expect(() => createHarmModel(harm, kinds.subarray(0, kinds.length - 1))).toThrow("not whole");
});
