import { rmSync } from "node:fs";
import { join } from "node:path";
import type { IndexedRecord, IndexStore } from "./index-store.ts";
import { signedSize } from "./log-end.ts";
import { logsIn, recordsOf, type StoredRecord } from "./log-reader.ts";
import { missingRecords } from "./missing-records.ts";

const INDEX = "index.sqlite";
/** Records that are added at a time. */
const BATCH = 1000;

/** An index over all logs of a folder, up to date. */
export interface SearchIndex extends Pick<IndexStore, "find" | "close"> {
	/** What is missing of a log that should be there, and so cannot be found. */
	readonly missing: readonly { readonly log: string; readonly what: string }[];
}

/** `url`: of a PostgreSQL database; empty: SQLite in the folder. Throws when a log cannot be read. */
export async function openIndex(dir: string, url: string): Promise<SearchIndex> {
	// Each is loaded when it is used: a megabyte of WebAssembly, a database's protocol.
	if (url !== "") return upToDate(await (await import("./postgres-index.ts")).openPostgres(url), dir);
	const { MEMORY, openSqlite } = await import("./sqlite-index.ts");
	const file = join(dir, INDEX);
	const inFile = async (): Promise<SearchIndex> => upToDate(openSqlite(file), dir);
	/** Nothing is in it that the segments do not have. */
	const madeAnew = async (): Promise<SearchIndex> => {
		try {
			for (const path of [file, `${file}-journal`, `${file}.lock`]) rmSync(path, { force: true, recursive: true });
			return await inFile();
		} catch {
			// The folder cannot be written.
			return upToDate(openSqlite(MEMORY), dir);
		}
	};
	// Another version, a torn file, a lock that a dead process left.
	let index = await inFile().catch(madeAnew);
	return {
		get missing() {
			return index.missing;
		},
		async find(filter) {
			try {
				return await index.find(filter);
			} catch {
				// Torn where only a search looks.
				await index.close();
				index = await madeAnew();
				return index.find(filter);
			}
		},
		close: () => index.close(),
	};
}

async function upToDate(store: IndexStore, dir: string): Promise<SearchIndex> {
	const missing: { log: string; what: string }[] = [];
	try {
		await store.change(async () => {
			const logs = logsIn(dir);
			for (const log of await store.ownLogs())
				if (!logs.includes(log)) missing.push({ log, what: "the whole log is gone, and its records are in the index alone" });
			for (const log of logs) {
				// Before the records: a log that is being written grows meanwhile.
				const signed = signedSize(join(dir, log));
				await update(store, dir, log);
				for (const what of await missingRecords(store, log, signed)) missing.push({ log, what });
			}
		});
		return { missing, find: (filter) => store.find(filter), close: () => store.close() };
	} catch (error) {
		await store.close();
		throw error;
	}
}

/** Adds what the log has beyond the index, and takes out what retention removed; what does not fit the log is made anew. */
async function update(store: IndexStore, dir: string, log: string): Promise<void> {
	const last = await store.last(log);
	const fits = last === undefined || holds(dir, log, last);
	if (!fits) await store.removeBefore(log, Number.MAX_SAFE_INTEGER);
	let batch: IndexedRecord[] = [];
	let next = fits && last !== undefined ? last.seq + 1 : 0;
	for (const record of recordsOf(join(dir, log), next)) {
		if (record.seq < next) throw new Error(`${join(dir, log)} has record ${record.seq} twice — run 'audit verify'`);
		next = record.seq + 1;
		batch.push(indexed(record));
		if (batch.length < BATCH) continue;
		await store.add(log, batch);
		batch = [];
	}
	await store.add(log, batch);
	await store.removeBefore(log, recordsOf(join(dir, log)).next().value?.seq ?? 0);
}

/** Whether the record is in the log as it is in the index; else the index knows another log of that name. */
function holds(dir: string, log: string, { seq, json }: Pick<IndexedRecord, "seq" | "json">): boolean {
	for (const record of recordsOf(join(dir, log), seq)) return record.seq === seq && indexed(record).json === json;
	return false;
}

function indexed({ sealed: _sealed, ...record }: StoredRecord): IndexedRecord {
	const { prompt, response } = record as StoredRecord & Partial<Record<"prompt" | "response", { action?: string; findings?: object }>>;
	const text = (name: string): string => String(record[name] ?? "");
	const { seq, time, type } = record;
	return {
		seq,
		time,
		type,
		subject: text("subject"),
		action: String(prompt?.action ?? ""),
		model: text("model"),
		provider: text("provider"),
		outcome: text("outcome"),
		requestId: text("requestId"),
		findings: Object.keys({ ...prompt?.findings, ...response?.findings }),
		json: JSON.stringify(record),
	};
}
