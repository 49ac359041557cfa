import type { Action, RedactionStrategy } from "./policy.ts";

/** The part of the configuration's `security` section that a policy is made of. */
export interface PolicySettings {
	readonly input: { readonly max_prompt_length: number };
	readonly blocked_phrases: readonly string[];
	readonly pii_protection: {
		readonly enabled: boolean;
		readonly detection_types: readonly string[];
		readonly redaction_strategy: RedactionStrategy;
		readonly block_types: readonly string[];
		readonly threshold: number;
		readonly custom_patterns: readonly {
			readonly name: string;
			readonly pattern: string;
			readonly score: number;
			readonly case_insensitive: boolean;
		}[];
		readonly allow_list: readonly string[];
	};
	readonly response_filtering: {
		readonly enabled: boolean;
		readonly on_pii: Exclude<Action, "flag">;
		readonly on_secret: Exclude<Action, "flag">;
		readonly on_cut: "end" | "error";
		readonly detection_types: readonly string[];
	};
}
