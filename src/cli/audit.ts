import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { verifierKeysIn, verifierKeysOf } from "../audit/audit-log.ts";
import { logsIn } from "../audit/log-reader.ts";
import { proveConsistency, proveInclusion, verifyProof } from "../audit/proof.ts";
import { verifyLog } from "../audit/verify-log.ts";
import { counted } from "../core/counted.ts";
import { existingLogs } from "./audit-folder.ts";
import { auditFolderOf, type PlaceOptions } from "./audit-places.ts";
import { command } from "./command.ts";

export interface AuditVerifyOptions extends Pick<PlaceOptions, "config" | "dir"> {
	/** Verifier keys themselves, or files that hold them. */
	readonly key?: readonly string[];
	/** Files with a signed checkpoint each. */
	readonly checkpoint?: readonly string[];
	/** A proof to check instead of a log. */
	readonly proof?: string;
	readonly json?: boolean;
}

/** `audit verify`: every log in the folder. Exit 0 sound, 1 tampered with, 2 cannot be read. */
export function auditVerify(options: AuditVerifyOptions): Promise<number> {
	return command("audit verify", async () => {
		const dir = await auditFolderOf(options);
		return options.proof === undefined ? verifyLogs(dir, options) : checkProof(options.proof, dir, options);
	});
}

function verifyLogs(dir: string, options: AuditVerifyOptions): number {
	const logs = existingLogs(dir);
	const keys = keysIn(options.key);
	const checkpoints = (options.checkpoint ?? []).map((file) => readText(file, "--checkpoint"));
	// One that belongs to no log would say nothing, and the logs would seem proven by it.
	const foreign = keys.find((key) => !logs.some((log) => key.startsWith(`${log}+`)));
	if (foreign !== undefined)
		throw new Error(`'${foreign}' is neither a file nor the public key of a log in ${dir} — give what log.pub holds with --key`);
	const strange = checkpoints.findIndex((note) => !logs.some((log) => note.startsWith(`${log}\n`)));
	if (strange >= 0)
		throw new Error(
			`${options.checkpoint?.[strange]} is no checkpoint of a log in ${dir} — give a copy of head.checkpoint with --checkpoint`,
		);
	let isSound = true;
	for (const log of logs) {
		// A folder may hold the logs of several replicas; a key and a checkpoint belong to one of them.
		const verifierKeys = keys.filter((key) => key.startsWith(`${log}+`));
		const own = checkpoints.filter((note) => note.startsWith(`${log}\n`));
		const result = verifyLog({ dir: join(dir, log), checkpoints: own, ...(verifierKeys.length > 0 && { verifierKeys }) });
		isSound &&= result.faults.length === 0;
		const isByOwnKey = keys.length > 0 && verifierKeys.length === 0;
		process.stdout.write(options.json === true ? `${JSON.stringify({ log, ...result })}\n` : report(log, result, isByOwnKey));
	}
	return isSound ? 0 : 1;
}

function keysIn(given: readonly string[] = []): string[] {
	return given.flatMap((key) => (existsSync(key) ? verifierKeysOf(readFileSync(key, "utf8")) : [key]));
}

/** A proof alone: who checks it needs no log, only the log's public key. */
function checkProof(file: string, dir: string, { key, checkpoint = [], json }: AuditVerifyOptions): number {
	const [old] = checkpoint.map((name) => readText(name, "--checkpoint"));
	const keys = key === undefined ? logsIn(dir).flatMap((log) => verifierKeysIn(join(dir, log))) : keysIn(key);
	const reading = verifyProof(readText(file, "--proof"), keys, old);
	if (json === true) process.stdout.write(`${JSON.stringify(reading)}\n`);
	else if (!reading.ok) process.stdout.write(`NOT SOUND: ${reading.reason}\n`);
	else if (reading.record !== undefined)
		process.stdout.write(`OK: record ${reading.index} of ${reading.size} in the log '${reading.origin}'\n${reading.record}\n`);
	else
		process.stdout.write(
			`OK: the first ${reading.oldSize} of ${reading.size} records of the log '${reading.origin}' are as they were signed then\n`,
		);
	return reading.ok ? 0 : 1;
}

function readText(file: string, option: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		throw new Error(`${file} cannot be read (${code}) — give a readable file with ${option}`, { cause: error });
	}
}

export interface AuditProveOptions extends Pick<PlaceOptions, "config" | "dir"> {
	readonly log: string;
	readonly record?: string;
	/** File with an earlier checkpoint. */
	readonly since?: string;
}

/** `audit prove`: a proof on standard output. Exit 0 proven, 2 not possible. */
export function auditProve({ log, record, since, ...place }: AuditProveOptions): Promise<number> {
	return command("audit prove", async () => {
		if ((record === undefined) === (since === undefined)) throw new Error("give either --record NUMBER or --since CHECKPOINT");
		if (record !== undefined && !/^\d{1,15}$/.test(record)) throw new Error(`--record takes the number of a record (seq), not '${record}'`);
		const folder = join(await auditFolderOf(place), log);
		process.stdout.write(
			since === undefined ? proveInclusion(folder, Number(record)) : proveConsistency(folder, readText(since, "--since")),
		);
		return 0;
	});
}

function report(log: string, { first, size, checkpoints, faults }: ReturnType<typeof verifyLog>, isByOwnKey: boolean): string {
	const range = size === first ? "no records" : `records ${first} to ${size - 1}`;
	const by = isByOwnKey ? " with the key beside the log, no --key is this log's" : "";
	if (faults.length === 0) return `${log}: OK, ${range}, ${counted(checkpoints, "checkpoint")} verified${by}\n`;
	return `${log}: NOT SOUND, ${range}\n${faults.map((fault) => `  ${fault}\n`).join("")}`;
}
