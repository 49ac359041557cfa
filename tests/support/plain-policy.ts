import type { Policy } from "../../src/policy/policy.ts";

/** A policy without rules of its own that gives originals back: what is found is up to the scanner's program. */
export function plainPolicy(strategy: Policy["prompt"]["strategy"]): Policy {
	const ruleSet = { rules: [], threshold: 0, strategy, allowList: [] };
	return {
		id: "",
		prompt: ruleSet,
		response: ruleSet,
		maxPromptLength: 1e6,
		maxCounts: { messages: 100, parts: 100, tools: 100 },
		dryRun: false,
		restores: true,
		onCut: "end",
		documents: "refuse",
	};
}
