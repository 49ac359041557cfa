import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { updateKeyFile } from "../../src/identity/key-file.ts";
import type { Proxy } from "../../src/proxy.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { settled } from "../support/health.ts";
import { addKey } from "../support/keys.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { proxyConfig, startProxy } from "../support/proxy.ts";
import { pick, random, randomSlices } from "../support/random.ts";

/**
 * The configuration changes again and again while answers are open, some in the middle of a finding, and while requests are
 * sent: policies, the provider's name, and the callers' key, which is revoked each time. Each answer keeps the policy that it
 * began with: it and its prompt are to the byte those of a proxy that never had another one. So too where lanes die meanwhile,
 * unless an answer was at work in three deaths, which ends it with an error.
 */
const ROUNDS = 1;
const ANSWERS = 8;
const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const SAID = ["jane.doe@example.com", KEY, "zebra-123456", "phone (415) 555-2671", "and so on, ", "αβγ 😀 ", "\n", "zebra-12 "];

const POLICIES = {
	redact: "security: { pii_protection: { redaction_strategy: replace }, response_filtering: { on_secret: redact } }",
	cut: "security: { response_filtering: { on_pii: cut, on_secret: cut } }",
	open: "security: { pii_protection: { enabled: false }, response_filtering: { enabled: false } }",
	restore: "security: { pii_protection: { redaction_strategy: replace, restore: true } }",
	own: 'security: { pii_protection: { detection_types: [zebra], custom_patterns: [{ name: zebra, pattern: "zebra-\\\\d{6}" }] }, response_filtering: { on_pii: redact } }',
};
type PolicyName = keyof typeof POLICIES;
const NAMES = Object.keys(POLICIES) as PolicyName[];

let upstream: MockUpstream;
/** What the vendor says to each prompt: all at once, or piece by piece. */
const texts = new Map<string, string>();
const open = new Map<string, ServerResponse>();
let changing: Proxy;
/** Of `changing`. */
let key = "";
const folder = mkdtempSync(join(tmpdir(), "reload-open-"));
const keysFile = join(folder, "keys.json");
const deaths = mkdtempSync(join(tmpdir(), "reload-deaths-"));
const fixed = new Map<PolicyName, Proxy>();

const idOf = (body: string): string => /answer \d+\.\d+/.exec(body)?.[0] ?? "";

beforeAll(async () => {
	upstream = await startMockUpstream((response, body) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		const text = texts.get(idOf(body));
		if (text === undefined) open.set(idOf(body), response);
		else response.end(chatEvents([text]).join(""));
	});
	const server = { lane_deadline_ms: 20_000 };
	process.env["LANE_DEATHS"] = deaths;
	const worker = new URL("../support/mortal-lane-worker.ts", import.meta.url);
	key = await addKey(keysFile);
	const { providers, yaml } = settings("redact", "up");
	changing = await startProxy(providers, yaml, worker, { server: { ...server, workers: 2 } });
	for (const name of NAMES) fixed.set(name, await startProxy(upstream.url, POLICIES[name], undefined, { server }));
	// On a new machine a reload compiles patterns for longer than half a request may wait.
	for (const name of [...NAMES, "redact"] as const) {
		const next = settings(name, "up");
		expect(await changing.reload(proxyConfig(next.providers, next.yaml))).toEqual({ ok: true });
	}
}, 240_000);
afterAll(async () => {
	for (const proxy of [changing, ...fixed.values()]) await proxy?.drain();
	upstream?.close();
	for (const made of [folder, deaths]) rmSync(made, { recursive: true });
});

/** What `changing` has; the provider's name is all that is said of it. */
function settings(policy: PolicyName, provider: string): { readonly providers: Record<string, object>; readonly yaml: string } {
	return {
		providers: { [provider]: { type: "openai", base_url: upstream.url, api_key: "test" } },
		yaml: POLICIES[policy].replace("security: {", `security: { auth: { mode: api_key, keys_file: "${keysFile}" },`),
	};
}

interface Answer {
	/** The prompt as the vendor got it. */
	readonly prompt: string;
	readonly text: string;
	readonly finish: string | undefined;
	readonly end: string | undefined;
	/** Code of the event that ended it. */
	readonly error?: string;
}

/** `halfway`: between the two halves of the body. */
async function ask(port: number, content: string, key = "", halfway?: Promise<unknown>): Promise<Answer> {
	const body = Buffer.from(JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content }] }));
	const call = httpRequest({
		port,
		host: "127.0.0.1",
		path: "/v1/chat/completions",
		method: "POST",
		headers: { "content-length": body.length, authorization: `Bearer ${key}` },
	});
	call.write(body.subarray(0, 30));
	await halfway;
	call.end(body.subarray(30));
	const [response] = (await once(call, "response")) as [IncomingMessage];
	let raw = "";
	for await (const chunk of response.setEncoding("utf8")) raw += chunk;
	const events = [...raw.matchAll(/^(?:data: )?(\{.*)$/gm)].map(([, json = ""]) => JSON.parse(json));
	const error = events.find((event) => "error" in event)?.error?.code;
	const choices = events.flatMap(({ choices: said = [] }) => said as { delta: { content?: string }; finish_reason: string | null }[]);
	return {
		prompt: upstream.requests.findLast((seen) => idOf(seen.body) === idOf(content))?.body ?? "",
		text: choices.map(({ delta }) => delta.content ?? "").join(""),
		finish: choices.map(({ finish_reason }) => finish_reason).findLast((finish) => finish !== null) ?? undefined,
		end: /^: security .*$/m.exec(raw)?.[0],
		...(error !== undefined && { error }),
	};
}

interface Open {
	readonly id: string;
	readonly content: string;
	readonly text: string;
	readonly policy: PolicyName;
	readonly answer: Promise<Answer>;
	readonly pieces: string[];
}

/** Writes the next piece; false when there is none. */
function say({ id, pieces }: Open): boolean {
	const piece = pieces.shift();
	if (piece === undefined) open.get(id)?.end(chatEvents([]).slice(1).join(""));
	else open.get(id)?.write(chatEvents([piece], null).slice(1).join(""));
	return piece !== undefined;
}

let planned = 0;
const DEATHS = ["throw.data", "exit.data", "throw.open", "throw.prompt", "throw.policy", "exit.dropPolicy", "throw.close", "throw.end"];

/** In half of the steps: a lane dies at one of its next messages of some kind. */
function planDeath(next: () => number): void {
	if (next() < 0.5) return;
	writeFileSync(join(deaths, `${String(planned++).padStart(4, "0")}.${pick(DEATHS, next)}.${Math.floor(next() * 3)}`), "");
}

/** What happens with every step, and the only error that may end an answer. */
interface Trouble {
	readonly plan: (next: () => number) => void;
	readonly ended: string;
}

async function round(seed: number, { plan, ended }: Trouble): Promise<void> {
	const next = random(seed);
	let policy: PolicyName = "redact";
	let count = 0;
	const reload = async (name: PolicyName): Promise<void> => {
		plan(next);
		const { providers, yaml } = settings(name, pick(["up", "other"], next));
		expect(await changing.reload(proxyConfig(providers, yaml))).toEqual({ ok: true });
		policy = name;
	};
	/** Who has the old key is known no more, and its open answers go on. */
	const exchangeKeys = async (): Promise<void> => {
		const old = key;
		key = await addKey(keysFile);
		await updateKeyFile(keysFile, (keys) => keys.slice(-1));
		await reload(pick(NAMES, next));
		expect(await ask(changing.port, "who is it?", old)).toMatchObject({ error: "invalid_credential" });
	};
	const all: Open[] = [];
	const start = async (): Promise<void> => {
		const id = `answer ${seed}.${count++}`;
		const content = `${id}: mail ${pick(SAID, next)}`;
		const text = Array.from({ length: 6 }, () => `${pick(SAID, next)} `).join("");
		const before = next() < 0.3 ? reload(pick(NAMES, next)) : undefined;
		plan(next);
		const answer = ask(changing.port, content, key, before);
		await before;
		all.push({ id, content, text, policy, answer, pieces: randomSlices(text, 1 + Math.floor(next() * 12), next) });
		await vi.waitFor(() => expect(open.has(id)).toBe(true), { timeout: 60_000, interval: 2 });
	};
	await reload(policy);
	for (let speaking: Open[] = []; count < ANSWERS || speaking.length > 0; ) {
		if (count < ANSWERS && (speaking.length === 0 || next() < 0.2)) {
			await start();
			speaking.push(all.at(-1) as Open);
		} else if (next() < 0.04) await pick([() => reload(pick(NAMES, next)), exchangeKeys], next)();
		else {
			const one = pick(speaking, next);
			if (!say(one)) speaking = speaking.filter((other) => other !== one);
			if (next() < 0.3) await new Promise((resolve) => setTimeout(resolve, 2));
		}
	}
	for (const one of all) await check(one, seed, ended);
}

/** What came is what a proxy says that always had the policy; or a part of it, where it may have `ended`. */
async function check({ id, content, text, policy, answer }: Open, seed: number, ended: string): Promise<void> {
	texts.set(id, text);
	const what = { seed, id, policy };
	const got = await answer;
	const due = await ask(fixed.get(policy)?.port ?? 0, content);
	if (got.error === undefined) expect({ ...what, ...got }).toEqual({ ...what, ...due });
	else expect({ ...what, ...got, isPart: due.text.startsWith(got.text) }).toMatchObject({ ...what, error: ended, isPart: true });
	texts.delete(id);
	open.delete(id);
}

async function policiesAt({ port }: Proxy): Promise<number> {
	return ((await (await fetch(`http://127.0.0.1:${port}/health`)).json()) as { policies: number }).policies;
}

/** With no answer open, no policies but those of one configuration are left. */
async function rounds(trouble: Trouble): Promise<void> {
	const policies = await policiesAt(changing);
	for (let seed = 1; seed <= ROUNDS; seed++) await round(seed, trouble);
	const deadline = Date.now() + FUZZ_SECONDS * 500;
	for (let seed = FIRST_SEED + ROUNDS; Date.now() < deadline; seed++) await round(seed, trouble);
	await settled(changing.port);
	expect(await policiesAt(changing)).toBe(policies);
}

test("an answer keeps the policy it began with, whatever is reloaded while it is open", () =>
	rounds({ plan: () => undefined, ended: "none" }));

test("so it does when lanes die meanwhile", async () => {
	await rounds({ plan: planDeath, ended: "lane_failed" });
	const left = readdirSync(deaths);
	expect(left.length).toBeLessThan(planned);
	for (const death of left) rmSync(join(deaths, death));
});
