import type { ErrorCode } from "../core/errors.ts";
import { type ConsentGrant, coversProvider } from "../identity/consent-book.ts";
import type { NamedPolicy } from "../policy/policy-book.ts";
import { severest } from "../policy/severity.ts";
import type { Route } from "../routing/model-router.ts";
import { type FindingReport, MAX_NOTES } from "../verdict/finding-report.ts";
import type { PassedPrompt, PromptAction, PromptVerdict } from "../verdict/prompt-verdict.ts";
import type { SessionDeps, SessionRequest } from "./session-request.ts";

type Inspector = Pick<SessionDeps, "pool" | "policies">;

export interface CallerInspection {
	readonly policy: NamedPolicy;
	/** The verdict, or why there is none. */
	readonly verdict: PromptVerdict | ErrorCode;
	/** The consent that chose the policy. */
	readonly consent?: ConsentGrant;
}

/** The policy that the caller's request gets, by consent or by the ordinary rules, and its verdict. */
export async function inspectForCaller(
	{ pool, policies, consents }: Inspector & Pick<SessionDeps, "consents">,
	asked: SessionRequest,
): Promise<CallerInspection> {
	const consent = consents.consentOf(asked.caller, asked.request.headers);
	if (consent === undefined) return inspectByRules({ pool, policies }, asked);
	const policy = policies.named(consent.policy);
	if (policy === undefined) return { policy: policies.default, verdict: "policy_not_found", consent };
	const inspection = await pool.inspectPrompt({ policies: [{ policyId: policy.id, models: [] }], ...questionOf(asked) });
	return { policy, verdict: typeof inspection === "string" ? inspection : inspection.verdict, consent };
}

async function inspectByRules({ pool, policies }: Inspector, asked: SessionRequest, first?: PassedPrompt): Promise<CallerInspection> {
	const choices = policies.choices({ path: asked.endpoint.path, ...asked.caller });
	if (choices === undefined) return { policy: policies.default, verdict: "policy_not_found" };
	const chosen = choices.map(({ policy, models }) => ({ policyId: policy.id, models }));
	const inspection = await pool.inspectPrompt({ policies: chosen, ...questionOf(asked, first) });
	if (typeof inspection === "string") return { policy: policies.default, verdict: inspection };
	return { policy: choices[inspection.choice]?.policy ?? policies.default, verdict: inspection.verdict };
}

/**
 * What one provider gets of a request that has passed the caller's policy. Where that was chosen by a consent that does not
 * cover the provider, the ordinary policy has a word too; then the provider's own, if it has one. The verdict is about all.
 */
export async function inspectForProvider(
	inspector: Inspector,
	{ provider, policy }: Pick<Route, "provider" | "policy">,
	asked: SessionRequest,
	first: PassedPrompt,
	consent: ConsentGrant | undefined,
): Promise<PromptVerdict | ErrorCode> {
	if (consent === undefined || coversProvider(consent, provider)) return inspectByOwnPolicy(inspector, policy, asked, first);
	const { verdict } = await inspectByRules(inspector, asked, first);
	if (typeof verdict === "string") return verdict;
	const ordinary = both(first, verdict);
	return "stream" in ordinary ? inspectByOwnPolicy(inspector, policy, asked, ordinary) : ordinary;
}

async function inspectByOwnPolicy(
	{ pool, policies }: Inspector,
	name: string | undefined,
	asked: SessionRequest,
	first: PassedPrompt,
): Promise<PromptVerdict | ErrorCode> {
	if (name === undefined) return first;
	const policy = policies.named(name);
	if (policy === undefined) return "internal_error";
	const inspection = await pool.inspectPrompt({ policies: [{ policyId: policy.id, models: [] }], ...questionOf(asked, first) });
	return typeof inspection === "string" ? inspection : both(first, inspection.verdict);
}

/** The request, or what a first policy made of it. */
function questionOf({ endpoint: { api }, request: { path, body }, caller, grant: { history } }: SessionRequest, first?: PassedPrompt) {
	return {
		api,
		caller: caller.id,
		path,
		body: first?.body ?? body,
		...(history !== 0 && { history }),
		...(first && { isSecond: true, surrogates: first.surrogates }),
	};
}

function both(first: PassedPrompt, second: PromptVerdict): PromptVerdict {
	if (second.action === "invalid") return second;
	const found = {
		found: sumOf(first.found, second.found),
		score: Math.max(first.score, second.score),
		piiDetected: first.piiDetected || second.piiDetected,
	};
	if (!("stream" in second)) return { ...second, ...found };
	const action = severest(first.action, second.action);
	const would = [first.would, second.would]
		.filter((one) => one !== undefined)
		.reduce<PromptAction | undefined>((a, b) => severest<PromptAction>(a ?? "allow", b), undefined);
	const isRepeatable = first.isRepeatable && second.isRepeatable;
	return { ...first, ...second, ...found, action, isRepeatable, ...(would && { would }) };
}

function sumOf(first: FindingReport, second: FindingReport): FindingReport {
	const counts: Record<string, number> = Object.assign(Object.create(null), first.counts);
	for (const [type, count] of Object.entries(second.counts)) counts[type] = (counts[type] ?? 0) + count;
	return { counts, notes: [...first.notes, ...second.notes].slice(0, MAX_NOTES) };
}
