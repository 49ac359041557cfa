import type { ConfigFault } from "../config/config-fault.ts";

export function printFaults(faults: readonly ConfigFault[]): void {
	for (const { path, message, remedy } of faults) process.stderr.write(`${path === "" ? "configuration" : path}: ${message} — ${remedy}\n`);
}
