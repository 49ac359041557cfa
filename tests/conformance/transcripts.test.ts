import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import type { ApiName } from "../../src/core/api.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { random } from "../support/random.ts";
import { allRecognizers } from "../support/scanner-program.ts";
import { type StreamRun, streamThrough } from "../support/stream-through.ts";

/** `tests/fixtures/transcripts/`: nothing in them is to be found, and no delta ends in what could become a finding as it stands. */
const FIXTURES = new URL("../fixtures/transcripts/", import.meta.url);
const NAMES = readdirSync(FIXTURES).filter((name) => !name.endsWith(".md"));

let program: ScannerProgram;
beforeAll(async () => {
	program = await allRecognizers("redact", false);
});

/** Ways to cut an answer into TCP writes: at every byte, at every single place, and at random, also with moves between lanes. */
function* cuts(length: number): Generator<Pick<StreamRun, "sizes" | "moveEvery">> {
	yield { sizes: [length] };
	yield { sizes: [1] };
	yield { sizes: "events" };
	for (let at = 1; at < length; at += 23) yield { sizes: [length, at, length] };
	const next = random(length);
	for (let run = 0; run < 20; run++) {
		const sizes = Array.from({ length: 9 }, () => 1 + Math.floor(next() * (run % 2 === 0 ? 40 : 900)));
		yield { sizes, moveEvery: 1 + (run % 3) };
	}
}

test.each(NAMES)("%s comes back byte for byte, however it is cut", (name) => {
	const bytes = readFileSync(new URL(name, FIXTURES));
	const api = name.split(".")[0] as ApiName;
	const isArray = name.endsWith(".array") && { isArray: true as const };
	for (const cut of cuts(bytes.length)) {
		const { out, ended } = streamThrough(bytes, { api, ...isArray, program, style: { strategy: "mask", key: new Uint8Array(32) }, ...cut });
		expect(ended).toBe("complete");
		expect(out.replace(/: security .*\n\n$/, "")).toBe(bytes.toString());
	}
});

test("there are transcripts of every vendor", () => {
	expect(new Set(NAMES.map((name) => name.split("-")[0]))).toEqual(new Set(["anthropic", "gemini", "openai"]));
});
