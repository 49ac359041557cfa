import type { ShippedRecord } from "./sink.ts";

/** How much a record matters to somebody who watches. */
export type Severity = "info" | "low" | "medium" | "high";

/** Outcomes by which an answer was stopped. */
const STOPPED = new Set(["cut", "answer_cut", "prompt_blocked"]);
const FAILED_ACCESS = new Set([
	"invalid_credential",
	"revoked_credential",
	"too_many_failures",
	"bad_framing",
	"model_not_allowed",
	"tool_not_allowed",
]);

export function severityOf(record: ShippedRecord): Severity {
	const outcome = String(record["outcome"] ?? "");
	const { action } = Object(record["prompt"]) as { action?: string };
	if (STOPPED.has(outcome) || action === "block") return "high";
	if (FAILED_ACCESS.has(outcome) || record.type === "lane" || record.type === "dropped") return "medium";
	return isByOperator(record) || action === "redact" || action === "flag" || foundIn(record).length > 0 ? "low" : "info";
}

/** What somebody did with a command or over HTTP; `by` says who. */
export function isByOperator(record: ShippedRecord): boolean {
	return record["by"] !== undefined;
}

/** Types found in prompt and answer. */
export function foundIn(record: ShippedRecord): string[] {
	const parts = [record["prompt"], record["response"]].map((part) => Object(Object(part).findings) as object);
	return [...new Set(parts.flatMap((findings) => Object.keys(findings)))];
}

/** A short sentence about the record. */
export function titleOf(record: ShippedRecord): string {
	const { action } = Object(record["prompt"]) as { action?: string };
	switch (record.type) {
		case "interaction":
			return `LLM request: prompt ${action ?? "none"}, answer ${String(record["outcome"])}`;
		case "refusal":
			return `Request refused: ${String(record["outcome"])}`;
		default:
			return `${isByOperator(record) ? "Operator" : "Proxy"}: ${record.type}`;
	}
}
