import { beforeAll, expect, test } from "vitest";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { sseBlocks } from "../../src/wire/sse-decoder.ts";
import { SPEECHES, type Speech, type Voice } from "../support/answer-voices.ts";
import { FUZZ_SECONDS } from "../support/fuzz.ts";
import { mutate } from "../support/json-mutations.ts";
import { gramsOf, sentence } from "../support/planted-sentences.ts";
import { type Next, pick, random, randomSlices } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { escapeStrings, streamThrough } from "../support/stream-through.ts";

/**
 * Answers of every format in which several texts come in turns, secrets in them, and other events that have a secret in any
 * place, known or not. No byte of a secret goes out, in whatever way the output is read, and what a client reads is the
 * same for every chunking and every move to another lane.
 */
const ANSWERS = 12;
const STYLE = { strategy: "remove", key: new Uint8Array(32) } as const;
const SECRETS = [["AKIA", "IOSFODNN7", "EXAMPLE"].join(""), "JANE.DOE@EXAMPLE.COM", "4111 1111 1111 1111", "4111-1111-1111-1111"];
const PROSE = ["αβγ ", "δε, ", "\n", "😀 ", "ζ\tη ", "\u2028", "é", '"λ" ', "\\ "];
const GRAMS = gramsOf(SECRETS);

const programs = new Map<string, ScannerProgram>();
beforeAll(async () => {
	for (const action of ["redact", "cut"] as const) programs.set(action, await allRecognizers(action));
});

type Data = Record<string, unknown>;

/** An event with a secret anywhere in it but in a text of its own. */
function noise(data: Data, next: Next): unknown {
	const planted = `see ${pick(SECRETS, next)} there`;
	const value = pick<unknown>(
		[planted, { [planted]: 1 }, [planted], { text: planted, type: "text" }, { a: [{ b: planted }] }, 4111111111111111],
		next,
	);
	return mutate({ ...data, x: {} }, [{ at: Math.floor(next() * 50), kind: "add", value }]);
}

/** An event as its vendor writes it, or as another might. */
function write(speech: Speech, data: unknown, next: Next): string {
	if (speech.isArray) return JSON.stringify(data, undefined, next() < 0.3 ? 1 : 0);
	const type = (data as Data)["type"];
	const name = typeof type === "string" ? `event: ${type}\n` : "";
	const json = JSON.stringify(data, undefined, next() < 0.1 ? 1 : 0);
	let event = `${name}${json
		.split("\n")
		.map((line) => `data: ${line}\n`)
		.join("")}\n`;
	if (next() < 0.1) event = escapeStrings(event);
	if (next() < 0.1) event = `: to ${pick(SECRETS, next)}\n${event}`;
	if (next() < 0.05) event = `note: ${pick(SECRETS, next)}\n${event}`;
	if (next() < 0.05) event = `id: ${Math.floor(next() * 9)}\nretry: 5\n${event}`;
	return next() < 0.1 ? event.replaceAll("\n", pick(["\r\n", "\r"], next)) : event;
}

interface Answer {
	readonly bytes: Buffer;
	readonly voices: readonly Voice[];
}

/** The texts of the voices, piece by piece in turns, with noise between them. */
function conversation(speech: Speech, texts: ReadonlyMap<Voice, string>, next: Next): unknown[] {
	const left = [...texts].map(([voice, text]) => ({ voice, i: 0, pieces: randomSlices(text, 1 + Math.floor(next() * 12), next) }));
	const sayNext = (from: (typeof left)[number]): Data => from.voice.say(from.pieces.shift() ?? "", from.i++);
	const noiseRate = next() < 0.5 ? 0 : 0.2;
	const runs = next() < 0.5 ? 1 : 6;
	const begin = speech.begin([...texts.keys()]);
	const events: unknown[] = [...begin];
	for (let open = left; open.length > 0; open = left.filter(({ pieces }) => pieces.length > 0)) {
		const [from, other] = [pick(open, next), pick(open, next)];
		for (let n = Math.ceil(next() * runs); n > 0 && from.pieces.length > 0; n--) {
			const data = sayNext(from);
			const isTogether = from !== other && other.pieces.length > 0 && next() < 0.3;
			const isPossible = isTogether && speech.both?.(data, other.voice.say("", 0)) !== undefined;
			events.push(isPossible ? speech.both?.(data, sayNext(other)) : data);
		}
		if (next() < noiseRate) events.push(noise(pick(begin, next) ?? {}, next));
	}
	return events;
}

function answer(speech: Speech, next: Next): Answer {
	const chosen = speech.voices.filter(() => next() < 0.5);
	const voices = chosen.length > 0 ? chosen : [pick(speech.voices, next)];
	const texts = new Map(
		voices.map((voice) => [voice, voice.isJson ? JSON.stringify({ q: sentence(next, SECRETS, PROSE) }) : sentence(next, SECRETS, PROSE)]),
	);
	const end = speech.end(texts);
	const events = [...conversation(speech, texts, next), ...end.filter((data) => data !== "[DONE]")];
	const written = events.map((data) => write(speech, data, next));
	if (speech.isArray) return { bytes: Buffer.from(`[${written.join(",\r\n")}]`), voices };
	const done = end.includes("[DONE]") ? "data: [DONE]\n\n" : "";
	return { bytes: Buffer.from(`${written.join("")}${done}: to ${pick(SECRETS, next)}\n\ndata: ${pick(SECRETS, next)}\n\n`), voices };
}

function dataOf(sse: string): Data[] {
	return sseBlocks(sse).flatMap(({ event }) => (event?.data.startsWith("{") ? [JSON.parse(event.data) as Data] : []));
}

interface Read {
	readonly texts: Readonly<Record<string, string>>;
	readonly ended: string | undefined;
	readonly out: string;
}

function read(speech: Speech, { bytes, voices }: Answer, action: string, sizes: readonly number[], moveEvery?: number): Read {
	const { api, isArray } = speech;
	const program = programs.get(action) as ScannerProgram;
	const run = { api, program, style: STYLE, sizes, ...(isArray && { isArray }), ...(moveEvery !== undefined && { moveEvery }) };
	const { out, ended } = streamThrough(bytes, run);
	const events = isArray ? (JSON.parse(out) as Data[]) : dataOf(out);
	const texts = Object.fromEntries(voices.map((voice) => [voice.name, events.map((data) => voice.read(data)).join("")]));
	return { texts, ended, out };
}

/** Every string of the output, names of members too, and its numbers. */
function* stringsOf(node: unknown): Generator<string> {
	if (typeof node === "string" || typeof node === "number") yield String(node);
	if (typeof node !== "object" || node === null) return;
	for (const [name, value] of Object.entries(node)) {
		yield name;
		yield* stringsOf(value);
	}
}

function check(speech: Speech, seed: number): void {
	const next = random(seed);
	const made = answer(speech, next);
	const action = next() < 0.5 ? "redact" : "cut";
	const whole = read(speech, made, action, [made.bytes.length]);
	const what = `seed ${seed}, ${speech.api}, ${action}`;
	const cuttings: readonly (readonly [sizes: readonly number[], moveEvery?: number])[] = [
		[[1 + Math.floor(next() * 40)]],
		[Array.from({ length: 7 }, () => 1 + Math.floor(next() * 600)), 1 + Math.floor(next() * 9)],
	];
	for (const [sizes, moveEvery] of cuttings) {
		const { texts, ended } = read(speech, made, action, sizes, moveEvery);
		expect({ what, sizes, moveEvery, texts, ended }).toEqual({ what, sizes, moveEvery, texts: whole.texts, ended: whole.ended });
	}
	for (const [name, text] of Object.entries(whole.texts)) expect(text, `${what}, ${name}`).not.toMatch(/[A-Z0-9]/);
	const events = speech.isArray ? JSON.parse(whole.out) : dataOf(whole.out);
	const strings = [...stringsOf(events)].join("\n");
	expect(
		GRAMS.filter((gram) => strings.includes(gram) || whole.out.includes(gram)),
		what,
	).toEqual([]);
}

test.each(SPEECHES.map((speech) => [speech.isArray ? `${speech.api} as an array` : speech.api, speech] as const))("%s", (_name, speech) => {
	for (let seed = 1; seed <= ANSWERS; seed++) check(speech, seed);
	const deadline = Date.now() + (FUZZ_SECONDS * 1000) / SPEECHES.length;
	for (let seed = Date.now(); Date.now() < deadline; seed++) check(speech, seed);
});
