import { join } from "node:path";
import { unseal } from "../core/seal.ts";
import { logsIn, recordsOf, type StoredRecord } from "./log-reader.ts";
import type { Subject } from "./subject-keys.ts";

/** A record about a subject, with the log it stands in; content is decrypted. */
export type ExportedRecord = StoredRecord & { readonly log: string };

/**
 * Everything that the audit trail holds about one subject (GDPR Art. 15, CCPA §1798.110) from before `time` (ISO 8601), one
 * record in memory at a time.
 */
export function* recordsAbout(dir: string, subject: Subject, time: string): Generator<ExportedRecord> {
	for (const log of logsIn(dir)) {
		for (const record of recordsOf(join(dir, log)))
			if (record.subject === subject.pseudonym && record.time < time) yield { log, ...opened(record, subject) };
	}
}

/** The record with its content readable; content that cannot be opened stays out. */
function opened(record: StoredRecord, { key }: Subject): StoredRecord {
	const { sealed, ...open } = record;
	if (typeof sealed !== "string") return record;
	const content = unseal(key, sealed, record.requestId ?? "");
	return { ...open, content: content === undefined ? null : JSON.parse(content) };
}
