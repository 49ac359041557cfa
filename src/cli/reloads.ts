import { resolve } from "node:path";
import type { ConfigurationRecord } from "../audit/configuration-record.ts";
import type { ConfigFault } from "../config/config-fault.ts";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { readWholeFile } from "../core/whole-file.ts";
import type { Logger } from "../telemetry/logger.ts";
import { logRefusal, logWarnings } from "./run-proxy.ts";

export interface Reloading {
	/** Takes over another configuration; with a fault the old one stays, and the log says why. One that rejects changes nothing either. */
	takeOver(next: Config): Promise<readonly ConfigFault[]>;
	/** Puts what became of it into the audit trail. */
	record(record: ConfigurationRecord): Promise<void>;
}

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

	begin({ takeOver, record }: Reloading, logger: Logger): void {
		this.#reload = async () => {
			const faults = await this.#takeOver(takeOver, logger);
			const action = faults.length === 0 ? "taken" : "refused";
			await record({ action, file: resolve(this.#file), faults }).catch((error: Error) =>
				logger.error({ fault: error.message }, "reload not recorded in the audit trail"),
			);
		};
		this.#onBegin?.();
	}

	/** The faults for which it was not taken over. */
	async #takeOver(takeOver: Reloading["takeOver"], logger: Logger): Promise<readonly ConfigFault[]> {
		const refused = (faults: readonly ConfigFault[]): readonly ConfigFault[] => {
			logRefusal(faults, logger);
			return faults;
		};
		try {
			const loaded = loadConfig(this.#file, process.env, readWholeFile);
			if (!loaded.ok) return refused(loaded.faults);
			const faults = await takeOver(loaded.config);
			if (faults.length === 0) logWarnings(loaded.warnings, logger, this.#file);
			return faults;
		} catch (error) {
			return refused([{ path: "", message: (error as Error).message, remedy: "Correct it and reload again." }]);
		}
	}

	/** Does something while no reload is under way. */
	between(work: () => void): Promise<void> {
		const done = this.#last.then(work);
		// Its failure is its caller's, and no reload waits for it in vain.
		this.#last = done.catch(() => undefined);
		return done;
	}
}
