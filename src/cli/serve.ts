import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { createProxy, type Fault, type Proxy, type ProxyResult } from "../proxy.ts";
import { createLogger, type Logger } from "../telemetry/logger.ts";
import { installationSecret } from "./secret.ts";

export function printFaults(faults: readonly Fault[]): void {
	for (const { path, message, remedy } of faults) process.stderr.write(`${path === "" ? "configuration" : path}: ${message} — ${remedy}\n`);
}

/** `serve`: runs until SIGTERM or SIGINT; SIGHUP reloads. Resolves with an exit code only when the start fails. */
export async function serve(file: string, version: string): Promise<number | undefined> {
	const loaded = loadConfig(file);
	if (!loaded.ok) {
		printFaults(loaded.faults);
		return 2;
	}
	const { config } = loaded;
	const logger = createLogger(config.logging.level);
	for (const warning of loaded.warnings) logger.warn({ config: file }, warning);
	const started = await start(config, logger, version).catch((error: Error): { ok: false; faults: Fault[] } => ({
		ok: false,
		faults: [{ path: "server", message: error.message, remedy: "Correct it and start again." }],
	}));
	if (!started.ok) {
		printFaults(started.faults);
		return 2;
	}
	const { proxy } = started;
	let stopping = false;
	const stop = (): void => {
		if (stopping) process.exit(1);
		stopping = true;
		logger.info({}, "draining");
		void proxy.drain().then(() => process.exit(0));
	};
	process.on("SIGTERM", stop);
	process.on("SIGINT", stop);
	// One after the other: of two reloads the later file must win.
	let reloading = Promise.resolve();
	process.on("SIGHUP", () => {
		reloading = reloading.then(() => reload(file, proxy, logger));
	});
	// Last: who reads this line may send a signal at once.
	process.stdout.write(
		`secure-llm-proxy ready on ${config.server.tls.cert_file === "" ? "http" : "https"}://${config.server.host}:${proxy.port} (lanes ${proxy.lanes}, listener ${proxy.listener})\n`,
	);
	return undefined;
}

async function start(config: Config, logger: Logger, version: string): Promise<ProxyResult> {
	const secret = installationSecret();
	return createProxy(config, { logger, version, ...(secret && { secret }) });
}

async function reload(file: string, proxy: Proxy, logger: Logger): Promise<void> {
	const loaded = loadConfig(file);
	let faults: readonly Fault[] = loaded.ok ? [] : loaded.faults;
	if (loaded.ok) {
		const result = await proxy
			.reload(loaded.config)
			.catch((error: Error) => ({ ok: false as const, faults: [{ path: "", message: error.message, remedy: "Reload again." }] }));
		if (result.ok) return logger.info({ config: file }, "reloaded");
		faults = result.faults;
	}
	logger.error({ faults }, "reload refused, the old configuration stays");
}
