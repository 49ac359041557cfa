import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { freePort } from "./free-port.ts";

/** A real Redis of its own, which a test may stop, pause and start again. */
export class RedisServer {
	#process: ChildProcess | undefined;
	readonly port: number;

	constructor(port: number) {
		this.port = port;
	}

	get url(): string {
		return `redis://127.0.0.1:${this.port}`;
	}

	static async start(...options: string[]): Promise<RedisServer> {
		const server = new RedisServer(await freePort());
		await server.start(...options);
		return server;
	}

	async start(...options: string[]): Promise<void> {
		const words = ["--port", String(this.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", ...options];
		// It ends with the thread that started it, also where that is killed.
		this.#process = spawn("setpriv", ["--pdeathsig", "KILL", "redis-server", ...words], { stdio: ["ignore", "pipe", "inherit"] });
		for await (const line of this.#process.stdout ?? []) if (String(line).includes("Ready to accept connections")) return;
		throw new Error("redis-server did not start");
	}

	signal(name: "SIGSTOP" | "SIGCONT"): void {
		this.#process?.kill(name);
	}

	/** Tells it something over a connection of its own. */
	command(...words: string[]): string {
		return execFileSync("redis-cli", ["-p", String(this.port), ...words], { encoding: "utf8" }).trim();
	}

	async stop(): Promise<void> {
		const running = this.#process;
		if (running === undefined) return;
		this.#process = undefined;
		running.kill("SIGKILL");
		await once(running, "exit");
	}
}
