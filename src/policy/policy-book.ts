import { choosePolicies, type PolicyChoice, type PolicyRule, type PolicySubject } from "./choose-policy.ts";
import type { Action, Policy } from "./policy.ts";
import { severest } from "./severity.ts";

/** What a session needs to know of a policy. */
export interface NamedPolicy {
	readonly name: string;
	/** Content hash; policies that say the same share it. */
	readonly id: string;
	readonly dryRun: boolean;
	/** How a blocked prompt is answered. */
	readonly onBlock: "error" | "refuse";
	/** In a dry run: the most severe thing that findings of these types in an answer would have led to. */
	would(types: Iterable<string>): Action;
}

export interface ChosenPolicy extends Omit<PolicyChoice, "policy"> {
	readonly policy: NamedPolicy;
}

/** The policies of one configuration and who gets which. */
export interface PolicyBook {
	readonly all: readonly NamedPolicy[];
	readonly default: NamedPolicy;
	/** Content hashes of all. */
	readonly ids: ReadonlySet<string>;
	/** Undefined: the caller's key or token names a policy that is not here. */
	choices(subject: PolicySubject): readonly ChosenPolicy[] | undefined;
	/** Of a provider's `policy`. */
	named(name: string): NamedPolicy | undefined;
}

/** `policies` includes `default`, and every policy that a rule names. */
export function createPolicyBook(policies: readonly NamedPolicy[], rules: readonly PolicyRule[]): PolicyBook {
	const byName = new Map(policies.map((policy) => [policy.name, policy]));
	const fallback = byName.get("default");
	if (fallback === undefined) throw new Error("There is no policy named default.");
	return {
		all: policies,
		default: fallback,
		ids: new Set(policies.map(({ id }) => id)),
		choices(subject) {
			const chosen = choosePolicies(rules, subject).map((choice) => ({ ...choice, policy: byName.get(choice.policy) }));
			return chosen.every((choice): choice is ChosenPolicy => choice.policy !== undefined) ? chosen : undefined;
		},
		named: (name) => byName.get(name),
	};
}

export function namedPolicy(name: string, { id, dryRun, response }: Policy, onBlock: "error" | "refuse"): NamedPolicy {
	const would = new Map<string, Action>();
	for (const rule of response.rules) would.set(rule.type, severest<Action>(would.get(rule.type) ?? "allow", rule.would ?? "allow"));
	return {
		name,
		id,
		dryRun,
		onBlock,
		would: (types) => [...types].map((type) => would.get(type) ?? "allow").reduce<Action>(severest, "allow"),
	};
}
