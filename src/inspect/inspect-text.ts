import type { RuleSet } from "../policy/policy.ts";
import { createHyperscanEngine } from "../scanner/engine-hyperscan.ts";
import { loadArtifact } from "../scanner/pattern-database.ts";
import { createScannerProgram } from "../scanner/text-scanner.ts";
import { inspectWhole } from "./channel.ts";

export interface TextInspection {
	/** Byte offsets in the UTF-8 text. */
	readonly findings: readonly { readonly type: string; readonly from: number; readonly to: number; readonly score: number }[];
	readonly redacted: string;
}

export type TextInspector =
	| { readonly ok: true; inspect(bytes: Uint8Array): TextInspection }
	| { readonly ok: false; readonly faults: readonly { readonly pattern: string; readonly reason: string; readonly remedy: string }[] };

/** The lanes' engine for whole texts in this thread: for the command line. */
export async function createTextInspector(ruleSet: RuleSet): Promise<TextInspector> {
	const loaded = await loadArtifact(ruleSet.rules, {});
	if (!loaded.ok) return loaded;
	const program = createScannerProgram(ruleSet, createHyperscanEngine(ruleSet.rules, loaded.artifact));
	return {
		ok: true,
		inspect(bytes) {
			const { text, scanner } = inspectWhole(
				program,
				{ strategy: ruleSet.strategy, key: new Uint8Array(32) },
				Buffer.from(bytes).toString("utf8"),
			);
			return { redacted: text, findings: scanner.findings.map(({ type, from, to, score }) => ({ type, from, to, score })) };
		},
	};
}
