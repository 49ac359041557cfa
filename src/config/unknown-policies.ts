import type { ConfigFault } from "./config-fault.ts";
import { nearest } from "./nearest.ts";
import { quotedName } from "./quoted-name.ts";
import type { Config } from "./schema.ts";

/** Places that name a policy which is not there. */
export function unknownPolicies({ policies, security, llm_providers }: Config): ConfigFault[] {
	const known = policies.map(({ name }) => name);
	const named = [
		...security.policy_rules.map(({ policy }, i) => [`security.policy_rules.${i}.policy`, policy] as const),
		...Object.entries(llm_providers).map(([name, { policy }]) => [`llm_providers.${name}.policy`, policy] as const),
	];
	return named.flatMap(([path, policy]) =>
		policy === undefined || known.includes(policy)
			? []
			: [
					{
						path,
						message: `there is no policy ${quotedName(policy)}`,
						remedy: `Use ${nearest(policy, known)}, or define it in security.policies.`,
					},
				],
	);
}
