import { join } from "node:path";
import { existingKeys } from "../audit/audit-keys.ts";
import type { FoundRecord, RecordFilter } from "../audit/index-store.ts";
import { openIndex } from "../audit/search-index.ts";
import { SubjectKeys } from "../audit/subject-keys.ts";
import { takesKeys } from "../config/auth-schema.ts";
import type { Config } from "../config/schema.ts";
import { readKeyFile } from "../identity/key-file.ts";
import { existingLogs } from "./audit-folder.ts";
import { command } from "./command.ts";
import { configIn } from "./config-in.ts";
import { printable } from "./printable.ts";
import { installationSecrets } from "./secret.ts";
import { periodOption } from "./time-option.ts";

export interface QueryOptions extends Partial<Record<Exclude<keyof RecordFilter, "limit" | "subjectFrom" | "subjectTo">, string>> {
	/** A caller, a pseudonym, or the beginning of one. */
	readonly subject?: string;
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
		const configured = config === undefined ? undefined : await configIn(config);
		const { dir, index_url } = configured?.audit ?? { dir: folder, index_url: "" };
		const logs = existingLogs(dir);
		// A database that is shared has the logs of others, too.
		if (index_url === "" && rest.log !== undefined && !logs.includes(rest.log))
			throw new Error(`${dir} has no log '${rest.log}' — it has ${logs.join(", ")}`);
		if (!/^[1-9]\d{0,6}$/.test(limit)) throw new Error(`--limit takes a whole number, not '${limit}'`);
		const filter: RecordFilter = {
			...rest,
			...periodOption(from, to),
			...(subject !== undefined && beginningWith(pseudonymOf(dir, subject))),
			limit: Number(limit),
		};
		const index = await openIndex(dir, index_url);
		const records = await index.find(filter).finally(() => index.close());
		for (const { log, what } of index.missing) process.stderr.write(`audit query: ${join(dir, log)}: ${what}. ${VERIFY}\n`);
		const names = configured === undefined ? NOBODY : keyNames(dir, configured.security.auth);
		process.stdout.write(json === true ? records.map((record) => `${JSON.stringify(record)}\n`).join("") : table(records, names));
		return records.length > 0 ? 0 : 1;
	});
}

/** Records know pseudonyms only; which one belongs to a caller is known to who has the secret. */
function pseudonymOf(dir: string, subject: string): string {
	if (/^[0-9a-f]{8,32}$/.test(subject)) return subject;
	const keys = existingKeys(dir, installationSecrets());
	if (keys === undefined) throw new Error("set SECURE_LLM_PROXY_SECRET_KEY to look for a caller by name, or give a pseudonym");
	const found = new SubjectKeys(dir, keys).find(subject);
	if (found === undefined) throw new Error(`${dir} knows no subject '${subject}' — it is written key:ID, jwt:NAME or address:IP`);
	return found.pseudonym;
}

/** Every pseudonym that begins so. They are hexadecimal. */
function beginningWith(pseudonym: string): Pick<RecordFilter, "subjectFrom" | "subjectTo"> {
	return { subjectFrom: pseudonym, subjectTo: `${pseudonym}g` };
}

type Names = ReadonlyMap<string, string>;

const NOBODY: Names = new Map();

/** The client keys by their pseudonyms, for who has the secret. */
function keyNames(dir: string, auth: Config["security"]["auth"]): Names {
	const reading = takesKeys(auth) ? readKeyFile(auth.keys_file) : undefined;
	const keys = reading?.ok === true ? existingKeys(dir, installationSecrets()) : undefined;
	if (reading?.ok !== true || keys === undefined) return NOBODY;
	const subjects = new SubjectKeys(dir, keys);
	return new Map(
		reading.keys.flatMap(({ id }) => {
			const subject = subjects.find(`key:${id}`);
			return subject === undefined ? [] : [[subject.pseudonym, `key:${id}`] as const];
		}),
	);
}

const HEAD = ["time", "type", "action", "outcome", "status", "policy", "model", "findings", "subject", "request", "by"];

function table(records: readonly FoundRecord[], names: Names): string {
	// A model's name is what the caller wrote.
	const rows = [HEAD, ...records.map((record) => rowOf(record, names).map(printable))];
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

function rowOf(record: FoundRecord, names: Names): string[] {
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
		policyIn(record),
		text("model"),
		[...found].map(([type, count]) => `${type}:${count}`).join(" ") || "-",
		names.get(text("subject")) ?? text("subject").slice(0, 8),
		text("requestId"),
		text("by"),
	];
}

/** The name of the policy that decided, or of a key; the version of all of a proxy's own. */
function policyIn({ policy }: FoundRecord): string {
	if (typeof policy === "string") return policy.slice(0, 16);
	return (policy as { readonly name?: string } | undefined)?.name ?? "-";
}
