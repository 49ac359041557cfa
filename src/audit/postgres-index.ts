import pg from "pg";
import { conditionsOf, foundRecord, type IndexStore } from "./index-store.ts";

/** The version stands in the table's name: another one has a table of its own. Text is compared byte by byte, as in SQLite. */
const TABLE = "audit_record_v1";
const TABLES = `
CREATE TABLE IF NOT EXISTS ${TABLE} (log text COLLATE "C", seq bigint, time text COLLATE "C" NOT NULL, type text NOT NULL,
	subject text NOT NULL, action text NOT NULL, model text NOT NULL, provider text NOT NULL, outcome text NOT NULL,
	request_id text NOT NULL, findings text[] NOT NULL, json text NOT NULL, PRIMARY KEY (log, seq));
CREATE INDEX IF NOT EXISTS ${TABLE}_time ON ${TABLE} (time);
CREATE INDEX IF NOT EXISTS ${TABLE}_subject ON ${TABLE} (subject, time);
CREATE INDEX IF NOT EXISTS ${TABLE}_request ON ${TABLE} (request_id);
CREATE INDEX IF NOT EXISTS ${TABLE}_findings ON ${TABLE} USING gin (findings);
`;
const INSERT = `INSERT INTO ${TABLE} SELECT $1, seq, time, type, subject, action, model, provider, outcome, "requestId", findings, json
	FROM json_to_recordset($2::json) AS r (seq bigint, time text, type text, subject text, action text, model text, provider text,
	outcome text, "requestId" text, findings text[], json text)`;
const SPECIAL = { finding: "findings @> ARRAY[?]::text[]", model: "model LIKE ?" };
/** Who updates holds this; any number that nobody else takes. */
const LOCK = 7_166_015;
const CONNECT_MS = 10_000;

/** An index in a PostgreSQL database. Throws when that cannot be reached or used. */
export async function openPostgres(url: string): Promise<IndexStore> {
	const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS, application_name: "secure-llm-proxy audit" });
	// A connection that breaks later also fails the query that is under way, which says so.
	client.on("error", () => undefined);
	try {
		await client.connect();
		return storeOf(client);
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		throw new Error(`the database of audit.index_url cannot be used: ${message || code}`, { cause: error });
	}
}

function storeOf(client: pg.Client): IndexStore {
	return {
		async change(work) {
			await client.query("BEGIN");
			await client.query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
			await client.query(TABLES);
			await work();
			await client.query("COMMIT");
		},
		async last(log) {
			const { rows } = await client.query(`SELECT seq, json FROM ${TABLE} WHERE log = $1 ORDER BY seq DESC LIMIT 1`, [log]);
			return rows[0] && { seq: Number(rows[0].seq), json: String(rows[0].json) };
		},
		async extent(log) {
			const { rows } = await client.query(`SELECT MIN(seq) AS first, MAX(seq) AS last, COUNT(*) AS count FROM ${TABLE} WHERE log = $1`, [
				log,
			]);
			return { first: Number(rows[0]?.first ?? 0), last: Number(rows[0]?.last ?? -1), count: Number(rows[0]?.count ?? 0) };
		},
		// Replicas with other folders bring in theirs.
		ownLogs: async () => [],
		async add(log, records) {
			if (records.length > 0) await client.query(INSERT, [log, JSON.stringify(records, printableColumns)]);
		},
		async removeBefore(log, seq) {
			await client.query(`DELETE FROM ${TABLE} WHERE log = $1 AND seq < $2`, [log, seq]);
		},
		async find(filter) {
			const { model, ...rest } = filter;
			const liked = model === undefined ? rest : { ...rest, model: likeOf(model) };
			const { where, values } = conditionsOf(liked, SPECIAL, (n) => `$${n}`);
			const limit = `$${values.length + 1}`;
			const { rows } = await client.query(`SELECT log, json FROM ${TABLE} ${where} ORDER BY time DESC, log, seq DESC LIMIT ${limit}`, [
				...values.map(printable),
				filter.limit,
			]);
			return rows.map(({ log, json }) => foundRecord(log, json));
		},
		close: () => client.end(),
	};
}

/** PostgreSQL's text has no NUL and no half of a surrogate pair, and a client may put both into the name of a model. */
function printable(text: string): string {
	return text.replaceAll("\0", "\ufffd").replace(/\p{Surrogate}/gu, "\ufffd");
}

function printableColumns(name: string, value: unknown): unknown {
	return typeof value === "string" && name !== "json" ? printable(value) : value;
}

/** A glob of `*` and `?` as a pattern of LIKE. */
function likeOf(glob: string): string {
	return glob
		.replace(/[\\%_]/g, "\\$&")
		.replaceAll("*", "%")
		.replaceAll("?", "_");
}
