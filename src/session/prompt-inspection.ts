import type { ErrorCode } from "../core/errors.ts";
import type { NamedPolicy } from "../policy/policy-book.ts";
import type { Route } from "../routing/model-router.ts";
import { type FindingReport, MAX_NOTES } from "../verdict/finding-report.ts";
import { type PassedPrompt, type PromptAction, type PromptVerdict, severest } from "../verdict/prompt-verdict.ts";
import type { SessionDeps, SessionRequest } from "./session-request.ts";

type Inspector = Pick<SessionDeps, "pool" | "policies">;

/** The policy that the caller's request gets, and its verdict or why there is none. */
export async function inspectForCaller(
	{ pool, policies }: Inspector,
	{ caller, endpoint: { api }, request: { path, body } }: SessionRequest,
): Promise<{ readonly policy: NamedPolicy; readonly verdict: PromptVerdict | ErrorCode }> {
	const choices = policies.choices({ ...caller, path });
	if (choices === undefined) return { policy: policies.default, verdict: "policy_not_found" };
	const asked = choices.map(({ policy, models }) => ({ policyId: policy.id, models }));
	const inspection = await pool.inspectPrompt({ policies: asked, api, path, body });
	if (typeof inspection === "string") return { policy: policies.default, verdict: inspection };
	return { policy: choices[inspection.choice]?.policy ?? policies.default, verdict: inspection.verdict };
}

/**
 * What a provider with a policy of its own gets: a request that has passed the caller's policy must pass that one too. The
 * verdict is about both.
 */
export async function inspectForProvider(
	{ pool, policies }: Inspector,
	{ policy: name }: Pick<Route, "policy">,
	{ endpoint: { api }, request: { path, body } }: SessionRequest,
	first: PassedPrompt,
): Promise<PromptVerdict | ErrorCode> {
	if (name === undefined) return first;
	const policy = policies.named(name);
	if (policy === undefined) return "internal_error";
	const asked = { policies: [{ policyId: policy.id, models: [] }], api, path, body: first.body ?? body, surrogates: first.surrogates };
	const inspection = await pool.inspectPrompt(asked);
	return typeof inspection === "string" ? inspection : both(first, inspection.verdict);
}

function both(first: PassedPrompt, second: PromptVerdict): PromptVerdict {
	if (second.action === "invalid") return second;
	const found = {
		found: sumOf(first.found, second.found),
		score: Math.max(first.score, second.score),
		piiDetected: first.piiDetected || second.piiDetected,
	};
	if (!("stream" in second)) return { ...second, ...found };
	const action = severest(first.action, second.action) as PassedPrompt["action"];
	const would = [first.would, second.would]
		.filter((one) => one !== undefined)
		.reduce<PromptAction | undefined>((a, b) => severest(a ?? "allow", b), undefined);
	return { ...first, ...second, ...found, action, ...(would && { would }) };
}

function sumOf(first: FindingReport, second: FindingReport): FindingReport {
	const counts: Record<string, number> = { ...first.counts };
	for (const [type, count] of Object.entries(second.counts)) counts[type] = (counts[type] ?? 0) + count;
	return { counts, notes: [...first.notes, ...second.notes].slice(0, MAX_NOTES) };
}
