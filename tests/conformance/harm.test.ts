import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { Channel } from "../../src/inspect/channel.ts";
import { type HarmModel, shippedHarmModel } from "../../src/models/harm-model.ts";
import type { HarmPolicy } from "../../src/policy/policy.ts";
import { withHarm } from "../../src/scanner/harm-scanner.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { runs } from "../support/fuzz.ts";
import { chunkings, random, randomSlices } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { wordModel } from "../support/word-model.ts";

/**
 * Harmful sentences in an answer: the same end for every chunking, also when another lane goes on after each piece. The
 * model takes the word "venom" for harm, so that the sentences of the tests need not be harmful.
 */
const STYLE = { strategy: "mask" as const, key: new Uint8Array(32) };
const THRESHOLD = 0.7;
const ACTIONS = ["flag", "redact", "cut"] as const;
let model: HarmModel;
let inner: ScannerProgram;

beforeAll(async () => {
	model = wordModel(["venom"]);
	inner = await allRecognizers("redact");
});

const programOf = (action: HarmPolicy["action"]): ScannerProgram => withHarm(inner, model, { threshold: THRESHOLD, action });

interface Written {
	readonly out: string;
	readonly isCut: boolean;
	readonly findings: readonly (readonly [type: string, from: number, to: number, score: number])[];
}

function write(program: ScannerProgram, chunks: readonly string[], isMoving = false): Written {
	let channel = new Channel(program, STYLE, "text");
	let out = "";
	const findings: [string, number, number, number][] = [];
	const take = (): void => {
		findings.push(
			...channel.scanner.takeFindings().map(({ type, from, to, score }): [string, number, number, number] => [type, from, to, score]),
		);
	};
	for (const chunk of chunks) {
		if (channel.scanner.isCut) break;
		out += channel.write([chunk]).texts[0] ?? chunk;
		take();
		if (!isMoving || channel.scanner.isCut) continue;
		const state = structuredClone(channel.state());
		channel.close();
		channel = new Channel(program, STYLE, "text", state);
	}
	if (!channel.scanner.isCut) out += channel.finish();
	take();
	const { isCut } = channel.scanner;
	channel.close();
	return { out, isCut, findings };
}

/** Whether each character left when it would have left without the model. */
function leftAsTheyCame(channel: Channel, text: string): boolean {
	const twin = new Channel(inner, STYLE, "text");
	const isSame = [...text].every((char) => channel.write([char]).texts[0] === twin.write([char]).texts[0]);
	twin.close();
	return isSame;
}

const BEFORE = "The garden was quiet that evening and nobody spoke. ";
const HARMFUL = "They put venom into the cup that stood there. ";
const AFTER = "Then all of them went home, and it was late.";

test("`cut` ends the answer behind the word that made the sentence suspect, though what decides it is its end", () => {
	const { out, isCut, findings } = write(programOf("cut"), [...(BEFORE + HARMFUL + AFTER)]);
	expect([out, isCut, findings.map(([type]) => type)]).toEqual([`${BEFORE}They put venom`, true, ["harm_hate"]]);
});

test("`redact` puts a marker in the place of the rest of the sentence and goes on", () => {
	const { out, isCut, findings } = write(programOf("redact"), [...(BEFORE + HARMFUL + AFTER)]);
	expect([out, isCut, findings.length]).toEqual([`${BEFORE}They put venom[HARMFUL CONTENT REDACTED] ${AFTER}`, false, 1]);
});

test("`flag` holds nothing and reports the whole sentence with its score", () => {
	const channel = new Channel(programOf("flag"), STYLE, "text");
	expect(leftAsTheyCame(channel, BEFORE + HARMFUL)).toBe(true);
	const [finding] = channel.scanner.takeFindings();
	channel.close();
	expect(finding).toMatchObject({ from: BEFORE.length - 1, to: (BEFORE + HARMFUL).length - 1, action: "flag", category: "harm" });
	expect(finding?.score).toBeGreaterThan(THRESHOLD);
});

test("ordinary sentences leave as they come, and a suspect one that turns out to be fine leaves whole", () => {
	const channel = new Channel(programOf("cut"), STYLE, "text");
	expect(leftAsTheyCame(channel, BEFORE)).toBe(true);
	channel.close();
	const mild =
		"A venom is what some snakes have, and in small amounts it is a medicine that helps many people who suffer from pain, swelling, high blood pressure or sleepless nights after an operation. ";
	expect(write(programOf("cut"), [...mild])).toEqual({ out: mild, isCut: false, findings: [] });
});

test("a sentence without end is decided after 512 UTF-16 units, blanks and characters outside the BMP among them", () => {
	for (const filling of [" ", "x", "\u{1f600}", "- "]) {
		const channel = new Channel(programOf("cut"), STYLE, "text");
		let out = "";
		for (let i = 0; i < 2000 && !channel.scanner.isCut; i++) {
			const chunk = i === 0 ? "They put venom " : filling;
			out += channel.write([chunk]).texts[0] ?? chunk;
			expect(channel.scanner.end - channel.scanner.taken).toBeLessThanOrEqual(4 * 520);
		}
		expect(channel.scanner.isCut || out.length > 512).toBe(true);
		channel.close();
	}
});

test("a word that another finding tears apart is two words", () => {
	const { isCut, out } = write(programOf("cut"), ["They put ven jane@corp.com om into the cup that stood there."]);
	expect([isCut, out.includes("om into the cup")]).toEqual([false, true]);
});

test("for every chunking and lane the same text, end and findings", () => {
	const texts = [
		BEFORE + HARMFUL + AFTER,
		`${HARMFUL}${HARMFUL}mail jane@corp.com ${HARMFUL}${AFTER}`,
		`venom jane@corp.com venom.\nThen AKIA is no key \u{1f600}\u{1f600} venom`,
		`${BEFORE}They put venom`,
		"",
	];
	for (const text of texts)
		for (const action of ACTIONS) {
			const program = programOf(action);
			const whole = write(program, [text]);
			for (const chunks of chunkings(text, random(3))) {
				expect([action, chunks, write(program, chunks)]).toEqual([action, chunks, whole]);
				expect([action, chunks, write(program, chunks, true)]).toEqual([action, chunks, whole]);
			}
		}
});

test("a sentence that ends at the cap ends there for every chunking", () => {
	const text = `${"\u{1f600}".repeat(300)} venom ${"é".repeat(300)} ${BEFORE}`;
	for (const action of ACTIONS) {
		const program = programOf(action);
		const whole = write(program, [text]);
		for (const most of [1, 2, 3, 50, 511, 513]) expect(write(program, randomSlices(text, most, random(most)), true)).toEqual(whole);
	}
});

test("any mixture of harmful and other text ends the same for every chunking", () => {
	const piece = fc.oneof(
		fc.constantFrom(HARMFUL, AFTER, "venom", " venom ", ". ", "\n", "x", "é", "\u{1f600}", "jane@corp.com", "AKIA", " ".repeat(300)),
		fc.string({ maxLength: 20 }),
	);
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 10 }), fc.nat(), fc.constantFrom(...ACTIONS), (pieces, seed, action) => {
			const program = programOf(action);
			const text = pieces.join("");
			const whole = write(program, [text]);
			expect(write(program, randomSlices(text, 9, random(seed)), seed % 2 === 0)).toEqual(whole);
			expect(write(program, pieces, true)).toEqual(whole);
		}),
		runs(300),
	);
});

test("the shipped model gives the same end for every chunking", () => {
	const text = "I hate them. All immigrants are vermin and should be wiped out. Gas them, all of them! Then it was late.";
	for (const action of ACTIONS) {
		const program = withHarm(inner, shippedHarmModel(), { threshold: 0.5, action });
		const whole = write(program, [text]);
		expect(whole.findings.map(([type]) => type)).toContain("harm_hate");
		for (const chunks of chunkings(text, random(5))) expect(write(program, chunks, true)).toEqual(whole);
	}
});
