import { createHook } from "node:async_hooks";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { verifyLog } from "../../src/audit/verify-log.ts";
import type { Proxy } from "../../src/proxy.ts";
import { addKey } from "../support/keys.ts";
import { type MockUpstream, startChatUpstream } from "../support/mock-upstream.ts";
import { proxyConfig, startProxy } from "../support/proxy.ts";

let upstream: MockUpstream;

beforeAll(async () => {
	upstream = await startChatUpstream(["hello"]);
});
afterAll(() => upstream.close());

interface Answer {
	readonly status: number;
	readonly code: string | undefined;
	readonly message: string | undefined;
	readonly headers: Headers;
}

async function ask(proxy: Proxy, headers: Record<string, string>, model = "m", path = "/v1/chat/completions"): Promise<Answer> {
	const response = await fetch(`http://127.0.0.1:${proxy.port}${path}`, {
		method: "POST",
		headers: { "content-type": "application/json", ...headers },
		body: JSON.stringify({ model, max_tokens: 5, stream: true, messages: [{ role: "user", content: "hi" }] }),
	});
	const text = await response.text();
	const error = response.ok ? undefined : (JSON.parse(text).error as { code: string; message: string });
	return { status: response.status, code: error?.code, message: error?.message, headers: response.headers };
}

/** The key with another id, and a checksum that is right again. */
function withId(key: string, id: string): string {
	const body = key.replace(/^slp_[^_]+/, `slp_${id}`).slice(0, -6);
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	let rest = crc32(body);
	let sum = "";
	for (let i = 0; i < 6; i++) {
		sum = digits.charAt(rest % 62) + sum;
		rest = Math.floor(rest / 62);
	}
	return body + sum;
}

describe("client API keys", () => {
	const dir = mkdtempSync(join(tmpdir(), "keys-"));
	const file = join(dir, "keys.json");
	const trail = join(dir, "audit");
	const words = ([verb = "", ...args]: string[]): string[] => [
		"dist/main.js",
		"keys",
		verb,
		"--file",
		file,
		...(verb === "list" ? [] : ["--dir", trail]),
		...args,
	];
	const keys = (...args: string[]): string => execFileSync(process.execPath, words(args), { stdio: "pipe" }).toString().trim();
	const idOf = (key: string): string => key.split("_")[1] ?? "";
	let proxy: Proxy;
	let key: string;
	let limited: string;

	beforeAll(async () => {
		key = keys("create", "--name", "chat ui");
		limited = keys("create", "--name", "batch", "--model", "small-*", "--rpm", "2");
		proxy = await startProxy(
			upstream.url,
			`security: { auth: { mode: api_key, keys_file: "${file}" }, rate_limiting: { requests_per_minute: 0, requests_per_hour: 0, burst_allowance: 0 } }`,
			undefined,
			{ server: { trusted_proxies: ["127.0.0.1"] } },
		);
	});
	afterAll(() => proxy.drain());

	test("the file holds hashes, never a key", () => {
		expect(readFileSync(file, "utf8")).not.toContain(key.slice(-38));
		expect(JSON.parse(keys("list", "--json"))).toMatchObject([
			{ name: "chat ui", state: "valid" },
			{ name: "batch", models: ["small-*"] },
		]);
	});

	test("a key is taken from any vendor's header, and never goes upstream", async () => {
		for (const headers of [{ authorization: `Bearer ${key}` }, { "x-api-key": key }, { "api-key": key }, { "x-goog-api-key": key }])
			expect((await ask(proxy, headers)).status).toBe(200);
		expect(JSON.stringify(upstream.requests.map(({ headers }) => headers))).not.toContain(idOf(key));
	});

	test.each([
		["no key", {}, "missing_credential"],
		["another scheme", { authorization: "Basic YTpi" }, "missing_credential"],
		["something that is no key", { authorization: "Bearer sk-1234" }, "invalid_credential"],
		["control characters' worth of key", { "x-api-key": `${"a".repeat(4000)}'; DROP TABLE keys` }, "invalid_credential"],
	])("%s is a 401 that says what to send", async (_name, headers, code) => {
		const answer = await ask(proxy, headers);
		expect(answer).toMatchObject({ status: 401, code });
		expect(answer.headers.get("x-should-retry")).toBe("false");
		// RFC 9110, 15.5.2: it must be there.
		expect(answer.headers.get("www-authenticate")).toBe("Bearer");
	});

	test("the error has the shape of the route's vendor", async () => {
		const response = await fetch(`http://127.0.0.1:${proxy.port}/v1/messages`, { method: "POST", body: "{}" });
		expect(await response.json()).toMatchObject({ type: "error", error: { type: "authentication_error", code: "missing_credential" } });
	});

	test("a well-formed key of an unknown or a known id with another secret is refused alike", async () => {
		const other = keys("create", "--file", join(dir, "other.json"));
		expect(await ask(proxy, { "x-api-key": other })).toMatchObject({ status: 401, code: "invalid_credential" });
		const forged = withId(other, idOf(key));
		expect(await ask(proxy, { "x-api-key": forged })).toMatchObject({ status: 401, code: "invalid_credential" });
	});

	test("who does not have the key pays the same for an unknown id and a wrong secret: one scrypt; a known key costs none", async () => {
		const other = keys("create", "--file", join(dir, "fourth.json"));
		await ask(proxy, { "x-api-key": key });
		let derived = 0;
		const hook = createHook({
			init(_id, type) {
				if (type === "SCRYPTREQUEST") derived++;
			},
		}).enable();
		const costOf = async (presented: string): Promise<readonly [code: string | undefined, scrypts: number]> => {
			const before = derived;
			const { code } = await ask(proxy, { "x-api-key": presented });
			return [code, derived - before];
		};
		expect(await costOf(other)).toEqual(["invalid_credential", 1]);
		expect(await costOf(withId(other, idOf(key)))).toEqual(["invalid_credential", 1]);
		expect(await costOf(key)).toEqual([undefined, 0]);
		hook.disable();
	});

	test("a key opens only its models and has its own limit", async () => {
		expect(await ask(proxy, { "x-api-key": limited }, "big-1")).toMatchObject({ status: 403, code: "model_not_allowed" });
		const second = await ask(proxy, { "x-api-key": limited }, "small-1");
		expect([second.status, second.headers.get("x-ratelimit-remaining-requests")]).toEqual([200, "0"]);
		const third = await ask(proxy, { "x-api-key": limited }, "small-1");
		expect(third).toMatchObject({ status: 429, code: "rate_limited" });
		expect(Number(third.headers.get("retry-after"))).toBeGreaterThan(0);
	});

	test("a revoked key, an expired key and a rotated key are told apart, without a restart", async () => {
		const expired = await addKey(file, { expires: new Date().toISOString() });
		const fresh = keys("rotate", idOf(limited));
		keys("revoke", idOf(key));
		await vi.waitFor(
			async () => expect(await ask(proxy, { "x-api-key": key })).toMatchObject({ status: 401, code: "revoked_credential" }),
			{ timeout: 60_000, interval: 200 },
		);
		expect(await ask(proxy, { "x-api-key": expired })).toMatchObject({ status: 401, code: "expired_credential" });
		expect(await ask(proxy, { "x-api-key": limited })).toMatchObject({ status: 401, code: "expired_credential" });
		expect((await ask(proxy, { "x-api-key": fresh }, "small-1")).status).toBe(200);
	});

	test("a key that is revoked after a reload is refused too", async () => {
		const fresh = keys("create");
		const config = proxyConfig(upstream.url, `security: { auth: { mode: api_key, keys_file: "${file}" } }`);
		expect(await proxy.reload(config)).toEqual({ ok: true });
		expect((await ask(proxy, { "x-api-key": fresh })).status).toBe(200);
		keys("revoke", idOf(fresh));
		await vi.waitFor(
			async () => expect(await ask(proxy, { "x-api-key": fresh })).toMatchObject({ status: 401, code: "revoked_credential" }),
			{ timeout: 60_000, interval: 200 },
		);
	});

	test("one address that tries many wrong keys is slowed down, and right keys stay open to it", async () => {
		// It has tried none before: what is counted is forgotten a minute after the first.
		const from = { "x-forwarded-for": "203.0.113.7" };
		const right = keys("create");
		await vi.waitFor(async () => expect((await ask(proxy, { "x-api-key": right })).status).toBe(200), { timeout: 60_000, interval: 200 });
		const wrong = keys("create", "--file", join(dir, "third.json"));
		const codes = (await Promise.all(Array.from({ length: 30 }, () => ask(proxy, { ...from, "x-api-key": wrong })))).map(
			({ code }) => code,
		);
		expect(codes).toContain("invalid_credential");
		expect(codes.filter((code) => code === "invalid_credential").length).toBeLessThanOrEqual(20);
		expect(await ask(proxy, { ...from, "x-api-key": wrong })).toMatchObject({ status: 429, code: "too_many_failures" });
		expect((await ask(proxy, { ...from, "x-api-key": right })).status).toBe(200);
	});

	test("commands say what is wrong", () => {
		const run = (...args: string[]) => spawnSync(process.execPath, words(args));
		expect([run("revoke", "nobody00").status, run("revoke", "nobody00").stderr.toString()]).toEqual([
			2,
			expect.stringMatching(/holds no key nobody00/),
		]);
		expect(run("create", "--rpm", "many").stderr.toString()).toMatch(/--requests-per-minute takes a whole number/);
		expect(run("create", "--days", "999999999999").stderr.toString()).toMatch(/--days takes a number from 1 to 36500/);
		expect(run("create", "--days", "0").stderr.toString()).toMatch(/--days takes a number from 1 to 36500, not '0'/);
		const unread = spawnSync(process.execPath, ["dist/main.js", "keys", "create", "--config", join(dir, "none.yaml")]);
		expect(unread.stderr.toString()).toMatch(/cannot read .*none\.yaml/);
		expect(run("list").stdout.toString()).toMatch(/^\w{8} {2}expired {2}\d{4}-\d\d-\d\d {2}\d{4}-\d\d-\d\d {2}\w/m);
		const none = spawnSync(process.execPath, ["dist/main.js", "keys", "list", "--file", join(dir, "none.json")]);
		expect([none.status, none.stdout.toString(), none.stderr.toString()]).toEqual([
			0,
			"",
			expect.stringMatching(/holds no keys; 'keys create'/),
		]);
	});
});

describe("tokens of an OpenID provider", () => {
	const ISSUER = "https://issuer.example";
	let jwks: Server;
	let published: object[];
	let proxy: Proxy;
	let sign: (claims: object, more?: { issuer?: string; audience?: string; exp?: string; kid?: string }) => Promise<string>;
	let auditDir: string;

	beforeAll(async () => {
		const pair = await generateKeyPair("ES256");
		published = [{ ...(await exportJWK(pair.publicKey)), kid: "one", alg: "ES256", use: "sig" }];
		sign = (claims, { issuer = ISSUER, audience = "chat", exp = "5m", kid = "one" } = {}) =>
			new SignJWT({ sub: "alice", ...claims })
				.setProtectedHeader({ alg: "ES256", kid })
				.setIssuer(issuer)
				.setAudience(audience)
				.setExpirationTime(exp)
				.sign(pair.privateKey);
		jwks = createServer((_request, response) => response.end(JSON.stringify({ keys: published })));
		await new Promise<void>((resolve) => jwks.listen(0, "127.0.0.1", resolve));
		auditDir = mkdtempSync(join(tmpdir(), "audit-"));
		proxy = await startProxy(
			upstream.url,
			`audit: { dir: "${auditDir}" }\nsecurity: { auth: { mode: jwt, jwks_url: "http://127.0.0.1:${(jwks.address() as AddressInfo).port}/keys", issuer: "${ISSUER}", audience: chat, claims: { models: allowed, policy: policy, tenant: tenant, roles: roles, limits: limits } } }`,
		);
	});
	afterAll(async () => {
		await proxy.drain();
		jwks.close();
	});

	const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

	test("a good token opens, and its models are its own", async () => {
		expect((await ask(proxy, bearer(await sign({})))).status).toBe(200);
		expect((await ask(proxy, bearer(await sign({ allowed: ["small-*"] })), "small-1")).status).toBe(200);
		expect(await ask(proxy, bearer(await sign({ allowed: ["small-*"] })), "big")).toMatchObject({ status: 403, code: "model_not_allowed" });
	});

	test("clocks may differ by the configured seconds and no more, at the end of a token and at its beginning", async () => {
		const at = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
		expect((await ask(proxy, bearer(await sign({}, { exp: "-15s" })))).status).toBe(200);
		expect(await ask(proxy, bearer(await sign({}, { exp: "-60s" })))).toMatchObject({ status: 401, code: "expired_credential" });
		expect((await ask(proxy, bearer(await sign({ nbf: at(15) })))).status).toBe(200);
		expect(await ask(proxy, bearer(await sign({ nbf: at(60) })))).toMatchObject({ status: 401, message: expect.stringContaining("'nbf'") });
	});

	test("each thing that is wrong with a token has its own words", async () => {
		const refused = async (token: string) => ask(proxy, bearer(token));
		expect(await refused(await sign({}, { exp: "-5m" }))).toMatchObject({ status: 401, code: "expired_credential" });
		expect((await refused(await sign({}, { issuer: "https://evil.example" }))).message).toMatch(/claim 'iss'/);
		expect((await refused(await sign({}, { audience: "other" }))).message).toMatch(/claim 'aud'/);
		expect((await refused(await sign({ allowed: "all" }))).message).toMatch(/claim 'allowed'/);
		// The second: half of a surrogate pair, which is no character.
		for (const sub of ["", "a\ud800"]) expect((await refused(await sign({ sub }))).message).toMatch(/claim 'sub'/);
		for (const [claim, value] of Object.entries({ policy: 1, tenant: [], roles: { admin: true }, limits: "none" }))
			expect([claim, await refused(await sign({ [claim]: value }))]).toMatchObject([
				claim,
				{ status: 401, code: "invalid_credential", message: expect.stringContaining(`claim '${claim}'`) },
			]);
		expect(await refused(`${(await sign({})).slice(0, -4)}AAAA`)).toMatchObject({ status: 401, code: "invalid_credential" });
		expect(await refused("not.a.token")).toMatchObject({ status: 401, code: "invalid_credential" });
		const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from(JSON.stringify({ sub: "a", iss: ISSUER, aud: "chat", exp: 9e9 })).toString("base64url")}.`;
		expect(await refused(none)).toMatchObject({ status: 401, code: "invalid_credential" });
	});

	test("the audit names the subject only by a pseudonym", async () => {
		await ask(proxy, bearer(await sign({ sub: "carol.example" })));
		await proxy.drain();
		const log = join(auditDir, "local");
		expect(verifyLog({ dir: log }).faults).toEqual([]);
		expect(readFileSync(join(log, "000000000000000.jsonl"), "utf8")).not.toContain("carol");
	});
});
