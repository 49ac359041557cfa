import { expect } from "vitest";
import { Channel } from "../../src/inspect/channel.ts";
import type { Rule, RuleSet } from "../../src/policy/policy.ts";
import { createHyperscanEngine } from "../../src/scanner/engine-hyperscan.ts";
import { createReferenceEngine } from "../../src/scanner/engine-reference.ts";
import { loadArtifact } from "../../src/scanner/pattern-database.ts";
import { createScannerProgram } from "../../src/scanner/scanner-program.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import type { Next } from "./random.ts";
import { REFERENCE_VIEWS } from "./reference-views.ts";

/** The scanner that is built, and the slow one that reads a text as a whole. */
export interface BesideOracle {
	readonly production: ScannerProgram;
	readonly oracle: ScannerProgram;
}

export interface Inspected {
	readonly text: string;
	/** `type from-to`, parted by commas. */
	readonly findings: string;
}

const style = { strategy: "mask", key: new Uint8Array(32) } as const;

export async function besideOracle(rules: readonly Rule[]): Promise<BesideOracle> {
	const ruleSet: RuleSet = { rules, threshold: 0.5, strategy: "mask", allowList: [] };
	const loaded = await loadArtifact(rules, {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	return {
		production: createScannerProgram(ruleSet, createHyperscanEngine(rules, loaded.artifact)),
		oracle: createScannerProgram(ruleSet, createReferenceEngine(rules), REFERENCE_VIEWS),
	};
}

/** After the chunk `resumeAfter` another scanner goes on from the state of the first. */
export function inspectChunks(program: ScannerProgram, chunks: readonly string[], resumeAfter = -1): Inspected {
	let channel = new Channel(program, style, "text");
	let text = "";
	for (const [i, chunk] of chunks.entries()) {
		text += channel.write([chunk]).texts[0] ?? chunk;
		if (i !== resumeAfter || channel.scanner.isCut) continue;
		const state = structuredClone(channel.state());
		channel.close();
		channel = new Channel(program, style, "text", state);
	}
	text += channel.finish();
	const findings = channel.scanner.findings.map(({ type, from, to }) => `${type} ${from}-${to}`).join();
	channel.close();
	return { text, findings };
}

/** A text gives the same in every one of the chunkings, and when the scan moves to another lane behind one of the chunks; returns how many chunks there were. */
export function expectOracle(
	{ production, oracle }: BesideOracle,
	text: string,
	{ seed, chunkings, next }: { readonly seed: number; readonly chunkings: Iterable<readonly string[]>; readonly next: Next },
): number {
	const expected = inspectChunks(oracle, [text]);
	let boundaries = 0;
	for (const chunks of chunkings) {
		boundaries += chunks.length;
		const actual = inspectChunks(production, chunks);
		if (actual.text !== expected.text || actual.findings !== expected.findings)
			expect({ seed, chunks, ...actual }).toEqual({ seed, chunks, ...expected });
		const moved = inspectChunks(production, chunks, Math.floor(next() * chunks.length));
		if (moved.text !== expected.text) expect({ seed, chunks, text: moved.text }).toEqual({ seed, chunks, text: expected.text });
	}
	return boundaries;
}
