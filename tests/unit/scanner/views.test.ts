import { beforeAll, expect, test } from "vitest";
import { rulesOf } from "../../../src/policy/recognizer-rules.ts";
import { RECOGNIZERS } from "../../../src/recognizers/registry.ts";
import { createHyperscanEngine } from "../../../src/scanner/engine-hyperscan.ts";
import { loadArtifact } from "../../../src/scanner/pattern-database.ts";
import { createScannerProgram } from "../../../src/scanner/scanner-program.ts";
import type { ScannerProgram, TextScanner } from "../../../src/scanner/text-scanner.ts";

const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
let program: ScannerProgram;

beforeAll(async () => {
	const rules = RECOGNIZERS.filter(({ type }) => type === "aws_key").flatMap((recognizer) => rulesOf(recognizer, "redact"));
	const loaded = await loadArtifact(rules, {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	program = createScannerProgram({ rules, threshold: 0.5, strategy: "mask", allowList: [] }, createHyperscanEngine(rules, loaded.artifact));
});

function write(scanner: TextScanner, text: string): void {
	scanner.write(Buffer.from(text));
	scanner.take(Number.POSITIVE_INFINITY);
}

const shadows = (scanner: TextScanner): number => scanner.snapshot().views.filter(({ shadow }) => shadow !== undefined).length;

test("a shadow exists only around disguised text", () => {
	const scanner = program.open();
	write(scanner, "Nothing is disguised here, R&D and 50% included; ");
	expect(shadows(scanner)).toBe(0);
	write(scanner, `A\u200b${KEY.slice(1)}`);
	expect(shadows(scanner)).toBeGreaterThan(0);
	write(scanner, ` ${"and then ordinary words ".repeat(10)}`);
	expect(shadows(scanner)).toBe(0);
	scanner.finish();
	scanner.take(Number.POSITIVE_INFINITY);
	expect(scanner.findings.map(({ type }) => type)).toEqual(["aws_key"]);
	scanner.close();
});

test("no flood of invisible characters makes a scanner hold without bound", () => {
	const scanner = program.open();
	write(scanner, KEY.slice(0, 10));
	for (let i = 0; i < 200; i++) write(scanner, "\u200b".repeat(100));
	expect(scanner.end - scanner.release).toBeLessThanOrEqual(256);
	scanner.close();
});
