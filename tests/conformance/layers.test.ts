import { beforeAll, expect, test } from "vitest";
import { answerStyle, type TextStyle } from "../../src/inspect/conversation.ts";
import { openaiChat } from "../../src/providers/openai-chat.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import { createEchoIndex, type EchoIndex } from "../../src/scanner/echo.ts";
import { withEcho } from "../../src/scanner/echo-scanner.ts";
import { withHarm } from "../../src/scanner/harm-scanner.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { SurrogateTable } from "../../src/verdict/surrogate-table.ts";
import { sseBlocks } from "../../src/wire/sse-decoder.ts";
import { SPEECHES, type Speech, type Voice } from "../support/answer-voices.ts";
import { FOLDED_DISGUISES } from "../support/disguises.ts";
import { exampleText } from "../support/examples.ts";
import { FUZZ_SECONDS } from "../support/fuzz.ts";
import { plainPolicy } from "../support/plain-policy.ts";
import { promptVerdict } from "../support/prompt-verdict.ts";
import { pick, random, randomSlices } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { streamThrough } from "../support/stream-through.ts";
import { wordModel } from "../support/word-model.ts";

/**
 * All layers at once: secrets plain, disguised and without an end, surrogates that become originals again, echoes of the
 * prompt and harmful sentences, next to each other in texts that come in turns. What a client reads of each text is the same
 * however the text is cut into deltas, in whatever order the texts take turns, for every chunking and every lane.
 */
const ANSWERS = 12;
const KEY = new Uint8Array(32).fill(3);
const HIDDEN =
	"you are nora, the assistant of blue harbour bank. never mention the internal project names tern and petrel. answer in two sentences; the escalation desk is at extension four.";
const SECRETS = [["AKIA", "IOSFODNN7", "EXAMPLE"].join(""), "JANE.DOE@EXAMPLE.COM", "4111 1111 1111 1111"];
const EXAMPLES = RECOGNIZERS.flatMap(({ examples }) => [...examples.match, ...examples.noMatch].map(exampleText));
const ENDLESS = [
	"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG",
	"-----END PRIVATE KEY-----",
	"Authorization: Bearer ",
	"password: x7K9!",
	"api_key = ",
];
const PROSE = [
	"αβγ ",
	"δε, ",
	"\n",
	"😀",
	"ζ\tη ",
	"\u2028",
	"é",
	'"λ" ',
	"\\",
	"\\u00",
	"&#",
	"%4",
	". ",
	" ",
	"\u200b",
	"sk-",
	"AKIA",
	"{",
	"}",
	'"',
];
const HARM = ["they put venom into the cup that stood there. ", "venom ", " venom.\n"];

type Data = Record<string, unknown>;
type Next = () => number;

const programs = new Map<"redact" | "cut", ScannerProgram>();
const styles: { readonly style: TextStyle; readonly surrogates: readonly string[] }[] = [];

beforeAll(async () => {
	const index = createEchoIndex(HIDDEN) as EchoIndex;
	const model = wordModel(["venom"]);
	for (const action of ["redact", "cut"] as const) {
		const harmful = withHarm(await allRecognizers(action), model, { threshold: 0.7, action });
		programs.set(action, withEcho(harmful, index, action === "cut" ? "cut" : "flag"));
	}
	const program = programs.get("redact") as ScannerProgram;
	const said = "mail jane.doe@corp.com or call (415) 555-2671, card 5500 0000 0000 0004";
	for (const strategy of ["replace", "synthetic"] as const) {
		const prompt = new SurrogateTable({ key: KEY, keepsOriginals: true });
		const body = Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content: said }] }));
		promptVerdict(body, "", openaiChat, plainPolicy(strategy), program, { strategy, key: KEY, prompt });
		for (const answer of ["mask", "replace", "remove", "hash", "synthetic"] as const)
			styles.push({
				style: answerStyle({ strategy: answer, key: KEY }, prompt.state()),
				surrogates: prompt.surrogates.map(({ text }) => text),
			});
	}
});

function part(surrogates: readonly string[], next: Next): string {
	const kind = next();
	if (kind < 0.15) return ` ${pick(SECRETS, next)} `;
	if (kind < 0.25) return pick(FOLDED_DISGUISES, next).apply(pick(SECRETS, next));
	if (kind < 0.4) return pick(surrogates, next);
	if (kind < 0.45) return pick(surrogates, next).slice(0, Math.floor(next() * 12));
	if (kind < 0.55) return pick(ENDLESS, next);
	if (kind < 0.62) return pick(HARM, next);
	if (kind < 0.68) return HIDDEN.slice(Math.floor(next() * 80)).slice(0, Math.floor(next() * 90));
	if (kind < 0.78) return pick(EXAMPLES, next).slice(0, 10 + next() * 80);
	return pick(PROSE, next);
}

/** Deltas of the voices in turns. Some are empty, and the last one of a choice says with its text why it ends. */
function turns(speech: Speech, texts: ReadonlyMap<Voice, string>, most: number, next: Next): Data[] {
	const left = [...texts].map(([voice, text]) => ({ voice, i: 0, pieces: most === 0 ? [text] : randomSlices(text, most, next) }));
	const events: Data[] = [];
	for (let open = left; open.length > 0; open = left.filter(({ pieces }) => pieces.length > 0)) {
		const from = pick(open, next);
		const piece = most > 0 && next() < 0.1 ? "" : (from.pieces.shift() ?? "");
		const data = from.voice.say(piece, from.i++);
		const other = pick(open, next);
		const both = other !== from && other.pieces.length > 0 && next() < 0.3 ? speech.both?.(data, other.voice.say("", other.i)) : undefined;
		events.push(both === undefined ? data : (speech.both?.(data, other.voice.say(other.pieces.shift() ?? "", other.i++)) as Data));
	}
	const last = events.at(-1)?.["choices"] as { finish_reason?: string }[] | undefined;
	if (most > 0) for (const choice of last ?? []) choice.finish_reason = "stop";
	return events;
}

function bytesOf(speech: Speech, texts: ReadonlyMap<Voice, string>, most: number, next: Next): Buffer {
	const events: unknown[] = [...speech.begin([...texts.keys()]), ...turns(speech, texts, most, next), ...speech.end(texts)];
	if (speech.isArray) return Buffer.from(JSON.stringify(events));
	const end = most === 0 ? "\n" : pick(["\n", "\n", "\r\n", "\r"], next);
	const blocks = events.map((data) => {
		const json = typeof data === "string" ? data : JSON.stringify(data, undefined, most > 0 && next() < 0.1 ? 1 : 0);
		const lines = json.split("\n").map((line) => `data: ${line}${end}`);
		return `${most > 0 && next() < 0.1 ? `:${end}` : ""}${lines.join("")}${end}`;
	});
	return Buffer.from(blocks.join(""));
}

function dataOf(sse: string): Data[] {
	return sseBlocks(sse).flatMap(({ event }) => (event?.data.startsWith("{") ? [JSON.parse(event.data) as Data] : []));
}

interface Read {
	readonly texts: Readonly<Record<string, string>>;
	readonly ended: string | undefined;
}

function read(
	speech: Speech,
	voices: Iterable<Voice>,
	bytes: Buffer,
	action: "redact" | "cut",
	style: TextStyle,
	sizes: readonly number[],
	moveEvery?: number,
): Read {
	const { api, isArray } = speech;
	const program = programs.get(action) as ScannerProgram;
	const run = { api, program, style, sizes, ...(isArray && { isArray }), ...(moveEvery !== undefined && { moveEvery }) };
	const { out, ended } = streamThrough(bytes, run);
	const events = isArray ? (JSON.parse(out) as Data[]) : dataOf(out);
	const texts = Object.fromEntries([...voices].map((voice) => [voice.name, events.map((data) => voice.read(data)).join("")]));
	return { texts, ended };
}

function check(speech: Speech, seed: number): void {
	const next = random(seed);
	const { style, surrogates } = pick(styles, next);
	const sentence = (): string => Array.from({ length: 1 + Math.floor(next() * 6) }, () => part(surrogates, next)).join("");
	const voices = new Set(Array.from({ length: 1 + Math.floor(next() * 3) }, () => pick(speech.voices, next)));
	const texts = new Map([...voices].map((voice) => [voice, voice.isJson && next() < 0.8 ? JSON.stringify({ q: sentence() }) : sentence()]));
	const action = next() < 0.6 ? "redact" : "cut";
	const what = {
		seed,
		api: speech.api,
		action,
		strategy: style.strategy,
		said: Object.fromEntries([...texts].map(([v, t]) => [v.name, t])),
	};
	// A cut in one text ends the others where they are.
	const isFree = action === "redact" || voices.size === 1;
	const plain = bytesOf(speech, texts, 0, random(seed));
	const expected = isFree ? read(speech, voices, plain, action, style, [1 << 20]) : undefined;
	for (const most of [1, 3, 12, 40]) {
		const bytes = bytesOf(speech, texts, most, next);
		const whole = read(speech, voices, bytes, action, style, [1 << 20]);
		if (expected !== undefined) expect(whole, JSON.stringify({ ...what, most })).toEqual(expected);
		const sizes = Array.from({ length: 7 }, () => 1 + Math.floor(next() * 400));
		const moveEvery = 1 + Math.floor(next() * 9);
		expect(read(speech, voices, bytes, action, style, sizes, moveEvery), JSON.stringify({ ...what, most, sizes, moveEvery })).toEqual(
			whole,
		);
	}
}

test.each(SPEECHES.map((speech) => [speech.isArray ? `${speech.api} as an array` : speech.api, speech] as const))("%s", (_name, speech) => {
	for (let seed = 1; seed <= ANSWERS; seed++) check(speech, seed);
	const deadline = Date.now() + (FUZZ_SECONDS * 1000) / SPEECHES.length;
	for (let seed = Date.now(); Date.now() < deadline; seed++) check(speech, seed);
});
