import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { recordsOf } from "../../src/audit/log-reader.ts";
import { CommandLine, type Serving } from "../support/command-line.ts";
import { freePort } from "../support/free-port.ts";
import { chatEvents, startMockUpstream } from "../support/mock-upstream.ts";

const PATIENCE = { timeout: 60_000, interval: 200 };
const PHRASE = "purple elephant";
const SAID = "word ".repeat(40);
let line: CommandLine;
beforeAll(() => {
	CommandLine.build();
	line = new CommandLine();
});
afterAll(() => line?.close());

/** Its budget is one that the configuration is warned of before anything starts. */
async function configOf(
	name: string,
	processes: number,
	provider = "demo: { type: demo }",
): Promise<(security?: string, port?: number) => string> {
	const own = await freePort();
	return (security = "", port = own) =>
		line.file(
			`${name}.yaml`,
			`server: { host: 127.0.0.1, port: ${port}, workers: 1, processes: ${processes} }
llm_providers: { ${provider} }
audit: { dir: "${line.folder}/audit-${name}" }
security: { rate_limiting: { requests_per_minute: 0, requests_per_hour: 0, tokens_per_month: 1000000 }${security} }`,
		);
}

/** Every request on a connection of its own, so that any process may get it. */
const ask = async (port: number, content = PHRASE): Promise<number> => {
	const body = JSON.stringify({ model: "demo", messages: [{ role: "user", content }] });
	const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, { method: "POST", headers: { connection: "close" }, body });
	await answer.text();
	return answer.status;
};

/** What a slow answer says, as far as it comes. */
async function listen(port: number): Promise<{ readonly text: string; readonly isDone: boolean }> {
	const body = JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "hello" }] });
	let raw = "";
	try {
		const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, { method: "POST", headers: { connection: "close" }, body });
		for await (const chunk of (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) raw += chunk;
	} catch {
		// Its process has ended.
	}
	const said = [...raw.matchAll(/"content":"(\w* ?)"/g)].map(([, text]) => text);
	return { text: said.join(""), isDone: raw.includes("[DONE]") };
}

async function lanesAlive(port: number): Promise<string | undefined> {
	const text = await (await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { connection: "close" } })).text();
	return /^secure_llm_proxy_lanes_alive (\d+)$/m.exec(text)?.[1];
}

const childrenOf = ({ child: { pid } }: Serving): number[] =>
	readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
const countOf = ({ log }: Serving, message: string): number => log.filter((entry) => entry.includes(`"msg":"${message}"`)).length;

test("processes that end after reloads are started again with what was taken over last, whatever stands in the file", async () => {
	const config = await configOf("two", 2);
	const serving = await line.serve(config());
	expect(await ask(serving.port)).toBe(200);
	// The port is read at start only, so it is the old one that a process that is started again listens on.
	config(`, blocked_phrases: ['${PHRASE}']`, await freePort());
	serving.child.kill("SIGHUP");
	await vi.waitFor(() => expect(countOf(serving, "reloaded")).toBe(2), PATIENCE);
	line.file("two.yaml", "server: { prot: 1 }");
	serving.child.kill("SIGHUP");
	expect(await serving.logged("reload refused, the old configuration stays")).toMatchObject({ faults: [{ path: "server.prot" }] });
	for (const pid of childrenOf(serving)) process.kill(pid, "SIGKILL");
	await vi.waitFor(() => expect(countOf(serving, "process ended, it is started again")).toBe(2), PATIENCE);
	await vi.waitFor(async () => expect(await lanesAlive(serving.port)).toBe("2"), PATIENCE);
	for (let i = 0; i < 20; i++) expect(await ask(serving.port)).toBe(400);
	expect(countOf(serving, "process ended, it is started again")).toBe(2);
	expect(countOf(serving, "reload refused, the old configuration stays")).toBe(1);
	serving.child.kill("SIGTERM");
	expect(await serving.exited).toEqual([0, null]);
	const admin = [...recordsOf(join(line.folder, "audit-two", "admin"))].map(({ type, action, faults }) => ({ type, action, faults }));
	expect(admin).toEqual([
		{ type: "configuration", action: "taken", faults: [] },
		{ type: "configuration", action: "refused", faults: [expect.stringMatching(/^server\.prot: is not a known key/)] },
	]);
});

test("a process that dies while a reload is under way serves with it as the others do, and their open answers come whole", async () => {
	const upstream = await startMockUpstream(async (response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		for (const event of chatEvents(SAID.match(/\w+ /g) ?? [])) {
			response.write(event);
			await sleep(60);
		}
		response.end();
	});
	try {
		const config = await configOf("dying", 2, `up: { type: openai, base_url: "${upstream.url}", api_key: k }`);
		const serving = await line.serve(config());
		for (let round = 1; round <= 2; round++) {
			const answers = Array.from({ length: 16 }, () => listen(serving.port));
			await vi.waitFor(() => expect(upstream.requests.length).toBe(16 * round), PATIENCE);
			config(`, blocked_phrases: ['${PHRASE} ${round}']`);
			serving.child.kill("SIGHUP");
			await sleep(40 * (round - 1));
			process.kill(childrenOf(serving)[round % 2] as number, "SIGKILL");
			const got = await Promise.all(answers);
			// On the process that died they break off, and nobody takes them for whole.
			for (const { text, isDone } of got)
				expect({ text, isDone }).toEqual({ text: isDone ? SAID : expect.stringMatching(/^(?:word )*$/), isDone });
			expect(got.some(({ isDone }) => isDone)).toBe(true);
			await vi.waitFor(() => expect(countOf(serving, "process ended, it is started again")).toBe(round), PATIENCE);
			await vi.waitFor(async () => expect(await lanesAlive(serving.port)).toBe("2"), PATIENCE);
			// The other one may be at the reload still.
			await vi.waitFor(async () => {
				for (let i = 0; i < 12; i++) expect(await ask(serving.port, `${PHRASE} ${round}`)).toBe(400);
			}, PATIENCE);
		}
		serving.child.kill("SIGTERM");
		expect(await serving.exited).toEqual([0, null]);
	} finally {
		upstream.close();
	}
});

test("a configuration that one process cannot take over is taken over by none, until all can", async () => {
	const config = await configOf("together", 2);
	const serving = await line.serve(config());
	const pid = String(childrenOf(serving)[1]);
	const limit = execFileSync("prlimit", ["--pid", pid, "--nofile", "--output=HARD", "--noheadings"], { encoding: "utf8" }).trim();
	// It can compile nothing: that takes a process of its own.
	execFileSync("prlimit", ["--pid", pid, `--nofile=1:${limit}`]);
	config(`, blocked_phrases: ['${PHRASE} together']`);
	serving.child.kill("SIGHUP");
	await serving.logged("reload refused, the old configuration stays");
	execFileSync("prlimit", ["--pid", pid, `--nofile=${limit}:${limit}`]);
	// Where nothing could be opened, memory counted as full, and requests are refused until it can be read again.
	await vi.waitFor(async () => {
		for (let i = 0; i < 20; i++) expect(await ask(serving.port, `${PHRASE} together`)).toBe(200);
	}, PATIENCE);
	serving.child.kill("SIGHUP");
	await vi.waitFor(() => expect(countOf(serving, "reloaded")).toBe(2), PATIENCE);
	for (let i = 0; i < 20; i++) expect(await ask(serving.port, `${PHRASE} together`)).toBe(400);
	expect(countOf(serving, "reload refused, the old configuration stays")).toBe(1);
	serving.child.kill("SIGTERM");
	expect(await serving.exited).toEqual([0, null]);
	const admin = [...recordsOf(join(line.folder, "audit-together", "admin"))].map(({ type, action }) => ({ type, action }));
	expect(admin).toEqual(["refused", "taken"].map((action) => ({ type: "configuration", action })));
});

test.each([1, 2])(
	"%i processes that end in the middle of reloads end in order",
	async (processes) => {
		const config = await configOf(`ending-${processes}`, processes);
		const serving = await line.serve(config());
		for (let i = 0; i < 30; i++) {
			serving.child.kill("SIGHUP");
			await sleep(20);
		}
		serving.child.kill("SIGTERM");
		expect(await serving.exited).toEqual([0, null]);
		expect(serving.log.filter((entry) => !entry.startsWith("{"))).toEqual([]);
	},
	180_000,
);

test.each([1, 2])(
	"a SIGHUP while %i processes are still starting is a reload once they serve",
	async (processes) => {
		const config = await configOf(`early-${processes}`, processes);
		const child = line.start(["serve", "--config", config()]);
		const log: string[] = [];
		const lines = createInterface(child.stderr).on("line", (entry) => log.push(entry));
		const ready = once(createInterface(child.stdout), "line");
		// The warning about the budget: the file was read, and nothing has started.
		await once(lines, "line");
		config(`, blocked_phrases: ['${PHRASE}']`);
		child.kill("SIGHUP");
		const [said] = (await ready) as [string];
		const port = Number(/:(\d+) \(/.exec(said)?.[1]);
		await vi.waitFor(() => expect(log.filter((entry) => entry.includes('"msg":"reloaded"'))).toHaveLength(processes), PATIENCE);
		for (let i = 0; i < 6; i++) expect(await ask(port)).toBe(400);
		const exited = once(child, "exit");
		child.kill("SIGTERM");
		expect(await exited).toEqual([0, null]);
	},
	180_000,
);
