import { matcherOf } from "../core/globs.ts";

/** An entry of `security.policy_rules`: all conditions must hold; an empty one does. */
export interface PolicyRule {
	readonly policy: string;
	readonly keys: readonly string[];
	readonly roles: readonly string[];
	readonly claims: Readonly<Record<string, string>>;
	/** Globs of the path, and of the model. */
	readonly routes: readonly string[];
	readonly models: readonly string[];
}

/** What decides about the policy before the request's body is read. */
export interface PolicySubject {
	/** The policy that the caller's key or token names. */
	readonly policy: string | undefined;
	/** Id of the client key. */
	readonly key: string | undefined;
	readonly roles: readonly string[];
	/** By name as in `PolicyRule.claims`; a list has every value that it holds. */
	readonly claims: ReadonlyMap<string, readonly string[]>;
	/** Without query. */
	readonly path: string;
}

/** A policy that the request gets if its model is one of these; empty: any. */
export interface PolicyChoice {
	readonly policy: string;
	readonly models: readonly string[];
	/** Why: for people. */
	readonly reason: string;
}

/** What is left to decide once the model is known: the first entry that fits counts, and the last one always does. */
export function choosePolicies(rules: readonly PolicyRule[], subject: PolicySubject): readonly PolicyChoice[] {
	if (subject.policy !== undefined) return [{ policy: subject.policy, models: [], reason: "named by the caller's key or token" }];
	const choices: PolicyChoice[] = [];
	for (const [i, rule] of rules.entries()) {
		if (!holds(rule, subject)) continue;
		choices.push({ policy: rule.policy, models: rule.models, reason: `security.policy_rules.${i}` });
		if (rule.models.length === 0) return choices;
	}
	return [...choices, { policy: "default", models: [], reason: "no rule holds" }];
}

function holds({ keys, roles, claims, routes }: PolicyRule, subject: PolicySubject): boolean {
	const isOne = (wanted: readonly string[], has: readonly string[]): boolean =>
		wanted.length === 0 || wanted.some((one) => has.includes(one));
	return (
		isOne(keys, subject.key === undefined ? [] : [subject.key]) &&
		isOne(roles, subject.roles) &&
		Object.entries(claims).every(([name, value]) => subject.claims.get(name)?.includes(value)) &&
		matcherOf(routes)(subject.path)
	);
}
