import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { Provider } from "oidc-provider";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { freePort } from "../support/free-port.ts";
import { type MockUpstream, startChatUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** A real OpenID provider that gives applications access tokens (RFC 9068) for the proxy. */
let provider: Server;
let issuer: string;
let upstream: MockUpstream;
let proxy: Proxy;

async function newKey(kid: string, alg = "ES256"): Promise<JWK> {
	const { privateKey } = await generateKeyPair(alg, { extractable: true });
	return { ...(await exportJWK(privateKey)), kid, alg, use: "sig" };
}

/** Starts the provider with these keys in the place of the one before. */
async function serve(port: number, keys: readonly JWK[], lifetimeS = 300): Promise<void> {
	provider?.close();
	provider?.closeAllConnections();
	const alg = keys[0]?.alg as "ES256";
	const oidc = new Provider(issuer, {
		jwks: { keys: [...keys] },
		clients: [
			{
				client_id: "app",
				client_secret: "a secret of this test",
				grant_types: ["client_credentials"],
				redirect_uris: [],
				response_types: [],
				id_token_signed_response_alg: alg,
			},
		],

		features: {
			devInteractions: { enabled: false },
			clientCredentials: { enabled: true },
			resourceIndicators: {
				enabled: true,
				getResourceServerInfo: (_context: unknown, resource: string) => ({
					scope: "chat",
					audience: resource.slice("urn:".length),
					accessTokenFormat: "jwt",
					accessTokenTTL: lifetimeS,
					jwt: { sign: { alg } },
				}),
			},
		},
		extraTokenClaims: () => ({ realm: { roles: ["staff"] }, limits: { requests_per_minute: 3 }, client: "app" }),
	} as never);
	provider = createServer(oidc.callback()).listen(port, "127.0.0.1");
	await once(provider, "listening");
}

async function token(audience = "llm"): Promise<string> {
	// A connection that is kept may be one to the provider before.
	const response = await vi.waitFor(
		() =>
			fetch(`${issuer}/token`, {
				method: "POST",
				headers: { authorization: `Basic ${Buffer.from("app:a%20secret%20of%20this%20test").toString("base64")}` },
				body: new URLSearchParams({ grant_type: "client_credentials", resource: `urn:${audience}`, scope: "chat" }),
			}),
		{ timeout: 60_000 },
	);
	const answer = (await response.json()) as { access_token?: string };
	if (answer.access_token === undefined) throw new Error(JSON.stringify(answer));
	return answer.access_token;
}

async function ask(
	bearer: string,
): Promise<{ status: number; code: string | undefined; message: string | undefined; sent: string | undefined; limit: string | null }> {
	const before = upstream.requests.length;
	const response = await fetch(`http://127.0.0.1:${proxy.port}/v1/chat/completions`, {
		method: "POST",
		headers: { authorization: `Bearer ${bearer}` },
		body: JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "mail bob@example.org" }] }),
	});
	const text = await response.text();
	const { code, message } = response.ok ? {} : JSON.parse(text).error;
	const sent = upstream.requests[before]?.body;
	const limit = response.headers.get("x-ratelimit-limit-requests");
	return { status: response.status, code, message, sent: sent && JSON.parse(sent).messages[0].content, limit };
}

beforeAll(async () => {
	upstream = await startChatUpstream(["hello"]);
	const port = await freePort();
	issuer = `http://127.0.0.1:${port}`;
	await serve(port, [await newKey("one")]);
	proxy = await startProxy(
		upstream.url,
		`
security:
  rate_limiting: { requests_per_minute: 100, requests_per_hour: 0, burst_allowance: 100 }
  auth:
    mode: jwt
    issuer: "${issuer}"
    audience: llm
    algorithms: [ES256]
    clock_skew_s: 0
    claims: { subject: client_id, roles: realm.roles, limits: limits }
  policies: { open: { pii_protection: { enabled: false } } }
  policy_rules: [ { policy: open, roles: [staff] } ]
`,
	);
});
afterAll(async () => {
	await proxy.drain();
	upstream.close();
	provider.close();
	provider.closeAllConnections();
});

const portOf = (): number => (provider.address() as AddressInfo).port;

test("a token of the provider opens, whose keys its discovery document names; its claims choose the policy and the limits", async () => {
	expect(await ask(await token())).toMatchObject({ status: 200, sent: "mail bob@example.org", limit: "3" });
});

test("a token for somebody else, a changed one and one of another provider are refused", async () => {
	expect(await ask(await token("other"))).toMatchObject({
		status: 401,
		code: "invalid_credential",
		message: expect.stringContaining("claim 'aud'"),
	});
	const [head = "", claims = "", signature = ""] = (await token()).split(".");
	const other = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(claims, "base64url").toString()), client_id: "root" })).toString(
		"base64url",
	);
	expect(await ask(`${head}.${other}.${signature}`)).toMatchObject({ status: 401, code: "invalid_credential" });
	const old = issuer;
	issuer = issuer.replace("127.0.0.1", "localhost");
	await serve(portOf(), [await newKey("one")]);
	const foreign = await token().finally(() => {
		issuer = old;
	});
	// Signed by a key of the same name that the proxy does not know.
	expect(await ask(foreign)).toMatchObject({ status: 401, code: "invalid_credential" });
});

test("keys rotate without a restart, and a token that is over is refused", async () => {
	await serve(portOf(), [await newKey("two")], 2);
	const next = await token();
	// The proxy asks for unknown keys every ten seconds at most.
	await vi.waitFor(async () => expect((await ask(await token())).status).not.toBe(401), { timeout: 60_000, interval: 500 });
	await vi.waitFor(async () => expect(await ask(next)).toMatchObject({ status: 401, code: "expired_credential" }), {
		timeout: 60_000,
		interval: 300,
	});
});

test("a token with an algorithm that is not allowed is refused although its key is published", async () => {
	await serve(portOf(), [await newKey("three", "RS256")]);
	const answer = await ask(await token());
	expect(answer).toMatchObject({ status: 401, code: "invalid_credential" });
});
