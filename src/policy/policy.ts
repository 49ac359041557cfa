import type { Category, PatternSpec } from "../recognizers/recognizer.ts";

/** What happens to text that belongs to a finding. In prompts `cut` means: the request is blocked. */
export type Action = "allow" | "flag" | "redact" | "cut";
export type RedactionStrategy = "mask" | "replace" | "remove" | "hash" | "synthetic";

/** What `mask` leaves readable, counted in letters and digits. */
export interface MaskOptions {
	readonly keep_first?: number | undefined;
	readonly keep_last?: number | undefined;
	/** From the `@` on. */
	readonly keep_domain?: boolean | undefined;
}

/** A pattern with everything the lane needs to know about it. Plain data. */
export interface Rule extends PatternSpec {
	readonly type: string;
	readonly category: Category;
	readonly label: string;
	readonly action: Action;
	/** The operator or a pack wrote it: what it matches counts, even where it looks like what the proxy writes itself. */
	readonly isCustom?: true;
	/** It finds the end of a match whose head is public: allowed texts are whole matches all the same. */
	readonly isPart?: true;
	/** In a dry run: what would happen. */
	readonly would?: Action;
	/** Absent: the strategy of the rule set. */
	readonly strategy?: RedactionStrategy;
	/** Absent: the default of the type. */
	readonly mask?: MaskOptions;
	/** Absent: the threshold of the rule set. */
	readonly threshold?: number;
}

/** The rules for one direction, in priority order; the index is the PatternId. Plain data. */
export interface RuleSet {
	readonly rules: readonly Rule[];
	/** Findings below this confidence are dropped, 0…1. */
	readonly threshold: number;
	readonly strategy: RedactionStrategy;
	/** Texts never reported (exact). */
	readonly allowList: readonly string[];
	/** False: only the text as it stands is looked at, no disguises. */
	readonly normalize?: boolean;
}

export interface InjectionPolicy {
	/** Chance of an attack, 0…1, from which `action` is taken. */
	readonly threshold: number;
	readonly action: "block" | "flag";
	/** The learned model is asked beside the rules. */
	readonly isLearned?: boolean;
	/** Nobody else is asked, so nobody can bear the learned model out. */
	readonly isLearnedAlone?: boolean;
	/** A transformer is asked about what the rules and the model are unsure of. */
	readonly hasSecondStage?: boolean;
	/** ms that the learned models may take for one prompt, and what happens to one that takes it longer. */
	readonly timeout?: { readonly ms: number; readonly action: "allow" | "flag" | "block" };
}

/** Messages of the conversation, parts of all of them, tools offered. */
export interface PromptCounts {
	readonly messages: number;
	readonly parts: number;
	readonly tools: number;
}

/** What a request may let the model use: globs of names, and hosts with all below them; empty: nothing, `*`: anything. */
export interface ToolPolicy {
	readonly function: readonly string[];
	readonly hosted: readonly string[];
	readonly server: readonly string[];
}

export interface ToolCallPolicy {
	readonly action: "flag" | "cut";
	/** Globs; empty: every tool that the request offers. */
	readonly allowedTools: readonly string[];
}

export interface HarmPolicy {
	/** Chance of harm, 0…1, from which `action` is taken. */
	readonly threshold: number;
	readonly action: "flag" | "redact" | "cut";
	/** A transformer is asked too about texts that are inspected by themselves, and what happens to one it has no time for. */
	readonly secondStage?: { readonly onTimeout: "allow" | "flag" | "block" };
}

/** One compiled security policy. Plain data; `id` is the content hash. */
export interface Policy {
	readonly id: string;
	readonly prompt: RuleSet;
	readonly response: RuleSet;
	/** What follows the vendor's own end of a cut answer: its end marker, or an error that no application can miss. */
	readonly onCut: "end" | "error";
	/** What happens to a request with a file that may hold text and cannot be inspected. */
	readonly documents: "refuse" | "pass";
	/** What happens to one with a picture, sound or film: what they say is not read. Absent: it passes. */
	readonly media?: "flag" | "refuse";
	/** What happens to an answer that repeats the application's own words to the model; absent: nothing is looked for. */
	readonly onEcho?: "flag" | "cut";
	/** What happens to one that tells them in other words. */
	readonly onParaphrase?: "flag";
	/** What happens to a call of a tool that the request does not offer or the policy does not allow; absent: nothing is looked for. */
	readonly toolCalls?: ToolCallPolicy;
	/** The application's own words get a canary, for which the rules for answers then look. */
	readonly hasCanary?: true;
	/** What happens to an answer that is harmful; absent: nothing is looked for. */
	readonly harm?: HarmPolicy;
	/** What happens to a prompt that attacks; absent: nothing is looked for. */
	readonly injection?: InjectionPolicy;
	/** A transformer is asked about the names in prompts beside the token model, and its ms for one prompt; absent: it is not. */
	readonly names?: { readonly timeoutMs: number };
	/** Absent: any tool. */
	readonly tools?: ToolPolicy;
	/** Most of each that a request may have. */
	readonly maxCounts: PromptCounts;
	/** Longest prompt text in UTF-16 units over all strings of the request. */
	readonly maxPromptLength: number;
	/** Decides and counts, but changes nothing. The rules for answers then only flag; `Rule.would` has what they would do. */
	readonly dryRun: boolean;
	/** Surrogates of the prompt become their originals again in the answer to the same request. */
	readonly restores: boolean;
}
