import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chat } from "../support/chat-client.ts";
import { CommandLine } from "../support/command-line.ts";

/** The package as it is installed, but for one model and the optional runtime of another. */
let line: CommandLine;
beforeAll(() => {
	CommandLine.build();
	line = new CommandLine();
	for (const part of [
		"dist",
		"config",
		"native/index.js",
		"native/checksum.mjs",
		"native/build",
		"models/harm",
		"models/names/model.bin.gz",
		"package.json",
	])
		cpSync(part, join(line.folder, part), { recursive: true });
	mkdirSync(join(line.folder, "node_modules"));
	for (const name of readdirSync("node_modules").filter((entry) => entry !== "onnxruntime-node"))
		symlinkSync(join(process.cwd(), "node_modules", name), join(line.folder, "node_modules", name));
	line.main = join(line.folder, "dist/main.js");
});
afterAll(() => line?.close());

const configured = (models: string, harmful = "cut"): string => `server: { host: 127.0.0.1, port: 0, workers: 1 }
llm_providers: { demo: { type: demo } }
security: { prompt_injection: { detection_models: [${models}] }, response_filtering: { on_harmful: ${harmful} } }
audit: { dir: "${line.folder}/audit" }`;

test("a policy that asks for a model that is not there stops the start, and says how to go on", async () => {
	const file = line.file("missing.yaml", configured("rule_based, ml_based"));
	for (const command of ["serve", "check"]) {
		const { code, err } = await line.run([command, "--config", file]);
		expect([command, code, err]).toEqual([command, 2, expect.stringContaining("security.prompt_injection.detection_models")]);
		expect(err).toMatch(/models\/injection\/model\.bin[\s\S]*leave ml_based out/);
	}
});

test("rules alone need no model; a reload that asks for it is refused, and what runs goes on", async () => {
	const file = line.file("rules.yaml", configured("rule_based"));
	const proxy = await line.serve(file);
	expect(await chat(proxy.port, "hello", false)).toMatchObject({ status: 200 });
	writeFileSync(file, configured("ml_based"));
	proxy.child.kill("SIGHUP");
	const { faults } = await proxy.logged("reload refused, the old configuration stays");
	expect(JSON.stringify(faults)).toContain("security.prompt_injection.detection_models");
	expect(await chat(proxy.port, "hello", false)).toMatchObject({ status: 200 });
});

test("the same holds for the model for harm in answers, which only `on_harmful: allow` does without", async () => {
	rmSync(join(line.folder, "models/harm/kinds.bin"));
	const { code, err } = await line.run(["check", "--config", line.file("harm.yaml", configured("rule_based", "flag"))]);
	expect([code, err]).toEqual([2, expect.stringContaining("security.response_filtering.on_harmful")]);
	expect(err).toMatch(/models\/harm\/kinds\.bin[\s\S]*on_harmful: allow/);
	expect(await line.run(["check", "--config", line.file("allow.yaml", configured("rule_based", "allow"))])).toMatchObject({ code: 0 });
});

test("a transformer without its runtime or its model stops the start; a policy that does not ask for it needs neither", async () => {
	cpSync("models/injection/model.bin", join(line.folder, "models/injection/model.bin"));
	const asking = line.file("transformer.yaml", configured("ml_based, transformer", "allow"));
	const withoutModel = await line.run(["check", "--config", asking]);
	expect([withoutModel.code, withoutModel.err]).toEqual([2, expect.stringContaining("security.prompt_injection.detection_models")]);
	expect(withoutModel.err).toMatch(/models\/second-stage\//);
	for (const file of ["model.onnx", "vocabulary.txt", "weights.json"])
		cpSync(`models/second-stage/${file}`, join(line.folder, "models/second-stage", file));
	const withoutRuntime = await line.run(["check", "--config", asking]);
	expect(withoutRuntime.code).toBe(2);
	expect(withoutRuntime.err).toMatch(/onnxruntime-node cannot be loaded[\s\S]*npm install onnxruntime-node[\s\S]*leave transformer out/);
	expect(await line.run(["check", "--config", line.file("first.yaml", configured("ml_based", "allow"))])).toMatchObject({ code: 0 });
	const names = `pii_protection: { detection_types: [learned], name_models: [token, transformer] }, `;
	const named = line.file("names.yaml", configured("rule_based", "allow").replace("security: { ", `security: { ${names}`));
	const withoutNames = await line.run(["check", "--config", named]);
	expect([withoutNames.code, withoutNames.err]).toEqual([2, expect.stringContaining("security.pii_protection.name_models")]);
	expect(withoutNames.err).toMatch(/models\/names\/vocabulary\.txt[\s\S]*leave transformer out/);
	const alone = await line.run(["check", "--config", line.file("alone.yaml", configured("transformer", "allow"))]);
	expect([alone.code, alone.err]).toEqual([2, expect.stringContaining("add ml_based")]);
});
