import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { verifyLog } from "../../src/audit/verify-log.ts";

import { CommandLine, type Serving } from "../support/command-line.ts";
import { freePort } from "../support/free-port.ts";

let line: CommandLine;
beforeAll(() => {
	CommandLine.build();
	line = new CommandLine();
});
afterAll(() => line?.close());

/** Every request on a connection of its own, so that any process may get it. */
const ask = (port: number, stream = false): Promise<Response> =>
	fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
		method: "POST",
		headers: { connection: "close" },
		body: JSON.stringify({ model: "demo", stream, messages: [{ role: "user", content: "hi" }] }),
	});

async function metric(port: number, name: string): Promise<number> {
	const text = await (await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { connection: "close" } })).text();
	return Number(
		text
			.split("\n")
			.find((entry) => entry.startsWith(`secure_llm_proxy_${name} `))
			?.split(" ")
			.at(-1),
	);
}

describe.each(["uws", "node"])("two processes on one port, with the %s listener", (listener) => {
	let serving: Serving;
	let audit: string;
	beforeAll(async () => {
		audit = join(line.folder, `audit-${listener}`);
		const server = `server: { host: 127.0.0.1, port: ${await freePort()}, workers: 1, processes: 2, listener: ${listener} }`;
		const unlimited = "security: { rate_limiting: { requests_per_minute: 0, requests_per_hour: 0 } }";
		serving = await line.serve(
			line.file("two.yaml", `${server}\nllm_providers: { demo: { type: demo } }\naudit: { dir: "${audit}" }\n${unlimited}`),
		);
	});

	test("say so once both serve", () => {
		expect(serving.line).toContain(`(processes 2, lanes 1 each, listener ${listener})`);
	});

	test("any of them answers /metrics for both", async () => {
		for (let i = 0; i < 20; i++) await (await ask(serving.port)).text();
		const counted = 'requests_total{api="openai-chat",action="allow",outcome="complete"}';
		// One that does not answer the other in five seconds is left out.
		await vi.waitFor(
			async () => {
				for (let i = 0; i < 4; i++) expect(await metric(serving.port, counted)).toBe(20);
				expect(await metric(serving.port, "lanes_alive")).toBe(2);
			},
			{ timeout: 60_000 },
		);
	});

	test("one that dies is started again, and the other serves meanwhile: its open answers come whole", async () => {
		const open = await Promise.all(Array.from({ length: 16 }, () => ask(serving.port, true)));
		const answers = Promise.allSettled(open.map((answer) => answer.text()));
		const children = readFileSync(`/proc/${serving.child.pid}/task/${serving.child.pid}/children`, "utf8");
		process.kill(Number(children.trim().split(" ")[0]), "SIGKILL");
		// Those of the one that died break off, and it says no more: an error could only come from the other.
		const texts = (await answers).map((answer) => (answer.status === "fulfilled" ? answer.value : ""));
		expect(texts.filter((text) => text.includes('"error"'))).toEqual([]);
		expect(texts.filter((text) => text.includes("data: [DONE]"))).not.toEqual([]);
		await serving.logged("process ended, it is started again");
		await vi.waitFor(async () => expect((await ask(serving.port)).status).toBe(200), { timeout: 60_000 });
		await vi.waitFor(async () => expect(await metric(serving.port, "lanes_alive")).toBe(2), { timeout: 60_000, interval: 200 });
	});

	test("all drain on one SIGTERM, and the audit log of each verifies", async () => {
		serving.child.kill("SIGTERM");
		expect(await serving.exited).toEqual([0, null]);
		expect(readdirSync(audit).filter((name) => name.startsWith("local"))).toEqual(["local-1", "local-2"]);
		for (const name of ["local-1", "local-2"]) expect(verifyLog({ dir: join(audit, name) })).toMatchObject({ faults: [] });
	});
});

test("a start that fails ends all of them with the reason", async () => {
	const taken = await freePort();
	const file = line.file(
		"faulty.yaml",
		`server: { host: 127.0.0.1, port: ${taken}, processes: 2, workers: 1, tls: { cert_file: /nonexistent.pem, key_file: /nonexistent.pem } }`,
	);
	const { code, out, err } = await line.run(["serve", "--config", file]);
	expect({ code, out }).toEqual({ code: 2, out: "" });
	expect(err).toContain("server.tls.cert_file: /nonexistent.pem cannot be read: ENOENT");
	const chosen = line.file("chosen.yaml", "server: { port: 0, processes: 2 }");
	expect((await line.run(["check", "--config", chosen])).err).toContain("server.port: must be a port of your choice");
});
