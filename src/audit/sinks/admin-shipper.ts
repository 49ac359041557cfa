import { join } from "node:path";
import { refreshLock, releaseLock, takeLock } from "../../core/file-lock.ts";
import { makeFolder } from "../../core/make-folder.ts";
import { ADMIN_LOG } from "../admin-log.ts";
import { signedSize } from "../log-end.ts";
import { createSink } from "./create-sink.ts";
import { Shipper, type SinkState } from "./shipper.ts";
import type { SinkSettings } from "./sink.ts";

export interface AdminShipperOptions {
	readonly settings: SinkSettings;
	/** Folder of all logs. */
	readonly dir: string;
	readonly onState: (state: SinkState) => void;
}

/**
 * Sends the log of what operators do to one sink. Commands and processes that share the folder all write it, so it is looked
 * at for growth, and one process at a time sends it: where that one ends another goes on from the same cursor.
 */
export class AdminShipper {
	readonly #options: AdminShipperOptions;
	readonly #log: string;
	readonly #lock: string;
	/** Undefined: another process sends. */
	#shipper: Shipper | undefined;

	constructor(options: AdminShipperOptions) {
		this.#options = options;
		this.#log = join(options.dir, ADMIN_LOG);
		this.#lock = join(this.#log, `${options.settings.name}.lock`);
	}

	/** Sends what is new. Throws when the folder cannot be used. */
	poll(): void {
		const size = signedSize(this.#log);
		if (this.#shipper !== undefined) return this.#shipper.grow(size);
		makeFolder(this.#log, 0o700);
		if (takeLock(this.#lock) !== undefined) return;
		const { settings, onState } = this.#options;
		this.#shipper = new Shipper({ settings, sink: createSink(settings), dir: this.#log, log: ADMIN_LOG, size, onState });
	}

	/** Keeps the log for this process; to be called every `SIGN_OF_LIFE_MS`. */
	refresh(): void {
		if (this.#shipper !== undefined) refreshLock(this.#lock);
	}

	/** Sends what is left, like `Shipper.close`, and leaves the log to others. */
	async close(timeoutMs: number): Promise<void> {
		if (this.#shipper === undefined) return;
		this.#shipper.grow(signedSize(this.#log));
		await this.#shipper.close(timeoutMs);
		releaseLock(this.#lock);
	}
}
