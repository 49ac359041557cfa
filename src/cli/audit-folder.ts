import { accessSync, constants, rmSync } from "node:fs";
import { join } from "node:path";
import { ADMIN_LOG } from "../audit/admin-log.ts";
import type { AuditKeys, Secrets } from "../audit/audit-keys.ts";
import { verifierKeysIn } from "../audit/audit-log.ts";
import { examineTrail, type TrailFault } from "../audit/examine-trail.ts";
import { logsIn } from "../audit/log-reader.ts";
import { ownVerifierKeys } from "../audit/own-verifier-keys.ts";
import { placeFault } from "../audit/sinks/file-place.ts";
import type { ConfigFault } from "../config/config-fault.ts";
import type { Config } from "../config/schema.ts";
import { replaceFile } from "../core/files.ts";
import { makeFolder } from "../core/make-folder.ts";

/** Makes the folder of the audit trail. What keeps it from being written; undefined: nothing. */
export function auditFolderFault(dir: string): ConfigFault | undefined {
	try {
		makeFolder(dir, 0o700);
		accessSync(dir, constants.W_OK | constants.X_OK);
		return undefined;
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		return {
			path: "audit.dir",
			message: `${dir} cannot be written (${code})`,
			remedy: "Give it a folder that the proxy's user may write.",
		};
	}
}

/** Sinks of files at places where no file can be. */
export function sinkFaults({ audit: { sinks } }: Config): ConfigFault[] {
	return sinks.flatMap((sink, i) => {
		const message = sink.type === "file" ? visibleFault(sink.path) : undefined;
		if (message === undefined) return [];
		const remedy = `Give sink '${sink.name}' the path of a file; programs that take a stream get it from syslog, webhook or otlp.`;
		return [{ path: `audit.sinks.${i}.path`, message, remedy }];
	});
}

/** What this user may not look at the proxy's may, and its sink says what is wrong. */
function visibleFault(path: string): string | undefined {
	try {
		return placeFault(path);
	} catch {
		return undefined;
	}
}

/** Bytes of a few records with their checkpoint. */
const PROBE_BYTES = 16 << 10;

/** What keeps the folder from taking records although it may be written: a full disk, or a limit of its user; undefined: nothing. */
export function roomFault(dir: string): Pick<ConfigFault, "message" | "remedy"> | undefined {
	const path = join(dir, `room.${process.pid}.tmp`);
	try {
		replaceFile(path, Buffer.alloc(PROBE_BYTES));
		return undefined;
	} catch (error) {
		return {
			message: `${dir} takes no more (${(error as NodeJS.ErrnoException).code})`,
			remedy: "Make room there: nothing is served unrecorded.",
		};
	} finally {
		rmSync(path, { force: true });
	}
}

/** The log of one of `server.processes`, from 1: an audit log has one writer. */
export function logOfProcess(name: string, process: number | string | undefined): string {
	return `${name}-${process}`;
}

/** What keeps a proxy with this configuration from going on with its logs. */
export function trailFaults({ audit: { dir, log_name }, server: { processes } }: Config, secrets: Secrets): TrailFault[] {
	const numbers = Array.from({ length: processes }, (_, i) => i + 1);
	const logs = processes === 1 ? [log_name] : numbers.map((number) => logOfProcess(log_name, number));
	return logs.flatMap((log) => examineTrail(dir, log, secrets));
}

/** What keeps commands, and a proxy that reloads, from recording what operators do. Each has the log for a moment only. */
export function adminLogFaults(dir: string, secrets: Secrets): TrailFault[] {
	return examineTrail(dir, ADMIN_LOG, secrets);
}

/** The logs in a folder. Throws when there is none, because a wrong folder must not look like one where nothing is to do. */
export function existingLogs(dir: string): string[] {
	const logs = logsIn(dir);
	if (logs.length === 0) throw new Error(`${dir} holds no audit log — give the folder of audit.dir with --dir`);
	return logs;
}

/** Throws when none of the logs was signed with one of these keys: under them nobody's records are found. */
export function proveSecret(dir: string, keys: AuditKeys): void {
	const isOurs = (log: string): boolean => {
		const signers = verifierKeysIn(join(dir, log));
		return ownVerifierKeys(log, keys).some((key) => signers.includes(key));
	};
	if (!existingLogs(dir).some(isOurs))
		throw new Error(`the logs in ${dir} were signed with another secret — set SECURE_LLM_PROXY_SECRET_KEY as it is set for the proxy`);
}
