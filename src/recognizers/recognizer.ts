/** What a pattern swallows after its match, for secrets without a useful upper bound (PEM, JWT, …). */
export interface Tail {
	/** Character class source (`A-Za-z0-9_-`, without brackets, ASCII) of the bytes that still belong to the secret. */
	readonly bytes: string;
	/** Literals that end the tail when seen in this order; the last one belongs to the secret. */
	readonly until?: readonly string[];
	/** Bytes after which swallowing stops in any case. */
	readonly maxBytes: number;
}

/** One regular expression: the common subset of Hyperscan and JavaScript. Bounded width; `\b` or one-character lookaround at its two ends only. */
export interface PatternSpec {
	/** Unique, `type` or `type_variant`. */
	readonly name: string;
	readonly expression: string;
	readonly caseInsensitive?: boolean;
	/** Confidence 0…1 when there is no `confirm`. */
	readonly score: number;
	/** Name of a function in `confirmers.ts` that proves or refutes the match. */
	readonly confirm?: string;
	readonly tail?: Tail;
}

export type Category = "pii" | "secret" | "phrase";

/** Data that recognises one entity type, with its own proof. */
export interface Recognizer {
	/** Name used in `detection_types` and findings: `email`. */
	readonly type: string;
	readonly category: Category;
	/** More group names that select it, beside `all`, `pii` or `secrets`. */
	readonly groups?: readonly string[];
	/** Label of the placeholder: `EMAIL`. */
	readonly label: string;
	readonly patterns: readonly PatternSpec[];
	readonly examples: { readonly match: readonly string[]; readonly noMatch: readonly string[] };
}

/** What a confirmer sees: the matched text and up to 64 bytes before it (UTF-8 decoded, a cut first character may be U+FFFD). */
export interface Candidate {
	readonly text: string;
	readonly left: string;
}

/** Returns the confidence 0…1; 0 refutes the match. Pure and total. */
export type Confirmer = (candidate: Candidate) => number;
