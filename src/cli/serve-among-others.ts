import type { Config } from "../config/schema.ts";
import type { PreparedReload, Proxy } from "../proxy.ts";
import { createLogger, type Logger } from "../telemetry/logger.ts";
import { logOfProcess } from "./audit-folder.ts";
import { endProcess, endProcessAfterOutput } from "./end-process.ts";
import { printFaults } from "./print-faults.ts";
import { drainAt, reloadStep, startProxy } from "./run-proxy.ts";
import { type Order, PROCESS_NUMBER, type Reply } from "./started-process.ts";

/** One of `server.processes`: serves with what the process that started it sends, and takes over what it sends later. */
export async function serveAmongOthers(version: string): Promise<void> {
	// A terminal sends them to all processes; the first one passes on what they mean.
	for (const signal of ["SIGHUP", "SIGINT"]) process.on(signal, () => undefined);
	// The one that started it is gone. Node would end it too, but wait for its threads, and the port would stay half taken.
	process.prependListener("disconnect", () => endProcess(0));
	let serving: Promise<Serving> | undefined;
	process.on("message", (order: Order) => {
		if (order.kind === "config" && serving === undefined) serving = start(withOwnLog(order.config), version);
		else void serving?.then((one) => one.follow(order));
	});
	say({ kind: "listens" });
}

/** A proxy that reloads as it is told: it gets ready, and takes over once all can. */
class Serving {
	readonly #proxy: Proxy;
	readonly #logger: Logger;
	#prepared: PreparedReload | undefined;

	constructor(proxy: Proxy, logger: Logger) {
		this.#proxy = proxy;
		this.#logger = logger;
	}

	async follow(order: Order): Promise<void> {
		switch (order.kind) {
			case "config":
				return say({ kind: "prepared", faults: await this.#prepare(withOwnLog(order.config)) });
			case "take":
				return say({ kind: "reloaded", faults: await this.#takeOver() });
			case "drop":
				return this.#drop();
			default:
				order satisfies never;
		}
	}

	async #prepare(config: Config): ReturnType<typeof reloadStep> {
		this.#drop();
		return reloadStep(async () => {
			const result = await this.#proxy.prepareReload(config);
			if (result.ok) this.#prepared = result.prepared;
			return result;
		}, this.#logger);
	}

	async #takeOver(): ReturnType<typeof reloadStep> {
		const prepared = this.#prepared;
		this.#prepared = undefined;
		return reloadStep(async () => {
			const result = (await prepared?.takeOver()) ?? { ok: false, faults: [] };
			if (result.ok) this.#logger.info({}, "reloaded");
			return result;
		}, this.#logger);
	}

	#drop(): void {
		this.#prepared?.drop();
		this.#prepared = undefined;
	}
}

async function start(config: Config, version: string): Promise<Serving> {
	const logger = createLogger(config.logging.level);
	const started = await startProxy(config, logger, version);
	if (!started.ok) {
		printFaults(started.faults);
		return endProcessAfterOutput(2);
	}
	const { proxy } = started;
	drainAt(["SIGTERM"], proxy, logger);
	const { port, lanes, listener } = proxy;
	say({ kind: "ready", port, lanes, listener });
	return new Serving(proxy, logger);
}

function say(reply: Reply): void {
	process.send?.(reply);
}

function withOwnLog(config: Config): Config {
	return { ...config, audit: { ...config.audit, log_name: logOfProcess(config.audit.log_name, process.env[PROCESS_NUMBER]) } };
}
