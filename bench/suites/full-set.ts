import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fromBuild } from "../build.ts";
import { policyWith } from "../fixtures/rules.ts";
import { type TextKind, text, tokens } from "../fixtures/texts.ts";
import type { Table } from "../report/table.ts";
import type { Effort } from "./suite.ts";

type PatternDatabase = typeof import("../../src/scanner/pattern-database.ts");
type Hyperscan = typeof import("../../src/scanner/engine-hyperscan.ts");
type ScannerPrograms = typeof import("../../src/scanner/scanner-program.ts");

/** What the first version looked for. */
const DOZEN = "email phone ssn credit_card iban ip_address aws_key github_token slack_token stripe_key openai_key jwt".split(" ");

/** What looking for everything costs, beside the first dozen recognizers, in the same run. */
export async function fullSetTable(effort: Effort, log: (line: string) => void): Promise<Table> {
	const size = effort.kind === "smoke" ? 2000 : 400_000;
	log("the full set beside a dozen recognizers");
	const dozen = await measure(DOZEN, size);
	const all = await measure(["all"], size);
	const row = (name: string, of: (set: Measured) => number, digits: number): string[] => [
		name,
		of(dozen).toFixed(digits),
		of(all).toFixed(digits),
		(of(all) / of(dozen)).toFixed(2),
	];
	return {
		title: "The full set of recognizers beside the first dozen, disguises included",
		columns: ["", "dozen", "everything", "ratio"],
		rows: [
			row("patterns", ({ patterns }) => patterns, 0),
			row("prose in tokens, µs of CPU each", ({ prose }) => prose, 2),
			row("code in tokens, µs of CPU each", ({ code }) => code, 2),
			row("prose at once, µs of CPU per KiB", ({ atOnce }) => atOnce, 1),
			row("compiling, in the child, s", ({ compileMs }) => compileMs / 1000, 2),
			row("loading from the cache, ms", ({ loadMs }) => loadMs, 0),
		],
	};
}

interface Measured {
	readonly patterns: number;
	readonly prose: number;
	readonly code: number;
	readonly atOnce: number;
	readonly compileMs: number;
	readonly loadMs: number;
}

async function measure(detection_types: readonly string[], size: number): Promise<Measured> {
	const { loadArtifact } = await fromBuild<PatternDatabase>("scanner/pattern-database");
	const { createHyperscanEngine } = await fromBuild<Hyperscan>("scanner/engine-hyperscan");
	const { createScannerProgram } = await fromBuild<ScannerPrograms>("scanner/scanner-program");
	const { response } = await policyWith(0, { response_filtering: { detection_types } });
	const cacheDir = await mkdtemp(join(tmpdir(), "full-set-"));
	const load = async () => {
		const loaded = await loadArtifact(response.rules, { cacheDir });
		if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
		return createScannerProgram(response, createHyperscanEngine(response.rules, loaded.artifact));
	};
	const begin = performance.now();
	await load();
	const compiled = performance.now();
	const program = await load();
	const loaded = performance.now();
	await rm(cacheDir, { recursive: true });
	const cost = (pieces: readonly Buffer[]): number => {
		const scanner = program.open();
		const { user, system } = process.cpuUsage();
		for (const piece of pieces) {
			scanner.write(piece);
			scanner.take(Number.POSITIVE_INFINITY);
		}
		const after = process.cpuUsage();
		scanner.close();
		return (after.user - user + after.system - system) / pieces.length;
	};
	const cut = (kind: TextKind): Buffer[] => tokens(text(kind, size, 8)).map((piece) => Buffer.from(piece));
	const whole = text("prose", size, 8).match(/.{1,4096}/gs) ?? [];
	// The first round warms up.
	const best = (pieces: readonly Buffer[]): number => Math.min(...[1, 2, 3].map(() => cost(pieces)));
	return {
		patterns: response.rules.length,
		prose: best(cut("prose")),
		code: best(cut("code")),
		atOnce: best(whole.map((part) => Buffer.from(part))) / 4,
		compileMs: compiled - begin,
		loadMs: loaded - compiled,
	};
}
