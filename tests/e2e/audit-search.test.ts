import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AuditLog, PUBLIC_KEY } from "../../src/audit/audit-log.ts";
import { createSigner } from "../../src/audit/checkpoint.ts";
import { HEAD } from "../../src/audit/log-end.ts";
import { proveConsistency, proveInclusion, verifyProof } from "../../src/audit/proof.ts";
import { segmentName } from "../../src/audit/segment.ts";
import { chatStream } from "../support/chat-client.ts";
import { CommandLine, type Ran } from "../support/command-line.ts";
import { startChatUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

let line: CommandLine;
const dir = mkdtempSync(join(tmpdir(), "audit-"));
const audit = (command: string, ...more: string[]): Promise<Ran> => line.run(["audit", command, "--dir", dir, ...more]);
const found = async (...filter: string[]): Promise<Record<string, unknown>[]> =>
	(await audit("query", "--json", ...filter)).out
		.split("\n")
		.filter((row) => row !== "")
		.map((row) => JSON.parse(row));

beforeAll(async () => {
	CommandLine.build();
	line = new CommandLine();
	const upstream = await startChatUpstream(["Write to jane.doe", "@example.com today."]);
	const proxy = await startProxy(upstream.url, `audit: { dir: "${dir}", max_segment_bytes: 4096 }`);
	for (const prompt of ["hello", "phone (415) 555-2671", "hello", "hello", "hello"]) await chatStream(proxy.port, prompt);
	await fetch(`http://127.0.0.1:${proxy.port}/nowhere`);
	await proxy.drain();
	upstream.close();
});
afterAll(() => line.close());

test("query finds records by what they say, newest first, and by caller's name where the secret is there", async () => {
	expect(await found()).toHaveLength(8);
	expect((await found("--type", "interaction")).map(({ seq }) => seq)).toEqual([5, 4, 3, 2, 1]);
	const [redacted] = await found("--finding", "phone");
	expect(redacted).toMatchObject({ log: "local", prompt: { action: "redact", findings: { phone: 1 } } });
	expect((await found("--finding", "email")).length).toBe(5);
	expect(await found("--action", "redact")).toEqual([redacted]);
	expect(await found("--request-id", String(redacted?.["requestId"]))).toEqual([redacted]);
	expect((await found("--model", "m*", "--outcome", "complete", "--limit", "2")).length).toBe(2);
	expect((await found("--subject", "address:127.0.0.1")).length).toBe(6);
	expect((await found("--subject", String(redacted?.["subject"]))).length).toBe(6);
	expect((await found("--subject", String(redacted?.["subject"]).slice(0, 8))).length).toBe(6);
	expect(await found("--subject", "00000000")).toEqual([]);
	expect((await found("--from", "1h")).length).toBe(8);
	expect(await audit("query", "--to", "2020-01-01")).toMatchObject({ code: 1 });
	const table = await audit("query", "--outcome", "route_not_found");
	expect(table.out).toMatch(/^time +type .*\n\S+Z +refusal +- +route_not_found +404/);
	expect(await audit("query", "--from", "yesterday")).toMatchObject({ code: 2, err: expect.stringContaining("24h") });
	expect(await audit("query", "--log", "locla")).toMatchObject({ code: 2, err: `audit query: ${dir} has no log 'locla' — it has local\n` });
	expect(await audit("query", "--type", "interactions")).toMatchObject({
		code: 2,
		err: expect.stringMatching(/'interactions'.*interaction, content, refusal/),
	});
	expect(await audit("query", "--subject", "key:nobody")).toMatchObject({ code: 2, err: expect.stringContaining("key:nobody") });
});

test("every command about the trail finds it by the configuration, and takes no place that would not count beside it", async () => {
	const config = line.file("config.yaml", `llm_providers: { demo: { type: demo } }\naudit: { dir: "${dir}" }\n`);
	const byConfig = (...words: string[]): Promise<Ran> => line.run([...words, "--config", config]);
	expect(await byConfig("audit", "verify")).toEqual(await audit("verify"));
	expect(await byConfig("audit", "prove", "--record", "1")).toEqual(await audit("prove", "--record", "1"));
	expect(await byConfig("audit", "query")).toEqual(await audit("query"));
	for (const words of [["audit", "verify"], ["audit", "erase", "--subject", "key:x"], ["keys", "create"], ["report"], ["packs", "list"]])
		expect(await byConfig(...words, "--dir", dir)).toMatchObject({ code: 2, err: expect.stringContaining("cannot be used with") });
	expect(await byConfig("keys", "list", "--file", "x")).toMatchObject({ code: 2, err: expect.stringContaining("cannot be used with") });
});

test("a key or a checkpoint that belongs to no log of the folder proves nothing, and is refused", async () => {
	const verify = (...words: string[]): Promise<Ran> => line.run(["audit", "verify", "--dir", dir, ...words]);
	const foreign = line.file("foreign.checkpoint", "elsewhere\n3\nAAAA\n\n");
	expect(await verify("--key", "no-such-file.pub")).toMatchObject({
		code: 2,
		err: expect.stringContaining("neither a file nor the public key"),
	});
	expect(await verify("--checkpoint", foreign)).toMatchObject({ code: 2, err: expect.stringContaining("is no checkpoint of a log") });
	expect(await verify("--key", join(dir, "local", "log.pub"))).toMatchObject({ code: 0 });
});

test("the index is made anew from the segments when it is torn or fits another log", async () => {
	const before = await found();
	writeFileSync(join(dir, "index.sqlite"), "not a database");
	expect(await found()).toEqual(before);
	const other = mkdtempSync(join(tmpdir(), "audit-"));
	const log = new AuditLog({
		dir: join(other, "local"),
		origin: "local",
		signer: createSigner("local", new Uint8Array(32)),
		maxSegmentBytes: 1e6,
	});
	for (let i = 0; i < 20; i++) log.append([{ type: "start", time: "2026-01-01T00:00:00.000Z" }]);
	log.close();
	writeFileSync(join(other, "index.sqlite"), readFileSync(join(dir, "index.sqlite")));
	expect((await line.run(["audit", "query", "--dir", other, "--json"])).out.match(/"type":"start"/g)).toHaveLength(20);
	expect((await line.run(["audit", "query", "--dir", other, "--json"])).out).not.toContain("interaction");
	rmSync(join(other, "index.sqlite"));
	const segment = join(other, "local", segmentName(0));
	const lines = readFileSync(segment, "utf8");
	writeFileSync(segment, `${lines}${lines.trimEnd().split("\n").at(-1)}\n`);
	expect(await line.run(["audit", "query", "--dir", other])).toMatchObject({
		code: 2,
		err: expect.stringContaining("has record 19 twice — run 'audit verify'"),
	});
});

test("an index that is torn anywhere says nothing wrong and is made anew; a log that went whole is missed", async () => {
	const before = await found();
	const index = readFileSync(join(dir, "index.sqlite"));
	for (let page = 0; page < index.length; page += 4096) {
		const torn = Buffer.from(index);
		torn.fill("]", page + 8, page + 4090);
		writeFileSync(join(dir, "index.sqlite"), torn);
		expect(await audit("query", "--json").then(({ code, err }) => [code, err])).toEqual([0, ""]);
		expect(await found()).toEqual(before);
	}
	cpSync(join(dir, "local"), join(dir, "second"), { recursive: true });
	expect(await found()).toHaveLength(16);
	rmSync(join(dir, "second"), { recursive: true });
	const { code, err } = await audit("query");
	expect([code, err]).toEqual([0, expect.stringMatching(/^audit query: \S+second: the whole log is gone.*index alone.*\n$/)]);
	rmSync(join(dir, "index.sqlite"));
	expect(await audit("query", "--json").then((ran) => [ran.out.split("\n").length - 1, ran.err])).toEqual([8, ""]);
});

test("a proof of a record can be checked with the public key alone, and a changed one is found", async () => {
	const { code, out } = await audit("prove", "--record", "2");
	expect([code, out.split("\n")[0]]).toEqual([0, "c2sp.org/tlog-proof@v1"]);
	const file = line.file("record.tlog-proof", out);
	const key = readFileSync(join(dir, "local", PUBLIC_KEY), "utf8").trim();
	const verify = (proof: string, ...more: string[]): Promise<Ran> =>
		line.run(["audit", "verify", "--dir", "/nowhere", "--proof", proof, "--key", key, ...more]);
	expect(await verify(file)).toMatchObject({ code: 0, out: expect.stringMatching(/record 2 of 8.*\n.*"type":"interaction"/) });
	const lines = out.split("\n");
	const record = Buffer.from(lines[1]?.slice(6) ?? "", "base64")
		.toString()
		.replace('"phone":1', '"phone":0');
	const forged = line.file(
		"forged.tlog-proof",
		[lines[0], `extra ${Buffer.from(record).toString("base64")}`, ...lines.slice(2)].join("\n"),
	);
	expect(await verify(forged)).toMatchObject({ code: 1, out: expect.stringContaining("not in the log") });
	expect(await audit("prove", "--record", "99")).toMatchObject({ code: 2, err: expect.stringContaining("0 to 7") });
});

test("every record and every earlier checkpoint can be proven, also after retention removed the beginning", () => {
	const folder = mkdtempSync(join(tmpdir(), "audit-"));
	const signer = createSigner("o", new Uint8Array(32));
	const log = new AuditLog({ dir: folder, origin: "o", signer, maxSegmentBytes: 300 });
	const checkpoints: string[] = [];
	const time = (i: number): string => new Date(Date.UTC(2026, 0, 1 + i)).toISOString();
	for (let i = 0; i < 29; i++) {
		log.append([{ type: "test", time: time(i) }]);
		checkpoints.push(readFileSync(join(folder, HEAD), "utf8"));
	}
	const check = (from: number): void => {
		for (let i = from; i < log.size; i++)
			expect(verifyProof(proveInclusion(folder, i), [signer.verifierKey], undefined)).toMatchObject({ ok: true, index: i, size: log.size });
		for (const old of checkpoints.slice(Math.max(0, from - 1)))
			expect(verifyProof(proveConsistency(folder, old), [signer.verifierKey], old)).toMatchObject({ ok: true });
	};
	check(0);
	const removed = log.removeBefore(time(11));
	expect(removed).toBeGreaterThan(5);
	check(removed);
	expect(() => proveInclusion(folder, removed - 1)).toThrow(/not/);
	log.close();
	const proof = proveConsistency(folder, checkpoints.at(-1) ?? "");
	expect(verifyProof(proof, [signer.verifierKey], checkpoints.at(-2))).toMatchObject({ ok: false });
	expect(readdirSync(folder)).toContain(HEAD);
});
