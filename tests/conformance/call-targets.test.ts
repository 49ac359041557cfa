import { beforeAll, expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { Channel } from "../../src/inspect/channel.ts";
import { compilePolicy } from "../../src/policy/compile-policy.ts";
import type { SourceKind } from "../../src/providers/provider.ts";
import { createHyperscanEngine } from "../../src/scanner/engine-hyperscan.ts";
import { loadArtifact } from "../../src/scanner/pattern-database.ts";
import { createScannerProgram, type ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { chunkings, random } from "../support/random.ts";

/** Where a call reaches out to: the same end for every chunking and lane, and no host that nobody allowed goes out. */
const STYLE = { strategy: "mask" as const, key: new Uint8Array(32) };
let program: ScannerProgram;

beforeAll(async () => {
	const parsed = parseConfig(
		"security: { response_filtering: { detection_types: [], tool_calls: { action: cut, allowed_hosts: [corp.example] } } }",
		{},
	);
	if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
	const { response } = compilePolicy(parsed.config.security);
	const loaded = await loadArtifact(response.rules, {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	program = createScannerProgram(response, createHyperscanEngine(response.rules, loaded.artifact));
});

function write(chunks: readonly string[], kind: SourceKind): { readonly out: string; readonly isCut: boolean } {
	let channel = new Channel(program, STYLE, kind);
	let out = "";
	for (const chunk of chunks) {
		out += channel.write([chunk]).texts[0] ?? chunk;
		if (channel.scanner.isCut) break;
		const state = structuredClone(channel.state());
		channel.close();
		channel = new Channel(program, STYLE, kind, state);
	}
	if (!channel.scanner.isCut) out += channel.finish();
	const { isCut } = channel.scanner;
	channel.close();
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
