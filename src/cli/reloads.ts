import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import type { Logger } from "../telemetry/logger.ts";
import { logRefusal, logWarnings } from "./run-proxy.ts";

/** Takes over another configuration; false: the old one stays. One that rejects changes nothing either, and is logged. */
export type TakeOver = (next: Config) => Promise<boolean>;

/**
 * Reads the file again at every SIGHUP, one after the other: of two the later file must win. To be made first of all, because a
 * signal that comes while the start is under way would end the process; so it counts as soon as something serves.
 */
export class Reloads {
	readonly #file: string;
	#last: Promise<void>;
	#onBegin: (() => void) | undefined;
	#reload: () => Promise<void> = async () => undefined;

	constructor(file: string) {
		this.#file = file;
		this.#last = new Promise((resolve) => {
			this.#onBegin = resolve;
		});
		process.on("SIGHUP", () => {
			this.#last = this.#last.then(() => this.#reload());
		});
	}

	begin(takeOver: TakeOver, logger: Logger): void {
		this.#reload = async () => {
			try {
				const loaded = loadConfig(this.#file);
				if (!loaded.ok) logRefusal(loaded.faults, logger);
				else if (await takeOver(loaded.config)) logWarnings(loaded.warnings, logger, this.#file);
			} catch (error) {
				logRefusal([{ path: "", message: (error as Error).message, remedy: "Correct it and reload again." }], logger);
			}
		};
		this.#onBegin?.();
	}

	/** Does something while no reload is under way. */
	between(work: () => void): Promise<void> {
		const done = this.#last.then(work);
		// Its failure is its caller's, and no reload waits for it in vain.
		this.#last = done.catch(() => undefined);
		return done;
	}
}
