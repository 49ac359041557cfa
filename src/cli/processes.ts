import cluster from "node:cluster";
import { setTimeout as sleep } from "node:timers/promises";
import { auditKeys } from "../audit/audit-keys.ts";
import { type ConfigurationRecord, recordConfiguration } from "../audit/configuration-record.ts";
import type { ConfigFault } from "../config/config-fault.ts";
import type { Config } from "../config/schema.ts";
import { reloadedConfig } from "../config/start-only.ts";
import type { Logger } from "../telemetry/logger.ts";
import { answerMetrics } from "../telemetry/shared-metrics.ts";
import { readyLine } from "./ready-line.ts";
import type { Reloads } from "./reloads.ts";
import { installationSecrets } from "./secret.ts";
import { StartedProcess } from "./started-process.ts";

const ENDING: ConfigFault = { path: "", message: "the processes are ending", remedy: "Reload again once they serve." };

/** ms before a process that ended is started again. */
const RESTART_MS = 1000;

/**
 * `server.processes` processes on one port. This one serves nothing: it reads the configuration for all of them, passes signals
 * on, starts a process again that ended, with what the others serve with, and sums up metrics. Resolves with an exit code when
 * the first start fails, or all have ended.
 */
export async function serveProcesses(config: Config, logger: Logger, reloads: Reloads): Promise<number> {
	// Configurations hold more than JSON can say.
	cluster.setupPrimary({ serialization: "advanced" });
	answerMetrics();
	let current = config;
	let isStopping = false;
	const started = new Map<number, StartedProcess>();
	const start = (number: number): StartedProcess => {
		const one = new StartedProcess(number, current);
		started.set(number, one);
		return one;
	};
	const stop = (): void => {
		isStopping = true;
		for (const one of started.values()) one.kill("SIGTERM");
	};
	process.on("SIGTERM", stop);
	process.on("SIGINT", stop);
	const numbers = Array.from({ length: config.server.processes }, (_, i) => i + 1);
	const [first, ...others] = await Promise.all(numbers.map((number) => start(number).ready));
	if (first === undefined || others.includes(undefined)) {
		stop();
		const codes = await Promise.all(Array.from(started.values(), async ({ exited }) => (await exited)[0]));
		return codes.find((code) => code !== null && code !== 0) ?? 1;
	}
	/** All take it over, or none: which policy decides must not hang on which process a client comes to. */
	const takeOver = async (next: Config): Promise<readonly ConfigFault[]> => {
		if (isStopping) return [ENDING];
		const asked = [...started.values()];
		const answers = await Promise.all(asked.map(async (one) => ({ one, faults: await one.prepare(next) })));
		// One that has ended has no say: it is started again with what the others have.
		const living = answers.filter(({ one }) => one.isAlive);
		const refusal = living.length === 0 ? [ENDING] : living.find(({ faults }) => faults.length > 0)?.faults;
		if (refusal !== undefined) {
			for (const { one } of living) one.drop();
			return refusal;
		}
		current = reloadedConfig(config, next).config;
		await Promise.all(
			living.map(async ({ one }) => {
				if ((await one.takeOver()).length > 0) one.kill("SIGTERM");
			}),
		);
		return [];
	};
	reloads.begin({ takeOver, record: (record) => recordReload(config, record) }, logger);
	process.stdout.write(readyLine(config, first.port, `processes ${numbers.length}, lanes ${first.lanes} each, listener ${first.listener}`));
	const keep = async (number: number): Promise<void> => {
		while (!isStopping) {
			const [code, signal] = (await started.get(number)?.exited) ?? [];
			if (isStopping) return;
			logger.error({ process: number, code, signal }, "process ended, it is started again");
			await sleep(RESTART_MS);
			await reloads.between(() => {
				if (!isStopping) start(number);
			});
		}
	};
	await Promise.all(numbers.map(keep));
	return 0;
}

/** As a command does: this process has no audit thread. */
async function recordReload({ audit: { dir } }: Config, record: ConfigurationRecord): Promise<void> {
	await recordConfiguration(dir, auditKeys(dir, installationSecrets()), record);
}
