import type { ConfigFault } from "./config-fault.ts";
import type { Config } from "./schema.ts";

/** Providers that get no key because a variable is not set: without a word, only the provider's 401 would say so. `missing`: variables by path. */
export function keyWarnings({ llm_providers, security: { auth } }: Config, missing: ReadonlyMap<string, string>): ConfigFault[] {
	const instead = auth.mode === "none" ? "callers' own keys go to the provider" : "requests go to the provider without a key";
	return Object.entries(llm_providers).flatMap(([name, provider]) => {
		const path = `llm_providers.${name}.api_key`;
		const variable = missing.get(path);
		if (variable === undefined || provider.type === "demo" || provider.api_key !== "") return [];
		return {
			path,
			message: `is empty, as the environment variable ${variable} is not set: ${instead}`,
			remedy: `Set ${variable} or LLM_API_KEY, or write \${${variable}:-} if that is meant.`,
		};
	});
}
