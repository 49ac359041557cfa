import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Database, JSValue } from "node-sqlite3-wasm";
import { logsIn, recordsOf, type StoredRecord } from "./log-reader.ts";

/** What to look for; absent members do not matter. */
export interface RecordFilter {
	/** ISO 8601, from and including. */
	readonly from?: string;
	/** ISO 8601, up to and without. */
	readonly to?: string;
	/** A pseudonym. */
	readonly subject?: string;
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

const INDEX = "index.sqlite";

/** Grows with every change of the tables; an index of another version is made anew. */
const VERSION = 1;
const TABLES = `
CREATE TABLE record (log TEXT, seq INTEGER, time TEXT, type TEXT, subject TEXT, action TEXT, model TEXT, provider TEXT, outcome TEXT,
	requestId TEXT, json TEXT, PRIMARY KEY (log, seq)) WITHOUT ROWID;
CREATE INDEX record_time ON record (time);
CREATE INDEX record_subject ON record (subject, time);
CREATE INDEX record_request ON record (requestId);
CREATE TABLE finding (log TEXT, seq INTEGER, type TEXT, PRIMARY KEY (type, log, seq)) WITHOUT ROWID;
PRAGMA user_version = ${VERSION};
`;

/**
 * A search index over all logs of a folder, in SQLite. Made from the segments alone, brought up to date when it is opened,
 * and made anew where it does not fit them. Where the folder cannot be written it lives in memory.
 */
export class SearchIndex {
	readonly #database: Database;

	constructor(dir: string) {
		this.#database = openDatabase(join(dir, INDEX), (database) => {
			for (const log of logsIn(dir)) update(database, dir, log);
		});
	}

	/** Newest first. */
	find(filter: RecordFilter): FoundRecord[] {
		const { conditions, values } = conditionsOf(filter);
		const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
		const rows = this.#database.all(`SELECT log, json FROM record ${where} ORDER BY time DESC, log, seq DESC LIMIT ?`, [
			...values,
			filter.limit,
		]);
		return rows.map(({ log, json }) => ({ log: String(log), ...(JSON.parse(String(json)) as StoredRecord) }));
	}

	close(): void {
		this.#database.close();
	}
}

/** Column and operator of each filter. */
const COLUMNS: Readonly<Partial<Record<keyof RecordFilter, string>>> = {
	from: "time >= ?",
	to: "time < ?",
	subject: "subject = ?",
	type: "type = ?",
	finding: "(log, seq) IN (SELECT log, seq FROM finding WHERE finding.type = ?)",
	action: "action = ?",
	model: "model GLOB ?",
	provider: "provider = ?",
	outcome: "outcome = ?",
	requestId: "requestId = ?",
	log: "log = ?",
};

function conditionsOf(filter: RecordFilter): { readonly conditions: string[]; readonly values: JSValue[] } {
	const wanted = Object.entries(COLUMNS).flatMap(([name, condition]) => {
		const value = filter[name as keyof RecordFilter];
		return value === undefined ? [] : [{ condition, value }];
	});
	return { conditions: wanted.map(({ condition }) => condition), values: wanted.map(({ value }) => value) };
}

/** The module is CommonJS and loads a megabyte of WebAssembly: only when somebody searches. */
function openDatabase(file: string, fill: (database: Database) => void): Database {
	const sqlite = createRequire(import.meta.url)("node-sqlite3-wasm") as typeof import("node-sqlite3-wasm");
	const open = (name: string): Database => {
		const database = new sqlite.Database(name);
		try {
			if (database.get("PRAGMA user_version")?.["user_version"] !== VERSION) database.exec(TABLES);
			database.exec("BEGIN IMMEDIATE");
			fill(database);
			database.exec("COMMIT");
			return database;
		} catch (error) {
			database.close();
			throw error;
		}
	};
	try {
		return open(file);
	} catch {
		// Another version, a torn file, a lock that a dead process left: nothing is in it that the segments do not have.
		try {
			for (const path of [file, `${file}-journal`, `${file}.lock`]) rmSync(path, { force: true, recursive: true });
			return open(file);
		} catch {
			return open(":memory:");
		}
	}
}

/** Adds what the log has beyond the index, and takes out what retention removed. */
function update(database: Database, dir: string, log: string): void {
	const last = database.get("SELECT seq, json FROM record WHERE log = ? ORDER BY seq DESC LIMIT 1", [log]);
	let isKnown = last === null;
	const insertRecord = database.prepare("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	const insertFinding = database.prepare("INSERT OR IGNORE INTO finding VALUES (?, ?, ?)");
	for (const record of recordsOf(join(dir, log), Number(last?.["seq"] ?? 0))) {
		const json = jsonOf(record);
		if (record.seq === last?.["seq"]) {
			if (json !== last["json"]) throw new Error("the index belongs to another log");
			isKnown = true;
			continue;
		}
		const { prompt, response } = record as StoredRecord & Partial<Record<"prompt" | "response", { action?: string; findings?: object }>>;
		const text = (name: string): string => String(record[name] ?? "");
		const { seq, time, type } = record;
		const described = ["model", "provider", "outcome", "requestId"].map(text);
		insertRecord.run([log, seq, time, type, text("subject"), String(prompt?.action ?? ""), ...described, json]);
		for (const found of Object.keys({ ...prompt?.findings, ...response?.findings })) insertFinding.run([log, seq, found]);
	}
	insertRecord.finalize();
	insertFinding.finalize();
	if (!isKnown) throw new Error("the index knows more than the log");
	removeOld(database, dir, log);
}

function removeOld(database: Database, dir: string, log: string): void {
	const first = recordsOf(join(dir, log)).next().value?.seq ?? 0;
	for (const table of ["record", "finding"]) database.run(`DELETE FROM ${table} WHERE log = ? AND seq < ?`, [log, first]);
}

/** Encrypted content is not searched, so it need not be there twice. */
function jsonOf({ sealed: _sealed, ...record }: StoredRecord): string {
	return JSON.stringify(record);
}
