import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { TextStyle } from "../../src/inspect/conversation.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { ANTHROPIC_CHANNELS } from "../support/anthropic-channels.ts";
import { runs } from "../support/fuzz.ts";
import { GEMINI_CHANNELS } from "../support/gemini-channels.ts";
import { oddText } from "../support/odd-texts.ts";
import { OPENAI_CHANNELS } from "../support/openai-channels.ts";
import { type Next, pick, random, randomSlices } from "../support/random.ts";
import { allRecognizers, answerProgram } from "../support/scanner-program.ts";
import { dataOf, type StreamChannel } from "../support/stream-channel.ts";
import { type StreamRun, streamThrough } from "../support/stream-through.ts";
import { STRUCTURED_CHANNELS } from "../support/structured-channels.ts";
import { TRANSLATED_CHANNELS } from "../support/translated-channels.ts";

/**
 * Texts that nobody means, in every channel: what a client reads, and how the answer ends, is the same whether the text
 * comes in one event or in pieces, several events in one read, on one lane or on several.
 */
const NUM_RUNS = 600;
const STRATEGIES = ["remove", "remove", "remove", "mask", "replace"] as const;
const CHANNELS = [...OPENAI_CHANNELS, ...ANTHROPIC_CHANNELS, ...GEMINI_CHANNELS, ...TRANSLATED_CHANNELS, ...STRUCTURED_CHANNELS];
/** Where most can go wrong: in arguments a model may write anything, and their end is known by what they are. */
const JSON_CHANNELS = CHANNELS.filter(({ isJson }) => isJson);
/** Which of them no table knows: there a data URL that comes in one event is read as what it holds. */
const isUnknown = ({ name }: StreamChannel): boolean => /unknown/.test(name);

const programs: ScannerProgram[] = [];

beforeAll(async () => {
	programs.push(await allRecognizers("redact"), await allRecognizers("cut"), await answerProgram("on_pii: redact, on_secret: cut"));
});

/** As JSON source, behind it, as strings that are added up, or as it stands: a model may write anything. */
function sourceOf(text: string, { isJson }: StreamChannel, next: Next): string {
	const middle = Math.floor(next() * text.length);
	const added = [text.slice(0, middle), text.slice(middle)].map((half) => JSON.stringify(half)).join(" + ");
	return isJson ? pick([JSON.stringify({ q: text, r: [text.slice(0, 20)] }), `[{}]😀${text}`, added, text], next) : text;
}

test("odd texts read the same however they come", () => {
	fc.assert(
		fc.property(fc.noShrink(fc.nat()), (seed) => {
			const next = random(seed);
			const channel = pick(pick([CHANNELS, JSON_CHANNELS], next), next);
			const program = pick(programs, next);
			const style: TextStyle = {
				strategy: pick(STRATEGIES, next),
				key: new Uint8Array(32),
				isStructured: channel.isStructured ?? false,
			};
			const source = sourceOf(oddText(next), channel, next);
			fc.pre(source !== "" && !(isUnknown(channel) && /^data:/i.test(source)));
			const read = (deltas: readonly string[], cuts: Pick<StreamRun, "sizes" | "moveEvery">): string => {
				const { api, client } = channel;
				const bytes = Buffer.from(channel.events(deltas).join(""));
				const { out, ended } = streamThrough(bytes, { api, ...(client && { client }), program, style, ...cuts });
				return `${ended}: ${dataOf(out).map(channel.read).join("")}`;
			};
			const sizes = pick(["events", [400, 3], [1 << 20], [1 << 20]] as const, next);
			const moveEvery = pick([undefined, undefined, undefined, 5], next);
			const deltas = randomSlices(source, pick([1, 3, 10, 40], next), next);
			const cut = read(deltas, { sizes, ...(moveEvery !== undefined && { moveEvery }) });
			expect(cut, channel.name).toBe(read([source], { sizes: [1 << 20] }));
		}),
		runs(NUM_RUNS),
	);
});

const FILES = [`data:application/pdf;base64,${Buffer.from("%PDF-1.7").toString("base64")}`, `H4sI${"AAAA\n".repeat(14)}`];

test.each(CHANNELS.filter((channel) => !isUnknown(channel)))("$name may look like a file, however it is cut", (channel) => {
	for (const source of FILES) {
		const all = Buffer.from(channel.events([source]).join(""));
		const { api, client } = channel;
		const style = { strategy: "replace", key: new Uint8Array(32), isStructured: channel.isStructured ?? false } as const;
		const run = { api, ...(client && { client }), program: programs[0] as ScannerProgram, style, sizes: [1 << 20] };
		expect(streamThrough(all, run).ended).toBe("complete");
		const pieces = Buffer.from(channel.events(source.match(/[^?]{1,9}/g) ?? []).join(""));
		expect(streamThrough(pieces, run).ended).toBe("complete");
	}
});
