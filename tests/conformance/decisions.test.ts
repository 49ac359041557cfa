import { expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import type { ApiName } from "../../src/core/api.ts";
import { createBodyFilter } from "../../src/inspect/body-filter.ts";
import { inspectWhole } from "../../src/inspect/inspect-whole.ts";
import { translateBody } from "../../src/inspect/translated-answer.ts";
import { compilePolicy } from "../../src/policy/compile-policy.ts";
import type { RuleSet } from "../../src/policy/policy.ts";
import { providerOf } from "../../src/providers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { SPEECHES, type Voice } from "../support/answer-voices.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { type Next, pick, random, randomSlices } from "../support/random.ts";
import { programFor } from "../support/scanner-program.ts";
import { dataOf } from "../support/stream-channel.ts";
import { streamThrough } from "../support/stream-through.ts";

/**
 * Policies put together at random, and one text under each of them in every format and place of an answer: streamed, as an
 * array, whole, translated, and in the arguments of a call. The same decision and the same text everywhere.
 */
const POLICIES = 2;
const TEXTS = 5;
const key = new Uint8Array(32).fill(7);

const STRATEGIES = ["mask", "replace", "remove", "hash", "synthetic"] as const;
const KINDS = ["email", "phone", "credit_card", "secrets", "pii", "ticket", "codename", "all", "aws_key"];
const VALUES = [
	"jane.doe@example.com",
	"JANE.DOE@EXAMPLE.COM",
	"joe@corp.com",
	"(415) 555-2671",
	"4111 1111 1111 1111",
	"TCK-204815",
	"TCK-204815",
	"TCK-000000",
	"Blue Heron",
	"level: orange-77",
	["AKIA", "IOSFODNN7", "EXAMPLE"].join(""),
	"ssn 457-55-5462",
];
const PROSE = ["αβγ", "see", "δ, ", "(ζ)", "\n", "😀", "and then", "- "];

function some<T>(list: readonly T[], share: number, next: Next): T[] {
	return list.filter(() => next() < share);
}

function settings(next: Next): string {
	const strategies = (): object => Object.fromEntries(some(KINDS, 0.3, next).map((kind) => [kind, pick(STRATEGIES, next)]));
	const score = (): number => Math.round(next() * 100) / 100;
	return JSON.stringify({
		security: {
			pii_protection: {
				redaction_strategy: pick(STRATEGIES, next),
				redaction_strategies: strategies(),
				mask: Object.fromEntries(
					some(["email", "phone", "credit_card", "ticket"], 0.4, next).map((kind) => [
						kind,
						{ keep_first: Math.floor(next() * 4), keep_last: Math.floor(next() * 4) },
					]),
				),
				threshold: next() < 0.5 ? 0.5 : score(),
				thresholds: Object.fromEntries(some(["email", "phone", "ticket"], 0.3, next).map((kind) => [kind, score()])),
				custom_patterns: [
					{ name: "ticket", pattern: "TCK-\\d{6}", score: 0.8 },
					{ name: "level", pattern: "level: (?<value>[a-z]+-\\d+)", score: 0.9 },
					{ name: "codename", words: ["Blue Heron", "Tern"], score: 0.9, case_insensitive: true },
				],
				allow_list: some(["TCK-000000", "joe@corp.com", "Blue Heron"], 0.5, next),
			},
			response_filtering: {
				on_pii: pick(["redact", "redact", "cut", "allow"], next),
				on_secret: pick(["cut", "redact", "allow"], next),
				sensitive_from: next() < 0.5 ? { email: "at" } : {},
				...(next() < 0.3 && { redaction_strategy: pick(STRATEGIES, next), redaction_strategies: strategies() }),
			},
			blocked_phrases: next() < 0.3 ? ["and then see"] : [],
		},
	});
}

interface Decision {
	readonly text: string;
	readonly isCut: boolean;
}

/** One place of an answer in which a text stands. */
interface Spot {
	readonly name: string;
	readonly isJson?: true;
	decide(ruleSet: RuleSet, program: ScannerProgram, text: string, next: Next): Decision;
}

const styleOf = ({ strategy }: RuleSet): { strategy: RuleSet["strategy"]; key: Uint8Array } => ({ strategy, key });

function streamed(speech: (typeof SPEECHES)[number], voice: Voice): Spot {
	return {
		name: `${speech.api}${speech.isArray ? " as an array" : ""}, ${voice.name}`,
		...(voice.isJson && { isJson: true }),
		decide(ruleSet, program, text, next) {
			const pieces = randomSlices(text, 1 + Math.floor(next() * 20), next);
			const events = [...speech.begin([voice]), ...pieces.map((piece, i) => voice.say(piece, i)), ...speech.end(new Map([[voice, text]]))];
			const written = speech.isArray
				? JSON.stringify(events)
				: events.map((event) => `data: ${event === "[DONE]" ? event : JSON.stringify(event)}\n\n`).join("");
			const { api, isArray } = speech;
			const sizes = [1 + Math.floor(next() * 300)];
			const { out, ended } = streamThrough(Buffer.from(written), {
				api,
				...(isArray && { isArray }),
				program,
				style: styleOf(ruleSet),
				sizes,
			});
			const data = isArray ? (JSON.parse(out) as Record<string, unknown>[]) : dataOf(out);
			return { text: data.map((event) => voice.read(event)).join(""), isCut: ended === "cut" };
		},
	};
}

function whole(name: string, api: ApiName, body: (text: string) => object, read: (answer: never) => string, client?: ApiName): Spot {
	return {
		name: `${name}, whole`,
		decide(ruleSet, program, text) {
			const inner = createBodyFilter({ provider: providerOf(api), program, style: styleOf(ruleSet), onCut: "end", maxBytes: 1 << 20 });
			const filter = client === undefined ? inner : translateBody(inner, { to: client, includeUsage: true, created: 1 });
			filter.push(Buffer.from(JSON.stringify(body(text))));
			const { out, ended } = filter.end(undefined);
			return { text: read(JSON.parse(out) as never), isCut: ended === "cut" };
		},
	};
}

const chat = (content: string) => ({ id: "c", choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }] });
const message = (text: string) => ({
	id: "m",
	type: "message",
	role: "assistant",
	content: [{ type: "text", text }],
	stop_reason: "end_turn",
});
const readMessage = ({ content }: ReturnType<typeof message>): string => content.map(({ text }) => text).join("");
const readChat = ({ choices }: ReturnType<typeof chat>): string => choices[0]?.message.content ?? "";

const SPOTS: readonly Spot[] = [
	...SPEECHES.flatMap((speech) => speech.voices.filter((_, i) => i < 9).map((voice) => streamed(speech, voice))),
	whole("chat", "openai-chat", chat, readChat),
	whole("chat for a messages client", "openai-chat", chat, readMessage, "anthropic-messages"),
	whole("message", "anthropic-messages", message, readMessage),
	whole("message for a chat client", "anthropic-messages", message, readChat, "openai-chat"),
	whole(
		"response",
		"openai-responses",
		(text) => ({
			id: "r",
			status: "completed",
			output: [{ id: "i", type: "message", role: "assistant", content: [{ type: "output_text", text, annotations: [] }] }],
		}),
		({ output }: { output: { content: { text: string }[] }[] }) => output[0]?.content[0]?.text ?? "",
	),
	whole(
		"Gemini",
		"gemini-generate",
		(text) => ({ candidates: [{ content: { parts: [{ text }], role: "model" }, finishReason: "STOP", index: 0 }] }),
		({ candidates }: { candidates: { content?: { parts?: { text: string }[] } }[] }) => candidates[0]?.content?.parts?.[0]?.text ?? "",
	),
];

function sentence(next: Next): string {
	return Array.from({ length: 2 + Math.floor(next() * 6) }, () => pick(next() < 0.45 ? VALUES : PROSE, next)).join(" ");
}

const spaced = (text: string): string => text.replace(/\s+/g, " ").trim();

/** One policy, and texts under it. */
async function check(seed: number): Promise<void> {
	const next = random(seed);
	const yaml = settings(next);
	const parsed = parseConfig(yaml, {});
	if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
	const ruleSet = compilePolicy(parsed.config.security).response;
	const program = await programFor(ruleSet);
	for (let i = 0; i < TEXTS; i++) {
		const text = sentence(next);
		const { text: out, scanner } = inspectWhole(program, styleOf(ruleSet), text);
		const expected: Decision = { text: out, isCut: scanner.isCut };
		for (const spot of SPOTS) {
			const what = `seed ${seed}, ${spot.name}, ${JSON.stringify(text)}, ${yaml}`;
			if (spot.isJson !== true) expect({ what, ...spot.decide(ruleSet, program, text, next) }).toEqual({ what, ...expected });
			else {
				const decision = spot.decide(ruleSet, program, JSON.stringify({ α: text }), next);
				const said = decision.isCut ? expected.text : (JSON.parse(decision.text) as { α: string }).α;
				// In JSON the blanks around what is removed stay.
				expect({ what, isCut: decision.isCut, text: spaced(said) }).toEqual({ what, isCut: expected.isCut, text: spaced(expected.text) });
			}
		}
	}
}

test("one text, one decision, under any policy", async () => {
	for (let seed = 1; seed <= POLICIES; seed++) await check(seed);
});

test.runIf(FUZZ_SECONDS > 0)(
	"so under any other",
	async () => {
		const deadline = Date.now() + FUZZ_SECONDS * 1000;
		for (let seed = FIRST_SEED; Date.now() < deadline; seed++) await check(seed);
	},
	3_600_000,
);
