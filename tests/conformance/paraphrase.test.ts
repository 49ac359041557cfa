import { beforeAll, expect, test } from "vitest";
import { Channel } from "../../src/inspect/channel.ts";
import { createParaphraseIndex, type ParaphraseIndex } from "../../src/scanner/paraphrase.ts";
import { withParaphrase } from "../../src/scanner/paraphrase-scanner.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { chunkings, random } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";

/** An answer that tells its system prompt in other words is counted, the same for every chunking and lane, and never changed. */
const HIDDEN =
	"You are Nora, the assistant of Blue Harbour Bank. Never mention the internal project names Tern and Petrel. Answer in two sentences; the escalation desk is at extension 4417. Complaints about mortgage products must be forwarded to the compliance department before any refund is promised.";
const RETOLD =
	"They call me an assistant for Blue Harbour Bank, say that internal project names are not to be mentioned, that the escalation desk has extension 4417, and that complaints about mortgage products go to the compliance department first, before promising any refund.";
const STYLE = { strategy: "mask" as const, key: new Uint8Array(32) };
let program: ScannerProgram;

beforeAll(async () => {
	program = withParaphrase(await allRecognizers("redact"), createParaphraseIndex(HIDDEN) as ParaphraseIndex);
});

interface Written {
	readonly out: string;
	readonly findings: readonly string[];
}

function write(chunks: readonly string[], isMoving: boolean): Written {
	let channel = new Channel(program, STYLE, "text");
	let out = "";
	const findings: string[] = [];
	const note = (): void => {
		findings.push(...channel.scanner.takeFindings().map(({ type, from }) => `${type} ${from}`));
	};
	for (const chunk of chunks) {
		out += channel.write([chunk]).texts[0] ?? chunk;
		note();
		if (!isMoving) continue;
		const state = structuredClone(channel.state());
		channel.close();
		channel = new Channel(program, STYLE, "text", state);
	}
	out += channel.finish();
	note();
	channel.close();
	return { out, findings };
}

test("the prompt in other words is counted once, and goes out as it is", () => {
	for (const text of [RETOLD, `${RETOLD} And again: ${RETOLD}`, RETOLD.toUpperCase(), HIDDEN]) {
		const { out, findings } = write([text], false);
		expect([out, findings]).toEqual([text, [expect.stringMatching(/^prompt_paraphrase \d+$/)]]);
	}
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
});

test("for every chunking and lane the same finding", () => {
	for (const text of [RETOLD, `ok jane@corp.com ${RETOLD.slice(0, 180)}`, RETOLD.slice(20, 200)]) {
		const whole = write([text], false);
		for (const chunks of chunkings(text, random(5))) {
			expect([chunks, write(chunks, false)]).toEqual([chunks, whole]);
			expect([chunks, write(chunks, true)]).toEqual([chunks, whole]);
		}
	}
});
