import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { AuditKeys } from "./audit-keys.ts";
import { type AuditLog, PUBLIC_KEY } from "./audit-log.ts";
import { openLog } from "./open-log.ts";

/** The log of what operators do with commands and over HTTP; a running proxy holds its own. */
export const ADMIN_LOG = "admin";
/** It is opened for every action, and opening reads the last segment. */
const MAX_SEGMENT_BYTES = 1 << 20;
/** Another command may have it for a moment. */
const ATTEMPTS = 40;
const PAUSE_MS = 50;

export interface AdminAction {
	readonly type: "erasure" | "access" | "rotation" | "consent" | "key" | "configuration";
	readonly [detail: string]: string | number | boolean | readonly string[];
}

/**
 * Records what an operator did, all of it or nothing. Throws when it cannot be written. `by`: who; default: the name of the
 * account that runs the command.
 */
export async function recordAdminActions(
	dir: string,
	keys: AuditKeys,
	actions: readonly AdminAction[],
	by: string = accountName(),
): Promise<void> {
	for (let attempt = 1; ; attempt++) {
		const log = openAdminLog(dir, keys, attempt === ATTEMPTS);
		// Nothing may be awaited while it is open: to another caller in this process its lock looks left behind.
		if (log !== undefined) return append(log, actions, by);
		await sleep(PAUSE_MS);
	}
}

/** Removes what is older than `time` (ISO 8601), where nobody writes just now; else the next call does. */
export function retainAdminActions(dir: string, keys: AuditKeys, time: string): void {
	if (!existsSync(join(dir, ADMIN_LOG, PUBLIC_KEY))) return;
	const log = openAdminLog(dir, keys, false);
	try {
		log?.removeBefore(time);
	} finally {
		log?.close();
	}
}

/** Undefined: not now. Throws on the last attempt. */
function openAdminLog(dir: string, keys: AuditKeys, isLast: boolean): AuditLog | undefined {
	try {
		return openLog(dir, ADMIN_LOG, keys.signingSeed, MAX_SEGMENT_BYTES);
	} catch (error) {
		if (isLast) throw error;
		return undefined;
	}
}

function append(log: AuditLog, actions: readonly AdminAction[], by: string): void {
	try {
		const time = new Date().toISOString();
		const result = log.append(actions.map((action) => ({ ...action, time, by })));
		if (!result.ok) throw new Error(`the ${ADMIN_LOG} log cannot be written (${result.reason})`);
		log.keepCheckpoint();
	} finally {
		log.close();
	}
}

/** In a container with a user of its own, the system knows no name for it. */
function accountName(): string {
	try {
		return userInfo().username;
	} catch {
		return `uid:${process.getuid?.()}`;
	}
}
