import type { Ranking, ReportData } from "./report-data.ts";

/** What a control did in the period, as the records show it. */
export type ControlRow = readonly [control: string, evidence: string, count: number];

/** Outcomes of refusals that come of who asks, and of how much. */
const ACCESS = [
	"missing_credential",
	"invalid_credential",
	"revoked_credential",
	"expired_credential",
	"too_many_failures",
	"model_not_allowed",
	"tool_not_allowed",
];
const LIMITS = ["rate_limited", "too_many_open", "budget_exhausted"];

/** What each control did, also those that had nothing to do: docs/compliance.md maps them to frameworks. */
export function controlRows({ actions, outcomes, refusalReasons, events, policyChanges, logs }: ControlFacts): ControlRow[] {
	const count = (ranking: Ranking, ...names: readonly string[]): number =>
		ranking.reduce((sum, [name, n]) => (names.includes(name) ? sum + n : sum), 0);
	const refused = (names: readonly string[]): number => count(refusalReasons, ...names) + count(outcomes, ...names);
	return [
		["redaction before the provider", "requests that were redacted", count(actions, "redact")],
		["blocking of prompts", "requests that were blocked", count(actions, "block")],
		["inspection of answers", "answers that were cut", count(outcomes, "cut", "answer_cut")],
		["access", "requests refused for who asked", refused(ACCESS)],
		["limits and budgets", "requests refused for how much", refused(LIMITS)],
		["suspension of callers", "suspensions", count(events, "suspension")],
		["change of policy", "changes, each with its version", policyChanges.length],
		["consent", "consents granted, replaced or revoked", count(events, "consent")],
		["right of access", "exports", count(events, "access")],
		["right to erasure", "erasures", count(events, "erasure")],
		["retention", "removals of old records, each signed", count(events, "retention")],
		["rotation of the secret", "rotations", count(events, "rotation")],
		["tamper evidence", "logs verified and sound", logs.filter(({ faults }) => faults.length === 0).length],
	];
}

type ControlFacts = Pick<ReportData, "actions" | "outcomes" | "refusalReasons" | "policyChanges" | "logs"> & {
	/** By type. */
	readonly events: Ranking;
};
