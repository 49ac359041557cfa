import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { ensureBuilt } from "../support/built-proxy.ts";
import { chat } from "../support/chat-client.ts";

/** Examples import the package by its name, so they run against the build as users' programs do. */
beforeAll(() => ensureBuilt());

let running: ChildProcess | undefined;
afterEach(() => void running?.kill("SIGKILL"));

async function start(name: string, folder: string): Promise<{ port: number; stop: () => Promise<unknown> }> {
	const env = { ...process.env, PORT: "0", AUDIT_DIR: join(folder, "audit"), RECORDS_FILE: join(folder, "records.jsonl") };
	const child = spawn(process.execPath, ["--import", "tsx", `examples/${name}`], { env, stdio: ["ignore", "pipe", "ignore"] });
	running = child;
	const [line] = (await once(createInterface(child.stdout), "line")) as [string];
	const stop = (): Promise<unknown> => {
		const exit = once(child, "exit");
		child.kill("SIGTERM");
		return exit;
	};
	return { port: Number(line.split(":").at(-1)), stop };
}

const newFolder = (): string => mkdtempSync(join(tmpdir(), "example-"));

test("every example has a test here", () => {
	expect(readdirSync("examples").filter((name) => name.endsWith(".ts"))).toEqual(["own-authentication.ts", "own-recognizer-and-sink.ts"]);
});

test("own-authentication.ts lets in whom it knows", async () => {
	const { port, stop } = await start("own-authentication.ts", newFolder());
	const models = (headers: Record<string, string>): Promise<Response> => fetch(`http://127.0.0.1:${port}/v1/models`, { headers });
	expect((await models({})).status).toBe(401);
	expect((await models({ "x-session": "session-of-alice" })).status).toBe(200);
	expect(await stop()).toEqual([0, null]);
});

test("own-recognizer-and-sink.ts finds badges, refuses bulk and writes its records", async () => {
	const folder = newFolder();
	const { port, stop } = await start("own-recognizer-and-sink.ts", folder);
	expect(await chat(port, "who is BDG-123456?", true)).toMatchObject({ status: 200, headers: { "x-security-action": "redact" } });
	const many = Array.from({ length: 21 }, (_, i) => `BDG-${100_000 + i}`).join(" ");
	expect(await chat(port, many, true)).toMatchObject({ status: 403, error: { code: "hook_refused" } });
	const written = (): void => {
		const records = readFileSync(join(folder, "records.jsonl"), "utf8")
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line));
		expect(records).toMatchObject([
			{ outcome: "complete", prompt: { badge: 1 } },
			{ outcome: "hook_refused", prompt: { badge: 21 } },
		]);
	};
	await vi.waitFor(written, { timeout: 60_000 });
	expect(await stop()).toEqual([0, null]);
});
