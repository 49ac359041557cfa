import { beforeAll, expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { Channel } from "../../src/inspect/channel.ts";
import { compilePolicy } from "../../src/policy/compile-policy.ts";
import { TEXT_MARKS } from "../../src/recognizers/text-marks.ts";
import { createHyperscanEngine } from "../../src/scanner/engine-hyperscan.ts";
import { loadArtifact } from "../../src/scanner/pattern-database.ts";
import { createScannerProgram, type ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { exampleText, publicText } from "../support/examples.ts";
import { chunkings, random } from "../support/random.ts";

/** Marks are taken out of an answer in the same way for every chunking, also when another lane goes on after each piece. */
const STYLE = { strategy: "mask" as const, key: new Uint8Array(32) };
let program: ScannerProgram;

beforeAll(async () => {
	const parsed = parseConfig("security: { response_filtering: { detection_types: [], special_tokens: neutralize } }", {});
	if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
	const { response } = compilePolicy(parsed.config.security);
	const loaded = await loadArtifact(response.rules, {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	program = createScannerProgram(response, createHyperscanEngine(response.rules, loaded.artifact));
});

function write(chunks: readonly string[]): string {
	let channel = new Channel(program, STYLE, "text");
	let out = "";
	for (const chunk of chunks) {
		out += channel.write([chunk]).texts[0] ?? chunk;
		const state = structuredClone(channel.state());
		channel.close();
		channel = new Channel(program, STYLE, "text", state);
	}
	out += channel.finish();
	channel.close();
	return out;
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
