import type { Fault } from "../proxy.ts";

export function printFaults(faults: readonly Fault[]): void {
	for (const { path, message, remedy } of faults) process.stderr.write(`${path === "" ? "configuration" : path}: ${message} — ${remedy}\n`);
}
