import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { CommandLine, type Serving } from "../support/command-line.ts";

const README = readFileSync("README.md", "utf8");
/** A block of commands and the block right after it: what they print. */
const TRANSCRIPTS = [...README.matchAll(/```sh\n([\s\S]*?)```\n```text\n([\s\S]*?)```/g)].map(([, command = "", output = ""]) => ({
	command,
	output,
}));

let line: CommandLine;
let proxy: Serving;
beforeAll(async () => {
	CommandLine.build();
	line = new CommandLine();
	const demo = readFileSync("config/demo.yaml", "utf8");
	proxy = await line.serve(line.file("demo.yaml", `${demo}audit: { dir: "${line.folder}/audit" }\n`), { PORT: "0" });
});
afterAll(() => line?.close());

test("README has its transcripts", () => {
	expect(TRANSCRIPTS).toHaveLength(4);
});

test.each(TRANSCRIPTS)("README's command prints what README says: $command", ({ command, output }) => {
	const { stdout } = spawnSync("sh", ["-c", command.replaceAll("localhost:8000", `localhost:${proxy.port}`)], { encoding: "utf8" });
	expect(stdout.trimEnd()).toBe(output.trimEnd());
});

test("README's configuration loads, and no key in it is without effect", () => {
	const yaml = /```yaml\n([\s\S]*?)```/.exec(README)?.[1] ?? "";
	expect(parseConfig(yaml, {})).toMatchObject({ ok: true, warnings: [] });
});
