import type { ByteOffset } from "../core/units.ts";
import type { Action } from "../policy/policy.ts";
import type { Category } from "../recognizers/recognizer.ts";

/** A confirmed match. Carries no text. */
export interface Finding {
	readonly type: string;
	readonly rule: number;
	readonly from: ByteOffset;
	/** Grows while a tail is being swallowed. */
	to: ByteOffset;
	score: number;
	readonly action: Action;
	readonly category: Category;
}
