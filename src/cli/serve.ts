import { loadConfig, startFaults } from "../config/load.ts";
import { createProxy, type Fault } from "../proxy.ts";
import { createLogger } from "../telemetry/logger.ts";

export function printFaults(faults: readonly Fault[]): void {
	for (const { path, message, remedy } of faults) process.stderr.write(`${path === "" ? "configuration" : path}: ${message} — ${remedy}\n`);
}

/** `serve`: runs until SIGTERM or SIGINT; SIGHUP reloads. Resolves with an exit code only when the start fails. */
export async function serve(file: string): Promise<number | undefined> {
	const loaded = loadConfig(file);
	const faults = loaded.ok ? startFaults(loaded.config) : loaded.faults;
	if (!loaded.ok || faults.length > 0) {
		printFaults(faults);
		return 2;
	}
	const { config } = loaded;
	const logger = createLogger(config.logging.level);
	for (const warning of loaded.warnings) logger.warn({ config: file }, warning);
	const secret = process.env["SECURE_LLM_PROXY_SECRET_KEY"];
	const started = await createProxy(config, { logger, ...(secret && { secret }) }).catch(
		(error: Error): { ok: false; faults: Fault[] } => ({
			ok: false,
			faults: [{ path: "server", message: error.message, remedy: "Correct it and start again." }],
		}),
	);
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
	process.on("SIGHUP", () => {
		const next = loadConfig(file);
		const refused = next.ok ? startFaults(next.config) : next.faults;
		if (!next.ok || refused.length > 0) return logger.error({ faults: refused }, "reload refused, the old configuration stays");
		void proxy
			.reload(next.config)
			.then((result) =>
				result.ok ? logger.info({}, "reloaded") : logger.error({ faults: result.faults }, "reload refused, the old configuration stays"),
			);
	});
	// Last: who reads this line may send a signal at once.
	process.stdout.write(
		`secure-llm-proxy ready on http://${config.server.host}:${proxy.port} (lanes ${proxy.lanes}, listener ${proxy.listener})\n`,
	);
	return undefined;
}
