import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { chat } from "../support/chat-client.ts";
import { CommandLine } from "../support/command-line.ts";

let line: CommandLine;
beforeAll(() => {
	CommandLine.build();
	line = new CommandLine();
});
afterAll(() => line.close());

/** More than the process may open. */
const CONNECTIONS = 400;
const LIMIT = 300;
/** ms in which the proxy looks at its memory twice, and more. */
const SPELL_MS = 1500;

test.each(["uws", "node"])("a proxy that may open no more files (listener %s) lives on, and serves once it may", async (listener) => {
	const file = line.file(
		`${listener}.yaml`,
		`server: { host: 127.0.0.1, port: 0, workers: 1, listener: ${listener} }
llm_providers: { demo: { type: demo } }
audit: { dir: "${line.folder}/${listener}" }`,
	);
	const { child, port, exited } = await line.serve(file);
	const ask = async (): Promise<unknown> => (await chat(port, "hello", true)).isDone;
	expect(await ask()).toBe(true);
	execFileSync("prlimit", ["--pid", String(child.pid), `--nofile=${LIMIT}`]);
	const sockets: Socket[] = [];
	for (let i = 0; i < CONNECTIONS; i++) sockets.push(connect(port, "127.0.0.1").on("error", () => undefined));
	await Promise.all(sockets.map((socket) => once(socket, "connect").catch(() => undefined)));
	for (const socket of sockets) socket.write("POST /v1/chat/completions HTTP/1.1\r\n");
	await new Promise((resolve) => setTimeout(resolve, SPELL_MS));
	for (const socket of sockets) socket.destroy();
	await vi.waitFor(async () => expect(await ask()).toBe(true), { timeout: 60_000, interval: 200 });
	child.kill("SIGTERM");
	expect(await exited).toEqual([0, null]);
});
