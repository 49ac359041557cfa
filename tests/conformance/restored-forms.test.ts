import { beforeAll, expect, test } from "vitest";
import { answerStyle, type TextStyle } from "../../src/inspect/conversation.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { SurrogateTable } from "../../src/verdict/surrogate-table.ts";
import { SPEECHES, type Speech, type Voice } from "../support/answer-voices.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { type Next, pick, random, randomSlices } from "../support/random.ts";
import { reformatted } from "../support/reformatted.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { dataOf } from "../support/stream-channel.ts";
import { someRuns, streamThrough } from "../support/stream-through.ts";

/**
 * Answers of every format whose texts come in turns and say surrogates in the forms that models give them: Markdown, URLs,
 * other letter case and typography, between letters of scripts that write no blanks. The caller reads his own values, whole
 * and nobody else's, for every chunking and every move to another lane.
 */
const ANSWERS = 15;
/** Fewer than the texts that an answer here may have. */
const MOST_VOICES = 5;
const key = new Uint8Array(32).fill(9);
let program: ScannerProgram;
beforeAll(async () => {
	program = await allRecognizers("redact");
});

const VALUES = [
	["email", "EMAIL", "jane@corp.com"],
	["email", "EMAIL", "joe.o'neil@corp.com"],
	["credit_card", "CREDIT_CARD", "5105 1051 0510 5100"],
	["phone", "PHONE", "415-555-2671"],
	["person", "PERSON", "Jane Doe"],
	["person", "PERSON", 'J. "Joe" Neil'],
	["ip_address", "IP_ADDRESS", "10.131.3.140"],
	["ticket", "TICKET", "a b&c"],
] as const;
const PROSE = ["αβγ", "δε,", "\n", "😀", "- η", '"λ"', "[EMAIL_71]", "EMAIL_71", "[TICKET_", "%5BEMAIL_71%5D", "x-y_z"];

interface Known {
	readonly surrogates: readonly { readonly text: string; readonly original?: string }[];
	/** Masked, so that a surrogate taken for a finding would not come back. */
	readonly style: TextStyle;
}

function known(strategy: "replace" | "synthetic", next: Next): Known {
	const prompt = new SurrogateTable({ key, keepsOriginals: true });
	prompt.beginText(`α ${next()}`);
	for (const [type, label, value] of VALUES) if (next() < 0.6) prompt.surrogateOf({ type, label }, value, strategy);
	return { surrogates: prompt.surrogates, style: answerStyle({ strategy: "mask", key }, prompt.state()) };
}

interface Spoken {
	readonly said: string;
	readonly read: string;
}

function speak({ surrogates }: Known, next: Next): Spoken {
	const parts = Array.from({ length: 1 + Math.floor(next() * 6) }, (): Spoken => {
		const surrogate = pick(surrogates, next) as Known["surrogates"][number] | undefined;
		if (surrogate !== undefined && next() < 0.7) return reformatted(surrogate.text, surrogate.original ?? "", next);
		const prose = pick(PROSE, next);
		return { said: prose, read: prose };
	});
	const join = (which: keyof Spoken): string => `α ${parts.map((part) => part[which]).join(" ")} ω`;
	return { said: join("said"), read: join("read") };
}

/** The pieces of the voices in turns. */
function sse(speech: Speech, said: ReadonlyMap<Voice, string>, next: Next): Buffer {
	const left = [...said].map(([voice, text]) => ({ voice, i: 0, pieces: randomSlices(text, 1 + Math.floor(next() * 12), next) }));
	const events: unknown[] = [...speech.begin([...said.keys()])];
	for (let open = left; open.length > 0; open = left.filter(({ pieces }) => pieces.length > 0)) {
		const from = pick(open, next);
		events.push(from.voice.say(from.pieces.shift() ?? "", from.i++));
	}
	events.push(...speech.end(said));
	if (speech.isArray) return Buffer.from(JSON.stringify(events));
	return Buffer.from(events.map((event) => `data: ${event === "[DONE]" ? event : JSON.stringify(event)}\n\n`).join(""));
}

function check(speech: Speech, strategy: "replace" | "synthetic", seed: number): void {
	const next = random(seed);
	const conversation = known(strategy, next);
	const voices = [...new Set(Array.from({ length: 1 + Math.floor(next() * MOST_VOICES) }, () => pick(speech.voices, next)))];
	const spoken = new Map(voices.map((voice) => [voice, speak(conversation, next)]));
	const said = new Map([...spoken].map(([voice, text]) => [voice, voice.isJson ? JSON.stringify({ q: text.said }) : text.said]));
	const wanted = Object.fromEntries([...spoken].map(([{ name }, { read }]) => [name, read]));
	const bytes = sse(speech, said, next);
	const { api, isArray } = speech;
	for (const run of someRuns(bytes.length, next)) {
		const what = `seed ${seed}, ${api}, ${strategy}, ${JSON.stringify(run)}\n${bytes}`;
		const { out, ended } = streamThrough(bytes, { api, ...(isArray && { isArray }), program, style: conversation.style, ...run });
		const events = isArray ? (JSON.parse(out) as Record<string, unknown>[]) : dataOf(out);
		const texts = voices.map((voice) => {
			const text = events.map((event) => voice.read(event)).join("");
			return [voice.name, voice.isJson ? jsonIn(text) : text];
		});
		expect({ what, ended, texts: Object.fromEntries(texts) }).toEqual({ what, ended: "complete", texts: wanted });
	}
}

function jsonIn(source: string): unknown {
	try {
		return (JSON.parse(source) as { q: unknown }).q;
	} catch {
		return source;
	}
}

test.each(
	SPEECHES.flatMap((speech) =>
		(["replace", "synthetic"] as const).map(
			(strategy) => [speech.isArray ? `${speech.api} as an array` : speech.api, strategy, speech] as const,
		),
	),
)(
	"%s: the caller reads his own values in every form (%s)",
	(_name, strategy, speech) => {
		const deadline = Date.now() + (FUZZ_SECONDS * 500) / SPEECHES.length;
		for (let seed = FIRST_SEED; seed < FIRST_SEED + ANSWERS || Date.now() < deadline; seed++) check(speech, strategy, seed);
	},
	3_600_000,
);
