/** What one answer used. Plain data. */
export interface AnswerUsage {
	/** Tokens as the provider counts them; absent: it has not said. */
	readonly input?: number;
	readonly output?: number;
	/** UTF-16 units of the answer's text so far. */
	readonly units: number;
	readonly hold: HoldFacts;
}

/** What of the text of a streamed answer waited for what came after it; all 0 where it was not streamed. UTF-8 bytes. */
export interface HoldFacts {
	readonly bytes: number;
	/** Those that did not go out at once. */
	readonly held: number;
	/** Of one text at one time, at most. */
	readonly mostHeld: number;
}

export const NOTHING_HELD: HoldFacts = { bytes: 0, held: 0, mostHeld: 0 };

export const NOTHING_USED: AnswerUsage = { units: 0, hold: NOTHING_HELD };
