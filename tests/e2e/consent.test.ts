import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { recordsOf } from "../../src/audit/log-reader.ts";
import type { Proxy } from "../../src/proxy.ts";
import { CommandLine, type Ran } from "../support/command-line.ts";
import { chatEvents } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

const PHONE = "(415) 555-2671";
const dir = mkdtempSync(join(tmpdir(), "consent-"));
const file = join(dir, "consent.json");
const audit = join(dir, "audit");
/** What each provider was sent, by its name. */
const sent: Record<string, string[]> = { near: [], far: [] };
const servers: Server[] = [];
let line: CommandLine;
let proxy: Proxy;

async function provider(name: string): Promise<object> {
	const server = createServer(async (request, response) => {
		sent[name]?.push(await text(request));
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.end(chatEvents(["hello"]).join(""));
	}).listen(0, "127.0.0.1");
	servers.push(server);
	await vi.waitFor(() => expect(server.listening).toBe(true), { timeout: 60_000 });
	return { type: "openai", base_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, api_key: "k", models: [`${name}-*`] };
}

const consent = (...words: string[]): Promise<Ran> => line.run(["consent", ...words, "--file", file, "--dir", audit]);
const grant = (...more: string[]): Promise<Ran> =>
	consent(
		"grant",
		"--subject",
		"address:127.0.0.1",
		"--policy",
		"with_phone",
		"--provider",
		"near",
		"--purpose",
		"support",
		"--source",
		"form 12",
		...more,
	);

/** Whether the phone number reached the provider in clear. */
async function isClear(model: string, purpose?: string): Promise<boolean> {
	const response = await fetch(`http://127.0.0.1:${proxy.port}/v1/chat/completions`, {
		method: "POST",
		headers: purpose === undefined ? {} : { "x-purpose": purpose },
		body: JSON.stringify({ model, stream: true, messages: [{ role: "user", content: `call ${PHONE}` }] }),
	});
	await response.text();
	expect(response.status).toBe(200);
	return (sent[model.split("-")[0] ?? ""] ?? []).at(-1)?.includes(PHONE) === true;
}

beforeAll(async () => {
	CommandLine.build();
	line = new CommandLine();
	proxy = await startProxy(
		{ near: await provider("near"), far: await provider("far") },
		`audit: { dir: "${audit}" }
security:
  consent: { file: "${file}" }
  policies: { with_phone: { pii_protection: { detection_types: [secrets] } } }`,
	);
});
afterAll(async () => {
	await proxy.drain();
	for (const server of servers) server.close();
	line.close();
});

test("a list without entries says which file has none, and whose are asked for in another way is explained", async () => {
	const says = (none: string) => ({ code: 0, out: "", err: `${file} holds no consents${none}; 'consent grant' writes one down.\n` });
	expect(await consent("list")).toEqual(says(""));
	expect(await consent("list", "--subject", "key:x")).toEqual(says(" of key:x"));
	expect(await consent("list", "--json")).toEqual({ code: 0, out: "[]\n", err: "" });
	expect(await consent("list", "--subject", "x")).toMatchObject({ code: 2, err: expect.stringContaining("--subject takes key:ID,") });
});

test("without consent data is redacted; with it they go in clear to that provider for that purpose alone, until it is revoked", async () => {
	expect(await isClear("near-1", "support")).toBe(false);
	const { code, out } = await grant();
	const id = out.trim();
	expect([code, id]).toEqual([0, expect.stringMatching(/^[0-9a-f]{12}$/)]);
	await vi.waitFor(async () => expect(await isClear("near-1", "support")).toBe(true), { timeout: 60_000, interval: 200 });
	expect(await isClear("near-1", "marketing")).toBe(false);
	expect(await isClear("near-1")).toBe(false);
	expect(await isClear("far-1", "support")).toBe(false);

	expect(await consent("revoke", id)).toMatchObject({ code: 0 });
	await vi.waitFor(async () => expect(await isClear("near-1", "support")).toBe(false), { timeout: 60_000, interval: 200 });
	expect(JSON.parse((await line.run(["consent", "list", "--json", "--file", file, "--dir", audit])).out)).toMatchObject([
		{ id, state: "revoked", source: "form 12" },
	]);
	expect(await consent("revoke", id)).toMatchObject({ code: 2, err: expect.stringContaining("consent list") });
});

test("an expired consent and a torn file count as none, and requests say which consent they used", async () => {
	const { out } = await grant("--days", "1");
	await vi.waitFor(async () => expect(await isClear("near-1", "support")).toBe(true), { timeout: 60_000, interval: 200 });
	const granted = readFileSync(file, "utf8");
	writeFileSync(file, granted.replace(/"expires": "\d{4}/, '"expires": "2020'));
	await vi.waitFor(async () => expect(await isClear("near-1", "support")).toBe(false), { timeout: 60_000, interval: 200 });
	writeFileSync(file, granted);
	await vi.waitFor(async () => expect(await isClear("near-1", "support")).toBe(true), { timeout: 60_000, interval: 200 });
	writeFileSync(file, "{");
	await vi.waitFor(async () => expect(await isClear("near-1", "support")).toBe(false), { timeout: 60_000, interval: 200 });
	writeFileSync(file, granted);
	await vi.waitFor(
		() => {
			const used = [...recordsOf(join(audit, "local"))].filter(({ consent: used }) => used === out.trim());
			expect(used[0]).toMatchObject({ type: "interaction", policy: { name: "with_phone" } });
		},
		{ timeout: 60_000 },
	);
});

test("every change is in the audit trail, with its source and without the caller's name, and wrong words are explained", async () => {
	const changes = [...recordsOf(join(audit, "admin"))].filter(({ type }) => type === "consent");
	expect(changes.map(({ action }) => action)).toEqual(["granted", "revoked", "granted"]);
	expect(changes[0]).toMatchObject({
		policy: "with_phone",
		providers: ["near"],
		purpose: "support",
		source: "form 12",
		by: expect.any(String),
	});
	expect(JSON.stringify(changes)).not.toContain("127.0.0.1");
	expect(await grant("--days", "soon")).toMatchObject({ code: 2, err: expect.stringContaining("--days") });
	expect(await consent("grant", "--subject", "alice", "--policy", "p", "--provider", "x", "--purpose", "p", "--source", "s")).toMatchObject(
		{ code: 2, err: expect.stringContaining("role:NAME") },
	);
});

test("where the ordinary policy blocks, a request without consent is refused and does not reach the provider", async () => {
	const strict = await startProxy(
		{ near: await provider("near") },
		`audit: { dir: "${audit}", log_name: strict }
security:
  consent: { file: "${file}" }
  pii_protection: { block_types: [phone] }
  policies: { with_phone: { pii_protection: { detection_types: [secrets], block_types: [] } } }`,
	);
	const before = sent["near"]?.length;
	const ask = async (purpose: string): Promise<number> =>
		(
			await fetch(`http://127.0.0.1:${strict.port}/v1/chat/completions`, {
				method: "POST",
				headers: { "x-purpose": purpose },
				body: JSON.stringify({ model: "near-1", messages: [{ role: "user", content: `call ${PHONE}` }] }),
			})
		).status;
	expect([await ask("marketing"), sent["near"]?.length]).toEqual([400, before]);
	await ask("support");
	expect(sent["near"]?.at(-1)).toContain(PHONE);
	await strict.drain();
});
