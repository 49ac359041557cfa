import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { answerStyle, type TextStyle } from "../../src/inspect/conversation.ts";
import { openaiChat } from "../../src/providers/openai-chat.ts";
import type { SourceKind } from "../../src/providers/provider.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { SurrogateTable } from "../../src/verdict/surrogate-table.ts";
import { runs } from "../support/fuzz.ts";
import { plainPolicy } from "../support/plain-policy.ts";
import { promptVerdict } from "../support/prompt-verdict.ts";
import { random, randomSlices } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { throughChannel } from "../support/through-channel.ts";

/** Prompts with every example → surrogates → answers made of them, of inventions and of halves, in every chunking. */
const NUM_RUNS = 300;
const key = new Uint8Array(32).fill(3);
/** Examples may mark what is found in them. */
const bare = (example: string): string => example.replace(/[⟦⟧]/g, "");
const EXAMPLES = RECOGNIZERS.flatMap(({ examples }) => examples.match.map(bare));
let program: ScannerProgram;

beforeAll(async () => {
	program = await allRecognizers("redact");
});

interface Conversation {
	/** The prompt as the model sees it, and as the caller wrote it. */
	readonly sent: string;
	readonly said: string;
	readonly style: TextStyle;
	readonly surrogates: readonly string[];
}

function converse(strategy: "replace" | "synthetic", said: string): Conversation {
	const prompt = new SurrogateTable({ key, keepsOriginals: true });
	const body = Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content: said }] }));
	const verdict = promptVerdict(body, "", openaiChat, plainPolicy(strategy), program, { strategy, key, prompt });
	const sent = "stream" in verdict && verdict.body !== undefined ? Buffer.from(verdict.body) : body;
	return {
		said,
		sent: (JSON.parse(sent.toString()) as { messages: { content: string }[] }).messages[0]?.content ?? "",
		// Masked, so that a surrogate taken for a finding would not come back.
		style: answerStyle({ strategy: "mask", key }, prompt.state()),
		surrogates: prompt.surrogates.map(({ text }) => text),
	};
}

function answer({ style }: Conversation, deltas: readonly string[], kind: SourceKind, isMoving = false): string {
	return throughChannel(program, style, deltas, { kind, moves: () => isMoving }).out;
}

describe.each(["replace", "synthetic"] as const)("%s", (strategy) => {
	test.each(RECOGNIZERS.map((recognizer) => [recognizer.type, recognizer] as const))(
		"of %s: the echo of a prompt is what the caller wrote",
		(type, { examples }) => {
			for (const example of examples.match.slice(0, 2).map(bare)) {
				const conversation = converse(strategy, `αβγ\n${example}\nδ`);
				expect(conversation.surrogates.length, `${type} in ${example}`).toBeGreaterThan(0);
				expect(conversation.sent).not.toBe(conversation.said);
				for (let seed = 0; seed < 2; seed++) {
					expect(answer(conversation, randomSlices(conversation.sent, 9, random(seed)), "text", seed % 2 === 0)).toBe(conversation.said);
					const json = JSON.stringify({ "a b": conversation.sent });
					expect(JSON.parse(answer(conversation, randomSlices(json, 9, random(seed)), "json", seed % 2 === 0))).toEqual({
						"a b": conversation.said,
					});
				}
			}
		},
	);

	test("answers made of surrogates, halves of them and inventions are the same for every chunking, text and JSON", () => {
		const said = EXAMPLES.filter((_, i) => i % 3 === 0)
			.slice(0, 40)
			.join("\n");
		const conversation = converse(strategy, said);
		const surrogate = fc.constantFrom(...conversation.surrogates);
		const part = fc.oneof(
			surrogate,
			surrogate.map((text) => text.toLowerCase()),
			surrogate.map((text) => text.replace(/[[\]_.]/g, "\\$&")),
			fc.tuple(surrogate, fc.nat(30)).map(([text, to]) => text.slice(0, to)),
			fc.constantFrom(...EXAMPLES),
			fc.constantFrom(" ", "\n", ", ", "é 😀 ", "[", "]", "\\", '"', "(", "7", "x", "_1", "and so on "),
		);
		fc.assert(
			fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), fc.integer(), fc.integer({ min: 1, max: 12 }), (parts, seed, most) => {
				const text = parts.join("");
				for (const [source, whole] of [
					["text", text],
					["json", JSON.stringify({ t: text })],
					["json", text],
				] as const) {
					const deltas = randomSlices(whole, most, random(seed));
					const expected = answer(conversation, [whole], source);
					expect(answer(conversation, deltas, source)).toBe(expected);
					if (seed % 8 === 0) expect(answer(conversation, deltas, source, true)).toBe(expected);
					if (source === "json" && whole !== text) expect(() => JSON.parse(expected) as unknown).not.toThrow();
				}
			}),
			runs(NUM_RUNS),
		);
	});

	test("what a text ends with goes out at its end: a whole surrogate, or the beginning of one", () => {
		const conversation = converse(strategy, "my mail is jane.doe@corp.com");
		const { said, sent } = conversation;
		const begun = sent.slice(0, -3);
		for (let seed = 0; seed < 4; seed++) {
			expect(answer(conversation, randomSlices(sent, 5, random(seed)), "text", seed % 2 === 0)).toBe(said);
			expect(answer(conversation, randomSlices(begun, 5, random(seed)), "text", seed % 2 === 0)).toBe(begun);
		}
	});
});
