import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { recordsOf } from "../../src/audit/log-reader.ts";
import { CommandLine, type Ran } from "../support/command-line.ts";
import { type MockUpstream, startChatUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

const PHONE = "(415) 555-2671";
const SUBJECT = "address:127.0.0.1";
const TERMS = ["--policy", "with_phone", "--provider", "*", "--purpose", "support", "--source", "form 12"];
let upstream: MockUpstream;
let line: CommandLine;

beforeAll(async () => {
	CommandLine.build();
	line = new CommandLine();
	upstream = await startChatUpstream(["hello"]);
});
afterAll(() => {
	upstream.close();
	line.close();
});

interface Place {
	readonly dir: string;
	readonly file: string;
	run(words: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ran>;
}

function newPlace(): Place {
	const dir = mkdtempSync(join(tmpdir(), "consent-"));
	const file = join(dir, "consent.json");
	return { dir, file, run: (words, env = {}) => line.run([...words, "--dir", join(dir, "audit"), "--file", file], env) };
}

/** A proxy of this place, and whether the phone number of a request reaches the provider in clear. */
async function serving(
	{ dir, file }: Place,
	auth: string,
	use: (isClear: (key?: string) => Promise<boolean>) => Promise<void>,
): Promise<void> {
	const proxy = await startProxy(
		upstream.url,
		`audit: { dir: "${join(dir, "audit")}" }
security:
  auth: ${auth}
  consent: { file: "${file}" }
  policies: { with_phone: { pii_protection: { detection_types: [secrets] } } }`,
	);
	await use(async (key = "") => {
		const response = await fetch(`http://127.0.0.1:${proxy.port}/v1/chat/completions`, {
			method: "POST",
			headers: { "x-purpose": "support", authorization: `Bearer ${key}` },
			body: JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: `call ${PHONE}` }] }),
		});
		await response.text();
		return upstream.requests.at(-1)?.body.includes(PHONE) === true;
	});
	await proxy.drain();
}

test("the file names nobody; one of an earlier version, which does, is rewritten at the start and holds as before", async () => {
	const place = newPlace();
	expect(
		await place.run(["consent", "grant", "--subject", SUBJECT, ...TERMS], { SECURE_LLM_PROXY_SECRET_KEY: "a secret of this test" }),
	).toMatchObject({
		code: 0,
	});
	const written = readFileSync(place.file, "utf8");
	expect(written).not.toContain("127.0.0.1");
	const old = written.replace(/"sealed:[^"]*"/, JSON.stringify(SUBJECT));
	expect(old).toContain("127.0.0.1");
	writeFileSync(place.file, old);
	await serving(place, "{}", async (isClear) => {
		await vi.waitFor(() => expect(readFileSync(place.file, "utf8")).not.toContain("127.0.0.1"), { timeout: 60_000 });
		expect(await isClear()).toBe(true);
	});
	expect(JSON.parse((await place.run(["consent", "list", "--json"])).out)).toMatchObject([{ subject: SUBJECT, state: "in force" }]);
});

test("a name that another secret hides, or that was moved to another consent, opens for nobody", async () => {
	const place = newPlace();
	const secret = { SECURE_LLM_PROXY_SECRET_KEY: "the right secret of it" };
	for (const subject of ["key:a", "key:b"]) await place.run(["consent", "grant", "--subject", subject, ...TERMS], secret);
	const wrong = { SECURE_LLM_PROXY_SECRET_KEY: "the wrong secret of it" };
	for (const words of [["list"], ["grant", "--subject", "key:c", ...TERMS]])
		expect(await place.run(["consent", ...words], wrong)).toMatchObject({
			code: 2,
			err: expect.stringMatching(/another secret: set SECURE_LLM/),
		});
	const written = readFileSync(place.file, "utf8");
	const [a = "", b = ""] = written.match(/sealed:[\w-]+/g) ?? [];
	writeFileSync(place.file, written.replace(a, "").replace(b, a).replace('"subject": ""', `"subject": "${b}"`));
	expect(await place.run(["consent", "list"], secret)).toMatchObject({ code: 2 });
});

test("an export has the consents of its subject, an erasure takes them out, and neither misses a file that it was not told", async () => {
	const place = newPlace();
	const secret = { SECURE_LLM_PROXY_SECRET_KEY: "the secret of this place" };
	const run = (...words: string[]): Promise<Ran> => place.run(words, secret);
	for (const subject of [SUBJECT, "key:other"]) await run("consent", "grant", "--subject", subject, ...TERMS);
	const { pseudonym, consents } = JSON.parse((await run("audit", "export", "--subject", SUBJECT)).out);
	expect(consents).toMatchObject([{ subject: SUBJECT, source: "form 12" }]);
	const elsewhere = ["--dir", join(place.dir, "audit"), "--file", join(place.dir, "elsewhere.json")];
	for (const command of ["export", "erase"])
		expect(await line.run(["audit", command, "--subject", SUBJECT, ...elsewhere], secret)).toMatchObject({
			code: 2,
			err: expect.stringContaining("elsewhere.json' — give --config"),
		});

	expect(await run("audit", "erase", "--subject", SUBJECT)).toMatchObject({ code: 0, err: expect.stringContaining("1 consent.") });
	const left = JSON.parse((await run("consent", "list", "--json")).out);
	expect(left.map(({ subject }: { subject: string }) => subject)).toEqual(["key:other"]);
	expect((await run("audit", "export", "--subject", SUBJECT)).code).toBe(1);
	const admin = [...recordsOf(join(place.dir, "audit", "admin"))];
	expect(admin.at(-1)).toMatchObject({ type: "erasure", subject: pseudonym, consents: 1 });
	expect(await line.run(["audit", "verify", "--dir", join(place.dir, "audit")])).toMatchObject({ code: 0 });
});

test("a tenant's consent holds for everybody of the tenant, and a caller's own goes before it", async () => {
	const place = newPlace();
	const keys = join(place.dir, "keys.json");
	const create = async (...words: string[]): Promise<{ id: string; key: string }> =>
		JSON.parse((await line.run(["keys", "create", "--json", "--file", keys, "--dir", join(place.dir, "key-audit"), ...words])).out);
	const [mine, colleague, stranger] = [await create("--tenant", "acme"), await create("--tenant", "acme"), await create()];
	await serving(place, `{ mode: api_key, keys_file: "${keys}" }`, async (isClear) => {
		expect(await isClear(mine.key)).toBe(false);
		expect(await place.run(["consent", "grant", "--subject", "tenant:acme", ...TERMS])).toMatchObject({ code: 0 });
		expect([await isClear(mine.key), await isClear(colleague.key), await isClear(stranger.key)]).toEqual([true, true, false]);
		await place.run(["consent", "grant", "--subject", `key:${mine.id}`, ...TERMS, "--policy", "default"]);
		expect([await isClear(mine.key), await isClear(colleague.key)]).toEqual([false, true]);
	});
	expect(readFileSync(place.file, "utf8")).toMatch(/"tenant:acme"/);
	// A tenant is no person: neither the trail nor the file hides it.
	expect([...recordsOf(join(place.dir, "audit", "admin"))][0]).toMatchObject({ type: "consent", subject: "tenant:acme" });
});

test("a token's tenant is the claim that the configuration names", async () => {
	const place = newPlace();
	const { publicKey, privateKey } = await generateKeyPair("ES256");
	const published = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "one", alg: "ES256" }] });
	const server = createServer((_request, response) => response.end(published)).listen(0, "127.0.0.1");
	await once(server, "listening");
	const token = (claims: object): Promise<string> =>
		new SignJWT({ sub: "alice", ...claims })
			.setProtectedHeader({ alg: "ES256", kid: "one" })
			.setIssuer("https://issuer.example")
			.setAudience("chat")
			.setExpirationTime("5m")
			.sign(privateKey);
	const keys = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
	const auth = { mode: "jwt", jwks_url: keys, issuer: "https://issuer.example", audience: "chat", claims: { tenant: "org.id" } };
	await serving(place, JSON.stringify(auth), async (isClear) => {
		expect(await place.run(["consent", "grant", "--subject", "tenant:acme", ...TERMS])).toMatchObject({ code: 0 });
		const own = await token({ org: { id: "acme" } });
		expect([await isClear(own), await isClear(await token({ org: { id: "other" } })), await isClear(await token({}))]).toEqual([
			true,
			false,
			false,
		]);
		const before = upstream.requests.length;
		await isClear(await token({ org: { id: ["acme"] } }));
		expect(upstream.requests.length).toBe(before);
	});
	server.close();
});
