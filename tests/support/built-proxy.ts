import { execFileSync, spawn } from "node:child_process";

/** Makes the build anew where it is old: tests of the commands run them as they are installed. */
export function ensureBuilt(): void {
	execFileSync("bash", ["script/bootstrap"]);
}

/** Starts a command of the build; all its streams are piped. */
export function startCommand(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
	return spawn("dist/main.js", words, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...env } });
}
