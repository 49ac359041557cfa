import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { recordsOf } from "../../src/audit/log-reader.ts";
import { verifyLog } from "../../src/audit/verify-log.ts";
import type { Proxy } from "../../src/proxy.ts";
import { addKey } from "../support/keys.ts";
import { type MockUpstream, startChatUpstream } from "../support/mock-upstream.ts";
import { proxyConfig, startProxy } from "../support/proxy.ts";

const PHONE = "(415) 555-2671";
const dir = mkdtempSync(join(tmpdir(), "consent-api-"));
const file = join(dir, "consent.json");
const audit = join(dir, "audit");
let upstream: MockUpstream;
/** Two replicas that share the file of consents and the folder of the audit trail. */
let replicas: Proxy[];
let client: string;
let administrator: string;

const idOf = (key: string): string => `key:${key.split("_")[1]}`;

interface Answered {
	readonly status: number;
	/** Of every answer the members that it has. */
	readonly body: {
		readonly id: string;
		readonly subject: string;
		readonly consents: readonly { readonly id: string; readonly state: string }[];
		readonly revoked: readonly string[];
		readonly error: { readonly message: string };
	};
}

async function admin(method: string, subject: string, body?: unknown, key = administrator, replica = 0): Promise<Answered> {
	const response = await fetch(`http://127.0.0.1:${replicas[replica]?.port}/admin/consents/${subject}`, {
		method,
		headers: key === "" ? {} : { authorization: `Bearer ${key}` },
		...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
	});
	return { status: response.status, body: (await response.json()) as Answered["body"] };
}

const TERMS = { policy: "with_phone", providers: ["near"], purpose: "support", source: "form 12" };
const mine = (): string => encodeURIComponent(idOf(client));

/** Whether the phone number reached the provider in clear. */
async function isClear(replica: number, purpose = "support"): Promise<boolean> {
	const response = await fetch(`http://127.0.0.1:${replicas[replica]?.port}/v1/chat/completions`, {
		method: "POST",
		headers: { "x-purpose": purpose, authorization: `Bearer ${client}` },
		body: JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: `call ${PHONE}` }] }),
	});
	await response.text();
	expect(response.status).toBe(200);
	return upstream.requests.at(-1)?.body.includes(PHONE) === true;
}

const providers = (): Record<string, object> => ({ near: { type: "openai", base_url: upstream.url, api_key: "k" } });
const configuration = (name: string): string => `audit: { dir: "${audit}", log_name: ${name} }
admin: { keys_file: "${join(dir, "administrators.json")}" }
security:
  auth: { mode: api_key, keys_file: "${join(dir, "clients.json")}" }
  consent: { file: "${file}" }
  policies: { with_phone: { pii_protection: { detection_types: [secrets] } } }`;

beforeAll(async () => {
	upstream = await startChatUpstream(["hello"]);
	client = await addKey(join(dir, "clients.json"));
	administrator = await addKey(join(dir, "administrators.json"));
	replicas = await Promise.all(["one", "two"].map((name) => startProxy(providers(), configuration(name))));
});
afterAll(async () => {
	await Promise.all(replicas.map((proxy) => proxy.drain()));
	upstream.close();
});

test("nobody without an administrator's key reads or changes a consent, and a client's key is none", async () => {
	for (const [key, code] of [
		["", "missing_credential"],
		[client, "invalid_credential"],
		["nonsense", "invalid_credential"],
	] as const)
		for (const method of ["GET", "PUT", "DELETE"])
			expect(await admin(method, mine(), method === "PUT" ? TERMS : undefined, key)).toMatchObject({
				status: 401,
				body: { error: { code } },
			});
	expect((await admin("GET", mine())).body.consents).toEqual([]);
	expect(await isClear(0)).toBe(false);
	// An administrator's key opens nothing else.
	const models = await fetch(`http://127.0.0.1:${replicas[0]?.port}/v1/models`, { headers: { authorization: `Bearer ${administrator}` } });
	expect(models.status).toBe(401);
});

test("a change that cannot be recorded does not hold", async () => {
	// A file in the place of the log's folder.
	mkdirSync(audit, { recursive: true });
	writeFileSync(join(audit, "admin"), "");
	expect(await admin("PUT", mine(), TERMS)).toMatchObject({ status: 503, body: { error: { code: "consents_unavailable" } } });
	rmSync(join(audit, "admin"));
	expect(await isClear(0)).toBe(false);
	expect((await admin("GET", mine())).body.consents).toEqual([]);
});

test("a grant, its replacement and its revocation hold from the next request on, on every replica", async () => {
	const granted = await admin("PUT", mine(), { ...TERMS, expires: "2099-01-01T00:00:00Z" });
	expect(granted).toMatchObject({ status: 200, body: { ...TERMS, subject: idOf(client), state: "in force" } });
	expect([await isClear(0), await isClear(1), await isClear(1, "marketing")]).toEqual([true, true, false]);

	const replaced = await admin("PUT", mine(), { ...TERMS, policy: "default" }, administrator, 1);
	expect([await isClear(0), await isClear(1)]).toEqual([false, false]);
	const again = await admin("PUT", mine(), TERMS);
	await admin("PUT", mine(), { ...TERMS, purpose: "research" });
	expect([await isClear(1), await isClear(1, "research")]).toEqual([true, true]);

	const one = await admin("DELETE", `${mine()}?purpose=support`, undefined, administrator, 1);
	expect(one).toMatchObject({ status: 200, body: { revoked: [again.body.id] } });
	expect([await isClear(0), await isClear(0, "research")]).toEqual([false, true]);
	expect((await admin("DELETE", mine())).body.revoked).toHaveLength(1);
	expect((await admin("DELETE", mine())).body.revoked).toEqual([]);
	expect(await isClear(1, "research")).toBe(false);
	const { body } = await admin("GET", mine(), undefined, administrator, 1);
	expect(body.consents.map(({ id, state }) => [id, state])).toContainEqual([replaced.body.id, "revoked"]);
	expect(body.consents.map(({ state }) => state)).toEqual(Array(4).fill("revoked"));
});

test("changes at the same time on both replicas are all kept", async () => {
	const subjects = Array.from({ length: 12 }, (_, i) => `jwt:user%20${i}`);
	const answers = await Promise.all(subjects.map((subject, i) => admin("PUT", subject, TERMS, administrator, i % 2)));
	expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
	const held = await Promise.all(subjects.map((subject) => admin("GET", subject)));
	expect(held.map(({ body }) => body.consents.length)).toEqual(Array(12).fill(1));
	expect(held[3]?.body.subject).toBe("jwt:user 3");
});

test.each([
	["no JSON", "{", "invalid_json", null],
	["a list", [], "invalid_request", null],
	["an unknown member", { ...TERMS, granted_by: "me" }, "invalid_request", "granted_by"],
	["no purpose", { ...TERMS, purpose: undefined }, "invalid_request", "purpose"],
	["no provider", { ...TERMS, providers: [] }, "invalid_request", "providers"],
	["a provider that is not configured", { ...TERMS, providers: ["mars"] }, "invalid_request", "providers"],
	["a policy that is not configured", { ...TERMS, policy: "anything" }, "invalid_request", "policy"],
	["an end that is no time", { ...TERMS, expires: "soon" }, "invalid_request", "expires"],
	["an end in the past", { ...TERMS, expires: "2020-01-01T00:00:00Z" }, "invalid_request", "expires"],
])("%s is refused with the member that is wrong", async (_name, body, code, param) => {
	const answer = await admin("PUT", "jwt:refused", body);
	expect(answer).toMatchObject({ status: 400, body: { error: { code, param } } });
	// Words for people, not those of a validator.
	expect(answer.body.error.message).not.toMatch(/Invalid|expected|Unrecognized/);
	expect((await admin("GET", "jwt:refused")).body.consents).toEqual([]);
});

test("what is no subject, no method and no query of the route is refused", async () => {
	for (const subject of ["alice", "key:", "%E0%A4%A", "jwt:%0A"]) expect((await admin("GET", subject)).status).toBe(400);
	expect((await admin("PATCH", mine(), TERMS)).status).toBe(405);
	expect((await admin("GET", `${mine()}/more`)).status).toBe(404);
	await admin("PUT", mine(), TERMS);
	for (const query of ["purposes=support", "purpose=support&purpose=x", "purpose=support&all=1"])
		expect((await admin("DELETE", `${mine()}?${query}`)).status).toBe(400);
	expect(await isClear(0)).toBe(true);
	await admin("DELETE", mine());
});

test("every change is in the audit trail with who made it, callers as pseudonyms; refused attempts name no subject", async () => {
	const changes = [...recordsOf(join(audit, "admin"))];
	expect(changes.slice(0, 4).map(({ action, purpose }) => [action, purpose])).toEqual([
		["granted", "support"],
		["revoked", "support"],
		["granted", "support"],
		["revoked", "support"],
	]);
	expect(new Set(changes.map(({ by }) => by))).toEqual(new Set([idOf(administrator)]));
	const trail = JSON.stringify([changes, ...recordsOf(join(audit, "one")), ...recordsOf(join(audit, "two"))]);
	expect(trail).not.toContain(idOf(client));
	expect(trail).not.toContain("user 3");
	expect(trail).toContain('"path":"/admin/consents","outcome":"missing_credential"');
	expect(verifyLog({ dir: join(audit, "admin") })).toMatchObject({ size: changes.length, faults: [] });
	expect(JSON.parse(readFileSync(file, "utf8")).consents.length).toBeGreaterThan(12);
});

test("a route that a reload takes away while a body is on its way is none for that request", async () => {
	const [proxy] = replicas as [Proxy];
	const socket = connect(proxy.port, "127.0.0.1").setEncoding("latin1");
	const heading = [`PUT /admin/consents/${mine()} HTTP/1.1`, "Host: a", "Content-Length: 2", "", "{"];
	socket.write(heading.join("\r\n"));
	// Whoever comes later is answered when that head has been seen.
	for (let i = 0; i < 3; i++) await fetch(`http://127.0.0.1:${proxy.port}/livez`);
	const without = configuration("one").replace(/admin: .*\n/, "");
	expect(await proxy.reload(proxyConfig(providers(), without))).toMatchObject({ ok: true });
	socket.write("}");
	expect((await once(socket, "data")).join()).toMatch(/^HTTP\/1\.1 404 [\s\S]*"code":"route_not_found"/);
	socket.destroy();
	expect(await proxy.reload(proxyConfig(providers(), configuration("one")))).toMatchObject({ ok: true });
});
