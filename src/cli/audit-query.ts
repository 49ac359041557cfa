import { join } from "node:path";
import { existingKeys } from "../audit/audit-keys.ts";
import type { FoundRecord, RecordFilter } from "../audit/index-store.ts";
import { openIndex } from "../audit/search-index.ts";
import { SubjectKeys } from "../audit/subject-keys.ts";
import { existingLogs } from "./audit-folder.ts";
import { command } from "./command.ts";
import { configIn } from "./config-in.ts";
import { installationSecrets } from "./secret.ts";
import { periodOption } from "./time-option.ts";

export interface QueryOptions extends Partial<Record<Exclude<keyof RecordFilter, "limit">, string>> {
	readonly dir: string;
	/** Configuration whose audit trail is searched instead of `dir`. */
	readonly config?: string;
	readonly limit: string;
	readonly json?: boolean;
}

/** What else may be wrong there. */
const VERIFY = "Run 'secure-llm-proxy audit verify', and look for a copy of the log.";

/** `audit query`: records that fit, newest first. Exit 0 found some, 1 none, 2 cannot be done. */
export function auditQuery({ dir: folder, config, ...options }: QueryOptions): Promise<number> {
	const { limit, json, subject, from, to, ...rest } = options;
	return command("audit query", async () => {
		const { dir, index_url } = config === undefined ? { dir: folder, index_url: "" } : (await configIn(config)).audit;
		const logs = existingLogs(dir);
		// A database that is shared has the logs of others, too.
		if (index_url === "" && rest.log !== undefined && !logs.includes(rest.log))
			throw new Error(`${dir} has no log '${rest.log}' — it has ${logs.join(", ")}`);
		if (!/^[1-9]\d{0,6}$/.test(limit)) throw new Error(`--limit takes a whole number, not '${limit}'`);
		const filter: RecordFilter = {
			...rest,
			...periodOption(from, to),
			...(subject !== undefined && { subject: pseudonymOf(dir, subject) }),
			limit: Number(limit),
		};
		const index = await openIndex(dir, index_url);
		const records = await index.find(filter).finally(() => index.close());
		for (const { log, what } of index.missing) process.stderr.write(`audit query: ${join(dir, log)}: ${what}. ${VERIFY}\n`);
		process.stdout.write(json === true ? records.map((record) => `${JSON.stringify(record)}\n`).join("") : table(records));
		return records.length > 0 ? 0 : 1;
	});
}

/** Records know pseudonyms only; which one belongs to a caller is known to who has the secret. */
function pseudonymOf(dir: string, subject: string): string {
	if (/^[0-9a-f]{32}$/.test(subject)) return subject;
	const keys = existingKeys(dir, installationSecrets());
	if (keys === undefined) throw new Error("set SECURE_LLM_PROXY_SECRET_KEY to look for a caller by name, or give a pseudonym");
	const found = new SubjectKeys(dir, keys).find(subject);
	if (found === undefined) throw new Error(`${dir} knows no subject '${subject}' — it is written key:ID, jwt:NAME or address:IP`);
	return found.pseudonym;
}

const HEAD = ["time", "type", "action", "outcome", "status", "model", "findings", "subject", "request", "by"];

function table(records: readonly FoundRecord[]): string {
	const rows = [HEAD, ...records.map(rowOf)];
	const widths = HEAD.map((_, i) => rows.reduce((most, row) => Math.max(most, row[i]?.length ?? 0), 0));
	return rows
		.map(
			(row) =>
				`${row
					.map((cell, i) => cell.padEnd(widths[i] ?? 0))
					.join("  ")
					.trimEnd()}\n`,
		)
		.join("");
}

function rowOf(record: FoundRecord): string[] {
	const { prompt, response } = record as FoundRecord &
		Partial<Record<"prompt" | "response", { action?: string; findings?: Record<string, number> }>>;
	const found = new Map<string, number>();
	for (const [type, count] of [prompt, response].flatMap((part) => Object.entries(part?.findings ?? {})))
		found.set(type, (found.get(type) ?? 0) + count);
	const text = (name: string): string => String(record[name] ?? "-");
	return [
		record.time,
		record.type,
		prompt?.action ?? text("action"),
		text("outcome"),
		text("status"),
		text("model"),
		[...found].map(([type, count]) => `${type}:${count}`).join(" ") || "-",
		text("subject").slice(0, 8),
		text("requestId"),
		text("by"),
	];
}
