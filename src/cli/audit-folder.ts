import { accessSync, constants } from "node:fs";
import type { Secrets } from "../audit/audit-keys.ts";
import { examineTrail, type TrailFault } from "../audit/examine-trail.ts";
import type { ConfigFault } from "../config/config-fault.ts";
import type { Config } from "../config/schema.ts";
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
