import { parseConfig } from "../../src/config/load.ts";
import type { ToLane } from "../../src/lanes/protocol.ts";
import { compilePolicy } from "../../src/policy/compile-policy.ts";
import { loadArtifact } from "../../src/scanner/pattern-database.ts";

/** What a lane is told of the default policy of a configuration. */
export async function policyMessage(yaml = "{}"): Promise<ToLane & { readonly kind: "policy" }> {
	const loaded = parseConfig(yaml, {});
	if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
	const policy = compilePolicy(loaded.config.security);
	const [prompt, response] = await Promise.all([loadArtifact(policy.prompt.rules, {}), loadArtifact(policy.response.rules, {})]);
	if (!prompt.ok || !response.ok) throw new Error("the patterns do not compile");
	return { kind: "policy", policy, promptArtifact: prompt.artifact, responseArtifact: response.artifact };
}
