import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { verifierKeysOf } from "../audit/audit-log.ts";
import { logsIn } from "../audit/log-reader.ts";
import { verifyLog } from "../audit/verify-log.ts";

export interface AuditVerifyOptions {
	readonly dir: string;
	/** Verifier keys themselves, or files that hold them. */
	readonly key?: readonly string[];
	/** Files with a signed checkpoint each. */
	readonly checkpoint?: readonly string[];
	readonly json?: boolean;
}

/** `audit verify`: every log in the folder. Exit 0 sound, 1 tampered with, 2 cannot be read. */
export function auditVerify(options: AuditVerifyOptions): number {
	const refuse = (message: string): number => {
		process.stderr.write(`audit verify: ${message}\n`);
		return 2;
	};
	if (!existsSync(options.dir)) return refuse(`${options.dir} does not exist — give the folder of audit.dir with --dir`);
	const logs = logsIn(options.dir);
	if (logs.length === 0) return refuse(`${options.dir} holds no audit log — give the folder of audit.dir with --dir`);
	const keys = (options.key ?? []).flatMap((key) => (existsSync(key) ? verifierKeysOf(readFileSync(key, "utf8")) : [key]));
	let checkpoints: string[];
	try {
		checkpoints = (options.checkpoint ?? []).map((file) => readFileSync(file, "utf8"));
	} catch (error) {
		return refuse(`a checkpoint cannot be read (${(error as NodeJS.ErrnoException).code}) — give a readable file with --checkpoint`);
	}
	let isSound = true;
	for (const log of logs) {
		// A folder may hold the logs of several replicas; a key and a checkpoint belong to one of them.
		const verifierKeys = keys.filter((key) => key.startsWith(`${log}+`));
		const own = checkpoints.filter((note) => note.startsWith(`${log}\n`));
		const result = verifyLog({ dir: join(options.dir, log), checkpoints: own, ...(verifierKeys.length > 0 && { verifierKeys }) });
		isSound &&= result.faults.length === 0;
		process.stdout.write(options.json === true ? `${JSON.stringify({ log, ...result })}\n` : report(log, result));
	}
	return isSound ? 0 : 1;
}

function report(log: string, { first, size, checkpoints, faults }: ReturnType<typeof verifyLog>): string {
	const range = size === first ? "no records" : `records ${first} to ${size - 1}`;
	if (faults.length === 0) return `${log}: OK, ${range}, ${checkpoints} checkpoints verified\n`;
	return `${log}: NOT SOUND, ${range}\n${faults.map((fault) => `  ${fault}\n`).join("")}`;
}
