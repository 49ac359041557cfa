import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { ERRORS } from "../../src/core/errors.ts";
import { createBodyFilter } from "../../src/inspect/body-filter.ts";
import { providerOf } from "../../src/providers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { runs } from "../support/fuzz.ts";
import { CODE, PART_FORMATS, type PartFormat } from "../support/part-formats.ts";
import { random, randomSlices } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { dataOf } from "../support/stream-channel.ts";
import { streamThrough } from "../support/stream-through.ts";

/**
 * One text in two parts that others stand between, so that the end of the first cannot wait for the second: clients still
 * read them in one piece. The first goes out as it ends. What of a secret stands in the second does not, and it is counted.
 */
const NUM_RUNS = 40;
const style = { strategy: "remove", key: new Uint8Array(32) } as const;
const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const SECRETS = ["jane.doe@example.com", "4111 1111 1111 1111", KEY];
/** What says what it is, or may be a word, and what only the secret has. */
const TOKENS = [
	["AKIA", "IOSFODNN7EXAMPLE"],
	["sk-proj-", "aB3dE5gH7jK9mN1pQ3rS5tU7"],
	["xoxb-", "2345678901-aB3dE5gH7jK9mN1p"],
	["ghp_", "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1z2aB3d"],
	["password = x", "7K9!qz71Lm"],
] as const;
const ORDINARY = [
	"the path",
	"api-docs",
	"jane@exam",
	"sk-",
	"key: value",
	"https://example.com/api",
	"4111 1111",
	"ASIA",
	"password is wrong",
];
const programs = new Map<"redact" | "cut", ScannerProgram>();

beforeAll(async () => {
	for (const action of ["redact", "cut"] as const) programs.set(action, await allRecognizers(action));
});

interface Seen {
	readonly texts: readonly string[];
	readonly copies: readonly string[];
	/** How often each type was found. */
	readonly counts: readonly number[];
	readonly ended: string | undefined;
}

function seen(
	format: PartFormat,
	action: "redact" | "cut",
	events: readonly string[],
	sizes: readonly number[],
	moveEvery?: number,
	count?: number,
): Seen {
	const program = programs.get(action) as ScannerProgram;
	const run = { api: format.api, program, style, sizes, ...(moveEvery !== undefined && { moveEvery }) };
	const { out, ended, found } = streamThrough(Buffer.from(events.join("")), run);
	const data = dataOf(out);
	const copies = format.copies(data).filter((text) => text !== "");
	return { texts: format.read(data, count), copies, counts: Object.values(found.counts), ended };
}

describe.each(PART_FORMATS.map((format) => [format.name, format] as const))("%s", (_name, format) => {
	test.each(["redact", "cut"] as const)(
		"%s: what stands in the second part of a secret over both does not leave, for every chunking and every lane",
		(action) => {
			const property = fc.property(fc.constantFrom(...SECRETS), fc.integer(), (secret, seed) => {
				const next = random(seed);
				const at = 1 + Math.floor(next() * (secret.length - 1));
				const whole = [`α ${secret.slice(0, at)}`, `${secret.slice(at)} ω`];
				const parts = whole.map((text) => randomSlices(text, 6, next));
				const read = seen(format, action, format.events(parts), [1 << 20]);
				const sizes = Array.from({ length: 7 }, () => 1 + Math.floor(next() * 300));
				expect(seen(format, action, format.events(parts), sizes, 1 + Math.floor(next() * 5))).toEqual(read);
				expect(seen(format, action, format.events(whole.map((text) => [text])), [1 << 20])).toEqual(read);
				const [first = "", second = ""] = read.texts;
				expect(`α ${secret}`.startsWith(first) || first === "α ").toBe(true);
				expect(second.trim()).toBe(action === "redact" ? "ω" : "");
				expect([[1], [2]]).toContainEqual(read.counts);
				expect(read.ended).toBe(action === "redact" ? "complete" : "cut");
				for (const copy of read.copies) expect(read.texts).toContain(copy);
			});
			fc.assert(property, runs(NUM_RUNS));
		},
	);

	test.each(["redact", "cut"] as const)(
		"%s: of a secret with a beginning of its own nothing else leaves, wherever parts split it",
		(action) => {
			for (const [head, body] of TOKENS) {
				const secret = head + body;
				const thirds = Array.from({ length: secret.length - 2 }, (_, i) => [i + 1, i + 2 + ((7 * i) % (secret.length - 2 - i))] as const);
				const halves = Array.from({ length: secret.length - 1 }, (_, i) => [i + 1, secret.length] as const);
				for (const [a, b] of [...halves, ...thirds]) {
					const parts = [`α ${secret.slice(0, a)}`, secret.slice(a, b), secret.slice(b)].filter((part) => part !== "");
					parts.push(`${parts.pop()} ω`);
					const read = seen(format, action, format.events(parts.map((part) => [part])), [64], undefined, parts.length);
					const said = read.texts.join("").replace(/ ?ω$/, "");
					expect(`α ${head}`.startsWith(said), `${head}: ${parts.join(" | ")}: ${said}`).toBe(true);
					expect(read.ended).toBe(action === "redact" ? "complete" : "cut");
					for (const copy of read.copies) expect(read.texts).toContain(copy);
				}
			}
		},
	);

	test("an ordinary end of a part costs nothing", () => {
		for (const end of ORDINARY) {
			const events = format.events([[`See ${end}`], ["and more"]]);
			expect(seen(format, "redact", events, [64])).toMatchObject({ texts: [`See ${end}`, "and more"], ended: "complete" });
		}
	});

	test("a secret at the very end of a part is counted", () => {
		const { counts, ended } = seen(format, "cut", format.events([[`α ${KEY.slice(0, 9)}`, KEY.slice(9)], ["ω"]]), [1 << 20]);
		expect([counts, ended]).toEqual([[1], "cut"]);
	});

	test("in a whole answer nothing of it leaves", () => {
		for (const action of ["redact", "cut"] as const) {
			const program = programs.get(action) as ScannerProgram;
			const filter = createBodyFilter({ provider: providerOf(format.api), program, style, onCut: "end", maxBytes: 1 << 20 });
			filter.push(Buffer.from(JSON.stringify(format.body([`α ${KEY.slice(0, 9)}`, `${KEY.slice(9)} ω`]))));
			const texts = format.readBody(JSON.parse(filter.end(undefined).out));
			// Code that was cut means something else.
			expect(texts.join("")).toBe(action === "redact" ? "α ω" : format === CODE ? "" : "α ");
		}
	});

	test("a private key that goes on in the second part is swallowed to its end", () => {
		const lines = [
			"-----BEGIN",
			" PRIVATE KEY-----",
			"\nMIIEvQIBADANBgkqhkiG9w0B",
			"AQEFAASCBKcwggSjAgEAAoIBAQC7",
			"\n-----END PRIVATE KEY-----",
		];
		const read = seen(
			format,
			"redact",
			format.events([
				["α ", ...lines.slice(0, 3)],
				[...lines.slice(3), " ω"],
			]),
			[50],
		);
		expect(read.texts).toEqual(["α ", " ω"]);
	});

	test("a marker stands in the second part for what of a secret stood there", () => {
		const events = format.events([[`α ${KEY.slice(0, 9)}`], [KEY.slice(9), " ω"]]);
		const program = programs.get("redact") as ScannerProgram;
		const { out } = streamThrough(Buffer.from(events.join("")), {
			api: format.api,
			program,
			style: { ...style, strategy: "replace" },
			sizes: [40],
		});
		expect(format.read(dataOf(out))[1]).toMatch(/^\[[A-Z0-9 _]+\] ω$/);
	});

	test("a secret that ends with the first part is counted once, and nothing stands for it in the second", () => {
		for (const secret of SECRETS) {
			for (const second of [" ω", "\nAKIA ω", "-----BEGIN ω", "(555) ω"]) {
				const events = format.events([[`α ${secret}`], [...second]]);
				const { out, found } = streamThrough(Buffer.from(events.join("")), {
					api: format.api,
					program: programs.get("redact") as ScannerProgram,
					style: { ...style, strategy: "replace" },
					sizes: [40],
				});
				expect(format.read(dataOf(out))[1], `${secret}|${second}`).toBe(second);
				expect(Object.values(found.counts)).toEqual([1]);
			}
		}
	});

	test("texts that are clean together go out as they came", () => {
		const parts = [
			["Ask ", "jane"],
			["doe ", "now"],
		];
		const events = format.events(parts);
		const { out } = streamThrough(Buffer.from(events.join("")), {
			api: format.api,
			program: programs.get("redact") as ScannerProgram,
			style,
			sizes: [40],
		});
		expect(format.read(dataOf(out))).toEqual(["Ask jane", "doe now"]);
	});
});

describe("parts of a response that are open side by side", () => {
	const [head, body] = ["sk-proj-", "aB3dE5gH7jK9mN1pQ3rS5tU7"];
	const send = (type: string, members: object): string =>
		`data: ${JSON.stringify({ type: `response.${type}`, output_index: 0, ...members })}\n\n`;
	/** Pieces of parts, each with its part's number; an empty one ends it. */
	const through = (pieces: readonly (readonly [part: number, text: string])[], sizes: readonly number[]): string[] => {
		const parts = [...new Set(pieces.map(([part]) => part))];
		const said = parts.map(() => "");
		const events = pieces.map(([part, delta]) => {
			if (delta === "") return send("output_text.done", { content_index: part, text: said[part] });
			said[part] += delta;
			return send("output_text.delta", { content_index: part, delta });
		});
		const response = { id: "r", status: "in_progress", output: [] };
		const all = [send("created", { response }), ...events, send("completed", { response })].join("");
		const { out, ended } = streamThrough(Buffer.from(all), {
			api: "openai-responses",
			program: programs.get("redact") as ScannerProgram,
			style,
			sizes,
			moveEvery: 2,
		});
		expect(ended).toBe("complete");
		const data = dataOf(out);
		const of = (part: number, type: string, member: string): string =>
			data
				.filter((event) => event["content_index"] === part && event["type"] === `response.output_text.${type}`)
				.map((event) => event[member])
				.join("");
		for (const part of parts) expect(of(part, "done", "text")).toBe(of(part, "delta", "delta"));
		return parts.map((part) => of(part, "delta", "delta"));
	};
	const ENDS = [
		[0, ""],
		[1, ""],
	] as const;

	test.each([
		["clean ones pass", [[0, "see "], [0, "this "], [1, "more "], [1, "here"], ...ENDS], ["see this ", "more here"]],
		["a secret of one of them", [[0, `use ${head}${body.slice(0, 4)}`], [0, `${body.slice(4)} ω`], [1, "x "], ...ENDS], ["use  ω", "x "]],
		[
			"a secret over the last two of three",
			[[0, "see "], [1, `use ${head}${body.slice(0, 4)}`], [2, `${body.slice(4)} ω`], ...ENDS, [2, ""]],
			["see ", "use ", "ω"],
		],
		["a secret over both", [[0, `use ${head}${body.slice(0, 4)}`], [1, `${body.slice(4)} ω`], ...ENDS], ["use ", "ω"]],
	] as const)("%s", (_name, pieces, expected) => {
		const whole = through(pieces, [1 << 20]);
		expect(whole.map((text) => text.replace(/ +/g, " "))).toEqual(expected.map((text) => text.replace(/ +/g, " ")));
		for (const size of [1, 7, 40, 90]) expect(through(pieces, [size])).toEqual(whole);
	});
});

test.each([
	["openai-chat", { id: "c", choices: [{ index: 4096, delta: { content: "x" } }] }],
	["anthropic-messages", { type: "content_block_start", index: 4096, content_block: { type: "text", text: "" } }],
	["openai-responses", { type: "response.output_text.delta", output_index: 4096, delta: "x" }],
	["gemini-generate", { candidates: [{ index: 4096, content: { parts: [{ text: "x" }] } }] }],
] as const)("%s: a number that no vendor counts to ends the answer: what is remembered of each has a bound", (api, event) => {
	const program = programs.get("redact") as ScannerProgram;
	const { out } = streamThrough(Buffer.from(`data: ${JSON.stringify(event)}\n\n`), { api, program, style, sizes: [1 << 20] });
	expect(out).toContain(ERRORS.upstream_invalid_event.message);
});
