import type { ConfigFault } from "./config-fault.ts";
import { quotedName } from "./quoted-name.ts";
import type { Config } from "./schema.ts";

/** Targets of `routing.models` that lead nowhere. */
export function routingFaults({ routing, llm_providers: providers }: Config): ConfigFault[] {
	const names = Object.keys(providers);
	return Object.entries(routing.models).flatMap(([model, { targets }]) =>
		targets.flatMap(({ provider }, i) =>
			names.includes(provider)
				? []
				: [
						{
							path: `routing.models.${model}.targets.${i}.provider`,
							message: `${quotedName(provider)} is not one of llm_providers`,
							remedy: names.length === 0 ? "Add it to llm_providers." : `Use ${names.join(", ")}, or add it to llm_providers.`,
						},
					],
		),
	);
}
