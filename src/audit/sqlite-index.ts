import { createRequire } from "node:module";
import type { Database } from "node-sqlite3-wasm";
import { createFile } from "../core/files.ts";
import { conditionsOf, foundRecord, type IndexStore } from "./index-store.ts";

/** Grows with every change of the tables; an index of another version is made anew. */
const VERSION = 2;
const TABLES = `
CREATE TABLE record (log TEXT, seq INTEGER, time TEXT, type TEXT, subject TEXT, action TEXT, model TEXT, provider TEXT, outcome TEXT,
	request_id TEXT, json TEXT, PRIMARY KEY (log, seq)) WITHOUT ROWID;
CREATE INDEX record_time ON record (time);
CREATE INDEX record_subject ON record (subject, time);
CREATE INDEX record_request ON record (request_id);
CREATE TABLE finding (log TEXT, seq INTEGER, type TEXT, PRIMARY KEY (type, log, seq)) WITHOUT ROWID;
PRAGMA user_version = ${VERSION};
`;
const SPECIAL = { finding: "(log, seq) IN (SELECT log, seq FROM finding WHERE finding.type = ?)", model: "model GLOB ?" };

/** In the place of a file: in memory. */
export const MEMORY = ":memory:";

/** An index in a file, or in `MEMORY`. Throws when the file is none of this version. */
export function openSqlite(file: string): IndexStore {
	const sqlite = createRequire(import.meta.url)("node-sqlite3-wasm") as typeof import("node-sqlite3-wasm");
	if (file !== MEMORY) createFile(file, "");
	const database = new sqlite.Database(file);
	try {
		if (database.get("PRAGMA user_version")?.["user_version"] !== VERSION) database.exec(TABLES);
	} catch (error) {
		database.close();
		throw error;
	}
	return storeOf(database);
}

function storeOf(database: Database): IndexStore {
	return {
		async change(work) {
			database.exec("BEGIN IMMEDIATE");
			await work();
			database.exec("COMMIT");
		},
		async last(log) {
			const row = database.get("SELECT seq, json FROM record WHERE log = ? ORDER BY seq DESC LIMIT 1", [log]);
			return row === null ? undefined : { seq: Number(row["seq"]), json: String(row["json"]) };
		},
		async extent(log) {
			const row = database.get("SELECT MIN(seq) AS first, MAX(seq) AS last, COUNT(*) AS count FROM record WHERE log = ?", [log]);
			return { first: Number(row?.["first"] ?? 0), last: Number(row?.["last"] ?? -1), count: Number(row?.["count"] ?? 0) };
		},
		async ownLogs() {
			return database.all("SELECT DISTINCT log FROM record").map((row) => String(row["log"]));
		},
		async add(log, records) {
			const insertRecord = database.prepare("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
			const insertFinding = database.prepare("INSERT OR IGNORE INTO finding VALUES (?, ?, ?)");
			for (const { seq, time, type, subject, action, model, provider, outcome, requestId, findings, json } of records) {
				insertRecord.run([log, seq, time, type, subject, action, model, provider, outcome, requestId, json]);
				for (const found of findings) insertFinding.run([log, seq, found]);
			}
			insertRecord.finalize();
			insertFinding.finalize();
		},
		async removeBefore(log, seq) {
			for (const table of ["record", "finding"]) database.run(`DELETE FROM ${table} WHERE log = ? AND seq < ?`, [log, seq]);
		},
		async find(filter) {
			const { where, values } = conditionsOf(filter, SPECIAL, () => "?");
			const rows = database.all(`SELECT log, json FROM record ${where} ORDER BY time DESC, log, seq DESC LIMIT ?`, [
				...values,
				filter.limit,
			]);
			return rows.map(({ log, json }) => foundRecord(log, json));
		},
		async close() {
			database.close();
		},
	};
}
