import type { LabelScores } from "../models/names-encoder.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Detection } from "./detector.ts";
import type { Piece } from "./piece.ts";
import type { ScannerState } from "./scanner-state.ts";

/**
 * Inspection of one text that arrives in pieces. `take` gives out what is final, in the order of the text.
 *
 * Why the result cannot depend on the chunking: a finding takes effect only when the release point has passed its
 * first byte. From then on no further match can begin at or before that byte, so every finding that starts there is
 * known, and they are visited by `(from, tail first, patterns first, longest, rule)`, an order that needs nothing still to come.
 */
export interface TextScanner {
	/** Appends UTF-8 bytes (whole code points) and scans them. */
	write(bytes: Uint8Array): void;
	/** End of the text: everything becomes final. `isPart`: a secret in the middle of which it ends is redacted; other parts may have the rest. */
	finish(isPart?: boolean): void;
	/** What is final in `[taken, upTo)`, absolute byte offsets. Stops for good at a cut. */
	take(upTo: number): Piece[];
	/** Nothing is found in what was not given out yet. */
	readonly isClean: boolean;
	/** Absolute offset up to which what `take` would give out is the text as it stands. */
	readonly cleanTo: number;
	/** Counts the text up to `upTo`, at most `cleanTo`, as given out. */
	pass(upTo: number): void;
	/** Absolute offset up to which bytes are final. */
	readonly release: number;
	/** Absolute offset of the end of the text so far. */
	readonly end: number;
	/** Absolute offset up to which `take` has given out text. */
	readonly taken: number;
	readonly isCut: boolean;
	/** Findings passed so far in order of the text, and their handing over, so that a text without end does not collect them. */
	readonly findings: readonly Finding[];
	takeFindings(): readonly Finding[];
	/** Matches of rules that are only signals, in the order in which they were seen; one may come twice. Byte offsets in the original. */
	readonly signals: readonly Detection[];
	/** What another scanner needs to go on from here. Call only after `take(Infinity)`. */
	snapshot(): ScannerState;
	close(): void;
}

/** Whether confirmed text of a rule of this type counts as no finding all the same. */
export type IsOwn = (text: string, type: string) => boolean;

export interface ScannerProgram {
	/** `isJson`: the text is JSON source. `said`: of the names in the whole text, by an encoder; none: names are not looked for. */
	open(state?: ScannerState, isOwn?: IsOwn, isJson?: boolean, said?: LabelScores | "none"): TextScanner;
}
