import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { CommandLine, type Serving } from "../support/command-line.ts";
import { freePort } from "../support/free-port.ts";

/** Threads in a call that does not return, as where a mount's server is gone: nobody ever opens the other end. */
let env: NodeJS.ProcessEnv;
let line: CommandLine;
beforeAll(() => {
	CommandLine.build();
	line = new CommandLine();
	const fifo = join(line.folder, "fifo");
	execFileSync("mkfifo", [fifo]);
	const path = JSON.stringify(fifo);
	const stick = `import fs from "node:fs"; import { Worker, isMainThread } from "node:worker_threads";
if (isMainThread) {
	fs.readFile(${path}, () => {});
	new Worker(\`process.stdout.write(""); require("node:fs").readFileSync(${path})\`, { eval: true });
}`;
	env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(stick)}` };
});
afterAll(() => line?.close());

const configOf = (name: string, server: string, port = 0): string =>
	line.file(
		`${name}.yaml`,
		`server: { host: 127.0.0.1, port: ${port}, workers: 1, drain_timeout_ms: 60000${server} }
llm_providers: { demo: { type: demo } }
audit: { dir: "${line.folder}/${name}" }
`,
	);

/** An answer that has begun. */
async function ask({ port }: Serving): Promise<Response> {
	const body = JSON.stringify({ model: "demo", stream: true, messages: [{ role: "user", content: "hello" }] });
	return fetch(`http://127.0.0.1:${port}/v1/chat/completions`, { method: "POST", body });
}

describe("a process with threads that never end", () => {
	test.each(["SIGTERM", "SIGINT"] as const)("ends at %s with exit code 0, its log and its audit trail whole", async (signal) => {
		const serving = await line.serve(configOf(signal, ""), env);
		const open = await ask(serving);
		serving.child.kill(signal);
		expect(await open.text()).toContain("[DONE]");
		expect(await serving.exited).toEqual([0, null]);
		expect(serving.log.map((entry) => (JSON.parse(entry) as { msg: string }).msg).sort()).toEqual(["draining", "request"]);
		const verify = await line.run(["audit", "verify", "--dir", join(line.folder, signal)]);
		expect([verify.code, verify.out]).toEqual([0, expect.stringMatching(/local: OK, records 0 to 2,/)]);
	});

	test("ends at a second signal", async () => {
		const serving = await line.serve(configOf("twice", ", drain_delay_ms: 60000"), env);
		serving.child.kill("SIGTERM");
		await serving.logged("draining");
		serving.child.kill("SIGTERM");
		expect(await serving.exited).toEqual([1, null]);
	});

	test("ends with all of several, and so does the one that started them", async () => {
		const serving = await line.serve(configOf("several", ", processes: 2", await freePort()), env);
		serving.child.kill("SIGTERM");
		expect(await serving.exited).toEqual([0, null]);
	});

	test("ends when the one that started it was killed", async () => {
		const serving = await line.serve(configOf("orphans", ", processes: 2", await freePort()), env);
		const { pid } = serving.child;
		const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
		expect(children).toHaveLength(2);
		serving.child.kill("SIGKILL");
		// They have its standard error.
		await serving.exited;
		await vi.waitFor(() => expect(children.filter((child) => existsSync(`/proc/${child}/fd/0`))).toEqual([]), {
			timeout: 60_000,
			interval: 200,
		});
	});

	test.each([1, 2])("ends when it does not start, with the reason (processes: %d)", async (processes) => {
		const tls = "tls: { cert_file: /absent.pem, key_file: /absent.pem }";
		const config = configOf(`unusable-${processes}`, `, processes: ${processes}, ${tls}`, await freePort());
		const { code, err } = await line.run(["serve", "--config", config], env);
		expect([code, err]).toEqual([2, expect.stringContaining("server.tls.cert_file: /absent.pem cannot be read: ENOENT")]);
	});
});
