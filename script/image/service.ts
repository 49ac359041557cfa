import type { ChildProcess } from "node:child_process";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { rawExchange } from "../../tests/support/raw-client.ts";
import { fail, step } from "./root.ts";

/** Waits for the line that says the proxy is ready. */
export async function ready(child: ChildProcess): Promise<string> {
	if (child.stdout === null) return fail("the proxy has no output");
	for await (const line of createInterface(child.stdout)) {
		step(line);
		if (line.includes(" ready on ")) return line;
	}
	return fail("the proxy did not start");
}

/** Asks the demo for an e-mail address and for a key: the one must be masked, the other must cut the answer. `caFile`: over TLS. */
export function checkLeaks(port: number, caFile?: string): void {
	for (const [topic, expected, secret] of [
		["email", "write to ****.***@*******.*** before", "jane.doe"],
		["key", '"finish_reason":"content_filter"', "IOSFODNN7"],
	] as const) {
		const output = ask(port, topic, caFile);
		const text = [...output.matchAll(/"content":"([^"]*)"/g)].map(([, delta]) => delta).join("");
		if (!`${text}\n${output}`.includes(expected)) fail(`asked for the ${topic}, there is no '${expected}' in:\n${output}`);
		if (`${text}\n${output}`.includes(secret)) fail(`the ${topic} leaked`);
	}
}

/** A connection serves on behind a HEAD, which uWebSockets.js makes easy to get wrong. */
export function checkHead(port: number): void {
	const url = `http://127.0.0.1:${port}/health`;
	const { stdout } = spawnSync("curl", ["-sI", "-w", "\n%{http_code} %{num_connects}\n", url, url], { encoding: "utf8" });
	const answers = stdout.match(/^\d{3} \d+$/gm) ?? [];
	if (answers.join() !== "200 1,200 0") fail(`two HEADs over one connection were answered ${answers.join()}:\n${stdout}`);
}

/** A refusal goes out before its body, which is dropped, and the connection serves on: this rests on how the binary reads. */
export async function checkRefused(port: number): Promise<void> {
	const body = "x".repeat(100_000);
	const head = `POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`;
	const livez = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n";
	const early = await rawExchange(port, [head], { answers: 1 });
	const whole = await rawExchange(port, [head, body, livez], { answers: 2 });
	const inOnePacket = await rawExchange(port, [head + body + livez], { silenceMs: 1000 });
	const statuses = [early, whole, inOnePacket].map(({ answers }) => answers.map(({ status }) => status).join());
	if (statuses.join(" ") !== "404 404,200 404,200") fail(`refused requests with a body were answered ${statuses.join(" ")}`);
}

function ask(port: number, topic: string, caFile?: string): string {
	const body = JSON.stringify({ model: "demo", stream: true, messages: [{ role: "user", content: `show me the ${topic}` }] });
	const url = `${caFile === undefined ? "http" : "https"}://127.0.0.1:${port}/v1/chat/completions`;
	const trust = caFile === undefined ? [] : ["--cacert", caFile];
	return spawnSync("curl", ["-sN", "--max-time", "30", ...trust, url, "-H", "content-type: application/json", "-d", body], {
		encoding: "utf8",
	}).stdout;
}

/** Sends SIGTERM to the program itself (its parent is `unshare`) and expects it to end well. */
export async function stop(child: ChildProcess): Promise<void> {
	const pid = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8"));
	const ended = once(child, "exit");
	process.kill(pid, "SIGTERM");
	const [code] = await ended;
	if (code !== 0) fail(`SIGTERM ended it with ${code}`);
}
