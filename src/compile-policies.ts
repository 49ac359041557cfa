import type { ConfigFault } from "./config/config-fault.ts";
import { reachablePolicies } from "./config/reachable-policies.ts";
import type { Config } from "./config/schema.ts";
import { errorCode } from "./core/error-code.ts";
import { shippedHarmModel } from "./models/harm-model.ts";
import { shippedInjectionModel } from "./models/injection-model.ts";
import { proveNamesEncoder } from "./models/names-encoder.ts";
import { proveSecondStage } from "./models/second-stage.ts";
import { shippedModel } from "./models/token-model-file.ts";
import type { Pack } from "./packs/pack.ts";
import { threatRules } from "./packs/pack-rules.ts";
import { PackStore } from "./packs/pack-store.ts";
import { compilePolicy } from "./policy/compile-policy.ts";
import type { Policy } from "./policy/policy.ts";
import { createPolicyBook, namedPolicy, type PolicyBook } from "./policy/policy-book.ts";
import { type Artifact, loadArtifact } from "./scanner/pattern-database.ts";

/** A policy with its pattern databases. */
export interface CompiledPolicy {
	readonly policy: Policy;
	readonly prompt: Artifact;
	readonly response: Artifact;
}

export interface CompiledPolicies {
	readonly book: PolicyBook;
	/** By content: policies that say the same are one. */
	readonly compiled: readonly CompiledPolicy[];
}

export type PoliciesResult =
	| { readonly ok: true; readonly value: CompiledPolicies }
	| { readonly ok: false; readonly faults: readonly ConfigFault[] };

export interface CompileOptions {
	/** Called before patterns are compiled, which takes seconds. */
	readonly onCompile?: (patterns: number) => void;
	/** Callers may name any policy, whatever `auth.mode` is. */
	readonly namesPolicies?: boolean;
}

/** Every policy of a configuration that somebody may get. Patterns and models that cannot be used are faults. */
export async function compilePolicies(config: Config, options: CompileOptions = {}): Promise<PoliciesResult> {
	const { onCompile = () => undefined } = options;
	const namesPolicies = options.namesPolicies === true || config.security.auth.mode !== "none";
	const { packs, faults: unproven } = loadPacks(config.threat_packs);
	if (unproven.length > 0) return { ok: false, faults: unproven };
	const threats = threatRules(packs);
	const compiled = new Map<string, CompiledPolicy>();
	const named = [];
	const faults = new Map<string, ConfigFault>();
	const artifacts = new Map<string, Artifact>();
	const known = (artifact: Artifact): Artifact => {
		const same = artifacts.get(artifact.key) ?? artifact;
		artifacts.set(artifact.key, same);
		return same;
	};
	for (const { name, settings, dryRun } of namesPolicies ? config.policies : reachablePolicies(config)) {
		const policy = compilePolicy(settings, dryRun, threats);
		named.push(namedPolicy(name, policy, settings.on_block));
		if (compiled.has(policy.id)) continue;
		for (const fault of [...modelFaults(policy), ...(await transformerFaults(policy))]) faults.set(fault.path, fault);
		// One after the other: the second of two equal sets then comes from the cache.
		const prompt = await loadArtifact(policy.prompt.rules, { onCompile });
		const response = await loadArtifact(policy.response.rules, { onCompile });
		for (const { pattern, reason, remedy } of [prompt, response].flatMap((result) => (result.ok ? [] : result.faults)))
			faults.set(pattern, { path: `security pattern '${pattern}'`, message: reason, remedy });
		if (prompt.ok && response.ok) compiled.set(policy.id, { policy, prompt: known(prompt.artifact), response: known(response.artifact) });
	}
	if (faults.size > 0) return { ok: false, faults: [...faults.values()] };
	return { ok: true, value: { book: createPolicyBook(named, config.security.policy_rules), compiled: [...compiled.values()] } };
}

/** A lane that cannot read a model it is told to ask ends, and so would each that takes its place. */
function modelFaults({ harm, injection, prompt, response }: Policy): ConfigFault[] {
	const asksNames = [prompt, response].some(({ rules }) => rules.some(({ learned }) => learned !== undefined));
	return [
		...(injection?.isLearned === true ? modelFault("prompt_injection.detection_models", shippedInjectionModel, "leave ml_based out") : []),
		...(harm === undefined ? [] : modelFault("response_filtering.on_harmful", shippedHarmModel, "say `on_harmful: allow`")),
		...(asksNames ? modelFault("pii_protection.detection_types", shippedModel, "leave the group learned out") : []),
	];
}

async function transformerFaults({ injection, names }: Policy): Promise<ConfigFault[]> {
	return [
		...(injection?.hasSecondStage === true ? await transformerFault("prompt_injection.detection_models", proveSecondStage) : []),
		...(names === undefined ? [] : await transformerFault("pii_protection.name_models", proveNamesEncoder)),
	];
}

async function transformerFault(key: string, prove: () => Promise<void>): Promise<ConfigFault[]> {
	try {
		await prove();
		return [];
	} catch (error) {
		const message = `the transformer it asks for cannot be used: ${(error as Error).message}`;
		const remedy = "Run `npm install onnxruntime-node@1.30.0` where the proxy is installed, or leave transformer out.";
		return [{ path: `security.${key}`, message, remedy }];
	}
}

function modelFault(key: string, load: () => unknown, remedy: string): ConfigFault[] {
	try {
		load();
		return [];
	} catch (error) {
		const message = `the learned model it asks for cannot be read: ${(error as Error).message}`;
		return [{ path: `security.${key}`, message, remedy: `Install the package again, or ${remedy}.` }];
	}
}

function loadPacks({ dir, trusted_keys }: Config["threat_packs"]): {
	readonly packs: readonly Pack[];
	readonly faults: readonly ConfigFault[];
} {
	if (dir === "") return { packs: [], faults: [] };
	try {
		const { packs, faults } = new PackStore(dir).load(trusted_keys);
		const remedy = "Add its key to threat_packs.trusted_keys, add the pack again, or `packs rollback` it.";
		return { packs, faults: faults.map(({ pack, reason }) => ({ path: `threat pack '${pack}'`, message: reason, remedy })) };
	} catch (error) {
		const message = `${dir} cannot be read (${errorCode(error)}), and with it the packs that may be in use there`;
		return {
			packs: [],
			faults: [{ path: "threat_packs.dir", message, remedy: "Put it back, make it by `packs add`, or leave it empty." }],
		};
	}
}
