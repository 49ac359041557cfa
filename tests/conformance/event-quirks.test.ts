import { beforeAll, expect, test } from "vitest";
import { createBodyFilter } from "../../src/inspect/body-filter.ts";
import { providerOf } from "../../src/providers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { quirkyGemini, readGemini } from "../support/gemini-quirks.ts";
import { gramsOf, PLANTED, sentence } from "../support/planted-sentences.ts";
import { type Next, pick, random } from "../support/random.ts";
import { quirkyResponse, readLoosely, readResponse } from "../support/response-quirks.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { type StreamRun, someRuns, streamThrough } from "../support/stream-through.ts";
import type { ModelAnswer, Said } from "../support/translated-answers.ts";

/**
 * Answers with the departures of many servers from the Responses API and from Gemini's, streamed as SSE and as a JSON array, and
 * whole. A clean one says what it says without a proxy, however clients put it together; of any other, no byte of a secret
 * goes out; for every chunking and lane alike.
 */
const ANSWERS = 120;
const STYLE = { strategy: "remove", key: new Uint8Array(32) } as const;
const GRAMS = gramsOf(PLANTED);
/** Numbers of events are none. */
const leaksOf = (text: string): string[] => GRAMS.filter((gram) => text.replaceAll(/"sequence_number": ?\d+/g, "").includes(gram));

let program: ScannerProgram;
beforeAll(async () => {
	program = await allRecognizers("redact");
});

function modelAnswer(next: Next, secrets: readonly string[], canRefuse: boolean): ModelAnswer {
	const texts = (kind: "thinking" | "text" | "refusal", share: number): Said[] =>
		next() < share ? [{ kind, text: sentence(next, secrets) }] : [];
	const source = (): string =>
		pick(["{}", JSON.stringify({ q: sentence(next, secrets) }), JSON.stringify({ q: [sentence(next, secrets), 1.5] })], next);
	const calls = Array.from({ length: Math.floor(next() * 3) }, (_, i): Said => ({ kind: "call", name: `f${i}`, source: source() }));
	const said = [
		...texts("thinking", 0.7),
		...texts("text", 0.7),
		...(canRefuse ? texts("refusal", 0.15) : []),
		...calls,
		...texts("text", 0.2),
	];
	return { said, stop: "end", usage: { input: 7, output: 9 } };
}

/** Sends an answer through in several ways. `readings`: the first must be of every way alike and of a clean answer what it was. */
function check(
	what: string,
	sse: string,
	isClean: boolean,
	run: Pick<StreamRun, "api" | "isArray">,
	next: Next,
	...readings: ((out: string) => object)[]
): void {
	const [read = () => ({})] = readings;
	const seen = someRuns(Buffer.byteLength(sse), next).map((cuts) => {
		const { out, ended } = streamThrough(Buffer.from(sse), { ...run, program, style: STYLE, ...cuts });
		expect({ what, out, leaked: leaksOf(out + JSON.stringify(readings.map((reading) => reading(out)))) }).toMatchObject({ leaked: [] });
		return { ended, reading: read(out) };
	});
	for (const one of seen) expect({ what, ...one }).toEqual({ what, ...seen[0] });
	if (isClean) expect({ what, ...seen[0] }).toEqual({ what, ended: "complete", reading: read(sse) });
}

function checkResponse(seed: number): void {
	const next = random(seed);
	const isClean = next() < 0.5;
	const sse = quirkyResponse(modelAnswer(next, isClean ? [] : PLANTED, true), next, isClean);
	check(`seed ${seed}\n${sse}`, sse, isClean, { api: "openai-responses" }, next, readResponse, readLoosely);
}

function checkGemini(seed: number): void {
	const next = random(seed);
	const isClean = next() < 0.5;
	const { sse, array, body } = quirkyGemini(modelAnswer(next, isClean ? [] : PLANTED, false), next);
	check(`seed ${seed}\n${sse}`, sse, isClean, { api: "gemini-generate" }, next, readGemini);
	check(`seed ${seed}\n${array}`, array, isClean, { api: "gemini-generate", isArray: true }, next, readGemini);
	const filter = createBodyFilter({ provider: providerOf("gemini-generate"), program, style: STYLE, onCut: "end", maxBytes: 1 << 20 });
	filter.push(Buffer.from(body));
	const { out, ended } = filter.end(undefined);
	expect({ body, out, ended, leaked: leaksOf(out) }).toMatchObject({ ended: "complete", leaked: [] });
	if (isClean) expect({ body, ...readGemini(out) }).toEqual({ body, ...readGemini(body) });
}

test.each([
	["Responses", checkResponse],
	["Gemini", checkGemini],
])(
	"%s: is read as its server meant it, and without a secret",
	(_name, checkAnswer) => {
		for (let seed = FIRST_SEED; seed < FIRST_SEED + ANSWERS; seed++) checkAnswer(seed);
		const deadline = Date.now() + FUZZ_SECONDS * 500;
		for (let seed = FIRST_SEED + ANSWERS; Date.now() < deadline; seed++) checkAnswer(seed);
	},
	3_600_000,
);

test.each<[what: string, ...places: object[]]>([
	["numbers come and go", { output_index: 0 }, {}],
	["an item's id changes within a text that has no number", { item_id: "a" }, { item_id: "b" }],
	["a part's number comes and goes", { output_index: 0, content_index: 0 }, { output_index: 0 }],
])("Responses: where %s, who joins texts by something else does not get a secret", (_what, ...places) => {
	const [key = ""] = PLANTED;
	const deltas = [`α ${key.slice(0, 6)}`, `${key.slice(6)} ω`, " and more"];
	const events = deltas.map((delta, i) => ({ type: "response.output_text.delta", ...places[i % 2], delta }));
	const sse = [...events, { type: "response.completed", response: { output: [] } }]
		.map((event) => `data: ${JSON.stringify(event)}\n\n`)
		.join("");
	const { out, ended } = streamThrough(Buffer.from(sse), { api: "openai-responses", program, style: STYLE, sizes: "events" });
	expect({ ended, leaked: leaksOf(JSON.stringify(readLoosely(out))) }).toEqual({ ended: "fault", leaked: [] });
});
