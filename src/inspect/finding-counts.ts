import type { CutCause } from "../providers/provider.ts";
import type { Finding } from "../verdict/finding.ts";
import { sseComment } from "../wire/sse-encoder.ts";

/** Findings by recognizer type. */
export function countFindings(findings: readonly Finding[], counts: Record<string, number>): void {
	for (const { type } of findings) counts[type] = (counts[type] ?? 0) + 1;
}

/** What was found in a streamed answer, in the last line of it: clients skip comments. */
export function securityComment(end: "complete" | "cut", findings: Record<string, number>): string {
	const action = end === "cut" ? "cut" : Object.keys(findings).length > 0 ? "redact" : "allow";
	return sseComment(`security ${JSON.stringify({ action, findings })}`);
}

/** Why these findings, the last of which was a cut, cut their text. */
export function cutCauseOf(findings: readonly Finding[]): CutCause {
	return findings.findLast(({ action }) => action === "cut")?.category === "pii" ? "personal" : "other";
}
