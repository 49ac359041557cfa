import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { ensureBuilt, startCommand } from "../support/built-proxy.ts";
import { freePort } from "../support/free-port.ts";

const README = readFileSync("README.md", "utf8");
/** A block of commands and the block right after it: what they print. */
const TRANSCRIPTS = [...README.matchAll(/```sh\n([\s\S]*?)```\n```text\n([\s\S]*?)```/g)].map(([, command = "", output = ""]) => ({
	command,
	output,
}));

let proxy: ReturnType<typeof startCommand>;
let port: number;
beforeAll(async () => {
	ensureBuilt();
	port = await freePort();
	proxy = startCommand(["serve", "--config", "config/demo.yaml"], { PORT: String(port) });
	await once(createInterface(proxy.stdout), "line");
});
afterAll(() => proxy?.kill("SIGKILL"));

test("README has its transcripts", () => {
	expect(TRANSCRIPTS).toHaveLength(3);
});

test.each(TRANSCRIPTS)("README's command prints what README says: $command", ({ command, output }) => {
	const { stdout } = spawnSync("sh", ["-c", command.replaceAll("localhost:8000", `localhost:${port}`)], { encoding: "utf8" });
	expect(stdout.trimEnd()).toBe(output.trimEnd());
});

test("README's configuration loads, and no key in it is without effect", () => {
	const yaml = /```yaml\n([\s\S]*?)```/.exec(README)?.[1] ?? "";
	expect(parseConfig(yaml, {})).toMatchObject({ ok: true, warnings: [] });
});
