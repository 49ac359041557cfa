import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

export interface Ran {
	readonly code: number;
	readonly out: string;
	readonly err: string;
}

export interface Serving {
	readonly child: ChildProcess;
	readonly port: number;
	/** The ready line. */
	readonly line: string;
	/** Log lines so far, as they were written. */
	readonly log: readonly string[];
	/** Waits for a log line with this message and returns it. */
	logged(message: string): Promise<Record<string, unknown>>;
	/** Resolves with exit code and signal, and the log complete. */
	readonly exited: Promise<readonly [number | null, string | null]>;
}

/** The commands as they are installed, in child processes. */
export class CommandLine {
	readonly folder = mkdtempSync(join(tmpdir(), "command-line-"));
	/** Node, and what it runs. */
	node = process.execPath;
	main = "dist/main.js";
	/** Words before the command, `unshare` say. */
	runner: readonly string[] = [];
	/** The user it runs as; absent: who runs the tests. */
	user: number | undefined;
	readonly #running = new Set<ChildProcess>();

	/** The build, made anew where it is old. */
	static build(): void {
		execFileSync("bash", ["script/bootstrap"]);
	}

	file(name: string, content: string): string {
		const file = join(this.folder, name);
		writeFileSync(file, content);
		return file;
	}

	start(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
		const [command = "", ...rest] = [...this.runner, this.node, this.main, ...words];
		const child = spawn(command, rest, {
			stdio: ["ignore", "pipe", "pipe"],
			env: { ...process.env, ...env },
			...(this.user !== undefined && { uid: this.user, gid: this.user }),
		});
		this.#running.add(child);
		child.once("exit", () => this.#running.delete(child));
		return child;
	}

	async run(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
		const child = this.start(words, env);
		const [[code], out, err] = await Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]);
		return { code: code as number, out, err };
	}

	/** `serve`, once it is ready. */
	async serve(file: string, env: NodeJS.ProcessEnv = {}): Promise<Serving> {
		const child = this.start(["serve", "--config", file], env);
		const log: string[] = [];
		const lines = createInterface(child.stderr);
		lines.on("line", (line) => log.push(line));
		const exited = Promise.all([once(child, "exit"), once(lines, "close")]).then(([exit]) => exit as [number | null, string | null]);
		const [line] = (await once(createInterface(child.stdout), "line")) as [string];
		const find = (message: string): string | undefined => log.find((entry) => entry.includes(`"msg":${JSON.stringify(message)}`));
		return {
			child,
			line,
			log,
			port: Number(/:(\d+) \(/.exec(line)?.[1]),
			exited,
			async logged(message) {
				while (find(message) === undefined) await once(lines, "line");
				return JSON.parse(find(message) as string);
			},
		};
	}

	/** What a test has left running goes, with the processes that it started: one that stands still does not see that its parent is gone. */
	close(): void {
		for (const { pid } of this.#running) if (pid !== undefined) killTree(pid);
		rmSync(this.folder, { recursive: true });
	}
}

function killTree(pid: number): void {
	let children = "";
	try {
		children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
		process.kill(pid, "SIGKILL");
	} catch {
		// It has ended by itself.
	}
	for (const child of children.split(" ").filter((word) => word !== "")) killTree(Number(child));
}
