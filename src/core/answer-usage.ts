/** What one answer used. Plain data. */
export interface AnswerUsage {
	/** Tokens as the provider counts them; absent: it has not said. */
	readonly input?: number;
	readonly output?: number;
	/** UTF-16 units of the answer's text so far. */
	readonly units: number;
}

export const NOTHING_USED: AnswerUsage = { units: 0 };
