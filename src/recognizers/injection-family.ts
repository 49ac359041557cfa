import type { SignalName } from "./injection.ts";

/** Signals that stand together: in one sentence, unless `within` reaches further. */
export interface InjectionRule {
	readonly together: readonly SignalName[];
	/** Bytes from the first to the last of them, 96 by default. */
	readonly within?: number;
	/** They may stand in different sentences. */
	readonly anywhere?: true;
	/** So many of the one signal. */
	readonly atLeast?: number;
	/** Chance 0…1 that a text of a user with this is an attack. */
	readonly weight: number;
	/** The same for text that nobody in the conversation wrote: tool results, documents, tool descriptions. Default: `weight`. */
	readonly foreign?: number;
}

/** One way of attack: the type of its findings. */
export interface InjectionFamily {
	readonly type: string;
	readonly title: string;
	readonly rules: readonly InjectionRule[];
	/** `match`: a user's texts, `foreign`: a tool's, that the family must find and that are risky (0.5 or more). `noMatch`: a user's that must not be blocked. */
	readonly examples: { readonly match: readonly string[]; readonly foreign?: readonly string[]; readonly noMatch: readonly string[] };
}
