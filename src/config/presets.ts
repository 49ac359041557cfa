import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** The shipped policies, each the `security` section of `config/security_policies/NAME_policy.yaml`. */
export const PRESET_NAMES = ["strict", "balanced", "permissive"] as const;

/** What a shipped policy says, as written. Throws when the installation is broken. */
export function presetOverrides(name: (typeof PRESET_NAMES)[number]): Readonly<Record<string, unknown>> {
	const file = new URL(`../../config/security_policies/${name}_policy.yaml`, import.meta.url);
	return (parse(readFileSync(file, "utf8")) as { security: Record<string, unknown> }).security;
}

export function isPreset(name: string): name is (typeof PRESET_NAMES)[number] {
	return (PRESET_NAMES as readonly string[]).includes(name);
}
