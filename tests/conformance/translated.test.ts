import { beforeAll, describe, expect, test } from "vitest";
import { createBodyFilter } from "../../src/inspect/body-filter.ts";
import { translateBody } from "../../src/inspect/translated-answer.ts";
import { providerOf } from "../../src/providers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { gramsOf, PLANTED, sentence } from "../support/planted-sentences.ts";
import { type Next, pick, random } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { ANTHROPIC_READER, OPENAI_READER, type SdkReader, type SdkReading } from "../support/sdk-readers.ts";
import { streamThrough } from "../support/stream-through.ts";
import { chatAnswer, type ModelAnswer, messageAnswer, type Said, sseOf, type VendorAnswer } from "../support/translated-answers.ts";

/**
 * Answers of one vendor for clients of the other, as the client's SDK reads them: whole where they are clean, without a
 * byte of a secret, the same for every chunking and lane and for stream and body, and never complete where they broke off.
 */
const ANSWERS = 40;
const STYLE = { strategy: "remove", key: new Uint8Array(32) } as const;
const GRAMS = gramsOf(PLANTED);

const programs = new Map<string, ScannerProgram>();
beforeAll(async () => {
	for (const action of ["redact", "cut"] as const) programs.set(action, await allRecognizers(action));
});

const ARGUMENTS = (next: Next, secrets: readonly string[]): string =>
	pick(
		[
			"{}",
			JSON.stringify({ q: sentence(next, secrets) }),
			JSON.stringify({ q: { r: [sentence(next, secrets), true, null, 1.5] } }),
			JSON.stringify({ q: JSON.stringify({ r: sentence(next, secrets) }) }),
		],
		next,
	);

/** Thoughts, texts (of which one may be a refusal), then calls: the order that chats and messages share. */
function modelAnswer(next: Next, isClean: boolean): ModelAnswer {
	const secrets = isClean ? [] : PLANTED;
	const texts = (kind: "thinking" | "text" | "refusal", most: number): Said[] =>
		Array.from({ length: Math.floor(next() * (most + 1)) }, () => ({ kind, text: sentence(next, secrets) }));
	const calls = Array.from(
		{ length: Math.floor(next() * 4) },
		(_, i): Said => ({
			kind: "call",
			name: `f${i}`,
			source: ARGUMENTS(next, secrets),
		}),
	);
	const said = [...texts("thinking", 1), ...texts("text", 2), ...(next() < 0.2 ? texts("refusal", 1) : []), ...calls];
	// Of a call that has nothing yet where the budget ends, nobody knows whether it was to have something.
	const mayRunOut = said.every((one) => one.kind !== "call" || one.source !== "{}");
	return {
		said: isClean || next() < 0.7 ? said : halves(next),
		stop: mayRunOut && next() < 0.1 ? "length" : "end",
		usage: { input: 7, output: 9 },
	};
}

/** The two halves of a secret, in texts that stand side by side. */
function halves(next: Next): Said[] {
	const secret = pick(PLANTED, next);
	const at = 4 + Math.floor(next() * (secret.length - 8));
	const [first, second] = next() < 0.5 ? (["text", "refusal"] as const) : (["text", "text"] as const);
	return [
		{ kind: first, text: secret.slice(0, at) },
		{ kind: second, text: secret.slice(at) },
	];
}

interface Route {
	readonly api: "openai-chat" | "anthropic-messages";
	readonly client: "openai-chat" | "anthropic-messages";
	readonly reader: SdkReader;
	say(answer: ModelAnswer, seed: number): VendorAnswer;
}

const ROUTES: readonly Route[] = [
	{ api: "openai-chat", client: "anthropic-messages", reader: ANTHROPIC_READER, say: chatAnswer },
	{ api: "anthropic-messages", client: "openai-chat", reader: OPENAI_READER, say: messageAnswer },
];

interface Got extends Partial<SdkReading> {
	readonly out: string;
	/** The SDK throws. */
	readonly error?: string;
}

async function got(out: string, reading: Promise<SdkReading>): Promise<Got> {
	try {
		return { out, ...(await reading) };
	} catch (error) {
		return { out, error: String(error) };
	}
}

function streamed(route: Route, sse: string, action: string, sizes: readonly number[], moveEvery?: number): Promise<Got> {
	const { api, client, reader } = route;
	const program = programs.get(action) as ScannerProgram;
	const bytes = Buffer.from(sse);
	const { out } = streamThrough(bytes, { api, client, program, style: STYLE, sizes, ...(moveEvery !== undefined && { moveEvery }) });
	return got(out, reader.stream(out));
}

async function whole(route: Route, body: object, action: string): Promise<Got> {
	const { api, client, reader } = route;
	const program = programs.get(action) as ScannerProgram;
	const inner = createBodyFilter({ provider: providerOf(api), program, style: STYLE, onCut: "end", maxBytes: 1 << 20 });
	const filter = translateBody(inner, { to: client, includeUsage: true, created: 1 });
	filter.push(Buffer.from(JSON.stringify(body)));
	const { out, ended, code } = filter.end(undefined);
	return ended === "fault" ? { out, error: String(code) } : got(out, reader.body(out));
}

/** What is said, without the paragraphs that part what was inspected apart. */
function said({ text, thinking, calls, finish, usage, error }: Got): object {
	const bare = (value = ""): string => value.replaceAll("\n\n", "");
	return { text: bare(text), thinking: bare(thinking), calls, finish, usage, error };
}

/** A secret stands in two texts: what comes of its first half depends on what stands between them, and on what is said first. */
function isHalved([one]: readonly Said[]): boolean {
	return one?.kind === "text" && !one.text.startsWith("α");
}

/** What of a secret a client could read: any piece of it; of halves the whole. */
function leaked(got: Got, { said: all }: ModelAnswer): string[] {
	const pieces = isHalved(all) ? PLANTED : GRAMS;
	const strings = [...stringsOf(got), got.out.replaceAll(/"(?:text|content|partial_json|arguments)":/g, "")].join("\n");
	return pieces.filter((piece) => strings.includes(piece));
}

function* stringsOf(node: unknown): Generator<string> {
	if (typeof node === "string" || typeof node === "number") yield String(node);
	if (typeof node === "object" && node !== null) for (const [name, value] of Object.entries(node)) yield* [name, ...stringsOf(value)];
}

const FINISHES = {
	"openai-chat": { end: "stop", calls: "tool_calls", length: "length" },
	"anthropic-messages": { end: "end_turn", calls: "tool_use", length: "max_tokens" },
} as const;

/** What a clean answer must say. */
function expected({ client }: Route, { said: all, stop, usage }: ModelAnswer): object {
	const join = (...kinds: Said["kind"][]): string =>
		all.flatMap((one) => ("text" in one && kinds.includes(one.kind) ? [one.text] : [])).join("");
	const calls = all.flatMap((one) => (one.kind === "call" ? [{ name: one.name, args: JSON.parse(one.source) as unknown }] : []));
	const isRefused = client === "anthropic-messages" && all.some(({ kind }) => kind === "refusal");
	const reason = isRefused ? "refused" : stop === "length" ? "length" : calls.length > 0 ? "calls" : "end";
	const text = join("text", "refusal").replaceAll("\n\n", "");
	return {
		text,
		thinking: join("thinking"),
		calls,
		finish: reason === "refused" ? "refusal" : FINISHES[client][reason],
		usage: [usage.input, usage.output],
	};
}

async function check(route: Route, seed: number): Promise<void> {
	const next = random(seed);
	const isClean = next() < 0.4;
	const answer = modelAnswer(next, isClean);
	const { events, body } = route.say(answer, seed);
	const action = next() < 0.5 ? "redact" : "cut";
	const sse = events.map(sseOf).join("");
	const what = `seed ${seed}, ${route.api}, ${action}, ${JSON.stringify(answer)}\n${sse}`;
	const first = await streamed(route, sse, action, [sse.length]);
	for (const [sizes, moveEvery] of [
		[[1 + Math.floor(next() * 40)]],
		[Array.from({ length: 7 }, () => 1 + Math.floor(next() * 600)), 1 + Math.floor(next() * 9)],
	] as const) {
		expect({ what, sizes, moveEvery, ...said(await streamed(route, sse, action, sizes, moveEvery)) }).toEqual({
			what,
			sizes,
			moveEvery,
			...said(first),
		});
	}
	const one = await whole(route, body, action);
	if (isClean) {
		expect({ what, ...said(first) }).toEqual({ what, error: undefined, ...expected(route, answer) });
		expect({ what, ...said(one) }).toEqual({ what, ...said(first) });
	} else if (action === "redact" && !isHalved(answer.said)) expect({ what, ...said(one) }).toEqual({ what, ...said(first) });
	for (const reading of [first, one]) expect({ what, leaked: leaked(reading, answer) }).toEqual({ what, leaked: [] });
	await checkBroken(route, events, action, next, what);
}

/** An answer that breaks off anywhere before its end, in one of three ways. */
async function checkBroken(route: Route, events: VendorAnswer["events"], action: string, next: Next, what: string): Promise<void> {
	const ends = events.findIndex((event) => event !== "[DONE]" && JSON.stringify(event).match(/"(?:finish|stop)_reason":"[a-z]/) !== null);
	const at = Math.floor(next() * ends);
	const tail = pick(["", 'data: {"oops\n\n', sseOf({ type: "error", error: { type: "api_error", message: "down" } })], next);
	const rest = tail === "" && next() < 0.6 ? "[DONE]" : undefined;
	const broken = [...events.slice(0, at).map(sseOf), tail, ...(rest === undefined ? [] : [sseOf(rest)])].join("");
	const { finish, error, calls = [] } = await streamed(route, broken, action, [broken.length]);
	const isCut = finish === "refusal" || finish === "content_filter";
	if (!isCut)
		expect({ what, broken, complete: error === undefined && finish !== null, calls: calls.length }).toMatchObject({ complete: false });
}

describe.each(ROUTES.map((route) => [`${route.api} for ${route.client}`, route] as const))("%s", (_name, route) => {
	test("answers come out whole, and never a secret", async () => {
		for (let seed = FIRST_SEED; seed < FIRST_SEED + ANSWERS; seed++) await check(route, seed);
	});

	test.runIf(FUZZ_SECONDS > 0)(
		"so do any others",
		async () => {
			const deadline = Date.now() + (FUZZ_SECONDS * 1000) / ROUTES.length;
			for (let seed = FIRST_SEED + ANSWERS; Date.now() < deadline; seed++) await check(route, seed);
		},
		3_600_000,
	);
});
