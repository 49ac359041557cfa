import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { createProxy, type Fault, type Proxy, type ProxyResult } from "../proxy.ts";
import { createLogger, type Logger } from "../telemetry/logger.ts";
import { processNumber, type Ready, serveProcesses } from "./processes.ts";
import { installationSecrets } from "./secret.ts";

export function printFaults(faults: readonly Fault[]): void {
	for (const { path, message, remedy } of faults) process.stderr.write(`${path === "" ? "configuration" : path}: ${message} — ${remedy}\n`);
}

/** `serve`: runs until SIGTERM or SIGINT; SIGHUP reloads. Resolves with an exit code only when the start fails. */
export async function serve(file: string, version: string): Promise<number | undefined> {
	const loaded = loadConfig(file);
	if (!loaded.ok) return failed(loaded.faults);
	const logger = createLogger(loaded.config.logging.level);
	const number = processNumber();
	if (number === undefined) warn(file, loaded.warnings, logger);
	if (number === undefined && loaded.config.server.processes > 1) return serveProcesses(loaded.config, logger);
	const config = number === undefined ? loaded.config : withOwnLog(loaded.config, number);
	const started = await start(config, logger, version).catch((error: Error): { ok: false; faults: Fault[] } => ({
		ok: false,
		faults: [{ path: "server", message: error.message, remedy: "Correct it and start again." }],
	}));
	if (!started.ok) return failed(started.faults);
	const { proxy } = started;
	let stopping = false;
	const stop = (): void => {
		if (stopping) process.exit(1);
		stopping = true;
		logger.info({}, "draining");
		void proxy.drain().then(() => process.exit(0));
	};
	process.on("SIGTERM", stop);
	// A terminal sends it to all processes, and the first one passes it on as SIGTERM.
	process.on("SIGINT", number === undefined ? stop : () => undefined);
	// One after the other: of two reloads the later file must win.
	let reloading = Promise.resolve();
	process.on("SIGHUP", () => {
		reloading = reloading.then(() => reload(file, proxy, logger));
	});
	// Last: who reads this may send a signal at once.
	const { port, lanes, listener } = proxy;
	if (number !== undefined) process.send?.({ kind: "ready", port, lanes, listener } satisfies Ready);
	else {
		const scheme = config.server.tls.cert_file === "" ? "http" : "https";
		process.stdout.write(`secure-llm-proxy ready on ${scheme}://${config.server.host}:${port} (lanes ${lanes}, listener ${listener})\n`);
	}
	return undefined;
}

function warn(file: string, warnings: readonly Fault[], logger: Logger): void {
	for (const warning of warnings) logger.warn({ config: file, ...warning }, "configuration");
}

function failed(faults: readonly Fault[]): number {
	printFaults(faults);
	// The channel to the process that started this one would keep it from ending.
	if (processNumber() !== undefined) process.exit(2);
	return 2;
}

/** An audit log has one writer. */
function withOwnLog(config: Config, number: number): Config {
	return { ...config, audit: { ...config.audit, log_name: `${config.audit.log_name}-${number}` } };
}

async function start(config: Config, logger: Logger, version: string): Promise<ProxyResult> {
	const { secret, previousSecret } = installationSecrets();
	return createProxy(config, { logger, version, ...(secret && { secret }), ...(previousSecret && { previousSecret }) });
}

async function reload(file: string, proxy: Proxy, logger: Logger): Promise<void> {
	const number = processNumber();
	const loaded = loadConfig(file);
	let faults: readonly Fault[] = loaded.ok ? [] : loaded.faults;
	if (loaded.ok) {
		const result = await proxy
			.reload(number === undefined ? loaded.config : withOwnLog(loaded.config, number))
			.catch((error: Error) => ({ ok: false as const, faults: [{ path: "", message: error.message, remedy: "Reload again." }] }));
		if (result.ok) {
			if (number === undefined || number === 1) warn(file, loaded.warnings, logger);
			return logger.info({ config: file }, "reloaded");
		}
		faults = result.faults;
	}
	logger.error({ faults }, "reload refused, the old configuration stays");
}
