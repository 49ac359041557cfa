import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { segmentsOf } from "../../src/audit/segment.ts";
import { parseConfig } from "../../src/config/load.ts";
import type { Proxy } from "../../src/proxy.ts";
import { type MockUpstream, startChatUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

const ANSWER = "Write to jane.doe@example.com or call (415) 555-2671.";
let upstream: MockUpstream;
let issuer: Server;
let privateKey: CryptoKey;
const auditDir = mkdtempSync(join(tmpdir(), "audit-"));
let proxy: Proxy;

const security = (): string => `
security:
  pii_protection: { detection_types: [email] }
  auth:
    mode: jwt
    jwks_url: "http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks"
    issuer: https://id.test
    audience: llm
    claims: { roles: realm_access.roles, policy: policy }
  policies:
    phones: { pii_protection: { detection_types: [phone] } }
    both: { extends: phones, pii_protection: { detection_types: [phone, email], redaction_strategy: remove } }
    watch: { extends: strict, dry_run: true }
    local: { response_filtering: { on_pii: allow } }
    sure: { pii_protection: { detection_types: [phone, email], thresholds: { phone: 0.99 } } }
    doubtful: { pii_protection: { detection_types: [phone, email], threshold: 0.3 } }
  policy_rules:
    - { policy: both, roles: [doctor] }
    - { policy: watch, claims: { tenant: acme } }
    - { policy: phones, models: ["big-*"], routes: ["/v1/chat/*"] }
    - { policy: local, models: ["local-*"] }
    - { policy: sure, models: ["sure-*"] }
    - { policy: doubtful, models: ["doubtful-*"] }
audit: { dir: "${auditDir}" }
`;

beforeAll(async () => {
	upstream = await startChatUpstream([...ANSWER]);
	const pair = await generateKeyPair("ES256");
	privateKey = pair.privateKey;
	const jwk = { ...(await exportJWK(pair.publicKey)), kid: "k", alg: "ES256" };
	issuer = createServer((_request, response) => {
		response.writeHead(200, { "content-type": "application/json" });
		response.end(JSON.stringify({ keys: [jwk] }));
	}).listen(0, "127.0.0.1");
	await once(issuer, "listening");
	proxy = await startProxy(
		{
			far: { type: "openai", base_url: upstream.url, api_key: "k", models: ["far-*"], policy: "strict" },
			near: { type: "openai", base_url: upstream.url, api_key: "k" },
		},
		security(),
	);
});
afterAll(async () => {
	await proxy.drain();
	upstream.close();
	issuer.close();
});

interface Outcome {
	readonly status: number;
	readonly code: string | undefined;
	/** The prompt as it came to the upstream. */
	readonly sent: string | undefined;
	readonly answer: string;
}

const PROMPT = "mail bob@example.org, phone (415) 555-2671";

async function ask(claims: Record<string, unknown>, model = "m", content = PROMPT): Promise<Outcome> {
	const token = await new SignJWT({ sub: "alice", ...claims })
		.setProtectedHeader({ alg: "ES256", kid: "k" })
		.setIssuer("https://id.test")
		.setAudience("llm")
		.setExpirationTime("5m")
		.sign(privateKey);
	const before = upstream.requests.length;
	const response = await fetch(`http://127.0.0.1:${proxy.port}/v1/chat/completions`, {
		method: "POST",
		headers: { authorization: `Bearer ${token}`, "x-request-id": `r${++round}` },
		body: JSON.stringify({ model, stream: true, messages: [{ role: "user", content }] }),
	});
	const text = await response.text();
	const sent = upstream.requests[before]?.body;
	return {
		status: response.status,
		code: response.ok ? undefined : JSON.parse(text).error.code,
		sent: sent && JSON.parse(sent).messages[0].content,
		answer: [...text.matchAll(/"content":"((?:[^"\\]|\\.)*)"/g)].map(([, delta]) => delta).join(""),
	};
}
let round = 0;

test.each([
	["nothing chosen: the section itself", {}, "m", "mail ***@*******.***, phone (415) 555-2671"],
	["a model, on its route", {}, "big-1", "mail bob@example.org, phone (***) ***-****"],
	["a model in other letters", {}, "BIG-1", "mail bob@example.org, phone (***) ***-****"],
	["a role in a nested claim, with what its policy inherits", { realm_access: { roles: ["user", "doctor"] } }, "m", "mail , phone "],
	["the first rule that holds", { realm_access: { roles: ["doctor"] } }, "big-1", "mail , phone "],
	[
		"a policy that the token names, before every rule",
		{ policy: "phones", tenant: "acme" },
		"m",
		"mail bob@example.org, phone (***) ***-****",
	],
])("%s decides about the policy", async (_name, claims, model, sent) => {
	expect(await ask(claims, model)).toMatchObject({ status: 200, sent });
});

test("thresholds of a policy and words beside a number decide what is found under it", async () => {
	// 999 is no area: a number that could be one scores 0.4, and 0.9 behind the word.
	const doubtful = "ref 999-555-2671";
	expect((await ask({}, "big-1", doubtful)).sent).toBe(doubtful);
	expect((await ask({}, "doubtful-1", doubtful)).sent).toBe("ref ***-***-****");
	expect((await ask({}, "big-1", "phone 999-555-2671")).sent).toBe("phone ***-***-****");
	expect((await ask({}, "sure-1")).sent).toBe("mail ***@*******.***, phone (415) 555-2671");
});

test("the answer gets the same policy as the prompt", async () => {
	expect((await ask({}, "local-1")).answer).toBe(ANSWER);
	expect((await ask({}, "m")).answer).not.toMatch(/jane|555/);
});

test("a token that names a policy which is not there gets a 403 and nothing goes upstream", async () => {
	expect(await ask({ policy: "lenient" })).toMatchObject({ status: 403, code: "policy_not_found", sent: undefined });
});

test("a dry run changes nothing, and audit has what would have happened", async () => {
	const secret = `card 4111 1111 1111 1111 of ${PROMPT}`;
	expect(await ask({ tenant: "acme" }, "m", secret)).toMatchObject({ status: 200, sent: secret, answer: ANSWER });
	expect(await recordOf(`r${round}`)).toMatchObject({
		policy: { name: "watch" },
		prompt: { action: "allow" },
		would: { prompt: "block", response: "redact" },
	});
	expect(await recordOf("r1")).not.toHaveProperty("would");
});

test("a provider's policy comes on top of the caller's, for what is sent to it only", async () => {
	const { sent, answer } = await ask({}, "far-1");
	expect(sent).toMatch(/^mail \*\*\*@\*{7}\.\*{3}, phone \[PHONE_1\]$/);
	expect(answer).not.toMatch(/jane|555/);
	expect(await ask({}, "far-1", "card 4111 1111 1111 1111")).toMatchObject({ status: 400, code: "prompt_blocked", sent: undefined });
	expect(await ask({}, "near-1", "card 4111 1111 1111 1111")).toMatchObject({ status: 200 });
});

test("policies change with a reload, and those that nobody has any more are given up", async () => {
	const policies = async (): Promise<number> => {
		const response = await fetch(`http://127.0.0.1:${proxy.port}/health`);
		return ((await response.json()) as { policies: number }).policies;
	};
	const before = await policies();
	const next = parseConfig(
		`llm_providers: { near: { type: openai, base_url: "${upstream.url}", api_key: k } }${security().replace("[phone]", "[email]")}`,
		{},
	);
	if (!next.ok) throw new Error(JSON.stringify(next.faults));
	expect(await proxy.reload(next.config)).toEqual({ ok: true });
	expect((await ask({}, "big-1")).sent).toBe("mail ***@*******.***, phone (415) 555-2671");
	// `phones` now says what the section itself says.
	await vi.waitFor(async () => expect(await policies()).toBe(before - 1), { timeout: 60_000 });
});

/** The audit record of a request, once it is written. */
function recordOf(requestId: string): Promise<Record<string, unknown>> {
	const dir = join(auditDir, "local");
	return vi.waitFor(
		() => {
			const lines = segmentsOf(readdirSync(dir)).flatMap(({ name }) => readFileSync(join(dir, name), "utf8").trimEnd().split("\n"));
			const record = lines.map((line) => JSON.parse(line)).find((one) => one.requestId === requestId);
			expect(record).toBeDefined();
			return record;
		},
		{ timeout: 60_000 },
	);
}
