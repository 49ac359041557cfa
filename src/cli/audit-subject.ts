import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { recordAdminActions } from "../audit/admin-log.ts";
import { type AuditKeys, deriveAuditKeys, existingKeys } from "../audit/audit-keys.ts";
import { recordsAbout } from "../audit/export-subject.ts";
import { type Subject, SubjectKeys } from "../audit/subject-keys.ts";
import { installationSecret } from "./secret.ts";

export interface SubjectOptions {
	readonly dir: string;
	/** `key:ID`, `jwt:NAME` or `address:IP`. */
	readonly subject: string;
	readonly reason?: string;
}

/** Runs one command: 0 done, 1 nothing to do, 2 not possible. */
async function command(name: string, run: () => Promise<number>): Promise<number> {
	try {
		return await run();
	} catch (error) {
		process.stderr.write(`${name}: ${(error as Error).message}\n`);
		return 2;
	}
}

function keysOf(dir: string): AuditKeys {
	const keys = existingKeys(dir, installationSecret());
	if (keys === undefined)
		throw new Error("set SECURE_LLM_PROXY_SECRET_KEY as it is set for the proxy, and give the folder of audit.dir with --dir");
	return keys;
}

function unknown(name: string, { dir, subject }: SubjectOptions): number {
	process.stderr.write(
		`${name}: ${dir} knows no subject '${subject}' — it is written key:ID ('keys list' shows them), jwt:NAME or address:IP\n`,
	);
	return 1;
}

/** `audit erase`: destroys the subject's key. What was encrypted with it is gone, and no record is linked to the subject any more. */
export function auditErase(options: SubjectOptions): Promise<number> {
	const { dir, subject: id, reason = "" } = options;
	return command("audit erase", async () => {
		const keys = keysOf(dir);
		const subject = new SubjectKeys(dir, keys).erase(id);
		if (subject === undefined) return unknown("audit erase", options);
		await recordAdminActions(dir, keys, [{ type: "erasure", subject: subject.pseudonym, reason }]);
		process.stderr.write(`${id} is erased. Its records are ${subject.pseudonym} from now on, and nothing here links the two.\n`);
		return 0;
	});
}

/** `audit export`: everything about one subject as JSON on standard output. */
export function auditExport(options: SubjectOptions): Promise<number> {
	const { dir, subject: id, reason = "" } = options;
	return command("audit export", async () => {
		const keys = keysOf(dir);
		const subject: Subject | undefined = new SubjectKeys(dir, keys).find(id);
		if (subject === undefined) return unknown("audit export", options);
		const exportedAt = new Date().toISOString();
		let records = 0;
		for (const _record of recordsAbout(dir, subject, exportedAt)) records++;
		// The access is recorded before anything is given out.
		await recordAdminActions(dir, keys, [{ type: "access", subject: subject.pseudonym, records, reason }]);
		await pipeline(Readable.from(exportedJson(dir, subject, exportedAt)), process.stdout, { end: false });
		return 0;
	});
}

/** One JSON document, in pieces: a caller may have more records than fit into memory. */
function* exportedJson(dir: string, subject: Subject, exportedAt: string): Generator<string> {
	const about = JSON.stringify({ subject: subject.id, pseudonym: subject.pseudonym, exportedAt });
	yield `${about.slice(0, -1)},"records":[`;
	let separator = "\n";
	for (const record of recordsAbout(dir, subject, exportedAt)) {
		yield `${separator}${JSON.stringify(record)}`;
		separator = ",\n";
	}
	yield "\n]}\n";
}

/** `audit rotate`: wraps all subjects' keys with the present secret instead of the previous one. */
export function auditRotate({ dir }: { readonly dir: string }): Promise<number> {
	return command("audit rotate", async () => {
		const previous = process.env["SECURE_LLM_PROXY_PREVIOUS_SECRET_KEY"] ?? "";
		const secret = installationSecret();
		if (previous === "" || secret === "")
			throw new Error("set SECURE_LLM_PROXY_SECRET_KEY to the new secret and SECURE_LLM_PROXY_PREVIOUS_SECRET_KEY to the one before");
		const keys = deriveAuditKeys(secret);
		const { rewrapped, unreadable } = new SubjectKeys(dir, keys).rewrap(deriveAuditKeys(previous));
		await recordAdminActions(dir, keys, [{ type: "rotation", rewrapped, unreadable }]);
		process.stderr.write(
			`${rewrapped} keys are wrapped with the new secret${unreadable > 0 ? `, ${unreadable} could not be read with either` : ""}.\n`,
		);
		return unreadable > 0 ? 1 : 0;
	});
}
