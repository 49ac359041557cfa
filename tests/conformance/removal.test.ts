import { beforeAll, expect, test } from "vitest";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { random, randomSlices } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { dataOf, stringAt } from "../support/stream-channel.ts";
import { streamThrough } from "../support/stream-through.ts";
import { throughChannel } from "../support/through-channel.ts";

/** What `remove` leaves of an answer comes together nowhere, for every chunking and every lane. */
const style = { strategy: "remove", key: new Uint8Array(32) } as const;
let program: ScannerProgram;

beforeAll(async () => {
	program = await allRecognizers("redact");
});

/** One event for each delta, each a write of its own, or all in one. */
function streamed(deltas: readonly string[], moveEvery?: number, isOneWrite = false): string {
	const events = deltas.map((content) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`);
	const last = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`;
	const all = [...events, last].map((event) => Buffer.from(event));
	const lengths = all.map(({ length }) => length);
	const sizes = isOneWrite ? [1 << 20] : [lengths.at(-1) as number, ...lengths.slice(0, -1)];
	const { out } = streamThrough(Buffer.concat(all), {
		api: "openai-chat",
		program,
		style,
		sizes,
		...(moveEvery !== undefined && { moveEvery }),
	});
	return dataOf(out)
		.map((event) => stringAt(event, ["choices", 0, "delta", "content"]))
		.join("");
}

test.each([
	["4111 1111 jane@corp.com 1111 1111", "4111 1111 [EMAIL REDACTED]1111 1111"],
	["α 4111 - jane@corp.com, joe@corp.com - 1111 ω", "α 4111 - , - [EMAIL REDACTED]1111 ω"],
	["٤١١١ jane@corp.com ١١١١", "٤١١١ [EMAIL REDACTED]١١١١"],
	["write to jane@corp.com at 5", "write to at 5"],
	["4111 1111 jane@corp.com and 1111 1111", "4111 1111 and 1111 1111"],
])("%s becomes %s", (text, expected) => {
	const next = random(1);
	const cuts = [[text], [...text], ...Array.from({ length: 20 }, () => randomSlices(text, 9, next))];
	for (const deltas of cuts) {
		expect(streamed(deltas), JSON.stringify(deltas)).toBe(expected);
		expect(streamed(deltas, 2), JSON.stringify(deltas)).toBe(expected);
		expect(streamed(deltas, undefined, true), JSON.stringify(deltas)).toBe(expected);
	}
});

test("nor in the arguments of a call", () => {
	const source = '{"a":"4111 1111 jane@corp.com 1111 1111","b":"5 jane@corp.com","c":"1111"}';
	const expected = '{"a":"4111 1111  [EMAIL REDACTED]1111 1111","b":"5 ","c":"1111"}';
	const next = random(1);
	for (const chunks of [[source], [...source], ...Array.from({ length: 20 }, () => randomSlices(source, 9, next))])
		expect(throughChannel(program, style, chunks, { kind: "json" }).out).toBe(expected);
});
