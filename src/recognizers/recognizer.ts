import type { Follows } from "./context.ts";

/** What a pattern swallows after its match, for secrets without a useful upper bound (PEM, JWT, …). */
export interface Tail {
	/** Character class source (`A-Za-z0-9_-`, without brackets, ASCII) of the bytes that still belong to the secret. */
	readonly bytes: string;
	/** Literals that end the tail when seen in this order; the last one belongs to the secret. */
	readonly until?: readonly string[];
	/** Bytes after which swallowing stops in any case. */
	readonly maxBytes: number;
}

/**
 * The value after a public trigger: in `password = "hunter2"` the expression matches `password =`, which is never held,
 * and only the value is sensitive. A quote right before the value makes it end at the same quote; otherwise it ends at
 * the first byte outside `bytes`.
 */
export interface Core {
	/** Class source of what may stand between trigger and value; at most `maxSkip` bytes. */
	readonly skip: string;
	readonly maxSkip: number;
	/** Class source of the value; a negated class includes everything that is not ASCII. */
	readonly bytes: string;
	readonly minBytes: number;
	/** Longer values are judged by their first bytes, and the rest is swallowed. */
	readonly maxBytes: number;
	/** The value is what this JavaScript expression matches at the start of those bytes. */
	readonly value?: string;
}

/**
 * A way to read a disguised text. Every pattern is looked for in the text itself and in its `folded` form (invisible
 * characters, look-alikes, digits of all scripts, escapes).
 */
export type DisguiseView = "compact" | "decoded" | "fields";

/** Of a secret whose prefix is hardly ever the end of a word: spread over the fields of one call it is still one. */
export const EVERY_VIEW: readonly DisguiseView[] = ["compact", "decoded", "fields"];

/** One regular expression: the common subset of Hyperscan and JavaScript. Bounded width; `\b` or one-character lookaround at its two ends only. */
export interface PatternSpec {
	/** Unique, `type` or `type_variant`. */
	readonly name: string;
	/** Patterns with the same expression are compiled once: each match is offered to all of them. */
	readonly expression: string;
	/** In the place of an expression, which is empty then: words and phrases, sorted, in the form of `foldCase` where case does not count. */
	readonly words?: readonly string[];
	readonly caseInsensitive?: boolean;
	/** Confidence 0…1 when there is no `confirm`. */
	readonly score: number;
	/** Name of a function in `confirmers.ts` that proves or refutes the match. */
	readonly confirm?: string;
	/** One of these words must stand near the match. */
	readonly context?: readonly string[];
	/** Only matches with so many ASCII letters and digits are looked at. */
	readonly lengths?: readonly number[];
	readonly tail?: Tail;
	readonly core?: Core;
	/** A sign that says something only together with others: never held, rewritten or counted, reported beside the findings. At most 62 bytes wide. */
	readonly isSignal?: true;
	/** Found by the token model under this name; the expression is empty. */
	readonly learned?: "person" | "address" | "organization";
	/** Words begin as it does: a text that ends with one does not end in the middle of a secret. */
	readonly beginsAsWord?: true;
	/** It counts in the arguments of a call only. */
	readonly inCalls?: true;
	/** The match has an address, and those of these hosts and of hosts below them are no finding. */
	readonly allowedHosts?: readonly string[];
	/** What stands in its place in answers: the part from where it can be told from an ordinary word, so that no word waits for it. */
	readonly inAnswers?: SensitivePart;
	/** Likewise where the settings ask for it, by the name they have for where that part begins. */
	readonly sensitiveFrom?: Readonly<Record<string, SensitivePart>>;
	/** More views in which it is looked for. Default: both for secrets and phrases, none for personal data. */
	readonly views?: readonly DisguiseView[];
}

/** The end of a match, when what stands before it is public. The confirmer reads the rest of the match from the left context. */
export interface SensitivePart {
	readonly expression: string;
	readonly confirm: string;
	readonly lengths?: readonly number[];
}

export type Category = "pii" | "secret" | "phrase" | "injection" | "harm";

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
	/** `⟦` and `⟧` in an example stand around exactly what must be found. */
	readonly examples: { readonly match: readonly string[]; readonly noMatch: readonly string[] };
}

/** What a confirmer sees. A character cut by the edge of the context may be U+FFFD. */
export interface Candidate {
	readonly text: string;
	/** ASCII letters and digits of the text, letters in upper case. */
	readonly compact: string;
	/** Up to 64 bytes before the text. */
	readonly left: string;
	/** Up to 32 bytes after the text: fewer only at the end of all text. Absent in the first call. */
	readonly right: string | undefined;
}

/**
 * Returns the confidence 0…1; 0 refutes the match. `undefined` asks to be called again with `right`: the match is held
 * until that is there. Pure, total, and never `undefined` when `right` is given.
 */
export interface Confirmer {
	(candidate: Candidate): number | undefined;
	/** What must stand before a match: asked once for all that begin at one place. Absent: none is refuted for that alone. */
	readonly follows?: Follows;
}
