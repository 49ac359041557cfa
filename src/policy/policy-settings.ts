import type { Validator } from "../recognizers/validators.ts";
import type { Action, MaskOptions, RedactionStrategy } from "./policy.ts";

/** The part of the configuration's `security` section that a policy is made of. */
export interface PolicySettings {
	readonly input: {
		readonly max_prompt_length: number;
		readonly max_messages: number;
		readonly max_parts: number;
		readonly max_tools: number;
		readonly tools: {
			readonly allowed: readonly string[];
			readonly allowed_hosted: readonly string[];
			readonly allowed_servers: readonly string[];
		};
		readonly normalize: boolean;
		readonly documents: "refuse" | "pass";
		readonly media: "pass" | "flag" | "refuse";
		readonly special_tokens: "pass" | "neutralize" | "reject";
		readonly hidden_text: "pass" | "strip" | "reject";
		readonly control_sequences: "pass" | "strip" | "reject";
	};
	readonly prompt_injection: {
		readonly enabled: boolean;
		readonly detection_models: readonly ("rule_based" | "ml_based" | "transformer")[];
		readonly block_threshold: number;
		readonly action: "block" | "flag";
		readonly model_timeout_ms: number;
		readonly on_timeout: "block" | "flag" | "pass";
	};
	readonly blocked_phrases: readonly string[];
	readonly blocked_patterns: readonly string[];
	readonly pii_protection: {
		readonly enabled: boolean;
		readonly detection_types: readonly string[];
		readonly name_models: readonly ("token" | "transformer")[];
		readonly redaction_strategy: RedactionStrategy;
		/** By type or group. */
		readonly redaction_strategies: Readonly<Record<string, RedactionStrategy>>;
		readonly mask: Readonly<Record<string, MaskOptions>>;
		readonly restore: boolean;
		readonly block_types: readonly string[];
		readonly threshold: number;
		/** By type or group. */
		readonly thresholds: Readonly<Record<string, number>>;
		readonly custom_patterns: readonly {
			readonly name: string;
			readonly pattern?: string | undefined;
			/** In the place of `pattern`. */
			readonly words?: readonly string[] | undefined;
			readonly score: number;
			readonly case_insensitive: boolean;
			readonly validator?: Validator | undefined;
			readonly context: readonly string[];
		}[];
		readonly allow_list: readonly string[];
	};
	readonly response_filtering: {
		readonly special_tokens: "pass" | "neutralize" | "cut";
		readonly hidden_text: "pass" | "strip" | "cut";
		readonly control_sequences: "pass" | "strip" | "cut";
		readonly enabled: boolean;
		readonly on_pii: Exclude<Action, "flag">;
		readonly on_secret: Exclude<Action, "flag">;
		readonly on_cut: "end" | "error";
		readonly links: "pass" | "neutralize" | "cut";
		readonly allowed_hosts: readonly string[];
		readonly on_harmful: Action;
		readonly block_threshold: number;
		readonly on_prompt_echo: "allow" | "flag" | "cut";
		readonly on_prompt_paraphrase: "allow" | "flag";
		readonly tool_calls: {
			readonly action: "pass" | "flag" | "cut";
			readonly allowed_tools: readonly string[];
			readonly allowed_hosts: readonly string[];
		};
		readonly prompt_canary: "none" | "redact" | "cut";
		/** Absent: as in prompts. */
		readonly redaction_strategy?: RedactionStrategy | undefined;
		readonly redaction_strategies: Readonly<Record<string, RedactionStrategy>>;
		readonly normalize: boolean;
		readonly sensitive_from: { readonly email: "start" | "at" };
		readonly detection_types: readonly string[];
	};
}
