import { setFlagsFromString } from "node:v8";
import type { Secrets } from "../audit/audit-keys.ts";
import { type ConfigFault, faultOf } from "../config/config-fault.ts";
import type { Config } from "../config/schema.ts";
import { shareNameLookups } from "../core/name-lookup.ts";
import { createProxy, type Proxy, type ProxyResult } from "../proxy.ts";
import type { Logger } from "../telemetry/logger.ts";
import { endProcess } from "./end-process.ts";
import { installationSecrets } from "./secret.ts";

/**
 * A heap may become three times what lives in it before the next full collection. V8 by itself soon allows a lane a tenth more:
 * it collects every two seconds then, and each time all streams of the lane wait for about 10 ms (bench/README.md).
 */
const HEAP_GROWTH_PERCENT = 200;

/**
 * How V8 collects in each thread. The young generation by the thread alone: helpers gain nothing where a core is free, and where
 * none is the thread, and every stream with it, waits until they are scheduled (bench/README.md).
 */
const COLLECTION = [`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`, "--no-parallel-scavenge"];

/** A proxy of this process; whatever keeps it from starting is a fault. */
export async function startProxy(config: Config, logger: Logger, version: string): Promise<ProxyResult> {
	let secrets: Secrets;
	try {
		secrets = installationSecrets();
	} catch (error) {
		return { ok: false, faults: [{ path: "environment", message: (error as Error).message, remedy: "Correct it and start again." }] };
	}
	for (const flag of COLLECTION) setFlagsFromString(flag);
	shareNameLookups();
	try {
		const { secret, previousSecret } = secrets;
		return await createProxy(config, { logger, version, ...(secret && { secret }), ...(previousSecret && { previousSecret }) });
	} catch (error) {
		return { ok: false, faults: [faultOf(error, "server", "Correct it and start again.")] };
	}
}

/** What a shell says of a program that a signal has ended: this and its number. */
const ENDED_BY_SIGNAL = 128;

/**
 * Ends the process at SIGTERM and SIGINT while nothing serves yet; to be called off then. The system does so by itself, without
 * the end of a lane in the middle of its start, which Node may take for fatal; but not to the first process of a container, which
 * would be waited for until it is killed.
 */
export function endAtSignals(): () => void {
	if (process.pid !== 1) return () => undefined;
	const end = (_signal: NodeJS.Signals, number: number): never => endProcess(ENDED_BY_SIGNAL + number);
	for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, end);
	return () => {
		for (const signal of ["SIGTERM", "SIGINT"] as const) process.off(signal, end);
	};
}

/** Drains at the first of these signals, and ends the process; at the second, at once. */
export function drainAt(signals: readonly NodeJS.Signals[], proxy: Proxy, logger: Logger): void {
	let isStopping = false;
	const stop = (): void => {
		if (isStopping) endProcess(1);
		isStopping = true;
		logger.info({ next: "open answers end; a second signal ends them at once" }, "draining");
		void proxy.drain().then(() => endProcess(0));
	};
	for (const signal of signals) process.on(signal, stop);
}

/** Takes over another configuration; with a fault the old one stays, and the log says why. */
export function reloadProxy(proxy: Proxy, config: Config, logger: Logger): Promise<readonly ConfigFault[]> {
	return reloadStep(async () => {
		const result = await proxy.reload(config);
		if (result.ok) logger.info({}, "reloaded");
		return result;
	}, logger);
}

/** The faults of a step of a reload, which it logs; what it throws is one. */
export async function reloadStep(
	step: () => Promise<{ readonly ok: true } | { readonly ok: false; readonly faults: readonly ConfigFault[] }>,
	logger: Logger,
): Promise<readonly ConfigFault[]> {
	const result = await step().catch((error: Error) => ({
		ok: false as const,
		faults: [{ path: "", message: error.message, remedy: "Reload again." }],
	}));
	if (result.ok) return [];
	logRefusal(result.faults, logger);
	return result.faults;
}

/** `config`: the file, where there is one. */
export function logWarnings(warnings: readonly ConfigFault[], logger: Logger, config?: string): void {
	for (const warning of warnings) logger.warn({ ...(config !== undefined && { config }), ...warning }, "configuration");
}

export function logRefusal(faults: readonly ConfigFault[], logger: Logger): void {
	logger.error({ faults }, "reload refused, the old configuration stays");
}
