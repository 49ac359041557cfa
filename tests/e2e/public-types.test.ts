import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureBuilt } from "../support/built-proxy.ts";

/** A program of somebody else's, in a folder that has the package and nothing of its settings. */
const folder = mkdtempSync(join(tmpdir(), "public-types-"));
beforeAll(() => {
	ensureBuilt();
	mkdirSync(join(folder, "node_modules"));
	symlinkSync(resolve("."), join(folder, "node_modules/secure-llm-proxy"));
	writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
});
afterAll(() => rmSync(folder, { recursive: true }));

const [, example = ""] = /```ts\n([\s\S]*?)```/.exec(readFileSync("docs/extension.md", "utf8")) ?? [];

function compiled(program: string, ...options: string[]): string {
	writeFileSync(join(folder, "program.ts"), program);
	const words = ["--ignoreConfig", "--noEmit", "--strict", "--exactOptionalPropertyTypes", "--skipLibCheck", "false", "--target", "es2023"];
	const { stdout, stderr } = spawnSync(resolve("node_modules/.bin/tsc"), [...words, ...options, "program.ts"], {
		cwd: folder,
		encoding: "utf8",
	});
	return stdout + stderr;
}

test.each([
	["Node's resolution", ["--module", "nodenext"]],
	["a bundler's resolution", ["--module", "esnext", "--moduleResolution", "bundler"]],
])("the example of docs/extension.md has types with %s, checked to the last declaration", (_, options) => {
	const program = `${example.replace("…\n", "")}`.replace("otherConfig", "{ llm_providers: {} }");
	expect(compiled(program, ...options)).toBe("");
	expect(compiled(program.replace('on_secret: "cut"', 'on_secret: "cutt"'), ...options)).toContain('"cutt"');
	expect(compiled(program.replace("({ score })", "({ scores })"), ...options)).toContain("scores");
});
