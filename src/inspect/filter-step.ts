import type { Entry } from "./stream-entry.ts";
import type { TranscriptEntry } from "./transcript.ts";

export type EndKind = "complete" | "cut" | "fault";

/** What came out of one step. `ended` is final; nothing may be pushed afterwards. */
export interface FilterStep {
	/** Safe bytes as text; whole SSE blocks. */
	readonly out: string;
	/** Raw bytes of the answer that need not be replayed any more. */
	readonly consumed: number;
	/** What must be handed to the next lane beside the state, after everything handed over before. */
	readonly kept?: readonly TranscriptEntry[];
	readonly ended?: EndKind;
	/** With `fault`: the error code. */
	readonly code?: string;
}

/** Events being taken in, and what came of those before. */
export interface Run {
	out: string;
	/** Read, not written yet. */
	readonly entries: Entry[];
	/** The answer ended. */
	end: FilterStep | undefined;
}

export function append(run: Run, step: FilterStep): void {
	run.out += step.out;
	if (step.ended !== undefined) run.end = step;
}
