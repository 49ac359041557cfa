import type { Finding } from "../verdict/finding.ts";
import { type FindingNote, type FindingReport, MAX_NOTES, reportedScore } from "../verdict/finding-report.ts";

interface Noted {
	readonly channel: string;
	/** The scanner's own while its lane lives: the end of a tail may still move. */
	readonly finding: Pick<Finding, "type" | "from" | "to" | "score" | "action">;
}

/** What was found so far: counts of everything, places of the first findings. */
export class FindingTally {
	readonly counts: Record<string, number>;
	readonly #noted: Noted[];

	constructor(report?: FindingReport) {
		// Without a prototype: a pattern may be named `constructor`.
		this.counts = Object.assign(Object.create(null), report?.counts);
		this.#noted = report?.notes.map((finding) => ({ channel: finding.channel, finding })) ?? [];
	}

	add(findings: readonly Noted["finding"][], channel: string): void {
		for (const finding of findings) {
			this.counts[finding.type] = (this.counts[finding.type] ?? 0) + 1;
			if (this.#noted.length < MAX_NOTES) this.#noted.push({ channel, finding });
		}
	}

	report(): FindingReport {
		return { counts: { ...this.counts }, notes: this.#noted.map(noteOf) };
	}
}

function noteOf({ channel, finding: { type, from, to, score, action } }: Noted): FindingNote {
	return { type, channel, from, to, score: reportedScore(score), action };
}
