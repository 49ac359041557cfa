import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { createEchoIndex, type EchoIndex } from "../../src/scanner/echo.ts";
import { withEcho } from "../../src/scanner/echo-scanner.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { runs } from "../support/fuzz.ts";
import { chunkings, random, randomSlices } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { throughChannel } from "../support/through-channel.ts";

/** An answer that repeats its system prompt: the same end for every chunking, also when another lane goes on after each piece. */
const HIDDEN =
	"You are Nora, the assistant of Blue Harbour Bank. Never mention the internal project names Tern and Petrel. Answer in two sentences; the escalation desk is at extension 4417. Ärger mit Kunden wird höflich beantwortet.";
const STYLE = { strategy: "mask" as const, key: new Uint8Array(32) };
let cutting: ScannerProgram;
let flagging: ScannerProgram;

beforeAll(async () => {
	const program = await allRecognizers("redact");
	const index = createEchoIndex(HIDDEN) as EchoIndex;
	cutting = withEcho(program, index, "cut");
	flagging = withEcho(program, index, "flag");
});

interface Written {
	readonly out: string;
	readonly isCut: boolean;
	readonly findings: readonly string[];
}

function write(program: ScannerProgram, chunks: readonly string[], isMoving: boolean): Written {
	const { out, isCut, findings } = throughChannel(program, STYLE, chunks, { moves: () => isMoving });
	return { out, isCut, findings: findings.map(({ type }) => type) };
}

test("an echo ends the answer sixteen letters into it, whatever its case, spacing and punctuation", () => {
	const shouted = HIDDEN.slice(0, 120).toUpperCase().replace(/ /g, "\n- ");
	for (const text of [`Sure: ${HIDDEN}`, `> ${HIDDEN.slice(30, 150)}`, shouted]) {
		const { out, isCut, findings } = write(cutting, [text], false);
		expect([isCut, findings]).toEqual([true, ["prompt_echo"]]);
		expect(out.replace(/[^a-z0-9]/gi, "").length).toBeLessThanOrEqual("Sure".length + 16);
	}
});

test("ordinary text, a short quotation and other words of the same kind pass whole", () => {
	for (const text of ["You are welcome. The desk is open until five.", "I am Nora, the assistant of Blue Harbour.", "", "a".repeat(500)])
		expect(write(cutting, [text], false)).toEqual({ out: text, isCut: false, findings: [] });
});

test("`flag` changes nothing and counts each echo once", () => {
	const text = `One: ${HIDDEN} Two: ${HIDDEN}`;
	const { out, isCut, findings } = write(flagging, [text], false);
	expect([out, isCut, findings]).toEqual([text, false, ["prompt_echo", "prompt_echo"]]);
});

test("for every chunking and lane the same text, end and findings", () => {
	const texts = [
		`ok jane@corp.com ${HIDDEN.slice(0, 60)} jane@corp.com ${HIDDEN}`,
		`${HIDDEN.slice(10, 70)}${HIDDEN.slice(70)} and more`,
		`${HIDDEN.slice(0, 50)}`,
		`x ${HIDDEN.slice(170)}`,
	];
	for (const text of texts)
		for (const program of [cutting, flagging]) {
			const whole = write(program, [text], false);
			for (const chunks of chunkings(text, random(3))) {
				expect([chunks, write(program, chunks, false)]).toEqual([chunks, whole]);
				expect([chunks, write(program, chunks, true)]).toEqual([chunks, whole]);
			}
		}
});

test("any mixture of pieces of the prompt and other text is cut the same for every chunking", () => {
	const piece = fc.oneof(
		fc.tuple(fc.nat(HIDDEN.length), fc.nat(90)).map(([from, length]) => HIDDEN.slice(from, from + length)),
		fc.constantFrom(" - ", "\n", "x", "é", "jane@corp.com", "AKIA", " ".repeat(70)),
	);
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 8 }), fc.nat(), (pieces, seed) => {
			const text = pieces.join("");
			const whole = write(cutting, [text], false);
			expect(write(cutting, randomSlices(text, 9, random(seed)), seed % 2 === 0)).toEqual(whole);
			expect(write(cutting, pieces, true)).toEqual(whole);
		}),
		runs(200),
	);
});
