import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

/** Starts a program that ends with this process, also where this one is killed and can tell nobody. */
export function startBound(command: string, words: readonly string[], options: SpawnOptions): ChildProcess {
	return spawn("setpriv", ["--pdeathsig", "KILL", command, ...words], options);
}
