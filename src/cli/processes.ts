import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../config/schema.ts";
import type { Logger } from "../telemetry/logger.ts";
import { answerMetrics } from "../telemetry/shared-metrics.ts";

/** Number of this process among those on one port, from 1; undefined: it is alone, or it starts them. */
export function processNumber(env: NodeJS.ProcessEnv = process.env): number | undefined {
	return cluster.isWorker ? Number(env[NUMBER]) : undefined;
}

const NUMBER = "SECURE_LLM_PROXY_PROCESS";
/** ms before a process that ended is started again. */
const RESTART_MS = 1000;

/** What a process says when it serves. */
export interface Ready {
	readonly kind: "ready";
	readonly port: number;
	readonly lanes: number;
	readonly listener: string;
}

/**
 * `server.processes` processes on one port. This one serves nothing: it passes signals on, starts a process again that
 * ended, and sums up metrics. Resolves with an exit code when the first start fails, or all have ended.
 */
export async function serveProcesses({ server }: Config, logger: Logger): Promise<number> {
	answerMetrics();
	const workers = new Map<number, Worker>();
	let isStopping = false;
	const signalAll = (signal: NodeJS.Signals): void => {
		for (const worker of workers.values()) worker.process.kill(signal);
	};
	const stop = (): void => {
		isStopping = true;
		signalAll("SIGTERM");
	};
	process.on("SIGTERM", stop);
	process.on("SIGINT", stop);
	process.on("SIGHUP", () => signalAll("SIGHUP"));
	const fork = (number: number): Worker => {
		const worker = cluster.fork({ [NUMBER]: String(number) });
		workers.set(number, worker);
		return worker;
	};
	const numbers = Array.from({ length: server.processes }, (_, i) => i + 1);
	const starts = await Promise.all(numbers.map((number) => startOf(fork(number))));
	const failed = starts.find((start) => typeof start === "number");
	const [first] = starts;
	if (failed !== undefined || typeof first !== "object") {
		stop();
		return failed ?? 1;
	}
	const scheme = server.tls.cert_file === "" ? "http" : "https";
	const what = `processes ${server.processes}, lanes ${first.lanes} each, listener ${first.listener}`;
	process.stdout.write(`secure-llm-proxy ready on ${scheme}://${server.host}:${first.port} (${what})\n`);
	const keep = async (number: number): Promise<void> => {
		for (let worker = workers.get(number); worker !== undefined; worker = fork(number)) {
			const [code, signal] = await once(worker, "exit");
			if (isStopping) return;
			logger.error({ process: number, code, signal }, "process ended, it is started again");
			await sleep(RESTART_MS);
			if (isStopping) return;
		}
	};
	await Promise.all(numbers.map(keep));
	return 0;
}

/** The process serves, or it has ended with this code. */
function startOf(worker: Worker): Promise<Ready | number> {
	return new Promise((resolve) => {
		worker.on("message", (message: Partial<Ready>) => message.kind === "ready" && resolve(message as Ready));
		worker.once("exit", (code) => resolve(code ?? 1));
	});
}
