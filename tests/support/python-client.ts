import { type ChildProcessByStdio, execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Client, Question, Seen } from "./openai-clients.ts";

/** A Python program that answers questions, a line of JSON each, as long as it runs. */
export class PythonProgram {
	readonly #script: string;
	readonly #waiting = new Map<number, { readonly resolve: (seen: Seen) => void; readonly reject: (error: Error) => void }>();
	#process: ChildProcessByStdio<Writable, Readable, null> | undefined;
	#next = 0;

	/** `script`: in tests/python. */
	constructor(script: string) {
		this.#script = script;
	}

	client(name: string, kind: string): Client {
		return { name, ask: (baseURL, question) => this.#ask({ kind, baseURL, ...question }) };
	}

	stop(): void {
		this.#process?.stdin.end();
	}

	#ask(question: Question & { readonly kind: string; readonly baseURL: string }): Promise<Seen> {
		this.#process ??= this.#start();
		const id = this.#next++;
		this.#process.stdin.write(`${JSON.stringify({ id, ...question })}\n`);
		return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
	}

	#start(): ChildProcessByStdio<Writable, Readable, null> {
		const python = execFileSync("bash", ["script/test-clients"], { encoding: "utf8" }).trim();
		const process = spawn(python, [`tests/python/${this.#script}`], { stdio: ["pipe", "pipe", "inherit"] });
		createInterface({ input: process.stdout }).on("line", (line) => {
			const { id, seen } = JSON.parse(line) as { id: number; seen: Seen };
			this.#waiting.get(id)?.resolve({ ...seen, finish: seen.finish ?? undefined });
			this.#waiting.delete(id);
		});
		process.on("exit", (code) => {
			for (const { reject } of this.#waiting.values()) reject(new Error(`tests/python/${this.#script} ended with ${code}.`));
		});
		return process;
	}
}
