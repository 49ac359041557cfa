import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { replaceLocked } from "../../../src/identity/locked-file.ts";

const newFile = (content: string): string => {
	const file = join(mkdtempSync(join(tmpdir(), "locked-")), "file.json");
	writeFileSync(file, content);
	return file;
};

/** A process that is in the middle of a change: the lock is taken, the new content written aside, and nothing holds yet. */
const HOLDER = `
	import { replaceLocked } from "./src/identity/locked-file.ts";
	setInterval(() => {}, 1000);
	await replaceLocked(process.argv[1], () => "theirs", () => { console.log("held"); return new Promise(() => {}); });`;

test("a process killed in the middle of a change leaves the old content, and the next change needs nobody's help", async () => {
	const file = newFile("before");
	const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", HOLDER, file], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	await once(child.stdout, "data");
	await expect(replaceLocked(file, () => "too early")).rejects.toThrow(/another change holds .*lock; try again/);
	const exited = once(child, "exit");
	child.kill("SIGKILL");
	await exited;
	expect([existsSync(`${file}.lock`), readFileSync(file, "utf8")]).toEqual([true, "before"]);
	await replaceLocked(file, () => `${readFileSync(file, "utf8")}, after`);
	expect([existsSync(`${file}.lock`), existsSync(`${file}.tmp`), readFileSync(file, "utf8")]).toEqual([false, false, "before, after"]);
});

test("a lock in the form of an earlier version, a bare process number, is waited for while it is fresh only", async () => {
	const file = newFile("");
	writeFileSync(`${file}.lock`, "1");
	await expect(replaceLocked(file, () => "")).rejects.toThrow(/another change holds/);
});

test("a change by way of a link holds for who reads the file itself, and both ways exclude each other", async () => {
	const file = newFile("");
	const link = `${file}.link`;
	symlinkSync(file, link);
	const add = (letter: string) => (): string => readFileSync(file, "utf8") + letter;
	await Promise.all([replaceLocked(link, add("a")), replaceLocked(file, add("b")), replaceLocked(link, add("c"))]);
	expect(readFileSync(file, "utf8").split("").sort()).toEqual(["a", "b", "c"]);
	expect(realpathSync(link)).toBe(realpathSync(file));
});

test("changes at the same time in one process come one after the other", async () => {
	const file = newFile("");
	await Promise.all(["a", "b", "c"].map((letter) => replaceLocked(file, () => readFileSync(file, "utf8") + letter)));
	expect(readFileSync(file, "utf8").split("").sort()).toEqual(["a", "b", "c"]);
});

test("a change that cannot be made leaves everything as it was, and its lock goes", async () => {
	const file = newFile("before");
	const failing = replaceLocked(
		file,
		() => "after",
		() => Promise.reject(new Error("not recorded")),
	);
	await expect(failing).rejects.toThrow("not recorded");
	expect([readFileSync(file, "utf8"), existsSync(`${file}.lock`), existsSync(`${file}.tmp`)]).toEqual(["before", false, false]);
});
