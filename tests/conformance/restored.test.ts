import { beforeAll, describe, expect, test } from "vitest";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { type Next, pick, random, randomSlices } from "../support/random.ts";
import { converse, type RestoredConversation } from "../support/restored-conversation.ts";
import { programWith } from "../support/scanner-program.ts";

/**
 * Conversations with many values, some of them alike, some with quotes, line ends and other scripts in them, some that look
 * like surrogates; and answers that repeat them in every form that docs/redaction.md promises to read. The caller gets
 * exactly his own values back, the model never sees one, and what it makes up is found all the same.
 */
const CONVERSATIONS = 60;
const key = new Uint8Array(32).fill(5);
let program: ScannerProgram;
beforeAll(async () => {
	// Values with anything in them.
	program = await programWith("redact", {
		name: "token",
		type: "token",
		category: "pii",
		label: "TOKEN",
		expression: "⟪[^⟪⟫]{1,24}⟫",
		score: 1,
	});
});

const digits = (count: number, next: Next): string => Array.from({ length: count }, () => Math.floor(next() * 10)).join("");
const NAMES = ["jane", "jane.doe", "Jane.Doe", "joe", "j", "ann-lee", "o'neil", "x_y"];
const HOSTS = ["corp.com", "CORP.com", "corp.co", "mail.corp.com", "ex-ample.org"];
const PIECES = ['"', "\\", "\n", "\t", "😀", "שלום", "é", "a", "[EMAIL_1]", "1", "{", "'", "\u2028", "&"];
const FAKERS: readonly ((next: Next) => string)[] = [
	(next) => `${pick(NAMES, next)}@${pick(HOSTS, next)}`,
	(next) => `415${pick(["-", " ", "."], next)}555${pick(["-", " "], next)}2${digits(3, next)}`,
	(next) => pick(["4111 1111 1111 1111", "4111-1111-1111-1111", "5555555555554444", "378282246310005"], next),
	(next) => `10.${130 + Math.floor(next() * 100)}.3.${130 + Math.floor(next() * 100)}`,
	(next) => `⟪${Array.from({ length: 1 + Math.floor(next() * 5) }, () => pick(PIECES, next)).join("")}⟫`,
];
/** What a caller may have written himself. */
const TYPED = [
	"[EMAIL_1]",
	"EMAIL_2",
	"[email 1]",
	"\\[EMAIL\\_1\\]",
	"[TOKEN-1]",
	"[PHONE_1]",
	"[EMAIL_\n1]",
	"[EMAIL\\_2]",
	"[CREDIT_CARD_1]",
	"[EMAIL\u20111]",
	"EMAIL_1s",
	"%5BEMAIL_1%5D",
	"?q=%20EMAIL_1%20",
];
const PROSE = ["αβγ", "δ", "Mail", "«ζ»", "- η", "😀"];
const SEPARATORS = [" ", "\n", ", ", " | ", "; "];

interface Script {
	readonly said: readonly string[];
	readonly typed: readonly string[];
}

function script(next: Next): Script {
	const values = Array.from({ length: 1 + Math.floor(next() * 8) }, () => pick(FAKERS, next)(next));
	const typed = next() < 0.4 ? [pick(TYPED, next)] : [];
	const said = Array.from({ length: next() < 0.5 ? 1 : 3 }, () => {
		const parts = Array.from({ length: 2 + Math.floor(next() * 8) }, () =>
			pick([values, values, PROSE, typed.length > 0 ? typed : PROSE][Math.floor(next() * 4)] ?? PROSE, next),
		);
		return parts.map((part) => part + pick(SEPARATORS, next)).join("");
	});
	return { said, typed: typed.filter((text) => said.some((message) => message.includes(text))) };
}

/** Ways to write a placeholder. */
const FORMS: readonly ((text: string) => string)[] = [
	(text) => text,
	(text) => text.toLowerCase(),
	(text) => text.replaceAll("_", " "),
	(text) => text.replaceAll("_", "-"),
	(text) => text.replace(/[[\]_]/g, "\\$&"),
	(text) => text.slice(1, -1),
	(text) => `\`${text}\``,
	(text) => `[${text}](mailto:${text})`,
	(text) => `**${text}**`,
];

function deltasOf(text: string, next: Next): string[] {
	return randomSlices(text, 1 + Math.floor(next() * 15), next);
}

/** The message as the caller wrote it, but each value in its first spelling. */
function restored({ sent, surrogates }: RestoredConversation, i: number): string {
	let text = sent[i] ?? "";
	const byLength = [...surrogates].sort((a, b) => b.text.length - a.text.length);
	const parts = byLength.map(({ text: surrogate }) => surrogate.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
	if (parts.length === 0) return text;
	const originals = new Map(surrogates.map(({ text: surrogate, original }) => [surrogate, original]));
	text = text.replace(new RegExp(parts.join("|"), "g"), (surrogate) => originals.get(surrogate) ?? surrogate);
	return text;
}

const compact = (text: string): string => text.toLowerCase().replace(/[\s()-]/g, "");

function check(strategy: "replace" | "synthetic", seed: number): void {
	const next = random(seed);
	const { said, typed } = script(next);
	const conversation = converse(program, key, strategy, said);
	const { sent, surrogates } = conversation;
	const what = `seed ${seed}, ${JSON.stringify({ said, sent })}`;
	const originals = surrogates.map(({ original = "" }) => original);
	for (const [i, message] of sent.entries()) {
		// Nothing of a value goes to the model.
		const seen = compact(message);
		for (const original of originals)
			if (!typed.includes(original))
				expect({ what, original, isSeen: seen.includes(compact(original)) && compact(original).length > 4 }).toEqual({
					what,
					original,
					isSeen: false,
				});
		const back = conversation.answer(deltasOf(message, next), "text", next() < 0.3);
		expect({ what, back: compact(back) }).toEqual({ what, back: compact(said[i] ?? "") });
		expect({ what, back }).toEqual({ what, back: restored(conversation, i) });
		const json = JSON.stringify({ a: message, [message]: [true] });
		const source = conversation.answer(deltasOf(json, next), "json", next() < 0.3);
		expect({ what, source: parsed(source) }).toEqual({ what, source: { a: back, [back]: [true] } });
	}
	// A conversation goes on: what has a surrogate keeps it.
	const longer = converse(program, key, strategy, [...said, "ok", pick(FAKERS.slice(0, -1), next)(next)]);
	expect({ what, sent: longer.sent.slice(0, said.length) }).toEqual({ what, sent });
	for (const { text, original = "" } of surrogates) {
		if (strategy !== "replace") break;
		const form = pick(FORMS, next);
		const written = `α ${form(text)} ω`;
		const expected = `α ${form("[¤]").replace(/\\?\[¤\\?\]|¤/g, () => original)} ω`;
		expect({ what, written, back: conversation.answer(deltasOf(written, next), "text") }).toEqual({ what, written, back: expected });
	}
	for (const text of typed) {
		const back = conversation.answer(deltasOf(`α ${text} ω`, next), "text");
		expect({ what, back }).toEqual({ what, back: `α ${text} ω` });
	}
	const invented = `${sent[0]} but eve.invented@evil.org`;
	expect({ what, back: conversation.answer(deltasOf(invented, next), "text") }).toEqual({
		what,
		back: expect.not.stringMatching(/eve|evil/),
	});
}

function parsed(source: string): unknown {
	try {
		return JSON.parse(source);
	} catch {
		return source;
	}
}

describe.each(["replace", "synthetic"] as const)("%s", (strategy) => {
	test("the caller gets back what he wrote, and the model sees none of it", () => {
		for (let seed = 1; seed <= CONVERSATIONS; seed++) check(strategy, seed);
	});

	test("surrogates side by side are no finding, though the end of one and the beginning of the next look like one", () => {
		for (const text of [
			"4111-1111-1111-1111, 4111-1111-1111-1111 | 10.61.3.140 | - η 10.61.3.140, 4111-1111-1111-1111\n",
			"415 555 2685 415 555 2685 [PHONE_1] 415 555 2685; [PHONE_1]\n",
		]) {
			const conversation = converse(program, key, strategy, [text]);
			expect(conversation.answer([conversation.sent[0] ?? ""], "text")).toBe(text);
		}
	});

	test.each(TYPED)("%j stays what it was where the caller wrote it himself", (typed) => {
		const values = "jane@corp.com, 415 555 2685, 4111 1111 1111 1111, ⟪a⟫";
		const conversation = converse(program, key, strategy, [`α ${typed} ${values}`]);
		expect(conversation.answer([`α ${typed} ω`], "text")).toBe(`α ${typed} ω`);
	});

	test("a value in disguise comes back as it was written", () => {
		for (const value of ["ｊａｎｅ＠corp.com", "jane%40corp.com", "4111\u200b 1111 1111 1111", "amFuZS5kb2VAY29ycC5jb20="]) {
			const conversation = converse(program, key, strategy, [`α ${value} ω`]);
			expect({ value, seen: conversation.sent[0]?.includes(value) }).toEqual({ value, seen: false });
			expect(conversation.answer([conversation.sent[0] ?? ""], "text")).toBe(`α ${value} ω`);
		}
	});

	test.runIf(FUZZ_SECONDS > 0)(
		"so in any other conversation",
		() => {
			const deadline = Date.now() + (FUZZ_SECONDS * 1000) / 2;
			for (let seed = FIRST_SEED; Date.now() < deadline; seed++) check(strategy, seed);
		},
		3_600_000,
	);
});
