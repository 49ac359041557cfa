import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import type { ConfigFault } from "../config/config-fault.ts";
import type { Config } from "../config/schema.ts";

/** Variable with the number of a process among those on one port, from 1. */
export const PROCESS_NUMBER = "SECURE_LLM_PROXY_PROCESS";
/** ms for a process to start, or to take over a configuration. */
const REPLY_MS = 120_000;

const SILENT: ConfigFault = { path: "", message: "a process does not answer", remedy: "Reload again." };

/** To a process: what it is to serve with, at first, and what it is to get ready for; then whether it takes that over. */
export type Order = { readonly kind: "config"; readonly config: Config } | { readonly kind: "take" } | { readonly kind: "drop" };

/** From a process: that it listens for orders, that it serves with the first configuration, and the faults of a later one. */
export type Reply =
	| { readonly kind: "listens" }
	| { readonly kind: "ready"; readonly port: number; readonly lanes: number; readonly listener: string }
	| { readonly kind: "prepared" | "reloaded"; readonly faults: readonly ConfigFault[] };

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
		void this.#send({ kind: "config", config });
	}

	/** False: it has ended, or is about to. */
	get isAlive(): boolean {
		return this.#worker.isConnected() && !this.#worker.isDead();
	}

	/** Has it get ready for another configuration; the faults for which it cannot. */
	prepare(config: Config): Promise<readonly ConfigFault[]> {
		return this.#ask({ kind: "config", config }, "prepared");
	}

	/** Has it take over what it is ready for; the faults for which it does not. */
	takeOver(): Promise<readonly ConfigFault[]> {
		return this.#ask({ kind: "take" }, "reloaded");
	}

	/** Has it forget what it is ready for. */
	drop(): void {
		void this.#send({ kind: "drop" });
	}

	kill(signal: NodeJS.Signals): void {
		this.#worker.process.kill(signal);
	}

	async #ask(order: Order, answer: "prepared" | "reloaded"): Promise<readonly ConfigFault[]> {
		const reply = this.#reply(answer);
		return ((await this.#send(order)) ? (await reply)?.faults : undefined) ?? [SILENT];
	}

	/** What is sent before it listens is lost. False: it has ended. */
	async #send(order: Order): Promise<boolean> {
		await this.#listens;
		if (!this.isAlive) return false;
		return new Promise((resolve) => this.#worker.send(order, (error) => resolve(error === null)));
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
