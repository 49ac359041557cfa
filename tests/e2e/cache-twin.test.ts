import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { proxyConfig, startProxy } from "../support/proxy.ts";
import { pick, random } from "../support/random.ts";

/**
 * A proxy with a cache beside one without, asked the same by callers with different policies, which a reload changes. The
 * vendor's answer names all that it was asked: whoever gets another's answer reads another name. And nobody reads in an
 * answer from the cache what its own policy takes away.
 */
const REQUESTS = 80;
const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const SECRETS = ["jane.doe@example.com", KEY, "zebra-123456"];

const ZEBRA = '{ detection_types: [zebra], custom_patterns: [{ name: zebra, pattern: "zebra-\\d{6}" }] }';
/** The model sees surrogates of the caller's address, and who has `back` its address again. */
const SURROGATES = [
	"sub: { response_filtering: { on_secret: redact }, pii_protection: { redaction_strategy: replace } }",
	"back: { response_filtering: { on_secret: redact }, pii_protection: { redaction_strategy: replace, restore: true } }",
].join(", ");
/** What the policies of the callers are before a reload and after it. */
const SETTINGS = [
	`{ ${SURROGATES}, lax: { response_filtering: { enabled: false }, pii_protection: { enabled: false } }, own: { pii_protection: ${ZEBRA.replace("\\d", "\\\\d")} } }`,
	`{ ${SURROGATES}, lax: { response_filtering: { on_pii: redact, on_secret: redact } }, own: { response_filtering: { on_pii: cut } } }`,
];
const POLICIES = ["lax", "own", "strict", "sub", "back", "back", "back"];

let upstream: MockUpstream;
beforeAll(async () => {
	upstream = await startMockUpstream((response, body, path) => {
		const beta = upstream.requests.at(-1)?.headers["openai-beta"];
		const name = createHash("sha256")
			.update(JSON.stringify([path, body, beta]))
			.digest("base64url")
			.replace(/[^a-z]/gi, "")
			.slice(0, 12);
		const asked = JSON.parse(body);
		const text = `<${name}> "${asked.messages[0].content}" ${SECRETS.join(", ")}. Bye.`;
		const isStream = asked.stream === true;
		response.writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" });
		const choices = [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }];
		response.end(
			isStream ? chatEvents(text.match(/.{1,9}/gs) ?? []).join("") : JSON.stringify({ id: "c", object: "chat.completion", choices }),
		);
	});
});
afterAll(() => upstream?.close());

interface Asked {
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
}

function question(next: () => number): Asked {
	// Half of them differ in their caller, its policy and its words alone.
	const share = next() < 0.5 ? 0 : 0.2;
	const sometimes = <T>(name: string, values: readonly T[]): Record<string, T> => (next() < share ? { [name]: pick(values, next) } : {});
	const caller = pick(["a", "b"], next);
	const mail = `mail ${caller}.roe@corp.com`;
	const content = pick(["hello", mail, mail, mail, "mail [EMAIL_1]", "zebra-123456", "zebra-654321"], next);
	const members = {
		model: next() < share ? "n" : "m",
		messages: [{ role: "user", content }],
		...sometimes("stream", [true]),
		...sometimes("user", ["u", "v"]),
		...sometimes("n", [1, 2]),
		...sometimes("temperature", [0, 1]),
		...sometimes("tools", [[{ type: "function", function: { name: "f" } }]]),
	};
	return {
		path: `/v1/chat/completions${next() < share ? "?beta=true" : ""}`,
		headers: {
			"x-caller": caller,
			"x-policy": pick(POLICIES, next),
			...sometimes("openai-beta", ["x", "y"]),
			...sometimes("cache-control", ["no-cache", "no-store"]),
		},
		body: JSON.stringify(members),
	};
}

interface Answer {
	readonly status: number;
	readonly text: string;
	readonly cache: string | null;
}

async function ask({ port }: Proxy, { path, headers, body }: Asked): Promise<Answer> {
	const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", headers, body });
	const raw = await response.text();
	const data = raw.startsWith("{") ? [raw] : [...raw.matchAll(/^data: (\{.*)$/gm)].map(([, json = ""]) => json);
	const choices = data.flatMap(
		(json) => (JSON.parse(json).choices ?? []) as { delta?: { content?: string }; message?: { content?: string } }[],
	);
	const text = choices.map(({ delta, message }) => (delta ?? message)?.content ?? "").join("");
	return { status: response.status, text, cache: response.headers.get("x-cache") };
}

/** What the model says that it was asked. */
function quoted(text: string): string | undefined {
	return /^<\w+> "([^"]*)"/.exec(text)?.[1];
}

/** `due`: what a proxy without a cache answers. */
function check(place: object, asked: Asked, got: Answer, due: Answer): void {
	const what = { ...place, asked, text: got.text, cache: got.cache };
	const name = /^<\w+>/.exec(due.text)?.[0];
	const taken = SECRETS.filter((secret) => !due.text.includes(secret));
	// Behind a cut nothing is known.
	const shown = (due.text.endsWith("Bye.") ? taken : taken.slice(0, 1)).filter((secret) => got.text.includes(secret));
	expect({ ...what, status: got.status, name: /^<\w+>/.exec(got.text)?.[0], shown }).toEqual({
		...what,
		status: due.status,
		name,
		shown: [],
	});
	const other = asked.headers["x-caller"] === "a" ? "b" : "a";
	expect({ ...what, isOthers: got.text.includes(`${other}.roe@`) }).toEqual({ ...what, isOthers: false });
	if (asked.headers["x-policy"] === "back") expect({ ...what, said: quoted(got.text) }).toEqual({ ...what, said: quoted(due.text) });
}

describe.each(["caller", "everyone"])("scope %s", (scope) => {
	test("a cache gives nobody another's answer, and nothing that the reader's policy takes away", async () => {
		const yaml = (policies: string, isCached: boolean): string =>
			`security: { policies: ${policies} }\n${isCached ? `cache: { enabled: true, scope: ${scope} }` : ""}`;
		const hooks = {
			authenticate: ({ headers }: { headers: Readonly<Record<string, string>> }) => ({
				id: headers["x-caller"] ?? "",
				policy: headers["x-policy"] ?? "",
			}),
		};
		const provider = { up: { type: "openai", base_url: upstream.url, api_key: "k" } };
		const start = (isCached: boolean): Promise<Proxy> => startProxy(provider, yaml(SETTINGS[0] as string, isCached), undefined, { hooks });
		const [cached, plain] = [await start(true), await start(false)];
		const hits: string[] = [];
		const round = async (seed: number): Promise<void> => {
			const next = random(seed);
			const settings = pick(SETTINGS, next);
			for (const [proxy, isCached] of [
				[cached, true],
				[plain, false],
			] as const)
				expect(await proxy.reload(proxyConfig(provider, yaml(settings, isCached)))).toEqual({ ok: true });
			for (let i = 0; i < REQUESTS; i++) {
				const asked = question(next);
				const [got, due] = [await ask(cached, asked), await ask(plain, asked)];
				check({ seed, i }, asked, got, due);
				if (got.cache === "HIT") hits.push(got.text);
			}
		};
		try {
			for (let seed = 1; seed <= 2; seed++) await round(seed);
			const deadline = Date.now() + FUZZ_SECONDS * 500;
			for (let seed = FIRST_SEED + 2; Date.now() < deadline; seed++) await round(seed);
		} finally {
			await Promise.all([cached.drain(), plain.drain()]);
		}
		expect(hits.length).toBeGreaterThan(9);
	});
});
