import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditKeys } from "../../src/audit/audit-keys.ts";
import { AuditLog } from "../../src/audit/audit-log.ts";
import { createSigner } from "../../src/audit/checkpoint.ts";
import { SubjectKeys } from "../../src/audit/subject-keys.ts";
import { CommandLine, type Ran } from "../support/command-line.ts";

const RECORDS = 200_000;
const BATCH = 10_000;
/** MiB: of the heap of V8 (its youngest part, which newer ones let grow, is small) and of the whole process at its height, of which the program itself takes 65 to 120. The log has 135. */
const HEAP = 32;
const RESIDENT = 160;
const dir = mkdtempSync(join(tmpdir(), "audit-"));
let line: CommandLine;
let early: string;

/** A log as a busy proxy leaves it: many callers and models, one segment. */
function fill(): void {
	const keys = auditKeys(dir, { secret: "" });
	const subject = new SubjectKeys(dir, keys).obtain("key:everybody").pseudonym;
	const signer = createSigner("local", keys.signingSeed);
	const log = new AuditLog({ dir: join(dir, "local"), origin: "local", signer, maxSegmentBytes: 1 << 30 });
	for (let batch = 0; batch < RECORDS / BATCH; batch++) {
		const records = Array.from({ length: BATCH }, (_, i) => ({
			type: "interaction",
			time: new Date(Date.UTC(2026, 0, 1) + (batch * BATCH + i) * 1000).toISOString(),
			requestId: `r${batch * BATCH + i}`,
			subject,
			model: `model-${batch * BATCH + i}`,
			provider: "p",
			policy: { name: "default", version: "0123456789abcdef" },
			prompt: { action: "redact", score: 0.1, findings: { email: 1 }, details: [] },
			response: { findings: {}, details: [] },
			outcome: "complete",
			status: 200,
			durationMs: i,
			promptMs: 1,
			padding: "x".repeat(250),
		}));
		log.append(records);
		if (batch === 3) early = log.keepCheckpoint();
	}
	log.close();
}

/** Runs a command with little memory; its peak is the last line of standard error. */
async function run(...words: string[]): Promise<Ran & { readonly residentMiB: number }> {
	const watch = "data:text/javascript,process.on('exit',()=>console.error(process.resourceUsage().maxRSS))";
	const env = { NODE_OPTIONS: `--max-old-space-size=${HEAP} --max-semi-space-size=4 --import ${watch}` };
	const ran = await line.run([...words, "--dir", dir], env);
	return { ...ran, residentMiB: Number(ran.err.trim().split("\n").at(-1)) / 1024 };
}

beforeAll(() => {
	CommandLine.build();
	line = new CommandLine();
	fill();
});
afterAll(() => line.close());

test("a log far larger than the memory of the process is verified, proven, reported and exported", async () => {
	const old = line.file("early", early);
	const out = join(line.folder, "report.json");
	const [verified, record, since, report] = await Promise.all([
		run("audit", "verify"),
		run("audit", "prove", "--record", "123456"),
		run("audit", "prove", "--since", old),
		run("report", "--from", "2026-01-01", "--to", "2026-02-01", "--out", out),
	]);
	expect(verified).toMatchObject({ code: 0, out: expect.stringContaining(`records 0 to ${RECORDS - 1}`) });
	expect([report.code, JSON.parse(readFileSync(out, "utf8")).requests]).toEqual([0, RECORDS]);
	const proofs = [record, since].map(({ out }, i) => line.file(`proof-${i}`, out));
	expect(await line.run(["audit", "verify", "--dir", dir, "--proof", proofs[0] as string])).toMatchObject({ code: 0 });
	expect(await line.run(["audit", "verify", "--dir", dir, "--proof", proofs[1] as string, "--checkpoint", old])).toMatchObject({ code: 0 });
	for (const { residentMiB } of [verified, record, since, report]) expect(residentMiB).toBeLessThan(RESIDENT);
});

test("an export of a caller with many records is written as they are read, and is one JSON document", async () => {
	const exported = await run("audit", "export", "--subject", "key:everybody");
	expect([exported.code, JSON.parse(exported.out).records.length]).toEqual([0, RECORDS]);
	expect(exported.residentMiB).toBeLessThan(RESIDENT);
});
