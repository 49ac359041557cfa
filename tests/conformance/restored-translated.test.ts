import { beforeAll, describe, expect, test } from "vitest";
import type { ApiName } from "../../src/core/api.ts";
import { createBodyFilter } from "../../src/inspect/body-filter.ts";
import type { TextStyle } from "../../src/inspect/conversation.ts";
import { translateBody } from "../../src/inspect/translated-answer.ts";
import { providerOf } from "../../src/providers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { random } from "../support/random.ts";
import { converse } from "../support/restored-conversation.ts";
import { ANTHROPIC_READER, OPENAI_READER, type SdkReader, type SdkReading } from "../support/sdk-readers.ts";
import { someRuns, streamThrough } from "../support/stream-through.ts";
import { anyValues, type Scripted, script, VALUES, type Voice } from "../support/surrogate-script.ts";
import { chatAnswer, type ModelAnswer, messageAnswer, type Said, sseOf, type VendorAnswer } from "../support/translated-answers.ts";

/**
 * Answers that say surrogates in every text and at every depth of JSON in JSON, for clients of the same and of the other
 * vendor: each reads its own values where the surrogates stand, whole, streamed, in any pieces and over any lanes.
 */
const ANSWERS = 20;
const key = new Uint8Array(32).fill(7);
let program: ScannerProgram;
beforeAll(async () => {
	program = await anyValues();
});

function answerOf(scripted: readonly Scripted[], voice: Voice): ModelAnswer {
	const said = scripted.map(
		({ kind, say, name }): Said => (kind === "call" ? { kind, name, source: say(voice) } : { kind, text: say(voice) }),
	);
	return { said, stop: "end", usage: { input: 7, output: 9 } };
}

interface Route {
	readonly api: ApiName;
	/** Absent: the upstream's. */
	readonly client?: ApiName;
	readonly reader: SdkReader;
	say(answer: ModelAnswer, seed: number): VendorAnswer;
}

const ROUTES: readonly Route[] = [
	{ api: "openai-chat", client: "anthropic-messages", reader: ANTHROPIC_READER, say: chatAnswer },
	{ api: "anthropic-messages", client: "openai-chat", reader: OPENAI_READER, say: messageAnswer },
	{ api: "openai-chat", reader: OPENAI_READER, say: chatAnswer },
	{ api: "anthropic-messages", reader: ANTHROPIC_READER, say: messageAnswer },
];

function whole({ api, client }: Route, body: object, style: TextStyle): string {
	const inner = createBodyFilter({ provider: providerOf(api), program, style, onCut: "end", maxBytes: 1 << 20 });
	const filter = client === undefined ? inner : translateBody(inner, { to: client, includeUsage: true, created: 1 });
	filter.push(Buffer.from(JSON.stringify(body)));
	return filter.end(undefined).out;
}

function said({ text, thinking, calls, finish }: SdkReading): object {
	return { text, thinking, calls, finish };
}

function expected(answer: ModelAnswer): object {
	const join = (kind: Said["kind"]): string => answer.said.map((one) => ("text" in one && one.kind === kind ? one.text : "")).join("");
	const calls = answer.said.flatMap((one) => (one.kind === "call" ? [{ name: one.name, args: JSON.parse(one.source) as unknown }] : []));
	return { text: join("text"), thinking: join("thinking"), calls, finish: expect.any(String) };
}

async function check(route: Route, strategy: "replace" | "synthetic", seed: number): Promise<void> {
	const next = random(seed);
	const values = VALUES.filter(() => next() < 0.6);
	const conversation = converse(program, key, strategy, [`α ${values.join(" ")} ω`]);
	const { surrogates, style } = conversation;
	if (surrogates.length === 0) return;
	const scripted = script(next, surrogates.length);
	const { events, body } = route.say(
		answerOf(scripted, (i) => surrogates[i]?.text ?? ""),
		seed,
	);
	const wanted = expected(answerOf(scripted, (i) => surrogates[i]?.original ?? ""));
	const sse = events.map(sseOf).join("");
	// The SDK joins no texts in lists, knows one name of the reasoning, and arguments as a string.
	if (route.client === undefined && /"content":\[\{|"reasoning":|"arguments":\{/.test(sse)) return;
	const what = `seed ${seed}, ${route.api} for ${route.client}, ${strategy}\n${sse}`;
	const bytes = Buffer.from(sse);
	for (const run of someRuns(bytes.length, next)) {
		const { api, client } = route;
		const { out } = streamThrough(bytes, { api, ...(client && { client }), program, style, ...run });
		expect({ what, run, out, ...said(await route.reader.stream(out)) }).toEqual({ what, run, out, ...wanted });
	}
	expect({ what, ...said(await route.reader.body(whole(route, body, style))) }).toEqual({ what, ...wanted });
}

describe.each(ROUTES.map((route) => [`${route.api} for ${route.client ?? "its own"} clients`, route] as const))("%s", (_name, route) => {
	test.each(["replace", "synthetic"] as const)("who asked reads his own values at every depth (%s)", async (strategy) => {
		for (let seed = FIRST_SEED; seed < FIRST_SEED + ANSWERS; seed++) await check(route, strategy, seed);
	});

	test.runIf(FUZZ_SECONDS > 0)(
		"so in any other answer",
		async () => {
			const deadline = Date.now() + (FUZZ_SECONDS * 1000) / ROUTES.length;
			for (let seed = FIRST_SEED + ANSWERS; Date.now() < deadline; seed++)
				await check(route, seed % 2 === 0 ? "replace" : "synthetic", seed);
		},
		3_600_000,
	);
});
