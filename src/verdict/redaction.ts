import { createHmac } from "node:crypto";
import type { RedactionStrategy, Rule } from "../policy/policy.ts";

const HASH_HEX_DIGITS = 12;

/**
 * What stands in the place of a finding. `text` is absent when its length was not known yet (a swallowed tail).
 * `synthetic` writes the label until surrogates exist.
 */
export function replacement(
	rule: Pick<Rule, "label" | "category">,
	text: string | undefined,
	strategy: RedactionStrategy,
	key: Uint8Array,
): string {
	switch (strategy) {
		case "remove":
			return "";
		case "mask":
			return rule.category === "pii" && text !== undefined ? text.replace(/[\p{L}\p{N}_]/gu, "*") : `[${rule.label} REDACTED]`;
		case "hash":
			return text === undefined
				? `[${rule.label}]`
				: `[${rule.label}:${createHmac("sha256", key).update(text).digest("hex").slice(0, HASH_HEX_DIGITS)}]`;
		case "replace":
		case "synthetic":
			return `[${rule.label}]`;
		default:
			return strategy satisfies never;
	}
}
