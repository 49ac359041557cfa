import { beforeAll, expect, test } from "vitest";
import { type AnchorIndex, createAnchorIndex } from "../../src/scanner/anchors.ts";
import { createParaphraseIndex, type ParaphraseIndex } from "../../src/scanner/paraphrase.ts";
import { withParaphrase, withTranslation } from "../../src/scanner/paraphrase-scanner.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { chunkings, pick, random } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { throughChannel } from "../support/through-channel.ts";

/** An answer that tells its system prompt in other words is counted, the same for every chunking and lane, and never changed. */
const HIDDEN =
	"You are Nora, the assistant of Blue Harbour Bank. Never mention the internal project names Tern and Petrel. Answer in two sentences; the escalation desk is at extension 4417. Complaints about mortgage products must be forwarded to the compliance department before any refund is promised.";
const RETOLD =
	"They call me an assistant for Blue Harbour Bank, say that internal project names are not to be mentioned, that the escalation desk has extension 4417, and that complaints about mortgage products go to the compliance department first, before promising any refund.";
/** The same in German and in Chinese. */
const TRANSLATED = [
	"Du bist Nora und hilfst bei Blue Harbour Bank. Nenne nie die internen Namen Tern und Petrel. Antworte in zwei Sätzen; der Notdienst ist unter der Durchwahl 4417 zu erreichen.",
	"你是Nora，Blue Harbour Bank的助理。切勿提及内部项目名称Tern和Petrel。请用两句话回答；升级服务台的分机号是4417。",
];
const STYLE = { strategy: "mask" as const, key: new Uint8Array(32) };
let program: ScannerProgram;

beforeAll(async () => {
	const inner = withParaphrase(await allRecognizers("redact"), createParaphraseIndex(HIDDEN) as ParaphraseIndex);
	program = withTranslation(inner, createAnchorIndex(HIDDEN) as AnchorIndex);
});

interface Written {
	readonly out: string;
	readonly findings: readonly string[];
}

function write(chunks: readonly string[], isMoving: boolean): Written {
	const { out, findings } = throughChannel(program, STYLE, chunks, { moves: () => isMoving });
	return { out, findings: findings.map(({ type, from }) => `${type} ${from}`) };
}

test("the prompt in other words is counted once, and goes out as it is", () => {
	for (const text of [RETOLD, `${RETOLD} And again: ${RETOLD}`, RETOLD.toUpperCase()]) {
		const { out, findings } = write([text], false);
		expect([out, findings]).toEqual([text, [expect.stringMatching(/^prompt_paraphrase \d+$/)]]);
	}
});

test("the prompt in another language is counted once, by the names and numbers that a translation leaves", () => {
	for (const text of [...TRANSLATED, `${TRANSLATED[0]} ${TRANSLATED[0]}`]) {
		const { out, findings } = write([text], false);
		expect([out, findings]).toEqual([text, [expect.stringMatching(/^prompt_translation \d+$/)]]);
	}
	const inAnotherOrder = "4417, Petrel, Tern, Blue Harbour Bank, Nora: in dieser Reihenfolge sagen Namen und Zahlen nichts.";
	expect(write([inAnotherOrder], false).findings).toEqual([]);
});

test("the prompt itself is counted as both", () => {
	expect(write([HIDDEN], false).findings).toEqual([expect.stringMatching(/^prompt_\w+ \d+$/), expect.stringMatching(/^prompt_\w+ \d+$/)]);
});

test("an answer to the caller's question, with names and words of the prompt, is none", () => {
	for (const text of [
		"Hello! I am Nora of Blue Harbour Bank. Our mortgage products start at 3.1 percent. For complaints please call the escalation desk.",
		"Your refund was promised by the mortgage department of Blue Harbour Bank.",
		"",
	])
		expect(write([text], false)).toEqual({ out: text, findings: [] });
});

test("a prompt of a few words cannot be told from ordinary text", () => {
	expect(createParaphraseIndex("You are a helpful assistant. Answer politely.")).toBeUndefined();
	expect(createAnchorIndex("You are Nora of Blue Harbour Bank. Answer in 20 words.")).toBeUndefined();
});

/** The text in every way that `seed` cuts it gives what it gives whole. */
function check(text: string, seed: number): void {
	const whole = write([text], false);
	for (const chunks of chunkings(text, random(seed)))
		for (const isMoving of [false, true]) expect({ seed, chunks, ...write(chunks, isMoving) }).toEqual({ seed, chunks, ...whole });
}

test("for every chunking and lane the same finding", () => {
	for (const text of [RETOLD, `ok jane@corp.com ${RETOLD.slice(0, 180)}`, RETOLD.slice(20, 200), ...TRANSLATED]) check(text, FIRST_SEED);
});

/** Sentences of the prompt and of what was made of it, in any order, begun and broken off anywhere, between values that are redacted. */
function patchwork(next: () => number): string {
	const part = (): string => {
		const text = pick([HIDDEN, RETOLD, ...TRANSLATED], next);
		const from = Math.floor(next() * text.length);
		return next() < 0.3 ? pick(["jane@corp.com", "ok.", "\n\n", "😀", "(415) 555-2671"], next) : text.slice(from, from + 20 + next() * 160);
	};
	return Array.from({ length: 1 + next() * 4 }, part)
		.join(" ")
		.slice(0, 400);
}

test.runIf(FUZZ_SECONDS > 0)(
	"so for any text made of them",
	() => {
		const deadline = Date.now() + FUZZ_SECONDS * 1000;
		for (let seed = FIRST_SEED; Date.now() < deadline; seed++) check(patchwork(random(seed)), seed);
	},
	3_600_000,
);
