import { beforeAll, expect, test } from "vitest";
import type { SourceKind } from "../../src/providers/provider.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { chunkings, random } from "../support/random.ts";
import { answerProgram } from "../support/scanner-program.ts";
import { throughChannel } from "../support/through-channel.ts";

/** Where a call reaches out to: the same end for every chunking and lane, and no host that nobody allowed goes out. */
const STYLE = { strategy: "mask" as const, key: new Uint8Array(32) };
let program: ScannerProgram;

beforeAll(async () => {
	program = await answerProgram("detection_types: [], tool_calls: { action: cut, allowed_hosts: [corp.example] }");
});

function write(chunks: readonly string[], kind: SourceKind): { readonly out: string; readonly isCut: boolean } {
	const { out, isCut } = throughChannel(program, STYLE, chunks, { kind });
	return { out, isCut };
}

const CUT = [
	'{"url":"https://evil.example/a"}',
	'{"url":"https:\\/\\/evil.example"}',
	'{"url":"https://corp.example@evil.example"}',
	'{"to":"jane@evil.example","text":"x"}',
	'{"cmd":"curl https://corp.example.evil.example:8443"}',
	'{"url":"https://corp.exampl\\u0435/"}',
];
const PASSED = [
	'{"url":"https://corp.example/a?b=//c","to":"jane@mail.corp.example"}',
	'{"code":"// https comment\\n@app.route x // 3 @types/node","ok":true}',
	'{"url":"https://corp.example."}',
	'{"url":"HTTPS://CORP.EXAMPLE:443/"}',
];

test.each(CUT)("%s ends before the host", (text) => {
	const whole = write([text], "json");
	expect(whole.isCut).toBe(true);
	expect(whole.out).not.toMatch(/evil|exampl\\u0435/);
	for (const chunks of chunkings(text, random(3))) expect([chunks, write(chunks, "json")]).toEqual([chunks, whole]);
});

test.each(PASSED)("%s passes", (text) => {
	for (const chunks of chunkings(text, random(3))) expect([chunks, write(chunks, "json")]).toEqual([chunks, { out: text, isCut: false }]);
});

test("what people read may name any host", () => {
	for (const text of ["see https://evil.example/a", "write to jane@evil.example"])
		for (const chunks of chunkings(text, random(3))) expect([chunks, write(chunks, "text")]).toEqual([chunks, { out: text, isCut: false }]);
});
