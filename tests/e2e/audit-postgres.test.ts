import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AuditLog } from "../../src/audit/audit-log.ts";
import { createSigner } from "../../src/audit/checkpoint.ts";
import { CommandLine, type Ran } from "../support/command-line.ts";
import { PostgresServer } from "../support/postgres.ts";

let line: CommandLine;
let postgres: PostgresServer;
const dir = mkdtempSync(join(tmpdir(), "audit-"));

const MODELS = ["gpt-4o", "gpt_4o", "GPT-4o", "a%b", "a\0b", "\ud83d", "claude-'; DROP TABLE audit_record_v1; --"];
const FINDINGS = [{}, { email: 1 }, { phone: 2, email: 1 }];

function append(folder: string, count: number, name = "local", from = 0): void {
	const signer = createSigner(name, new Uint8Array(32));
	const log = new AuditLog({ dir: join(folder, name), origin: name, signer, maxSegmentBytes: 100_000 });
	const records = Array.from({ length: count }, (_, n) => n + from).map((i) => ({
		type: i % 10 === 0 ? "lane" : "interaction",
		time: new Date(Date.UTC(2026, 10, 1) + i * 60_000).toISOString(),
		requestId: `r${i}`,
		subject: "0123456789abcdef0123456789abcdef",
		model: MODELS[i % MODELS.length],
		provider: i % 2 === 0 ? "openai" : "anthropic",
		prompt: { action: i % 4 === 0 ? "redact" : "allow", findings: FINDINGS[i % 3] },
		response: { findings: {} },
		outcome: "complete",
		sealed: "never in an index",
	}));
	for (let at = 0; at < count; at += 100) log.append(records.slice(at, at + 100));
	log.close();
}

function configOf(folder: string, url: string): string {
	return line.file("config.yaml", `audit: { dir: "${folder}", index_url: "${url}" }\nllm_providers: { demo: { type: demo } }\n`);
}

const inPostgres = (words: readonly string[], folder = dir): Promise<Ran> =>
	line.run(["audit", "query", "--config", configOf(folder, postgres.url()), "--json", ...words]);
const inSqlite = (words: readonly string[], folder = dir): Promise<Ran> =>
	line.run(["audit", "query", "--dir", folder, "--json", ...words]);
const seqs = ({ out }: Ran): unknown[] => out.split("\n").flatMap((row) => (row === "" ? [] : [JSON.parse(row).seq]));

beforeAll(async () => {
	CommandLine.build();
	line = new CommandLine();
	postgres = await PostgresServer.start();
	append(dir, 2500);
});
afterAll(async () => {
	await postgres?.stop();
	line.close();
});

const FILTERS: readonly (readonly string[])[] = [
	["--limit", "3000"],
	["--type", "lane"],
	["--finding", "phone", "--action", "redact"],
	["--model", "gpt-*"],
	["--model", "gpt?4o"],
	["--model", "a%*"],
	["--model", MODELS.at(-1) ?? ""],
	["--provider", "openai", "--outcome", "complete", "--limit", "7"],
	["--from", "2026-11-01T10:00Z", "--to", "2026-11-01T11:00Z"],
	["--request-id", "r1234"],
	["--subject", "0123456789abcdef0123456789abcdef", "--limit", "5"],
	["--log", "local"],
];

test("a search in PostgreSQL finds what one in SQLite finds, in its order", async () => {
	for (const filter of FILTERS) {
		const [there, here] = await Promise.all([inPostgres(filter), inSqlite(filter)]);
		expect([filter, there.code, there.err, seqs(there)]).toEqual([filter, here.code, "", seqs(here)]);
	}
	expect(seqs(await inPostgres(["--limit", "3000"]))).toHaveLength(2500);
	// In a database that others share it may be theirs; in a folder it is a mistake.
	expect([(await inPostgres(["--log", "elsewhere"])).code, (await inSqlite(["--log", "elsewhere"])).code]).toEqual([1, 2]);
	expect(postgres.sql("SELECT count(*) FROM audit_record_v1 WHERE json LIKE '%never in an index%'")).toBe("0");
});

test("the index in PostgreSQL follows the log, and is made anew when it is dropped or fits another log", async () => {
	append(dir, 5, "local", 2500);
	expect(seqs(await inPostgres(["--limit", "1"]))).toEqual([2504]);
	postgres.sql("DROP TABLE audit_record_v1");
	expect(seqs(await inPostgres(["--limit", "3000"]))).toHaveLength(2505);
	const other = mkdtempSync(join(tmpdir(), "audit-"));
	append(other, 20, "local", 7000);
	append(other, 3, "second");
	const found = await inPostgres(["--limit", "3000"], other);
	expect([found.out, seqs(found).length]).toEqual([(await inSqlite(["--limit", "3000"], other)).out, 23]);
	expect(existsSync(join(other, "index.sqlite"))).toBe(true);
});

test("several searches at the same time wait for one another and all find everything", async () => {
	postgres.sql("DROP TABLE audit_record_v1");
	const all = await Promise.all([1, 2, 3].map(() => inPostgres(["--limit", "3000"])));
	expect(all.map((ran) => [ran.code, seqs(ran).length])).toEqual(Array(3).fill([0, 2505]));
});

test("a database that cannot be used and a configuration that is wrong are said, without the password", async () => {
	const wrong = postgres.url("not-the-password");
	const refused = await line.run(["audit", "query", "--config", configOf(dir, wrong)]);
	expect(refused).toMatchObject({ code: 2, err: expect.stringMatching(/audit\.index_url .*password authentication failed/) });
	expect(refused.err).not.toContain("not-the-password");
	const gone = await line.run(["audit", "query", "--config", configOf(dir, "postgres://audit@127.0.0.1:1/postgres")]);
	expect(gone).toMatchObject({ code: 2, err: expect.stringContaining("ECONNREFUSED") });
	const mysql = await line.run(["audit", "query", "--config", configOf(dir, "mysql://audit@127.0.0.1/audit")]);
	expect(mysql).toMatchObject({ code: 2, err: expect.stringMatching(/audit\.index_url.*postgres:\/\//) });
});
