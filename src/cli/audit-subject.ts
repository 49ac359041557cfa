import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ADMIN_LOG, recordAdminActions } from "../audit/admin-log.ts";
import { recordsAbout } from "../audit/export-subject.ts";
import { logsIn, recordsOf } from "../audit/log-reader.ts";
import { otherSigner } from "../audit/other-signer.ts";
import { type Subject, SubjectKeys } from "../audit/subject-keys.ts";
import { verifyLog } from "../audit/verify-log.ts";
import { counted } from "../core/counted.ts";
import { eraseConsents, type ShownConsent, shown } from "../identity/consent-change.ts";
import { readConsents, rewriteConsents } from "../identity/consent-file.ts";
import { proveSecret } from "./audit-folder.ts";
import { hasConsents, type PlaceOptions, type Places, placesOf } from "./audit-places.ts";
import { command } from "./command.ts";

export interface SubjectOptions extends PlaceOptions {
	/** `key:ID`, `jwt:NAME` or `address:IP`. */
	readonly subject: string;
	readonly reason?: string;
}

/** What is there about a subject. */
interface Known {
	/** Undefined: no record names it. */
	readonly subject: Subject | undefined;
	readonly consents: readonly ShownConsent[];
}

/** Undefined: nothing. Throws when the trail knows of consents and their file is not where a default says, because they would be missed. */
function knownOf(places: Places, id: string): Known | undefined {
	const { dir, keys, consents: file } = places;
	const subject = new SubjectKeys(dir, keys).find(id);
	const isThere = hasConsents(places);
	const consents = isThere ? readConsents(file).filter((consent) => consent.subject === id) : [];
	if (!isThere && places.config === undefined && subject !== undefined && hasConsented(dir, subject))
		throw new Error(`${id} has given consents, and their file is not at '${file.path}' — give --config, or the file with --file`);
	return subject === undefined && consents.length === 0 ? undefined : { subject, consents: consents.map(shown) };
}

function hasConsented(dir: string, { pseudonym }: Subject): boolean {
	if (!logsIn(dir).includes(ADMIN_LOG)) return false;
	for (const record of recordsOf(join(dir, ADMIN_LOG))) if (record.type === "consent" && record.subject === pseudonym) return true;
	return false;
}

function unknown(name: string, dir: string, subject: string): number {
	process.stderr.write(
		`${name}: ${dir} knows no subject '${subject}' — it is written key:ID ('keys list' shows them), jwt:NAME or address:IP\n`,
	);
	return 1;
}

/**
 * `audit erase`: destroys the subject's key and takes out its consents. What was encrypted with the key is gone, and no record is
 * linked to the subject any more. It is recorded first; after a crash in between it can be done again.
 */
export function auditErase(options: SubjectOptions): Promise<number> {
	const { subject: id, reason = "" } = options;
	return command("audit erase", async () => {
		const places = await placesOf(options);
		const { dir, keys, consents: file } = places;
		proveSecret(dir, keys);
		const known = knownOf(places, id);
		if (known === undefined) return unknown("audit erase", dir, id);
		const { pseudonym = "" } = known.subject ?? {};
		const record = (consents: number): Promise<void> =>
			recordAdminActions(dir, keys, [{ type: "erasure", subject: pseudonym, consents, reason }]);
		if (hasConsents(places)) await eraseConsents(file, id, record);
		else await record(0);
		new SubjectKeys(dir, keys).erase(id);
		const records = pseudonym === "" ? "" : ` Its records are ${pseudonym} from now on, and nothing here links the two.`;
		process.stderr.write(`${id} is erased, and with it ${counted(known.consents.length, "consent")}.${records}\n`);
		return 0;
	});
}

/** `audit export`: everything about one subject as JSON on standard output. */
export function auditExport(options: SubjectOptions): Promise<number> {
	const { subject: id, reason = "" } = options;
	return command("audit export", async () => {
		const places = await placesOf(options);
		const { dir, keys } = places;
		proveSecret(dir, keys);
		const known = knownOf(places, id);
		if (known === undefined) return unknown("audit export", dir, id);
		const { subject, consents } = known;
		const exportedAt = new Date().toISOString();
		for (const log of logsIn(dir))
			for (const fault of verifyLog({ dir: join(dir, log) }).faults)
				process.stderr.write(`audit export: ${join(dir, log)}: ${fault} What is gone there is not in this export.\n`);
		let records = 0;
		for (const _record of aboutSubject(dir, subject, exportedAt)) records++;
		// The access is recorded before anything is given out.
		const { pseudonym = "" } = subject ?? {};
		await recordAdminActions(dir, keys, [{ type: "access", subject: pseudonym, records, consents: consents.length, reason }]);
		const about = { subject: id, pseudonym, exportedAt, consents };
		await pipeline(Readable.from(exportedJson(about, aboutSubject(dir, subject, exportedAt))), process.stdout, { end: false });
		return 0;
	});
}

function aboutSubject(dir: string, subject: Subject | undefined, exportedAt: string): Iterable<object> {
	return subject === undefined ? [] : recordsAbout(dir, subject, exportedAt);
}

/** One JSON document, in pieces: a caller may have more records than fit into memory. */
function* exportedJson(about: object, records: Iterable<object>): Generator<string> {
	yield `${JSON.stringify(about).slice(0, -1)},"records":[`;
	let separator = "\n";
	for (const record of records) {
		yield `${separator}${JSON.stringify(record)}`;
		separator = ",\n";
	}
	yield "\n]}\n";
}

/** `audit rotate`: wraps all subjects' keys, and the names of consents, with the present secret instead of the one before. */
export function auditRotate(options: PlaceOptions): Promise<number> {
	return command("audit rotate", async () => {
		const places = await placesOf(options);
		const { dir, keys, consents: file } = places;
		if (keys.previous === undefined)
			throw new Error("set SECURE_LLM_PROXY_SECRET_KEY to the new secret and SECURE_LLM_PROXY_PREVIOUS_SECRET_KEY to the one before");
		proveSecret(dir, keys);
		const other = otherSigner(dir, keys);
		if (other !== undefined)
			throw new Error(
				`process ${other.owner.pid} on ${other.owner.host} writes the log '${other.log}' with another secret — start it anew with both secrets, then rotate`,
			);
		if (hasConsents(places)) await rewriteConsents(file);
		const { rewrapped, unreadable } = new SubjectKeys(dir, keys).rewrap();
		await recordAdminActions(dir, keys, [{ type: "rotation", rewrapped, unreadable }]);
		process.stderr.write(
			`${counted(rewrapped, "key is", "keys are")} wrapped with the new secret${unreadable > 0 ? `, ${unreadable} could not be: neither secret opens them, or their caller has a second key` : ""}.\n`,
		);
		return unreadable > 0 ? 1 : 0;
	});
}
