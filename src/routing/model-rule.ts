import { createHash } from "node:crypto";

/** How the targets of one priority are put in order. */
export type Strategy = "ordered" | "weighted" | "latency" | "cost";

export interface RuleTarget {
	readonly provider: string;
	/** The provider's name for the model; absent: the client's. */
	readonly model?: string | undefined;
	/** Share of the requests, with `weighted`; 0: only when the others fail. */
	readonly weight: number;
	/** Lower ones first. */
	readonly priority: number;
	/** Price in any unit, with `cost`. */
	readonly cost: number;
}

/** Where requests for a model go: the first target gets it, the others are there for when it fails. */
export interface ModelRule {
	/** An alias, or a glob of models. */
	readonly name: string;
	readonly strategy: Strategy;
	/** With `weighted`: a caller always gets the same order. */
	readonly sticky: boolean;
	readonly targets: readonly RuleTarget[];
}

export interface OrderFacts {
	/** ms to the head of an answer, lately; undefined: not known. */
	latencyMs(provider: string): number | undefined;
	/** In [0, 1). */
	random(): number;
}

/** The targets of a rule in the order in which this request tries them. */
export function orderTargets(rule: ModelRule, caller: string, facts: OrderFacts): readonly RuleTarget[] {
	const ranked = rule.targets.map((target) => ({ target, rank: rankOf(target, rule, caller, facts) }));
	return ranked.sort((a, b) => a.target.priority - b.target.priority || compare(a.rank, b.rank)).map(({ target }) => target);
}

/** Infinity less infinity is no number. */
function compare(a: number, b: number): number {
	return a === b ? 0 : a - b;
}

/** Lowest first. An unknown latency comes first: nothing is known of a provider that is never asked. */
function rankOf(target: RuleTarget, { strategy, sticky, name }: ModelRule, caller: string, facts: OrderFacts): number {
	switch (strategy) {
		case "ordered":
			return 0;
		case "cost":
			return target.cost;
		case "latency":
			return facts.latencyMs(target.provider) ?? 0;
		case "weighted":
			return weightedRank(target.weight, sticky ? drawOf(caller, name, target) : facts.random());
	}
}

/**
 * Weighted rendezvous: the target with the least rank is drawn with a chance proportional to its weight, the second among
 * the rest likewise. With a fixed draw for caller and target, a change of one weight moves no more callers than it must.
 */
function weightedRank(weight: number, draw: number): number {
	return weight === 0 ? Number.POSITIVE_INFINITY : -Math.log(1 - draw) / weight;
}

/** Uniform in [0, 1), the same for ever and on every replica. */
function drawOf(caller: string, rule: string, { provider, model = "" }: RuleTarget): number {
	const hash = createHash("sha256")
		.update(JSON.stringify([caller, rule, provider, model]))
		.digest();
	return hash.readUIntBE(0, 6) / 2 ** 48;
}
