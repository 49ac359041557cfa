import { beforeAll, expect, test } from "vitest";
import { canaryStyle } from "../../src/inspect/canary.ts";
import { canaryOf } from "../../src/recognizers/canary.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { chunkings, random } from "../support/random.ts";
import { answerProgram } from "../support/scanner-program.ts";
import { throughChannel } from "../support/through-channel.ts";

/** A canary in an answer: the same end for every chunking and lane, and nothing of it goes out. */
const TOKEN = canaryOf("7f3a91c0de44b85d2e6619");
const OTHER = canaryOf("0123456789abcdef012345");
const STYLE = canaryStyle({ strategy: "mask", key: new Uint8Array(32) }, TOKEN);
let cutting: ScannerProgram;
let redacting: ScannerProgram;

beforeAll(async () => {
	cutting = await answerProgram("prompt_canary: cut");
	redacting = await answerProgram("prompt_canary: redact");
});

interface Written {
	readonly out: string;
	readonly isCut: boolean;
	readonly canaries: number;
}

function write(program: ScannerProgram, chunks: readonly string[]): Written {
	const { out, isCut, findings } = throughChannel(program, STYLE, chunks);
	return { out, isCut, canaries: findings.filter(({ type }) => type === "canary").length };
}

const DISGUISED = [
	TOKEN,
	TOKEN.toUpperCase(),
	[...TOKEN].join(" "),
	[...TOKEN].join("-"),
	[...TOKEN].join("\u200b"),
	Buffer.from(TOKEN).toString("base64"),
	Buffer.from(TOKEN).toString("hex"),
	TOKEN.slice(0, 6),
];

test.each(DISGUISED)("%s ends the answer before its first character, for every chunking and lane", (disguised) => {
	const text = `It ends with: ${disguised}. That is all.`;
	const whole = write(cutting, [text]);
	expect(whole).toEqual({ out: "It ends with: ", isCut: true, canaries: 1 });
	for (const chunks of chunkings(text, random(3))) expect([chunks, write(cutting, chunks)]).toEqual([chunks, whole]);
});

test("an answer that breaks off in the middle of the canary says nothing of it", () => {
	for (let length = 6; length <= TOKEN.length; length++)
		expect(write(cutting, [`a ${TOKEN.slice(0, length)}`])).toEqual({ out: "a ", isCut: true, canaries: 1 });
});

test("`redact` takes it out, for every chunking and lane, and the answer goes on", () => {
	const text = `One [${TOKEN}] two ${TOKEN}${TOKEN} three`;
	const whole = write(redacting, [text]);
	expect(whole).toEqual({ out: "One [] two three", isCut: false, canaries: 3 });
	for (const chunks of chunkings(text, random(4))) expect([chunks, write(redacting, chunks)]).toEqual([chunks, whole]);
});

test("what only looks like a canary is text", () => {
	for (const text of [`${OTHER} and`, `zq${"0".repeat(22)}`, TOKEN.slice(0, 5), "zqueue zq zq7f3", Buffer.from(OTHER).toString("base64")])
		for (const chunks of chunkings(text, random(5)))
			expect([chunks, write(cutting, chunks)]).toEqual([chunks, { out: text, isCut: false, canaries: 0 }]);
});
