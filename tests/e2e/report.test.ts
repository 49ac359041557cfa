import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { post } from "../support/chat-client.ts";
import { CommandLine, type Ran } from "../support/command-line.ts";
import { chatEvents, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

let line: CommandLine;
const dir = mkdtempSync(join(tmpdir(), "audit-"));
const report = (...words: string[]): Promise<Ran> => line.run(["report", "--dir", dir, ...words]);

beforeAll(async () => {
	CommandLine.build();
	line = new CommandLine();
	const upstream = await startMockUpstream((response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.end(chatEvents(["Write to jane.doe", "@example.com today."]).join(""));
	});
	const proxy = await startProxy(upstream.url, `audit: { dir: "${dir}" }`);
	const ask = (model: string, content: string): Promise<unknown> =>
		post(proxy.port, JSON.stringify({ model, stream: true, messages: [{ role: "user", content }] }));
	await ask("gpt-x", "phone (415) 555-2671");
	await ask("gpt-x", "hello");
	await ask("<script>alert(1)</script>|x", "hello");
	await fetch(`http://127.0.0.1:${proxy.port}/nowhere`);
	await proxy.drain();
	upstream.close();
});
afterAll(() => line.close());

test("a report says what was asked, decided, found and refused, how long it took, and that the trail is whole", async () => {
	const file = join(line.folder, "report.json");
	expect(await report("--out", file)).toMatchObject({ code: 0 });
	const data = JSON.parse(readFileSync(file, "utf8"));
	expect(data).toMatchObject({
		requests: 3,
		refusals: 1,
		outcomes: [["complete", 3]],
		refusalReasons: [["route_not_found", 1]],
		promptFindings: [["phone", 1]],
		responseFindings: [["email", 3]],
		latency: { durationMs: { p50: expect.any(Number), p99: expect.any(Number) } },
		policies: [{ name: "default", requests: 3 }],
		policyChanges: [{ log: "local", event: "start", version: expect.stringMatching(/^[0-9a-f]+$/) }],
		logs: [{ log: "local", faults: [] }],
	});
	expect(data.days).toHaveLength(new Set(data.days.map(({ day }: { day: string }) => day)).size);
	expect(data.actions).toContainEqual(["redact", 1]);
	const { out, code } = await report("--from", "1h");
	expect([code, out.split("\n")[2]]).toEqual([0, expect.stringContaining("3 requests, 1 refused")]);
	expect(out).not.toContain("<script>");
	expect(out).toMatch(/## Policy changes[\s\S]*\| local \| start \| [0-9a-f]+ \|/);
	expect(out).toMatch(/## Evidence of controls[\s\S]*\| redaction before the provider \| requests that were redacted \| 1 \|/);
});

test("what operators did counts as evidence, and a start with the same policy is no change of it", async () => {
	const trail = mkdtempSync(join(tmpdir(), "audit-"));
	const proxy = (yaml = ""): Promise<Proxy> => startProxy("http://127.0.0.1:9", `audit: { dir: "${trail}" }\n${yaml}`);
	for (const yaml of ["", "", "security: { pii_protection: { block_types: [ssn] } }"]) {
		const started = await proxy(yaml);
		await post(started.port, JSON.stringify({ model: "m", messages: [{ role: "user", content: "123-45-6789" }] }));
		await started.drain();
	}
	expect((await line.run(["audit", "erase", "--dir", trail, "--subject", "address:127.0.0.1"])).code).toBe(0);
	const { out } = await line.run(["report", "--dir", trail]);
	expect(out).toContain("| right to erasure | erasures | 1 |");
	expect(out).toContain("| change of policy | changes, each with its version | 2 |");
	expect(out).toContain("| tamper evidence | logs verified and sound | 2 |");
});

test.each([
	[["--from", "2099-01-01"], /--from \(2099-01-01T00:00:00.000Z\) must lie before now/],
	[["--from", "2026-01-02", "--to", "2026-01-01"], /must lie before --to/],
	[["--out", "/nonexistent/report.html"], /cannot be written \(ENOENT\).*--out/],
])("a report that cannot be made, %j, says why", async (words, reason) => {
	expect(await report(...words)).toMatchObject({ code: 2, err: expect.stringMatching(reason) });
});

test("the page is complete in itself, has its charts, and names from requests are only text in it", async () => {
	const file = join(line.folder, "report.html");
	expect(await report("--out", file)).toMatchObject({ code: 0 });
	const page = readFileSync(file, "utf8");
	expect(page.match(/<svg/g)?.length).toBeGreaterThan(3);
	expect(page).not.toMatch(/<script|<link|<img|(?:src|href)="http/);
	expect(page).toContain("&lt;script&gt;alert(1)");
	expect(page).not.toMatch(/jane|555-2671/);
});

test("a trail that was changed is said to be so, and wrong options are explained", async () => {
	const file = join(dir, "local", "000000000000000.jsonl");
	const sound = readFileSync(file, "utf8");
	writeFileSync(file, sound.replace('"phone":1', '"phone":0'));
	expect(await report()).toMatchObject({ code: 1, out: expect.stringContaining("NOT SOUND") });
	writeFileSync(file, sound);
	expect(await report("--out", "report.pdf")).toMatchObject({ code: 2, err: expect.stringContaining(".html, .md or .json") });
	expect(await report("--from", "soon")).toMatchObject({ code: 2, err: expect.stringContaining("24h") });
	expect(await line.run(["report", "--dir", "/nowhere"])).toMatchObject({ code: 2, err: expect.stringContaining("--dir") });
});
