import type { Finding } from "../../../src/verdict/finding.ts";
import { type Kind, samplesOf } from "./kind.ts";

/** What became of the samples of one kind. */
export interface KindCount {
	readonly samples: number;
	/** Found under one of the kind's types, and covered from end to end by findings of any type. */
	readonly found: number;
	readonly covered: number;
	/** The first that was not both. */
	readonly missed?: string;
}

const SAMPLES = 20;

export function countKind(kind: Kind, inspect: (text: string) => readonly Finding[]): KindCount {
	const samples = samplesOf(kind, SAMPLES * (kind.oneIn ?? 1));
	let [found, covered] = [0, 0];
	let missed: string | undefined;
	for (const { text, from, to } of samples) {
		const findings = inspect(text).filter((finding) => finding.from < to && finding.to > from);
		const isFound = findings.some(({ type }) => kind.types.includes(type));
		const isCovered =
			isFound && Math.min(...findings.map((finding) => finding.from)) <= from && Math.max(...findings.map((finding) => finding.to)) >= to;
		if (isFound) found++;
		if (isCovered) covered++;
		if (!(isFound && isCovered)) missed ??= text;
	}
	return { samples: samples.length, found, covered, ...(missed !== undefined && { missed }) };
}
