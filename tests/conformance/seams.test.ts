import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { createBodyFilter } from "../../src/inspect/body-filter.ts";
import { inspectJoined, inspectWhole } from "../../src/inspect/inspect-whole.ts";
import { providerOf } from "../../src/providers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { runs } from "../support/fuzz.ts";
import { CODE, PART_FORMATS } from "../support/part-formats.ts";
import { random, randomSlices } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { dataOf } from "../support/stream-channel.ts";
import { streamThrough } from "../support/stream-through.ts";

/**
 * Parts of one text: some readers join them, some do not. What stands in a part by itself does not leave either, whatever
 * stands at the end of the one before it.
 */
const NUM_RUNS = 40;
/** Bytes from its beginning in which what stands before a part can hide a finding. */
const HEAD_BYTES = 64;
const style = { strategy: "replace", key: new Uint8Array(32) } as const;
const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const SECRETS = [
	"jane.doe@example.com",
	"4111 1111 1111 1111",
	KEY,
	["sk-proj-", "aB3dE5gH7jK9mN1pQ3rS5tU7"].join(""),
	["ghp_", "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1z2aB3d"].join(""),
	"password = x7K9!qz71Lm",
	// Goes on for longer than what can hide it.
	`glpat-${"aB3dE5gH7jK9mN1pQ3rS5tU7".repeat(50)}`,
];
const HALVES = SECRETS.flatMap((secret) => [secret.slice(0, 7), secret.slice(7)]);
/** What may end a part so that the next one begins in the middle of a word. */
const WORDS = ["number 1", "see x", "_", "id_7", "Straße", "4", "12"];
const programs = new Map<"redact" | "cut", ScannerProgram>();

beforeAll(async () => {
	for (const action of ["redact", "cut"] as const) programs.set(action, await allRecognizers(action));
});

describe.each(PART_FORMATS.map((format) => [format.name, format] as const))("%s", (_name, format) => {
	/** The texts of the parts and how the answer ended. */
	const through = (action: "redact" | "cut", parts: readonly (readonly string[])[], sizes: readonly number[], moveEvery?: number) => {
		const program = programs.get(action) as ScannerProgram;
		const run = { api: format.api, program, style, sizes, ...(moveEvery !== undefined && { moveEvery }) };
		const { out, ended, found } = streamThrough(Buffer.from(format.events(parts).join("")), run);
		const data = dataOf(out);
		const copies = format.copies(data).filter((text) => text !== "");
		return { texts: format.read(data, parts.length), copies, counts: Object.values(found.counts), ended };
	};

	/** The same for every chunking and every lane; of no part leaves what its own head has. */
	const check = (action: "redact" | "cut", whole: readonly string[], seed: number) => {
		const next = random(seed);
		const parts = whole.map((text) => randomSlices(text, 6, next));
		const read = through(action, parts, [1 << 20]);
		const sizes = Array.from({ length: 7 }, () => 1 + Math.floor(next() * 300));
		expect(through(action, parts, sizes, 1 + Math.floor(next() * 5))).toEqual(read);
		for (const copy of read.copies) expect(read.texts).toContain(copy);
		for (const [i, text] of whole.entries()) {
			const { scanner } = inspectWhole(programs.get(action) as ScannerProgram, style, text, "text", true);
			const [first] = scanner.findings.toSorted((a, b) => a.from - b.from || b.to - a.to);
			if (first === undefined || first.from >= HEAD_BYTES) continue;
			// Where the joined text has a finding that begins within this one, what stands before that goes out.
			const seen = Buffer.from(text).subarray(0, first.to).toString();
			expect(read.texts[i]?.startsWith(seen), `${whole.join("|")}: ${read.texts[i]}`).toBe(false);
		}
		return read;
	};

	test.each(["redact", "cut"] as const)("%s: a word at the end of a part hides nothing that the next one begins with", (action) => {
		const rest = fc.constantFrom(" ω", ", then more of the same text, and so on to the end of it ω", "");
		const property = fc.property(
			fc.constantFrom(...WORDS),
			fc.constantFrom(...SECRETS),
			rest,
			fc.integer(),
			(word, secret, behind, seed) => {
				const { texts, counts, ended } = check(action, [`α ${word}`, `${secret}${behind}`], seed);
				const [, second = ""] = texts;
				const before = secret.startsWith("password") ? "password = " : "";
				if (action === "cut") expect(second).toBe(before);
				else expect(second.replace(/\[[A-Z0-9 _]+\]/, "#")).toBe(`${before}#${behind}`);
				expect(counts).toEqual([1]);
				expect(ended).toBe(action === "redact" ? "complete" : "cut");
			},
		);
		fc.assert(property, runs(NUM_RUNS));
	});

	test.each(["redact", "cut"] as const)("%s: nor does anything else that parts are made of", (action) => {
		const piece = fc.constantFrom(...SECRETS, ...HALVES, ...WORDS, " ", ", ", "\n", "more text ");
		const part = fc.array(piece, { minLength: 1, maxLength: 6 }).map((texts) => texts.join(""));
		const property = fc.property(fc.array(part, { minLength: 2, maxLength: format === CODE ? 2 : 3 }), fc.integer(), (whole, seed) => {
			check(action, whole, seed);
		});
		fc.assert(property, runs(NUM_RUNS));
	});

	const wholeAnswer = (parts: readonly string[], isStructured = false): string => {
		const program = programs.get("redact") as ScannerProgram;
		const options = {
			provider: providerOf(format.api),
			program,
			style: { ...style, isStructured },
			onCut: "end",
			maxBytes: 1 << 20,
		} as const;
		const filter = createBodyFilter(options);
		filter.push(Buffer.from(JSON.stringify(format.body(parts.slice(0, format === CODE ? 2 : parts.length)))));
		return format.readBody(JSON.parse(filter.end(undefined).out)).join("|");
	};

	test.each([
		["a part that is read with the next one", ["α number 1", `4111 1111 1111 1111, ${KEY.slice(0, 9)}`, `${KEY.slice(9)} ω`]],
		["a part that others stand around", ["α number 1", "4111 1111 1111 1111", "4111 ω"]],
	])("nor in a whole answer in %s", (_part, parts) => {
		const said = wholeAnswer(parts);
		expect(said).not.toMatch(/1111|AKIA|EXAMPLE/);
		expect(said).toMatch(/^α number 1/);
	});

	test("nor where the answer is JSON", () => {
		const said = wholeAnswer(['{"α":"\\u006e\\u0075\\u006d 1', '4111 1111 1111 1111 and more"}'], true);
		expect(said).not.toMatch(/1111/);
	});
});

test("nor in a prompt in a part that is read with the ones around it", () => {
	const parts = ["α number 1", `4111 1111 1111 1111, ${KEY.slice(0, 9)}`, `${KEY.slice(9)} ω`];
	const { texts } = inspectJoined(programs.get("redact") as ScannerProgram, style, parts);
	expect(texts.map((text) => text.replace(/\[[A-Z0-9 _]+\]/g, "#"))).toEqual(["α number 1", "#, #", " ω"]);
});
