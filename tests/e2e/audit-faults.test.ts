import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { recordsOf } from "../../src/audit/log-reader.ts";
import { verifyLog } from "../../src/audit/verify-log.ts";
import { makeFolder } from "../../src/core/make-folder.ts";
import { chatStream } from "../support/chat-client.ts";
import { CommandLine } from "../support/command-line.ts";
import { type MockUpstream, startChatUpstream } from "../support/mock-upstream.ts";

let line: CommandLine;
let upstream: MockUpstream;
let server: string;
beforeAll(async () => {
	CommandLine.build();
	line = new CommandLine();
	upstream = await startChatUpstream(["hello"]);
	server = `server: { host: 127.0.0.1, port: 0, workers: 1 }\nllm_providers: { up: { type: openai, base_url: "${upstream.url}", api_key: k } }\n`;
});
afterAll(() => {
	upstream.close();
	line.close();
});

test("a folder that cannot be made, under /proc too, ends serve and doctor with its name", async () => {
	for (const dir of ["/proc/nowhere/audit", "/dev/null/audit"]) {
		const config = line.file("config.yaml", `${server}audit: { dir: "${dir}" }\n`);
		const serve = await line.run(["serve", "--config", config]);
		expect([serve.code, serve.err]).toEqual([
			2,
			expect.stringMatching(new RegExp(`audit.dir: ${dir} cannot be written \\((ENOENT|ENOTDIR|EEXIST)\\)`)),
		]);
		const doctor = await line.run(["doctor", "--config", config]);
		expect([doctor.code, doctor.out]).toEqual([1, expect.stringMatching(new RegExp(`failure +audit folder ${dir} cannot be written`))]);
	}
	expect(() => makeFolder("/proc/nowhere/at/all")).toThrow(/ENOENT/);
	const deep = join(mkdtempSync(join(tmpdir(), "folder-")), "a", "b");
	makeFolder(deep, 0o700);
	makeFolder(deep);
	expect(statSync(deep).mode & 0o777).toBe(0o700);
});

test("what stands in the place of a file or a folder of a log is named by serve and doctor", async () => {
	const dir = join(line.folder, "displaced");
	const config = line.file("displaced.yaml", `${server}audit: { dir: "${dir}" }\n`);
	const { child, exited } = await line.serve(config);
	child.kill("SIGTERM");
	await exited;
	const log = join(dir, "local");
	const displaced = ["head.checkpoint", "log.pub", ...readdirSync(log).filter((name) => /^\d+\.jsonl$/.test(name))];
	expect(displaced).toHaveLength(3);
	const named = async (path: string): Promise<void> => {
		expect(await line.run(["serve", "--config", config])).toMatchObject({
			code: 2,
			err: expect.stringMatching(`E(?:ISDIR|LOOP).*'${path}'`),
		});
		expect(await line.run(["doctor", "--config", config])).toMatchObject({
			code: 1,
			out: expect.stringMatching(`failure .*E(?:ISDIR|LOOP).*'${path}'`),
		});
	};
	for (const name of displaced) {
		const path = join(log, name);
		renameSync(path, `${path}.away`);
		mkdirSync(path);
		await named(path);
		rmdirSync(path);
		renameSync(`${path}.away`, path);
	}
	// What is kept for comparison later is no reason not to serve, but nobody may take it for kept.
	const kept = join(log, "checkpoints.jsonl");
	rmSync(kept);
	mkdirSync(kept);
	const serving = await line.serve(config);
	serving.child.kill("SIGTERM");
	expect(await serving.exited).toEqual([0, null]);
	expect(serving.log.find((one) => one.includes('"overdue"'))).toContain(kept);
	renameSync(log, `${log}.away`);
	symlinkSync(log, log);
	await named(log);
});

/** Limits how long a file of the process may grow, as a full disk does: a write stops in the middle, the next one fails. */
function limitFiles(pid: number | undefined, bytes: string): void {
	execFileSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}:unlimited`]);
}

test("records that the disk does not take until the end are told by their number", async () => {
	const audit = `{ dir: "${join(line.folder, "lost")}", on_failure: buffer, max_unwritten_records: 20 }`;
	const { child, port, exited, log } = await line.serve(line.file("lost.yaml", `${server}audit: ${audit}\n`));
	limitFiles(child.pid, "1");
	for (let i = 0; i < 3; i++) expect((await chatStream(port, "hello")).status).toBe(200);
	child.kill("SIGTERM");
	await exited;
	// The end of the proxy is a record as well, and its start may not have been written either.
	expect(log.find((one) => one.includes('"lost"'))).toMatch(/"records":[45]\b/);
});

test.each(["closed", "buffer"])("a disk that takes no more, with on_failure: %s", async (mode) => {
	const dir = join(line.folder, `full-${mode}`);
	const config = line.file(
		`${mode}.yaml`,
		`${server}audit: { dir: "${dir}", on_failure: ${mode}, max_unwritten_records: 20 }\nsecurity: { rate_limiting: { requests_per_minute: 0, requests_per_hour: 0 } }\n`,
	);
	const { child, port, logged } = await line.serve(config);
	const statuses: number[] = [];
	const ask = async (): Promise<number> => {
		const { status } = await chatStream(port, "hello");
		statuses.push(status);
		return status;
	};
	await ask();
	limitFiles(child.pid, "8192");
	await vi.waitFor(async () => expect(await ask()).toBe(503), { timeout: 60_000, interval: 1 });
	const readiness = async (): Promise<number> => (await fetch(`http://127.0.0.1:${port}/readyz`)).status;
	expect(await readiness()).toBe(503);
	const served = statuses.filter((status) => status === 200).length;
	// With a buffer that is full new work is refused as well: until then it was served.
	if (mode === "buffer") expect(served).toBeGreaterThanOrEqual(20);
	expect(verifyLog({ dir: join(dir, "local") }).faults).toEqual([]);
	limitFiles(child.pid, "unlimited");
	await logged("audit");
	await vi.waitFor(async () => expect(await ask()).toBe(200), { timeout: 60_000, interval: 200 });
	expect(await readiness()).toBe(200);
	child.kill("SIGTERM");
	await vi.waitFor(() => expect(existsSync(join(dir, "local", "lock"))).toBe(false), { timeout: 60_000, interval: 100 });
	const records = [...recordsOf(join(dir, "local"))];
	expect(records.filter(({ type }) => type === "interaction").length).toBe(statuses.filter((status) => status === 200).length);
	expect(records.some(({ outcome }) => outcome === "audit_unavailable")).toBe(true);
	expect(verifyLog({ dir: join(dir, "local") }).faults).toEqual([]);
});
