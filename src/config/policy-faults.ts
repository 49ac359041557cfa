import { detectionNames } from "../recognizers/registry.ts";
import type { ConfigFault } from "./config-fault.ts";
import { nearest } from "./nearest.ts";
import { quotedName } from "./quoted-name.ts";
import type { ResolvedPolicy } from "./resolve-policies.ts";

/** What is wrong with a policy although every key of it is valid. */
export function policyFaults({ name, settings }: ResolvedPolicy): ConfigFault[] {
	const { pii_protection: pii, response_filtering: response } = settings;
	const known = new Set([...detectionNames(), ...pii.custom_patterns.map((pattern) => pattern.name)]);
	const at = name === "default" ? "security" : `security.policies.${name}`;
	const lists = {
		"pii_protection.detection_types": pii.detection_types,
		"pii_protection.block_types": pii.block_types,
		"response_filtering.detection_types": response.detection_types,
		"pii_protection.redaction_strategies": Object.keys(pii.redaction_strategies),
		"pii_protection.mask": Object.keys(pii.mask),
		"pii_protection.thresholds": Object.keys(pii.thresholds),
		"response_filtering.redaction_strategies": Object.keys(response.redaction_strategies),
	};
	const unknown = Object.entries(lists).flatMap(([path, names]) =>
		names
			.filter((type) => !known.has(type))
			.map((type) => ({
				path: `${at}.${path}`,
				message: `${quotedName(type)} is not a known type or group`,
				remedy: `Use ${nearest(type, [...known])}; docs/recognizers.md lists them all.`,
			})),
	);
	const strategies = [pii.redaction_strategy, ...Object.values(pii.redaction_strategies)];
	const hasNothingToRestore = pii.restore && !strategies.some((strategy) => strategy === "replace" || strategy === "synthetic");
	return hasNothingToRestore ? [...unknown, { path: `${at}.pii_protection.restore`, ...NOTHING_TO_RESTORE }] : unknown;
}

const NOTHING_TO_RESTORE = {
	message: "needs surrogates, and no redaction strategy makes any",
	remedy: "Set redaction_strategy, or one of redaction_strategies, to replace or synthetic, or remove restore.",
};
