import { type ApiName, skipsComments } from "../core/api.ts";
import type { CutCause } from "../providers/provider.ts";
import type { Finding } from "../verdict/finding.ts";
import type { FindingCounts } from "../verdict/finding-report.ts";
import { sseComment } from "../wire/sse-encoder.ts";

/** What was found in a streamed answer, in the last line of it, for clients that skip comments. */
export function securityComment(api: ApiName, end: "complete" | "cut", findings: FindingCounts): string {
	if (!skipsComments(api)) return "";
	const action = end === "cut" ? "cut" : Object.keys(findings).length > 0 ? "redact" : "allow";
	return sseComment(`security ${JSON.stringify({ action, findings })}`);
}

/** Why these findings, the last of which was a cut, cut their text. */
export function cutCauseOf(findings: readonly Finding[]): CutCause {
	return findings.findLast(({ action }) => action === "cut")?.category === "pii" ? "personal" : "other";
}
