import { join } from "node:path";
import { logsIn, recordsOf, type StoredRecord } from "./log-reader.ts";
import { unseal } from "./seal.ts";
import type { Subject } from "./subject-keys.ts";

/** Everything that the audit trail holds about one subject (GDPR Art. 15, CCPA §1798.110). */
export interface SubjectExport {
	readonly subject: string;
	readonly pseudonym: string;
	readonly exportedAt: string;
	/** With the log each stands in; content is decrypted. */
	readonly records: readonly (StoredRecord & { readonly log: string })[];
}

export function exportSubject(dir: string, subject: Subject): SubjectExport {
	const records = logsIn(dir).flatMap((log) =>
		[...recordsOf(join(dir, log))]
			.filter((record) => record.subject === subject.pseudonym)
			.map((record) => ({ log, ...opened(record, subject) })),
	);
	return { subject: subject.id, pseudonym: subject.pseudonym, exportedAt: new Date().toISOString(), records };
}

/** The record with its content readable; content that cannot be opened stays out. */
function opened(record: StoredRecord, { key }: Subject): StoredRecord {
	const { sealed, ...open } = record;
	if (typeof sealed !== "string") return record;
	const content = unseal(key, sealed, record.requestId ?? "");
	return { ...open, content: content === undefined ? null : JSON.parse(content) };
}
