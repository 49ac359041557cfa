import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Authentication, Authenticator } from "../../../src/identity/caller.ts";
import { IssuerBook } from "../../../src/identity/issuer-book.ts";
import { createJwtAuthenticator, type TokenIssuer } from "../../../src/identity/jwt.ts";

const MINUTE_MS = 60_000;
const NO_CLAIMS = { subject: "sub", policy: "", tenant: "tid", roles: "", models: "", limits: "" };

/** An issuer on a real socket that can be away, slow to rotate, and says where its keys are. */
class Issuer {
	readonly #server: Server;
	readonly requests: string[] = [];
	isAway = false;
	/** What the discovery document names in place of the issuer. */
	alias: string | undefined;
	readonly #published: object[] = [];
	readonly #keys = new Map<string, Awaited<ReturnType<typeof generateKeyPair>>["privateKey"]>();

	constructor() {
		this.#server = createServer((request, response) => {
			this.requests.push(request.url ?? "");
			if (this.isAway) return void response.writeHead(503).end("away");
			const { url } = this;
			if (request.url === "/keys") return void response.end(JSON.stringify({ keys: this.#published }));
			response.end(JSON.stringify({ issuer: this.alias ?? url, jwks_uri: `${url}/keys` }));
		}).listen(0, "127.0.0.1");
	}

	get url(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	async ready(): Promise<this> {
		await once(this.#server, "listening");
		return this;
	}

	/** A new key, published or not; in the place of one of the same name, or of one without a name. */
	async rotate(kid: string, isPublished = true, isNamed = true): Promise<void> {
		const { publicKey, privateKey } = await generateKeyPair("ES256");
		this.#keys.set(kid, privateKey);
		if (!isPublished) return;
		this.withdraw(kid);
		this.#published.push({ ...(await exportJWK(publicKey)), ...(isNamed && { kid }), alg: "ES256", use: "sig" });
	}

	withdraw(kid: string): void {
		const at = this.#published.findIndex((key) => Object(key).kid === kid);
		if (at !== -1) this.#published.splice(at, 1);
	}

	/** `lifetime`: none makes a token without an end. */
	token(kid: string, { issuer = this.url, subject = "alice", audience = "llm", lifetime = "7d", isNamed = true } = {}): Promise<string> {
		const key = this.#keys.get(kid);
		if (key === undefined) throw new Error(`no key ${kid}`);
		const signing = new SignJWT({ tid: "acme" })
			.setProtectedHeader({ alg: "ES256", ...(isNamed && { kid }) })
			.setIssuer(issuer)
			.setAudience(audience);
		return (lifetime === "" ? signing : signing.setExpirationTime(lifetime)).setSubject(subject).sign(key);
	}

	as(name: string, more: Partial<TokenIssuer> = {}): TokenIssuer {
		const plain = { issuer: this.url, audience: "llm", jwksUrl: "", maxAgeMs: 60 * MINUTE_MS, algorithms: ["ES256"], claims: NO_CLAIMS };
		return { name, ...plain, ...more };
	}

	close(): void {
		this.#server.close();
		this.#server.closeAllConnections();
	}
}

let first: Issuer;
let second: Issuer;
beforeEach(async () => {
	vi.useFakeTimers({ toFake: ["Date", "performance"] });
	[first, second] = await Promise.all([new Issuer().ready(), new Issuer().ready()]);
	await Promise.all([first.rotate("one"), second.rotate("one")]);
});
afterEach(() => {
	vi.useRealTimers();
	first.close();
	second.close();
});

const authenticatorOf = (...issuers: TokenIssuer[]): Authenticator =>
	createJwtAuthenticator({ issuers, book: new IssuerBook(), clockSkewS: 0, keptClaims: [] });
const ask = (authenticator: Authenticator, token: string): Promise<Authentication> =>
	authenticator.authenticate({ headers: { authorization: `Bearer ${token}` }, query: "", address: "192.0.2.1" });
const opens = (id: string): object => ({ ok: true, caller: expect.objectContaining({ id }) });
const refused = (code: string): object => ({ ok: false, code });

test("each of several issuers vouches for its own subjects only, who are told apart by its name", async () => {
	const both = authenticatorOf(first.as("staff"), second.as("partners", { audience: "llm" }));
	expect(await ask(both, await first.token("one"))).toMatchObject(opens("jwt:staff/alice"));
	expect(await ask(both, await second.token("one"))).toMatchObject({ caller: { id: "jwt:partners/alice", tenant: "partners/acme" } });
	// Signed with the second's key in the first's name.
	expect(await ask(both, await second.token("one", { issuer: first.url }))).toMatchObject(refused("invalid_credential"));
	expect(await ask(both, await first.token("one", { issuer: "https://stranger.example" }))).toMatchObject({
		...refused("invalid_credential"),
		message: expect.stringContaining("'iss'"),
	});
});

test.each([
	["for somebody else", { audience: "other" }, "invalid_credential", "'aud'"],
	["without an end", { lifetime: "" }, "invalid_credential", "'exp'"],
	["that has ended", { lifetime: "-1s" }, "expired_credential", undefined],
])("a token %s opens nothing", async (_what, claims, code, claim) => {
	const answer = await ask(authenticatorOf(first.as("")), await first.token("one", claims));
	expect(answer).toMatchObject({ ...refused(code), ...(claim !== undefined && { message: expect.stringContaining(claim) }) });
});

test("one issuer may be away while another's tokens open", async () => {
	second.isAway = true;
	const both = authenticatorOf(first.as("staff"), second.as("partners"));
	expect(await ask(both, await second.token("one"))).toMatchObject(refused("identity_unavailable"));
	expect(await ask(both, await first.token("one"))).toMatchObject(opens("jwt:staff/alice"));
});

test("the keys are found by discovery, and not by the document of another issuer", async () => {
	const one = authenticatorOf(first.as(""));
	expect(await ask(one, await first.token("one"))).toMatchObject(opens("jwt:alice"));
	expect(first.requests).toEqual(["/.well-known/openid-configuration", "/keys"]);
	second.alias = "https://stranger.example";
	expect(await ask(authenticatorOf(second.as("")), await second.token("one"))).toMatchObject(refused("identity_unavailable"));
	expect(second.requests).toEqual(["/.well-known/openid-configuration"]);
});

test("keys outlive a reload: an issuer that is away just then goes unnoticed, and one that is there is asked anew", async () => {
	const book = new IssuerBook();
	const reloaded = (): Authenticator => createJwtAuthenticator({ issuers: [first.as("")], book, clockSkewS: 0, keptClaims: [] });
	const token = await first.token("one");
	expect(await ask(reloaded(), token)).toMatchObject(opens("jwt:alice"));
	first.isAway = true;
	const during = reloaded();
	await vi.waitFor(() => expect(first.requests.length).toBeGreaterThan(2), { timeout: 60_000 });
	expect(await ask(during, token)).toMatchObject(opens("jwt:alice"));
	first.isAway = false;
	vi.advanceTimersByTime(MINUTE_MS);
	await first.rotate("two");
	first.withdraw("one");
	const after = reloaded();
	await vi.waitFor(async () => expect(await ask(after, token)).toMatchObject(refused("invalid_credential")), { timeout: 60_000 });
	expect(await ask(after, await first.token("two"))).toMatchObject(opens("jwt:alice"));
});

test("an issuer that is away for less than an hour goes unnoticed; then its tokens are refused until it is back", async () => {
	const one = authenticatorOf(first.as("", { jwksUrl: `${first.url}/keys` }));
	const token = await first.token("one");
	expect(await ask(one, token)).toMatchObject(opens("jwt:alice"));
	first.isAway = true;
	vi.advanceTimersByTime(59 * MINUTE_MS);
	expect(await ask(one, token)).toMatchObject(opens("jwt:alice"));
	await vi.waitFor(() => expect(first.requests).toHaveLength(2), { timeout: 60_000 });
	vi.advanceTimersByTime(2 * MINUTE_MS);
	expect(await ask(one, token)).toMatchObject(refused("identity_unavailable"));
	first.isAway = false;
	vi.advanceTimersByTime(2000);
	expect(await ask(one, token)).toMatchObject(opens("jwt:alice"));
});

test("while the issuer fails it is asked once a second, however many tokens with unknown keys come", async () => {
	const one = authenticatorOf(first.as("", { jwksUrl: `${first.url}/keys` }));
	await first.rotate("two", false);
	expect(await ask(one, await first.token("one"))).toMatchObject(opens("jwt:alice"));
	first.isAway = true;
	vi.advanceTimersByTime(MINUTE_MS);
	const unknown = await first.token("two");
	for (let i = 0; i < 20; i++) expect(await ask(one, unknown)).toMatchObject({ ok: false });
	expect(first.requests).toHaveLength(2);
	expect(await ask(one, await first.token("one"))).toMatchObject(opens("jwt:alice"));
});

test("a new key is known at once, a withdrawn one after five minutes at the latest", async () => {
	const one = authenticatorOf(first.as("", { jwksUrl: `${first.url}/keys` }));
	expect(await ask(one, await first.token("one"))).toMatchObject(opens("jwt:alice"));
	await first.rotate("two");
	vi.advanceTimersByTime(11_000);
	expect(await ask(one, await first.token("two"))).toMatchObject(opens("jwt:alice"));
	vi.advanceTimersByTime(6 * MINUTE_MS);
	const before = first.requests.length;
	expect(await ask(one, await first.token("one"))).toMatchObject(opens("jwt:alice"));
	await vi.waitFor(() => expect(first.requests.length).toBe(before + 1), { timeout: 60_000 });
});

test("a new key under the name of the old one is known at once, and tokens that are not of it ask the issuer once in ten seconds", async () => {
	const one = authenticatorOf(first.as("", { jwksUrl: `${first.url}/keys` }));
	const old = await first.token("one");
	expect(await ask(one, old)).toMatchObject(opens("jwt:alice"));
	await first.rotate("one");
	vi.advanceTimersByTime(11_000);
	expect(await ask(one, await first.token("one"))).toMatchObject(opens("jwt:alice"));
	for (let i = 0; i < 20; i++) expect(await ask(one, old)).toMatchObject(refused("invalid_credential"));
	expect(first.requests).toHaveLength(2);
	first.isAway = true;
	vi.advanceTimersByTime(11_000);
	expect(await ask(one, old)).toMatchObject(refused("invalid_credential"));
	expect(await ask(one, await first.token("one"))).toMatchObject(opens("jwt:alice"));
});

test("tokens and keys without a name are held against each other, also while two keys are published", async () => {
	const one = authenticatorOf(first.as("", { jwksUrl: `${first.url}/keys` }));
	first.withdraw("one");
	await first.rotate("first", true, false);
	const early = await first.token("first", { isNamed: false });
	expect(await ask(one, early)).toMatchObject(opens("jwt:alice"));
	await first.rotate("second", true, false);
	const late = await first.token("second", { isNamed: false });
	vi.advanceTimersByTime(11_000);
	for (const token of [late, early]) expect(await ask(one, token)).toMatchObject(opens("jwt:alice"));
	await first.rotate("stranger", false);
	expect(await ask(one, await first.token("stranger", { isNamed: false }))).toMatchObject(refused("invalid_credential"));
	const foreign = await first.token("second", { isNamed: false, audience: "another" });
	expect(await ask(one, foreign)).toMatchObject({ ok: false, message: expect.stringContaining("'aud'") });
});
