import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { arch, cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../record/", import.meta.url));

/** Where and with what something was measured. */
export interface Circumstances {
	readonly date: string;
	readonly commit: string;
	readonly machine: {
		readonly cpu: string;
		readonly cores: number;
		readonly memoryGb: number;
		readonly kernel: string;
		readonly arch: string;
	};
	/** Work the machine had besides, when the run began (1-minute load average). */
	readonly loadBefore: number;
	readonly versions: Readonly<Record<string, string>>;
}

export function circumstances(): Circumstances {
	const { dependencies = {} } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
		dependencies?: Record<string, string>;
	};
	const listed = cpus();
	return {
		date: new Date().toISOString(),
		commit: commit(),
		machine: {
			cpu: listed[0]?.model ?? "unknown",
			cores: listed.length,
			memoryGb: Math.round(totalmem() / 2 ** 30),
			kernel: release(),
			arch: arch(),
		},
		loadBefore: loadavg()[0] ?? 0,
		versions: { node: process.version, ...dependencies },
	};
}

function commit(): string {
	const git = (...args: string[]): string => execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
	try {
		return (
			git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "--", "src", "native", "bench") === "" ? "" : " with changes")
		);
	} catch {
		return "unknown";
	}
}

/** Writes a file beside the records; returns its path. */
export function keep(name: string, content: string): string {
	mkdirSync(FOLDER, { recursive: true });
	const file = join(FOLDER, name);
	writeFileSync(file, content);
	return file;
}
