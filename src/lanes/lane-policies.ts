import { type LoadedPolicy, loadPolicy } from "../inspect/loaded-policy.ts";
import type { Rule } from "../policy/policy.ts";
import type { Engine } from "../scanner/engine.ts";
import type { PatternArtifact, ToLane } from "./protocol.ts";

export type CreateEngine = (rules: readonly Rule[], artifact: PatternArtifact) => Engine;

interface Held {
	readonly loaded: LoadedPolicy;
	readonly keys: readonly string[];
}

/** The policies of one lane. Those with equal patterns share an engine, which costs a quarter of a second and some MiB. */
export class LanePolicies {
	readonly #createEngine: CreateEngine;
	readonly #secretKey: Uint8Array;
	readonly #policies = new Map<string, Held>();
	readonly #engines = new Map<string, Engine>();

	constructor(createEngine: CreateEngine, secretKey: Uint8Array) {
		this.#createEngine = createEngine;
		this.#secretKey = secretKey;
	}

	get(policyId: string): LoadedPolicy | undefined {
		return this.#policies.get(policyId)?.loaded;
	}

	add({ policy, promptArtifact, responseArtifact }: ToLane & { kind: "policy" }): void {
		const engines = {
			prompt: this.#engine(policy.prompt.rules, promptArtifact),
			response: this.#engine(policy.response.rules, responseArtifact),
		};
		const keys = [promptArtifact.key, responseArtifact.key];
		this.#policies.set(policy.id, { loaded: loadPolicy(policy, engines, this.#secretKey), keys });
	}

	/** Answers in progress keep what they use. */
	drop(policyId: string): void {
		this.#policies.delete(policyId);
		const used = new Set(Array.from(this.#policies.values(), ({ keys }) => keys).flat());
		for (const key of this.#engines.keys()) if (!used.has(key)) this.#engines.delete(key);
	}

	#engine(rules: readonly Rule[], artifact: PatternArtifact): Engine {
		const engine = this.#engines.get(artifact.key) ?? this.#createEngine(rules, artifact);
		this.#engines.set(artifact.key, engine);
		return engine;
	}
}
