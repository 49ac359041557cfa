import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { existingKeys } from "../../src/audit/audit-keys.ts";
import { SubjectKeys } from "../../src/audit/subject-keys.ts";
import { chatStream, post } from "../support/chat-client.ts";
import { CommandLine, type Ran } from "../support/command-line.ts";
import { type MockUpstream, startChatUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

let upstream: MockUpstream;
let line: CommandLine;

beforeAll(async () => {
	CommandLine.build();
	line = new CommandLine();
	upstream = await startChatUpstream(["The heron flies. Write to jane.doe", "@example.com."]);
});
afterAll(() => {
	upstream.close();
	line.close();
});

const SUBJECT = "address:127.0.0.1";
const newDir = (): string => mkdtempSync(join(tmpdir(), "audit-"));
const audit = (command: string, dir: string, ...more: string[]): Promise<Ran> => line.run(["audit", command, "--dir", dir, ...more]);

/** Every byte of every file below a folder. */
function everything(dir: string): string {
	return readdirSync(dir, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
		.join("\n");
}

async function ask(dir: string, prompts: readonly string[], yaml = "logging: { sensitive_data_logging: true }", more = ""): Promise<void> {
	const proxy = await startProxy(upstream.url, `audit: { dir: "${dir}"${more} }\n${yaml}`);
	for (const prompt of prompts) await chatStream(proxy.port, prompt);
	await proxy.drain();
}

test("with sensitive_data_logging the redacted text is kept encrypted, an export shows it, and after erasure it is nowhere", async () => {
	const dir = newDir();
	const consents = ["--file", join(dir, "consent.json")];
	const terms = ["--policy", "p", "--provider", "*", "--purpose", "support", "--source", "form"];
	const sinks = `, sinks: [{ name: siem, type: file, path: "${join(dir, "siem.jsonl")}" }]`;
	await ask(dir, ["The otter swims. Phone (415) 555-2671."], undefined, sinks);
	expect(everything(dir)).not.toMatch(/otter|heron|jane|555-2671|127\.0\.0\.1/);

	const exported = await audit("export", dir, "--subject", SUBJECT);
	const { records, pseudonym } = JSON.parse(exported.out);
	expect(records.map(({ type }: { type: string }) => type)).toEqual(["interaction", "content"]);
	expect(records[1].content.prompt).toContain("The otter swims.");
	expect(records[1].content.answer).toContain("The heron flies.");
	expect(exported.out).not.toMatch(/jane|555-2671/);

	// The search index and what a sink wrote lie in the folder as well.
	expect((await audit("query", dir, "--subject", SUBJECT)).code).toBe(0);
	expect(await line.run(["consent", "grant", "--dir", dir, ...consents, "--subject", SUBJECT, ...terms])).toMatchObject({ code: 0 });
	expect((await line.run(["report", "--dir", dir, "--out", join(dir, "report.html")])).code).toBe(0);
	const files = ["index.sqlite", "siem.jsonl", "consent.json", "report.html"];
	expect(files.filter((name) => existsSync(join(dir, name)))).toEqual(files);
	const keys = existingKeys(dir, { secret: "" });
	const key = keys && new SubjectKeys(dir, keys).find(SUBJECT)?.key;
	const erased = await audit("erase", dir, "--subject", SUBJECT, "--reason", "ticket 7", ...consents);
	expect([erased.code, erased.err]).toEqual([0, expect.stringContaining(pseudonym)]);
	expect((await audit("query", dir, "--subject", pseudonym)).code).toBe(0);
	const left = everything(dir);
	expect(left).not.toContain(Buffer.from(key ?? "").toString("latin1"));
	expect(left).not.toMatch(/otter|heron|127\.0\.0\.1/);
	expect((await audit("export", dir, "--subject", SUBJECT)).code).toBe(1);
	expect((await audit("erase", dir, "--subject", SUBJECT)).code).toBe(1);
	const verified = await audit("verify", dir);
	expect([verified.code, verified.out.match(/OK/g)?.length]).toEqual([0, 3]);
	expect(left).toMatch(/"type":"access"[^\n]*\n[^\n]*"type":"consent"[^\n]*\n[^\n]*"type":"erasure"[^\n]*"reason":"ticket 7"/);
});

test("what the policy redacts in the name of a model is in no record", async () => {
	const dir = newDir();
	const proxy = await startProxy(upstream.url, `audit: { dir: "${dir}" }`);
	const { status } = await post(proxy.port, JSON.stringify({ model: "jane.roe@corp.com", messages: [{ role: "user", content: "hi" }] }));
	await proxy.drain();
	expect([status, everything(dir)]).toEqual([400, expect.not.stringContaining("jane.roe")]);
	expect((await audit("query", dir, "--subject", SUBJECT)).out).toContain("invalid_request");
});

test("full text needs a second key, and then holds what was found", async () => {
	const dir = newDir();
	await ask(dir, ["Phone (415) 555-2671."], undefined, ", record_full_text: true");
	expect(everything(dir)).not.toMatch(/jane|555-2671/);
	const { out } = await audit("export", dir, "--subject", SUBJECT);
	expect(out).toMatch(/555-2671/);
	expect(out).toMatch(/jane\.doe/);
	const alone = line.file("alone.yaml", "audit: { record_full_text: true }\nllm_providers: { demo: { type: demo } }\n");
	expect(await line.run(["check", "--config", alone])).toMatchObject({ code: 2, err: expect.stringContaining("sensitive_data_logging") });
});

test("an answer that gives originals back is not kept as redacted text", async () => {
	const dir = newDir();
	await ask(
		dir,
		["The otter's phone is (415) 555-2671."],
		"logging: { sensitive_data_logging: true }\nsecurity: { pii_protection: { redaction_strategy: replace, restore: true } }",
	);
	const { out } = await audit("export", dir, "--subject", SUBJECT);
	expect(out).toContain("otter");
	expect(out).not.toContain("heron");
});

test("what else an answer knows of its prompt, surrogates without originals above all, does not keep it out of the record", async () => {
	const dir = newDir();
	await ask(
		dir,
		["The otter's phone is (415) 555-2671."],
		`logging: { sensitive_data_logging: true }
security: { pii_protection: { redaction_strategy: replace }, response_filtering: { prompt_canary: cut } }`,
	);
	const { out } = await audit("export", dir, "--subject", SUBJECT);
	expect(out).toContain("otter");
	expect(out).toContain("heron");
	expect(out).not.toMatch(/jane|555-2671/);
});

test("a proxy that runs forgets an erased subject: what comes later is somebody else", async () => {
	const dir = newDir();
	const proxy = await startProxy(upstream.url, `audit: { dir: "${dir}" }`);
	const subjects = (): unknown[] =>
		[...everything(join(dir, "local")).matchAll(/"type":"interaction"[^\n]*?"subject":"(\w+)"/g)].map(([, subject]) => subject);
	await chatStream(proxy.port, "one");
	await chatStream(proxy.port, "two");
	expect((await audit("erase", dir, "--subject", SUBJECT)).code).toBe(0);
	await chatStream(proxy.port, "three");
	await proxy.drain();
	const [one, two, three] = subjects();
	expect([one === two, three === two, typeof three]).toEqual([true, false, "string"]);
});

test("a new secret takes over the subjects of the old one while the proxy runs, and signs on; a wrong one opens nothing", async () => {
	const dir = newDir();
	const config = line.file(
		"rotate.yaml",
		`server: { host: 127.0.0.1, port: 0, workers: 1 }
llm_providers: { demo: { type: demo } }
audit: { dir: "${dir}" }
security: { consent: { file: "${dir}/consent.json" }, policies: { p: {} } }
logging: { sensitive_data_logging: true }`,
	);
	const [first, second] = ["the first secret of it", "the second secret of it"];
	const both = { SECURE_LLM_PROXY_SECRET_KEY: second, SECURE_LLM_PROXY_PREVIOUS_SECRET_KEY: first };
	const serving = async (env: NodeJS.ProcessEnv, use: () => Promise<void> = async () => undefined): Promise<void> => {
		const { port, child, exited } = await line.serve(config, env);
		await chatStream(port, "The otter swims.");
		await use();
		child.kill("SIGTERM");
		await exited;
	};
	const run = (words: string[], env: NodeJS.ProcessEnv): Promise<Ran> => line.run([...words, "--config", config], env);
	const exported = (secret: string): Promise<Ran> =>
		run(["audit", "export", "--subject", SUBJECT], { SECURE_LLM_PROXY_SECRET_KEY: secret });
	const terms = ["--policy", "p", "--provider", "*", "--purpose", "support", "--source", "form"];
	await serving({ SECURE_LLM_PROXY_SECRET_KEY: first }, async () => {
		for (const [wrong, instead] of [
			["--policy", "default, p"],
			["--provider", "demo"],
		] as const)
			expect(
				await run(["consent", "grant", "--subject", SUBJECT, ...terms, wrong, "x"], { SECURE_LLM_PROXY_SECRET_KEY: first }),
			).toMatchObject({
				code: 2,
				err: expect.stringMatching(new RegExp(`${wrong}: .*'x'.* use ${instead}`)),
			});
		expect(await run(["consent", "grant", "--subject", SUBJECT, ...terms], { SECURE_LLM_PROXY_SECRET_KEY: first })).toMatchObject({
			code: 0,
		});
		// Its subjects would be lost to a proxy that has the old secret alone.
		expect(await run(["audit", "rotate"], both)).toMatchObject({ code: 2, err: expect.stringContaining("start it anew with both") });
	});
	expect((await exported(second)).code).not.toBe(0);
	expect(await run(["audit", "export", "--subject", SUBJECT], {})).toMatchObject({
		code: 2,
		err: expect.stringContaining("SECURE_LLM_PROXY_SECRET_KEY"),
	});
	await serving(both, async () => {
		expect(await run(["audit", "rotate"], both)).toMatchObject({ code: 0, err: expect.stringContaining("1 key is wrapped") });
	});
	// The secret may also come from a command, such as that of a key management service.
	await serving({ SECURE_LLM_PROXY_SECRET_KEY_COMMAND: `echo "${second}"` });
	const { records, consents } = JSON.parse((await exported(second)).out);
	expect(records.filter(({ type }: { type: string }) => type === "content")).toHaveLength(3);
	expect(consents).toMatchObject([{ subject: SUBJECT, purpose: "support", state: "in force" }]);
	expect((await exported(first)).code).not.toBe(0);
	expect(await audit("verify", dir)).toMatchObject({ code: 0 });
	expect(everything(dir)).toContain('"type":"signer"');
	const wrong = await line.run(["serve", "--config", config], { SECURE_LLM_PROXY_SECRET_KEY_COMMAND: "exit 3" });
	expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining("SECURE_LLM_PROXY_SECRET_KEY_COMMAND ended with exit code 3") });
});

test("a folder without logs, and logs of another secret, are refused rather than found to hold nobody, and nothing is made", async () => {
	const dir = newDir();
	await ask(dir, ["The otter swims."]);
	const [ours, theirs] = ["a secret of this installation", "a secret of another one"];
	const both = { SECURE_LLM_PROXY_SECRET_KEY: ours, SECURE_LLM_PROXY_PREVIOUS_SECRET_KEY: theirs };
	for (const [command, ...more] of [["erase", "--subject", SUBJECT], ["export", "--subject", SUBJECT], ["rotate"]] as const) {
		const absent = join(dir, "absent");
		const nowhere = await line.run(["audit", command, "--dir", absent, ...more], both);
		expect(nowhere).toMatchObject({
			code: 2,
			out: "",
			err: `audit ${command}: ${absent} holds no audit log — give the folder of audit.dir with --dir\n`,
		});
		expect(existsSync(absent)).toBe(false);
		const before = everything(dir);
		expect(await line.run(["audit", command, "--dir", dir, ...more], both)).toMatchObject({
			code: 2,
			out: "",
			err: expect.stringContaining("were signed with another secret — set SECURE_LLM_PROXY_SECRET_KEY"),
		});
		expect(everything(dir)).toBe(before);
	}
});

test("of speech the text is kept, the sound is not, and no cache keeps it either", async () => {
	const dir = newDir();
	const speaker = await startMockUpstream((response) => {
		response.writeHead(200, { "content-type": "audio/mpeg" });
		response.end(Buffer.from("ID3\x04\0\0"));
	});
	const yaml = `audit: { dir: "${dir}" }\nlogging: { sensitive_data_logging: true }\ncache: { enabled: true }`;
	const proxy = await startProxy(speaker.url, yaml);
	const body = JSON.stringify({ model: "tts-1", voice: "alloy", input: "The otter swims." });
	for (const _ of [1, 2]) {
		const answer = await fetch(`http://127.0.0.1:${proxy.port}/v1/audio/speech`, { method: "POST", body });
		expect([(await answer.arrayBuffer()).byteLength, answer.headers.get("x-cache")]).toEqual([6, "BYPASS"]);
	}
	expect(speaker.requests).toHaveLength(2);
	await proxy.drain();
	speaker.close();
	const { records } = JSON.parse((await audit("export", dir, "--subject", SUBJECT)).out);
	const [content] = records.filter(({ type }: { type: string }) => type === "content");
	expect([content.content.prompt, content.content.answer]).toEqual([body, undefined]);
});
