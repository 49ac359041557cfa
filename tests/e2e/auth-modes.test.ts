import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { addKey } from "../support/keys.ts";
import { type MockUpstream, startChatUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** `api_key_or_jwt`: services with keys and people with tokens at one proxy. */
const file = join(mkdtempSync(join(tmpdir(), "keys-")), "keys.json");
let upstream: MockUpstream;
let issuer: Server;
let proxy: Proxy;
let sign: (claims: object, expires?: string) => Promise<string>;
let service: string;
let intern: string;
let ended: string;

beforeAll(async () => {
	upstream = await startChatUpstream(["hello"]);
	const pair = await generateKeyPair("ES256");
	const jwk = { ...(await exportJWK(pair.publicKey)), kid: "k", alg: "ES256" };
	sign = (claims, expires = "5m") =>
		new SignJWT({ sub: "alice", ...claims })
			.setProtectedHeader({ alg: "ES256", kid: "k" })
			.setIssuer("https://id.test")
			.setAudience("llm")
			.setExpirationTime(expires)
			.sign(pair.privateKey);
	issuer = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] }))).listen(0, "127.0.0.1");
	await once(issuer, "listening");
	service = await addKey(file, { policy: "open" });
	intern = await addKey(file, { role: "intern" });
	ended = await addKey(file, { expires: new Date().toISOString() });
	const { port } = issuer.address() as AddressInfo;
	proxy = await startProxy(
		upstream.url,
		`security:
  auth: { mode: api_key_or_jwt, keys_file: "${file}", jwks_url: "http://127.0.0.1:${port}", issuer: "https://id.test", audience: llm, claims: { roles: roles } }
  policies: { open: { pii_protection: { enabled: false } } }
  rate_limiting: { requests_per_minute: 0, requests_per_hour: 0, rules: [{ name: interns, roles: [intern], requests_per_hour: 1 }] }`,
	);
});
afterAll(async () => {
	await proxy.drain();
	upstream.close();
	issuer.close();
});

/** Status, with the error's code, else with the prompt as it went upstream. */
async function ask(credential: string | undefined): Promise<string> {
	const response = await fetch(`http://127.0.0.1:${proxy.port}/v1/chat/completions`, {
		method: "POST",
		headers: credential === undefined ? {} : { authorization: `Bearer ${credential}` },
		body: JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "mail bob@example.org" }] }),
	});
	const text = await response.text();
	if (!response.ok) return `${response.status} ${JSON.parse(text).error.code}`;
	return `200 ${JSON.parse(upstream.requests.at(-1)?.body ?? "").messages[0].content}`;
}

test("a key opens with its own policy, and so does a token", async () => {
	expect(await ask(service)).toBe("200 mail bob@example.org");
	expect(await ask(await sign({}))).toBe("200 mail ***@*******.***");
	expect(JSON.stringify(upstream.requests.map(({ headers }) => headers))).not.toMatch(/slp_|eyJ/);
});

test("what is wrong with either is said as where it is the only one", async () => {
	expect(await ask(undefined)).toBe("401 missing_credential");
	expect(await ask(ended)).toBe("401 expired_credential");
	expect(await ask(`${service.slice(0, -1)}!`)).toBe("401 invalid_credential");
	expect(await ask(await sign({}, "-5m"))).toBe("401 expired_credential");
	expect(await ask("neither")).toBe("401 invalid_credential");
});

test("a rule of limits for a role holds for keys and tokens with it, each for itself, and for no others", async () => {
	const token = await sign({ roles: ["staff", "intern"] });
	for (const credential of [intern, token]) {
		expect(await ask(credential)).toMatch(/^200/);
		expect(await ask(credential)).toBe("429 rate_limited");
	}
	expect(await ask(service)).toMatch(/^200/);
	expect(await ask(await sign({ sub: "bob", roles: "staff" }))).toMatch(/^200/);
});
