import { execFileSync } from "node:child_process";
import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CommandLine } from "../support/command-line.ts";

let line: CommandLine;
beforeAll(() => {
	CommandLine.build();
	line = new CommandLine();
	execFileSync("mkfifo", [join(line.folder, "pipe")]);
	symlinkSync("/dev/zero", join(line.folder, "device"));
});
afterAll(() => line?.close());

const SERVER = "server: { host: 127.0.0.1, port: 0, workers: 1 }";
const configOf = (name: string, ...sections: string[]): string =>
	line.file(
		`${name}.yaml`,
		[`audit: { dir: "${line.folder}/${name}" }`, "llm_providers: { demo: { type: demo } }", ...sections].join("\n"),
	);

/** Whoever waits for the other end of a pipe, or for the end of a device, waits for ever. */
describe.each(["pipe", "device"])("a %s in the place of a file", (kind) => {
	const at = (): string => join(line.folder, kind);
	const words = (): string => `security: { pii_protection: { custom_patterns: [{ name: w, words_file: "${at()}" }] } }`;
	const keys = (): string => `security: { auth: { mode: api_key, keys_file: "${at()}" } }`;
	const tls = (): string => `server: { host: 127.0.0.1, port: 0, workers: 1, tls: { cert_file: "${at()}", key_file: "${at()}" } }`;

	test.each(["check", "doctor", "serve"])("is refused by %s with the name of the field", async (command) => {
		const said = async (name: string, ...sections: string[]): Promise<string> => {
			const { out, err } = await line.run([command, "--config", configOf(`${command}-${kind}-${name}`, ...sections)]);
			return out + err;
		};
		expect(await said("words", SERVER, words())).toMatch(/custom_patterns\.0\.words_file: cannot read .*NOT_A_FILE/);
		expect(await said("keys", SERVER, keys())).toMatch(/security\.auth\.keys_file:? .*cannot be read \(NOT_A_FILE\)/);
		expect(await said("tls", tls())).toMatch(/server\.tls\.cert_file: .*cannot be read: NOT_A_FILE/);
	});

	test.each(["check", "serve"])("is refused by %s in the place of a sink's file, with the sink's name", async (command) => {
		const sinks = `audit: { dir: "${line.folder}/${command}-${kind}-sink", sinks: [{ name: tail, type: file, path: "${at()}" }] }`;
		const config = line.file(`${command}-${kind}-sink.yaml`, [sinks, "llm_providers: { demo: { type: demo } }", SERVER].join("\n"));
		const { code, err } = await line.run([command, "--config", config]);
		expect([code, err]).toEqual([2, expect.stringMatching(`audit.sinks.0.path: .*${at()} is a ${kind}, no file — Give sink 'tail'`)]);
	});

	test("is refused by doctor in the place of consents, administrators' keys and a sink's authority", async () => {
		const sink = `{ name: s, type: syslog, host: 127.0.0.1, port: 1, ca_file: "${at()}" }`;
		const config = configOf(`doctor-${kind}`, SERVER, `admin: { keys_file: "${at()}" }`, `security: { consent: { file: "${at()}" } }`);
		const withSink = line.file(`sink-${kind}.yaml`, `audit: { dir: "${line.folder}/sink-${kind}", sinks: [${sink}] }\n${SERVER}`);
		const { out } = await line.run(["doctor", "--config", config]);
		expect(out).toMatch(/admin\.keys_file .*NOT_A_FILE/);
		expect(out).toMatch(new RegExp(`${at()} cannot be read \\(NOT_A_FILE\\)`));
		expect((await line.run(["doctor", "--config", withSink])).out).toMatch(/sink s: .*NOT_A_FILE/);
	});

	test("is refused by a reload, and the proxy goes on with what it has", async () => {
		const config = configOf(`reload-${kind}`, SERVER);
		const serving = await line.serve(config);
		rmSync(config);
		symlinkSync(at(), config);
		serving.child.kill("SIGHUP");
		expect(JSON.stringify(await serving.logged("reload refused, the old configuration stays"))).toContain("NOT_A_FILE");
		expect((await fetch(`http://127.0.0.1:${serving.port}/readyz`)).status).toBe(200);
		serving.child.kill("SIGTERM");
		expect(await serving.exited).toEqual([0, null]);
	});
});

describe("a configuration out of a pipe", () => {
	const valid = "printf '%s' 'llm_providers: { demo: { type: demo } }'";

	test.each([
		["a substitution whose program takes its time", `"$@" --config <(sleep 1; ${valid})`, 0, /^OK: /m],
		["standard input", `${valid} | "$@" --config /dev/stdin`, 0, /^OK: /m],
		["a pipe with a name, whose writer comes later", `mkfifo "$PIPE"; (sleep 1; ${valid} > "$PIPE") & "$@" --config "$PIPE"`, 0, /^OK: /m],
		["a program that says nothing", `"$@" --config <(true)`, 2, /^configuration: is empty/m],
		["one that does not end", `"$@" --config <(yes)`, 2, /more than 16 MiB come out of this pipe/],
	])("is read: %s", async (_what, script, code, said) => {
		const { folder, main } = line;
		const shell = Object.assign(new CommandLine(), { main, runner: ["bash", "-c", script, "bash"] });
		const ran = await shell.run(["check"], { PIPE: join(folder, "named") });
		shell.close();
		expect([ran.code, ran.out + ran.err]).toEqual([code, expect.stringMatching(said)]);
	});
});
