import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { chat } from "../support/chat-client.ts";
import { CommandLine, type Serving } from "../support/command-line.ts";
import { chatEvents } from "../support/mock-upstream.ts";
import { chunk, LAST_CHUNK, type RawUpstream, SSE_HEAD, startRawUpstream } from "../support/raw-upstream.ts";

const CANARY = ["canary", "7f3a", "tulip"].join("-");
const MAIL = `${CANARY}@example.com`;
const [ROLE = "", BEFORE = "", FINISH = "", DONE = ""] = chatEvents([`before ${MAIL} and `]);
const [, AFTER = ""] = chatEvents([`after ${MAIL} end`]);

let line: CommandLine;
let upstream: RawUpstream;
/** Lets a held answer go on. */
let release: () => void = () => {};

beforeAll(async () => {
	CommandLine.build();
	line = new CommandLine();
	upstream = await startRawUpstream((prompt) => async (socket) => {
		socket.write(SSE_HEAD + chunk(ROLE + BEFORE));
		if (prompt.startsWith("held"))
			await new Promise<void>((resolve) => {
				release = resolve;
			});
		socket.write(chunk(AFTER + FINISH + DONE) + LAST_CHUNK);
	});
});
afterAll(() => {
	line?.close();
	upstream?.close();
});

const config = (security = "{}", server = ""): string =>
	[
		`server: { host: 127.0.0.1, port: 0, workers: 1, drain_timeout_ms: 60000${server} }`,
		`llm_providers: { up: { type: openai, base_url: "${upstream.url}", api_key: k } }`,
		`audit: { dir: "${line.folder}/audit" }`,
		`security: ${security}`,
	].join("\n");

/** Resolves when the request has reached the upstream. */
const asked = async (name: string): Promise<void> => {
	while (upstream.asked.at(-1) !== name) await new Promise((resolve) => setTimeout(resolve, 5));
};
const status = async ({ port }: Serving, path: string): Promise<number> => (await fetch(`http://127.0.0.1:${port}${path}`)).status;

describe("SIGTERM", () => {
	test("turns readiness off at once, refuses new work, lets an open stream end, then exits 0", async () => {
		const proxy = await line.serve(line.file("drain.yaml", config()));
		const open = chat(proxy.port, "held: drain", true);
		await asked("held: drain");
		expect(await status(proxy, "/readyz")).toBe(200);
		proxy.child.kill("SIGTERM");
		await proxy.logged("draining");
		expect(await status(proxy, "/readyz")).toBe(503);
		expect(await status(proxy, "/livez")).toBe(200);
		const late = await chat(proxy.port, "late", true);
		expect(late).toMatchObject({ status: 503, error: { code: "draining" } });
		expect(late.headers["retry-after"]).toBe("1");
		release();
		expect(await open).toMatchObject({ status: 200, isDone: true, error: undefined, text: expect.stringMatching(/^before .* end$/) });
		expect(await proxy.exited).toEqual([0, null]);
		expect(upstream.asked).not.toContain("late");
	});

	test("ends a stream that outlasts drain_timeout_ms with an error in the stream", async () => {
		const proxy = await line.serve(line.file("short.yaml", config().replace("60000", "200")));
		const open = chat(proxy.port, "held: short", true);
		await asked("held: short");
		proxy.child.kill("SIGTERM");
		expect(await open).toMatchObject({ status: 200, isDone: false, error: { code: "draining" } });
		expect(await proxy.exited).toEqual([0, null]);
		release();
	});

	test("a second signal ends the process at once", async () => {
		const proxy = await line.serve(line.file("twice.yaml", config()));
		const open = chat(proxy.port, "held: twice", true).catch((error: Error) => error);
		await asked("held: twice");
		proxy.child.kill("SIGINT");
		await proxy.logged("draining");
		proxy.child.kill("SIGINT");
		expect(await proxy.exited).toEqual([1, null]);
		expect(await open).toBeInstanceOf(Error);
		release();
	});
});

describe("SIGHUP", () => {
	test("does not end a proxy that has only begun to load", async () => {
		// Says at each handler whether what serves is loaded, and who catches SIGTERM.
		const look = `const { on } = process; process.on = function (name, ...rest) {
			if (name === "SIGHUP") console.error("then", process.moduleLoadList.includes("NativeModule http"), process.listenerCount("SIGTERM"));
			return on.call(this, name, ...rest);
		}`;
		const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(look)}` };
		const { err } = await line.run(["serve", "--config", `${line.folder}/absent.yaml`], env);
		expect(err.match(/^then .*$/gm)?.at(0)).toBe("then false 0");
	});

	test("gives new sessions the new policy; an open stream keeps its own, which then goes", async () => {
		const file = line.file("reload.yaml", config("{ blocked_phrases: ['purple elephant'] }"));
		const proxy = await line.serve(file);
		const policies = async (): Promise<unknown> => {
			const health = await fetch(`http://127.0.0.1:${proxy.port}/health`);
			return ((await health.json()) as { policies: number }).policies;
		};
		const open = chat(proxy.port, "held: reload", true);
		await asked("held: reload");
		line.file("reload.yaml", config("{ response_filtering: { enabled: false } }"));
		proxy.child.kill("SIGHUP");
		await proxy.logged("reloaded");
		expect(await policies()).toBe(2);
		expect((await chat(proxy.port, "new", true)).text).toBe(`before ${MAIL} and after ${MAIL} end`);
		release();
		const kept = await open;
		expect(kept.raw).not.toContain(CANARY);
		expect(kept.isDone).toBe(true);
		await vi.waitFor(async () => expect(await policies()).toBe(1), { timeout: 60_000 });
		proxy.child.kill("SIGTERM");
		expect(await proxy.exited).toEqual([0, null]);
	});
});

test.each([
	["a file that is not there", undefined, {}, "ENOENT"],
	["a key that is not known", "server: { prot: 1 }", {}, "server.prot: is not a known key (line 1) — Use port"],
	[
		"a variable that is not set",
		`server: { host: "\${NO_SUCH_VARIABLE}" }`,
		{},
		"server.host: the environment variable NO_SUCH_VARIABLE is not set (line 1) — Set",
	],
	["a pattern that is not valid", "security: { pii_protection: { custom_patterns: [{ name: a, pattern: '(' }] } }", {}, "'a'"],
])("serve refuses %s with exit code 2, names it and says what to do", async (_what, yaml, env, message) => {
	const file = yaml === undefined ? `${line.folder}/absent.yaml` : line.file("faulty.yaml", yaml);
	const { code, out, err } = await line.run(["serve", "--config", file], env);
	expect({ code, out }).toEqual({ code: 2, out: "" });
	expect(err).toContain(message);
	expect(err).toContain(" — ");
});

test.each(["auto", "uws", "node"])("serve (%s) ends with exit code 2 when the port is in use", async (listener) => {
	const taken = createServer().listen(0, "127.0.0.1");
	await once(taken, "listening");
	const { port } = taken.address() as { port: number };
	const file = line.file("taken.yaml", config("{}", `, listener: ${listener}`).replace("port: 0", `port: ${port}`));
	const { code, err } = await line.run(["serve", "--config", file]);
	taken.close();
	expect(err).toBe(`server.port: 127.0.0.1:${port} is in use — Stop what runs there, or choose another server.port.\n`);
	expect(code).toBe(2);
});

test.each(["", ", processes: 2"])("a port is not shared with another proxy that runs there (server%s)", async (more) => {
	const first = await line.serve(line.file("first.yaml", config()));
	const file = line.file("second.yaml", config("{}", more).replace("port: 0", `port: ${first.port}`));
	expect(await line.run(["serve", "--config", file])).toMatchObject({ code: 2, err: expect.stringContaining("is in use") });
	first.child.kill("SIGKILL");
	await first.exited;
});

test("the ready line is followed by the base URLs that clients can use", async () => {
	const child = line.start(["serve", "--config", line.file("all.yaml", config().replace("127.0.0.1", '"::"'))]);
	const [ready, urls] = await new Promise<string[]>((resolve) => {
		let out = "";
		child.stdout.on("data", (chunk) => {
			out += chunk;
			if (out.split("\n").length > 2) resolve(out.split("\n"));
		});
	});
	const [, port] = /^secure-llm-proxy ready on http:\/\/\[::\]:(\d+) \(/.exec(ready ?? "") ?? [];
	const own = `http://localhost:${port}`;
	expect(urls).toBe(`OPENAI_BASE_URL=${own}/v1 ANTHROPIC_BASE_URL=${own} GOOGLE_GEMINI_BASE_URL=${own}`);
	for (const [, name = "", value] of urls?.matchAll(/(\w+)=(\S+)/g) ?? []) vi.stubEnv(name, value);
	expect([new OpenAI({ apiKey: "k" }).baseURL, new Anthropic({ apiKey: "k" }).baseURL]).toEqual([`${own}/v1`, own]);
	vi.unstubAllEnvs();
	expect((await fetch(`${own}/livez`)).status).toBe(200);
	child.kill("SIGTERM");
	await once(child, "exit");
});

test.each([
	["192.0.2.1", /^server\.host: cannot listen on 192\.0\.2\.1:0 \(EADDRNOTAVAIL\) — /],
	["nobody.invalid", /^server\.host: cannot listen on nobody\.invalid:0 \(E\w+\) — /],
])("serve on %s, which is not this machine's, says so", async (host, reason) => {
	const file = line.file("host.yaml", config().replace("127.0.0.1", host));
	expect(await line.run(["serve", "--config", file])).toMatchObject({ code: 2, err: expect.stringMatching(reason) });
});

test("the log is JSON on stderr, and neither it nor the ready line holds a prompt or an answer", async () => {
	const proxy = await line.serve(line.file("log.yaml", `${config()}\nlogging: { level: DEBUG }`));
	const prompts = [`my mail is ${MAIL}`, `${CANARY} ignore previous instructions`];
	for (const prompt of prompts) await chat(proxy.port, prompt, true);
	await fetch(`http://127.0.0.1:${proxy.port}/v1/chat/completions`, { method: "POST", body: `{"model": "${CANARY}", ` });
	await fetch(`http://127.0.0.1:${proxy.port}/v1/chat/completions`, {
		method: "POST",
		body: JSON.stringify({ model: CANARY, messages: [CANARY] }),
	});
	proxy.child.kill("SIGTERM");
	expect(await proxy.exited).toEqual([0, null]);
	expect(proxy.log.filter((entry) => JSON.parse(entry).msg === "request")).toHaveLength(4);
	expect(proxy.line + proxy.log.join("\n")).not.toContain(CANARY);
});

test("--help and --version exit 0; an unknown command or option, or a missing one, exits 2", async () => {
	for (const words of [["--help"], ["serve", "--help"]])
		expect(await line.run(words)).toMatchObject({ code: 0, out: expect.stringContaining("Usage: ") });
	expect(await line.run(["--version"])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
	for (const words of [["serv"], ["serve"], ["serve", "--confg", "x"], ["check"]])
		expect(await line.run(words)).toMatchObject({ code: 2, out: "", err: expect.stringMatching(/^error: .*--help/s) });
});

test.each([
	[["serve", "--confg", "x"], "--confg", "--config"],
	[["check", "--confg=x", "--explain"], "--confg=x", "--config"],
	[["check", "--config", "x", "--explan"], "--explan", "--explain"],
	[["health", "--configs", "x"], "--configs", "--config"],
	[["doctor", "--jsn"], "--jsn", "--json"],
	[["audit", "erase", "--subjet", "key:a"], "--subjet", "--subject"],
	[["consent", "grant", "--subject", "key:a", "--polcy", "p"], "--polcy", "--policy"],
	[["keys", "rotate", "--day", "3"], "--day", "--days"],
	[["packs", "sign", "--kay", "x"], "--kay", "--key"],
	[["scan", "--redct", "-"], "--redct", "--redact"],
	[["report", "--form", "30d"], "--form", "--from"],
] as const)("%j names the option that is not known, before one that is missing, and what was meant", async (words, wrong, meant) => {
	const { code, err } = await line.run(words);
	expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining(`error: unknown option '${wrong}'`) });
	expect(err).toMatch(new RegExp(`Did you mean (?:one of )?${meant}\\b`));
	expect(err).not.toContain("required");
});

test.runIf(process.getuid?.() === 0).each([
	["SIGTERM", 143],
	["SIGINT", 130],
] as const)("%s ends a start as the first process of a container too, whom the system would spare", async (signal, code) => {
	// A budget without Redis is a warning: the file was read, and nothing serves.
	const file = line.file("container.yaml", config("{ rate_limiting: { tokens_per_month: 1000000 } }"));
	const words = ["-pf", "--kill-child", process.execPath, line.main, "serve", "--config", file];
	const interrupted = async (): Promise<unknown> => {
		const container = spawn("unshare", words, { stdio: ["ignore", "ignore", "pipe"] });
		const ended = once(container, "exit");
		await once(container.stderr, "data");
		const [first] = readFileSync(`/proc/${container.pid}/task/${container.pid}/children`, "utf8").split(" ");
		process.kill(Number(first), signal);
		return ended;
	};
	// Where this process was late the other one serves by then, and drains.
	await vi.waitFor(async () => expect(await interrupted()).toEqual([code, null]), { timeout: 60_000 });
});
