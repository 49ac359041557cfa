import { type ChildProcessByStdio, execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Client, Seen } from "./openai-clients.ts";

/** A Python program that answers questions, a line of JSON each, as long as it runs. */
export class PythonProgram {
	readonly #script: string;
	readonly #waiting = new Map<number, { readonly resolve: (seen: unknown) => void; readonly reject: (error: Error) => void }>();
	#process: ChildProcessByStdio<Writable, Readable, null> | undefined;
	#next = 0;

	/** `script`: in tests/python. */
	constructor(script: string) {
		this.#script = script;
	}

	client(name: string, kind: string): Client {
		return {
			name,
			ask: async (baseURL, question) => {
				const seen = await this.ask<Seen>({ kind, baseURL, ...question });
				return { ...seen, finish: seen.finish ?? undefined };
			},
		};
	}

	stop(): void {
		this.#process?.stdin.end();
	}

	/** What the program saw of the answer to a question in its own terms. */
	ask<Answer>(question: object): Promise<Answer> {
		this.#process ??= this.#start();
		const id = this.#next++;
		this.#process.stdin.write(`${JSON.stringify({ id, ...question })}\n`);
		return new Promise((resolve, reject) => this.#waiting.set(id, { resolve: resolve as (seen: unknown) => void, reject }));
	}

	#start(): ChildProcessByStdio<Writable, Readable, null> {
		const python = execFileSync("bash", ["script/test-clients"], { encoding: "utf8" }).trim();
		const process = spawn(python, [`tests/python/${this.#script}`], { stdio: ["pipe", "pipe", "inherit"] });
		createInterface({ input: process.stdout }).on("line", (line) => {
			const { id, seen } = JSON.parse(line) as { id: number; seen: unknown };
			this.#waiting.get(id)?.resolve(seen);
			this.#waiting.delete(id);
		});
		process.on("exit", (code) => {
			for (const { reject } of this.#waiting.values()) reject(new Error(`tests/python/${this.#script} ended with ${code}.`));
			this.#waiting.clear();
			this.#process = undefined;
		});
		return process;
	}
}
