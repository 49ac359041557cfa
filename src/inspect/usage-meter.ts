import { type AnswerUsage, type HoldFacts, NOTHING_HELD, NOTHING_USED } from "../core/answer-usage.ts";
import { reportedUsage } from "../providers/reported-usage.ts";

/** Follows what one answer uses. Reported numbers only grow: some vendors repeat them with every event. */
export class UsageMeter {
	#usage: AnswerUsage;

	constructor(usage: AnswerUsage = NOTHING_USED) {
		this.#usage = usage;
	}

	/** An event, or the whole answer. */
	read(json: string): void {
		const reported = reportedUsage(json);
		if (reported === undefined) return;
		const { input, output } = this.#usage;
		this.#usage = Object.assign(
			{},
			this.#usage,
			reported.input !== undefined && { input: Math.max(input ?? 0, reported.input) },
			reported.output !== undefined && { output: Math.max(output ?? 0, reported.output) },
		);
	}

	/** With the text so far. */
	usage(units: number, hold: HoldFacts = NOTHING_HELD): AnswerUsage {
		return { ...this.#usage, units, hold };
	}
}
