import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import type { ConfigFault } from "../config/config-fault.ts";
import type { Config } from "../config/schema.ts";

/** Variable with the number of a process among those on one port, from 1. */
export const PROCESS_NUMBER = "SECURE_LLM_PROXY_PROCESS";
/** ms for a process to start, or to take over a configuration. */
const REPLY_MS = 120_000;

const SILENT: ConfigFault = { path: "", message: "a process has ended or does not answer", remedy: "Reload again." };

/** To a process: what it is to serve with, at first and after every reload. */
export interface Offer {
	readonly kind: "config";
	readonly config: Config;
}

/** From a process: that it listens for configurations, that it serves with the first, and whether it took over a later one. */
export type Reply =
	| { readonly kind: "listens" }
	| { readonly kind: "ready"; readonly port: number; readonly lanes: number; readonly listener: string }
	| { readonly kind: "reloaded"; readonly faults: readonly ConfigFault[] };

type ReplyOf<K extends Reply["kind"]> = Reply & { readonly kind: K };

/** One of `server.processes`, as the process that starts them sees it. */
export class StartedProcess {
	/** Undefined: it did not start. */
	readonly ready: Promise<ReplyOf<"ready"> | undefined>;
	/** Exit code and signal. */
	readonly exited: Promise<readonly [code: number | null, signal: string | null]>;
	readonly #worker: Worker;
	readonly #listens: Promise<unknown>;

	/** It serves with `config`. */
	constructor(number: number, config: Config) {
		this.#worker = cluster.fork({ [PROCESS_NUMBER]: String(number) });
		this.exited = once(this.#worker, "exit") as Promise<[number | null, string | null]>;
		this.ready = this.#reply("ready");
		this.#listens = this.#reply("listens");
		void this.#send(config);
	}

	/** Has it take over another configuration; the faults for which it does not. */
	async take(config: Config): Promise<readonly ConfigFault[]> {
		const reply = this.#reply("reloaded");
		return ((await this.#send(config)) ? (await reply)?.faults : undefined) ?? [SILENT];
	}

	kill(signal: NodeJS.Signals): void {
		this.#worker.process.kill(signal);
	}

	/** What is sent before it listens is lost. False: it has ended. */
	async #send(config: Config): Promise<boolean> {
		await this.#listens;
		if (!this.#worker.isConnected()) return false;
		const offer: Offer = { kind: "config", config };
		return new Promise((resolve) => this.#worker.send(offer, (error) => resolve(error === null)));
	}

	/** The next one of this kind; undefined: it has ended, or says nothing. */
	#reply<K extends Reply["kind"]>(kind: K): Promise<ReplyOf<K> | undefined> {
		return new Promise((resolve) => {
			const settle = (reply?: ReplyOf<K>): void => {
				clearTimeout(late);
				this.#worker.off("message", read);
				resolve(reply);
			};
			const read = (reply: Partial<Reply>): void => {
				if (reply.kind === kind) settle(reply as ReplyOf<K>);
			};
			const late = setTimeout(settle, REPLY_MS);
			this.#worker.on("message", read);
			void this.exited.then(() => settle());
		});
	}
}
