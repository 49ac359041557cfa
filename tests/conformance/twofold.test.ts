import { beforeAll, describe, expect, test } from "vitest";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { pick, random, randomSlices } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { dataOf } from "../support/stream-channel.ts";
import { streamThrough } from "../support/stream-through.ts";
import { TWOFOLD_FORMATS, type TwofoldFormat } from "../support/twofold-answers.ts";

/**
 * A secret in pieces that some reader joins and that stand in places of their own to others: in lists where a text is due, in
 * objects where a list is, under names in another case, behind the end of their text, in turns. To no reader it leaves.
 */
const STYLE = { strategy: "replace", key: new Uint8Array(32) } as const;
const CARD = "4111 1111 1111 1111";
const ANSWERS = 60;

let program: ScannerProgram;
beforeAll(async () => {
	program = await allRecognizers("redact");
});

function through({ api, client, read }: TwofoldFormat, events: readonly unknown[], sizes: readonly number[]): string {
	const sse = events.map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`).join("");
	const run = { api, program, style: STYLE, sizes, moveEvery: 3, ...(client !== undefined && { client }) };
	return read(dataOf(streamThrough(Buffer.from(sse), run).out));
}

describe.each(TWOFOLD_FORMATS.map((format) => [format.name, format] as const))("%s", (_name, format) => {
	const { begin, ways, between, end, isJson } = format;
	const [plain = () => ({})] = ways;
	const [before, after] = isJson ? ['{"c":"', '"}'] : ["", ""];

	test("says its text as it came", () => {
		const text = `${before}γειά σου${after}`;
		expect(through(format, [...begin, plain(text.slice(0, 9)), plain(text.slice(9)), ...end], [40])).toBe(text);
	});

	test("has no whole secret to any reader, however two ways to say it are mixed", () => {
		for (const first of ways) {
			for (const second of ways) {
				for (const other of between) {
					const events = [...begin, first(`${before}${CARD.slice(0, 9)}`), ...other, second(`${CARD.slice(9)}${after}`), ...end];
					for (const sizes of [[1 << 20], [23]]) expect(through(format, events, sizes), JSON.stringify(events)).not.toContain(CARD);
				}
			}
		}
	});

	test("nor in many pieces", () => {
		for (let seed = 1; seed <= ANSWERS; seed++) {
			const next = random(seed);
			const said = randomSlices(before + CARD + after, 6, next).flatMap((piece) => [
				pick(ways, next)(piece),
				...(next() < 0.2 ? pick(between, next) : []),
			]);
			expect(through(format, [...begin, ...said, ...end], [1 + Math.floor(next() * 200)]), `seed ${seed}`).not.toContain(CARD);
		}
	});
});
