import { type ChildProcess, spawn } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Target } from "../load/messages.ts";

/** A proxy, or nothing, between client and upstream. */
export interface Contestant {
	readonly name: string;
	/** What it is and how it is set up, for the record. */
	readonly note: string;
	start(upstreamPort: number, workDir: string): Promise<Running>;
}

export interface Running {
	readonly target: Target;
	/** Processes whose cost counts, with their children. */
	readonly pids: readonly number[];
	stop(): Promise<void>;
}

/** A contestant that cannot run here. The message says why and what would help. */
export class Unavailable extends Error {}

export const DIRECT: Contestant = {
	name: "no proxy",
	note: "the client talks to the upstream itself",
	start: async (upstreamPort) => ({
		target: { origin: `http://127.0.0.1:${upstreamPort}`, path: "/v1/chat/completions", headers: {} },
		pids: [],
		stop: async () => undefined,
	}),
};

const START_MS = 60_000;

export interface Command {
	readonly file: string;
	readonly args: readonly string[];
	readonly env?: Readonly<Record<string, string>>;
	readonly port: number;
	readonly headers?: Readonly<Record<string, string>>;
	/** Receives what the process prints. */
	readonly logFile: string;
}

/** Runs a command until its port accepts connections. */
export async function runCommand({ file, args, env, port, headers = {}, logFile }: Command): Promise<Running> {
	const log = openSync(logFile, "w");
	const child = spawn(file, [...args], { stdio: ["ignore", log, log], env: { ...process.env, ...env } });
	let isStopping = false;
	const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
	child.once("exit", (code, signal) => {
		if (!isStopping) process.stderr.write(`bench: ${file} ${args[0]} ended by itself (${code ?? signal}):\n${lastLines(logFile)}\n`);
	});
	try {
		await accepts(port, child);
	} catch (error) {
		child.kill("SIGKILL");
		throw new Unavailable(`${(error as Error).message} (see ${logFile})`, { cause: error });
	}
	return {
		target: { origin: `http://127.0.0.1:${port}`, path: "/v1/chat/completions", headers },
		pids: [child.pid ?? 0],
		async stop() {
			isStopping = true;
			child.kill("SIGTERM");
			await Promise.race([ended, sleep(3000)]);
			child.kill("SIGKILL");
		},
	};
}

function lastLines(file: string): string {
	return readFileSync(file, "utf8").split("\n").slice(-8).join("\n");
}

async function accepts(port: number, child: ChildProcess): Promise<void> {
	let failure: Error | undefined;
	child.once("error", (error) => {
		failure = error;
	});
	for (const until = performance.now() + START_MS; performance.now() < until; await sleep(100)) {
		if (failure !== undefined) throw failure;
		if (child.exitCode !== null) throw new Error(`ended with code ${child.exitCode}`);
		const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
		if (answer !== undefined) return;
	}
	throw new Error(`did not listen within ${START_MS / 1000} s`);
}

/** A port that is free now. */
export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const probe = createServer();
		probe.once("error", reject);
		probe.listen(0, "127.0.0.1", () => {
			const address = probe.address();
			const port = typeof address === "object" && address !== null ? address.port : 0;
			probe.close(() => resolve(port));
		});
	});
}

export function fileIn(directory: string, name: string): string {
	return join(directory, name);
}
