import type { StoredRecord } from "./log-reader.ts";

/** What to look for; absent members do not matter. */
export interface RecordFilter {
	/** ISO 8601, from and including. */
	readonly from?: string;
	/** ISO 8601, up to and without. */
	readonly to?: string;
	/** The least of the pseudonyms that are looked for, and what is greater than all of them. */
	readonly subjectFrom?: string;
	readonly subjectTo?: string;
	/** Of the record: `interaction`, `refusal`, `lane`, … */
	readonly type?: string;
	/** A recognizer type that was found in the prompt or the answer. */
	readonly finding?: string;
	/** What was decided about the prompt. */
	readonly action?: string;
	/** May hold `*` and `?`. */
	readonly model?: string;
	readonly provider?: string;
	readonly outcome?: string;
	readonly requestId?: string;
	/** Name of a log. */
	readonly log?: string;
	readonly limit: number;
}

export type FoundRecord = StoredRecord & { readonly log: string };

/** A record as an index keeps it. */
export interface IndexedRecord {
	readonly seq: number;
	readonly time: string;
	readonly type: string;
	readonly subject: string;
	readonly action: string;
	readonly model: string;
	readonly provider: string;
	readonly outcome: string;
	readonly requestId: string;
	/** Types that were found. */
	readonly findings: readonly string[];
	/** The whole record without encrypted content: that is not searched, so it need not be there twice. */
	readonly json: string;
}

/** `first` is 0 and `last` -1 where there is none. */
export interface Extent {
	readonly first: number;
	readonly last: number;
	readonly count: number;
}

/** Where an index is kept. Everything in it can be made from the segments again. */
export interface IndexStore {
	/** Does `work` as a whole or not at all; others wait. */
	change(work: () => Promise<void>): Promise<void>;
	/** The newest record of a log. */
	last(log: string): Promise<Pick<IndexedRecord, "seq" | "json"> | undefined>;
	/** How many records of a log there are, and the numbers of the first and the last one. */
	extent(log: string): Promise<Extent>;
	/** Logs that it has records of, where it serves one folder alone. */
	ownLogs(): Promise<readonly string[]>;
	add(log: string, records: readonly IndexedRecord[]): Promise<void>;
	/** Takes out the records of a log before `seq`. */
	removeBefore(log: string, seq: number): Promise<void>;
	/** Newest first. */
	find(filter: RecordFilter): Promise<FoundRecord[]>;
	close(): Promise<void>;
}

/** The conditions of a filter in SQL: `special` has those that databases write in different ways, `place` how they name a value. */
export function conditionsOf(
	filter: RecordFilter,
	special: { readonly finding: string; readonly model: string },
	place: (n: number) => string,
): { readonly where: string; readonly values: string[] } {
	const templates = { ...CONDITIONS, ...special };
	const wanted = Object.entries(templates).flatMap(([name, template]) => {
		const value = filter[name as keyof typeof templates];
		return value === undefined ? [] : [{ template, value }];
	});
	const conditions = wanted.map(({ template }, i) => template.replace("?", place(i + 1)));
	return { where: conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`, values: wanted.map(({ value }) => value) };
}

/** `?` is the value. */
const CONDITIONS = {
	from: "time >= ?",
	to: "time < ?",
	subjectFrom: "subject >= ?",
	subjectTo: "subject < ?",
	type: "type = ?",
	action: "action = ?",
	provider: "provider = ?",
	outcome: "outcome = ?",
	requestId: "request_id = ?",
	log: "log = ?",
} as const;

export function foundRecord(log: unknown, json: unknown): FoundRecord {
	return { log: String(log), ...(JSON.parse(String(json)) as StoredRecord) };
}
