import type { Config } from "../config/schema.ts";
import type { Proxy } from "../proxy.ts";
import { createLogger, type Logger } from "../telemetry/logger.ts";
import { logOfProcess } from "./audit-folder.ts";
import { printFaults } from "./print-faults.ts";
import { drainAt, reloadProxy, startProxy } from "./run-proxy.ts";
import { type Offer, PROCESS_NUMBER, type Reply } from "./started-process.ts";

/** One of `server.processes`: serves with what the process that started it sends, and takes over what it sends later. */
export async function serveAmongOthers(version: string): Promise<undefined> {
	// A terminal sends them to all processes; the first one passes on what they mean.
	for (const signal of ["SIGHUP", "SIGINT"]) process.on(signal, () => undefined);
	let serving: Promise<{ readonly proxy: Proxy; readonly logger: Logger }> | undefined;
	process.on("message", (message: Partial<Offer>) => {
		if (message.kind !== "config" || message.config === undefined) return;
		const config = withOwnLog(message.config);
		if (serving === undefined) serving = start(config, version);
		else void serving.then(async ({ proxy, logger }) => say({ kind: "reloaded", faults: await reloadProxy(proxy, config, logger) }));
	});
	say({ kind: "listens" });
	return undefined;
}

async function start(config: Config, version: string): Promise<{ readonly proxy: Proxy; readonly logger: Logger }> {
	const logger = createLogger(config.logging.level);
	const started = await startProxy(config, logger, version);
	if (!started.ok) {
		printFaults(started.faults);
		// The channel to the process that started this one would keep it from ending.
		process.exit(2);
	}
	const { proxy } = started;
	drainAt(["SIGTERM"], proxy, logger);
	const { port, lanes, listener } = proxy;
	say({ kind: "ready", port, lanes, listener });
	return { proxy, logger };
}

function say(reply: Reply): void {
	process.send?.(reply);
}

function withOwnLog(config: Config): Config {
	return { ...config, audit: { ...config.audit, log_name: logOfProcess(config.audit.log_name, process.env[PROCESS_NUMBER]) } };
}
