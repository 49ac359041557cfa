import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CommandLine } from "../support/command-line.ts";

let line: CommandLine;
let file: string;
beforeAll(() => {
	CommandLine.build();
	line = new CommandLine();
	file = line.file(
		"config.yaml",
		`server: { host: 127.0.0.1, port: 0, workers: 1 }\naudit: { dir: "${line.folder}/audit" }\nllm_providers: { demo: { type: demo } }\nsecurity: { rate_limiting: { requests_per_minute: 0, requests_per_hour: 0, concurrent_requests: 0 } }\n`,
	);
});
afterAll(() => line.close());

/** A proxy with this standard error, once it is ready. */
async function serve(stderr: number | "pipe") {
	const child = spawn(process.execPath, [line.main, "serve", "--config", file], { stdio: ["ignore", "pipe", stderr] });
	const exited = once(child, "exit");
	const [ready] = (await once(createInterface(child.stdout as NonNullable<typeof child.stdout>), "line")) as [string];
	const base = /http:\S+/.exec(ready)?.[0];
	/** Statuses of this many requests; each has a line of half a kilobyte. */
	const ask = async (count: number): Promise<number[]> => {
		const statuses: number[] = [];
		const body = JSON.stringify({ model: "m".repeat(200), messages: [{ role: "user", content: "hello" }] });
		for (let i = 0; i < count; i += 20) {
			const answers = Array.from({ length: 20 }, () => fetch(`${base}/v1/chat/completions`, { method: "POST", body }));
			for (const answer of answers) statuses.push((await answer).status);
		}
		return statuses;
	};
	return { child, exited, ask };
}

test("a log that cannot be written neither stops the proxy nor what it does at SIGTERM", async () => {
	const full = openSync("/dev/full", "w");
	const { child, exited, ask } = await serve(full);
	closeSync(full);
	expect(new Set(await ask(20))).toEqual(new Set([200]));
	child.kill("SIGTERM");
	expect(await exited).toEqual([0, null]);
});

test("a log that nobody reads holds up neither requests nor the end, and is whole when it is read after all", async () => {
	for (const isRead of [true, false]) {
		const { child, exited, ask } = await serve("pipe");
		// More than pipe and socket hold.
		expect(new Set(await ask(600))).toEqual(new Set([200]));
		const log = isRead ? text(child.stderr as NonNullable<typeof child.stderr>) : "";
		if (isRead) expect(new Set(await ask(20))).toEqual(new Set([200]));
		child.kill("SIGTERM");
		expect(await exited).toEqual([0, null]);
		if (!isRead) continue;
		const entries = (await log)
			.trim()
			.split("\n")
			.map((entry) => JSON.parse(entry) as { readonly msg: string });
		expect(entries.filter(({ msg }) => msg === "request")).toHaveLength(620);
		expect(entries.at(-1)).toMatchObject({ msg: "draining" });
	}
});
