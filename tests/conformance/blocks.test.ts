import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { createBodyFilter } from "../../src/inspect/body-filter.ts";
import { anthropicMessages } from "../../src/providers/anthropic-messages.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { type AnthropicBlock, anthropicEvents, anthropicMessage } from "../support/anthropic-events.ts";
import { runs } from "../support/fuzz.ts";
import { random, randomSlices } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { dataOf, stringAt } from "../support/stream-channel.ts";
import { streamThrough } from "../support/stream-through.ts";

/** One text in several blocks, as answers with citations come: whoever joins the blocks finds no secret over their seams. */
const NUM_RUNS = 25;
const style = { strategy: "remove", key: new Uint8Array(32) } as const;
const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const SECRETS = ["jane.doe@example.com", "4111 1111 1111 1111", KEY, "(415) 555-2671"];
const PROSE = fc.stringMatching(/^[α-ω ,😀é]{0,12}$/u);
const SECRET = fc.constantFrom(...SECRETS).map((secret) => ` ${secret} `);
const programs = new Map<"redact" | "cut", ScannerProgram>();

beforeAll(async () => {
	for (const action of ["redact", "cut"] as const) programs.set(action, await allRecognizers(action));
});

const text = (deltas: readonly string[]): AnthropicBlock => ({ type: "text", deltas });

interface Cuts {
	readonly sizes: readonly number[];
	readonly moveEvery?: number;
	readonly client?: "openai-chat";
}

function stream(action: "redact" | "cut", blocks: readonly AnthropicBlock[], cuts: Cuts): string {
	const program = programs.get(action) as ScannerProgram;
	return streamThrough(Buffer.from(anthropicEvents(blocks).join("")), { api: "anthropic-messages", program, style, ...cuts }).out;
}

/** The text of each block; an event out of its place is a fault. */
function textsOf(sse: string): string[] {
	const texts: string[] = [];
	let open: number | undefined;
	for (const event of dataOf(sse)) {
		const { type, index } = event as { readonly type: string; readonly index: number };
		if (type === "content_block_start") {
			expect([open, index]).toEqual([undefined, texts.length]);
			open = index;
			texts.push(stringAt(event, ["content_block", "text"]));
		} else if (type === "content_block_delta") {
			expect(index).toBe(open);
			texts[index] += stringAt(event, ["delta", "text"]);
		} else if (type === "content_block_stop") {
			expect(index).toBe(open);
			open = undefined;
		}
	}
	return texts;
}

describe.each(["redact", "cut"] as const)("%s", (action) => {
	test("a text in blocks reads as the text in one, block by block the same for every chunking and every lane", () => {
		const cuts = fc.record({ seed: fc.integer(), blocks: fc.integer({ min: 1, max: 9 }), writes: fc.integer({ min: 30, max: 900 }) });
		fc.assert(
			fc.property(fc.array(fc.oneof(PROSE, SECRET), { minLength: 1, maxLength: 5 }), cuts, (parts, { seed, blocks: most, writes }) => {
				const next = random(seed);
				const pieces = randomSlices(parts.join(""), most, next);
				const sizes = Array.from({ length: 7 }, () => 1 + Math.floor(next() * writes));
				const inPieces = pieces.map((piece) => text(randomSlices(piece, 6, next)));
				const seen = textsOf(stream(action, inPieces, { sizes, moveEvery: 1 + Math.floor(next() * 5) }));
				expect(seen).toEqual(
					textsOf(
						stream(
							action,
							pieces.map((piece) => text([piece])),
							{ sizes: [1 << 20] },
						),
					),
				);
				expect(seen.join("")).toBe(textsOf(stream(action, [text([pieces.join("")])], { sizes: [1 << 20] })).join(""));
				expect(seen.join("")).not.toMatch(/[A-Za-z0-9]/);
				const asChat = dataOf(stream(action, inPieces, { sizes, client: "openai-chat" }));
				expect(asChat.map((event) => stringAt(event, ["choices", 0, "delta", "content"])).join("")).toBe(seen.join(""));
				expect(whole(action, pieces).join("")).toBe(seen.join(""));
			}),
			runs(NUM_RUNS),
		);
	});
});

function whole(action: "redact" | "cut", pieces: readonly string[]): string[] {
	const program = programs.get(action) as ScannerProgram;
	const filter = createBodyFilter({ provider: anthropicMessages, program, style, onCut: "end", maxBytes: 1 << 20 });
	filter.push(Buffer.from(JSON.stringify(anthropicMessage(pieces.map((piece) => text([piece]))))));
	return (JSON.parse(filter.end(undefined).out) as { content: { text: string }[] }).content.map((block) => block.text);
}

test("what a block ends in stays in it, and what goes out of it does not wait for more than it must", () => {
	const blocks = [text(["Ask ", "jane"]), text([" now"]), { type: "tool_use", deltas: ["{}"] }, text(["end"])] as const;
	expect(textsOf(stream("redact", blocks, { sizes: [1 << 20] }))).toEqual(["Ask jane", " now", "", "end"]);
	expect(textsOf(stream("redact", [text(["jane.doe"]), text(["@exam"]), text(["ple.com is"])], { sizes: [40] }))).toEqual(["", "", "is"]);
	// A block of another kind ends the text, so what was held goes out before it.
	const before = anthropicEvents(blocks).slice(0, -7).join("");
	const { out } = streamThrough(Buffer.from(before), {
		api: "anthropic-messages",
		program: programs.get("redact") as ScannerProgram,
		style,
		sizes: [60],
	});
	expect(textsOf(out.slice(0, out.lastIndexOf("event: ", out.indexOf('"tool_use"'))))).toEqual(["Ask jane", " now"]);
});

test("a block that would wait too long does not, and nothing of it is lost", () => {
	const pings = Array.from({ length: 6000 }, () => 'event: ping\ndata: {"type":"ping","filler":"αβγδεζηθικ"}\n\n').join("");
	const events = anthropicEvents([text(["jane"]), text([" now"])]);
	const sse = events.join("").replace(events[5] as string, (stop) => stop + pings);
	const { out } = streamThrough(Buffer.from(sse), {
		api: "anthropic-messages",
		program: programs.get("redact") as ScannerProgram,
		style,
		sizes: [4096],
	});
	expect(textsOf(out)).toEqual(["", "jane now"]);
});
