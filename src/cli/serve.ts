import cluster from "node:cluster";
import type { ConfigFault } from "../config/config-fault.ts";
import { loadConfig } from "../config/load.ts";
import { addressFault } from "../edge/address-fault.ts";
import { createLogger } from "../telemetry/logger.ts";
import { auditFolderFault, sinkFaults } from "./audit-folder.ts";
import { endProcessAfterOutput } from "./end-process.ts";
import { printFaults } from "./print-faults.ts";
import { serveProcesses } from "./processes.ts";
import { readyLine } from "./ready-line.ts";
import { Reloads } from "./reloads.ts";
import { drainAt, endAtSignals, logWarnings, reloadProxy, startProxy } from "./run-proxy.ts";
import { serveAmongOthers } from "./serve-among-others.ts";

/** `serve`: runs until SIGTERM or SIGINT; SIGHUP reloads. */
export async function serve(file: string, version: string): Promise<void> {
	if (cluster.isWorker) return serveAmongOthers(version);
	const code = await start(file, version);
	if (code !== undefined) await endProcessAfterOutput(code);
}

/** Resolves with an exit code where it does not start, or all processes have ended. */
async function start(file: string, version: string): Promise<number | undefined> {
	const callOff = endAtSignals();
	const reloads = new Reloads(file);
	const loaded = loadConfig(file);
	if (!loaded.ok) return failed(loaded.faults);
	const { config } = loaded;
	const logger = createLogger(config.logging.level);
	logWarnings(loaded.warnings, logger, file);
	const fault = (await addressFault(config.server)) ?? auditFolderFault(config.audit.dir);
	if (fault !== undefined) return failed([fault]);
	const misplaced = sinkFaults(config);
	if (misplaced.length > 0) return failed(misplaced);
	if (config.server.processes > 1) {
		// It ends those that it starts.
		callOff();
		return serveProcesses(config, logger, reloads);
	}
	const started = await startProxy(config, logger, version);
	if (!started.ok) return failed(started.faults);
	const { proxy } = started;
	callOff();
	drainAt(["SIGTERM", "SIGINT"], proxy, logger);
	reloads.begin({ takeOver: (next) => reloadProxy(proxy, next, logger), record: (record) => proxy.recordConfiguration(record) }, logger);
	// Last: who reads this may send a signal at once.
	process.stdout.write(readyLine(config, proxy.port, `lanes ${proxy.lanes}, listener ${proxy.listener}`));
	return undefined;
}

function failed(faults: readonly ConfigFault[]): number {
	printFaults(faults);
	return 2;
}
