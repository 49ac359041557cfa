import { once } from "node:events";
import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { proxyConfig, startProxy } from "../support/proxy.ts";
import { pick, random, randomSlices } from "../support/random.ts";

/**
 * The configuration changes again and again while answers are open, some in the middle of a finding, and while requests are
 * sent. Each keeps the policy that it began with: its prompt and its answer are to the byte those of a proxy that never had
 * another one.
 */
const ROUNDS = 1;
const ANSWERS = 8;
const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
const SAID = ["jane.doe@example.com", KEY, "zebra-123456", "phone (415) 555-2671", "and so on, ", "αβγ 😀 ", "\n", "zebra-12 "];

const POLICIES = {
	redact: "security: { pii_protection: { redaction_strategy: replace }, response_filtering: { on_secret: redact } }",
	cut: "security: { response_filtering: { on_pii: cut, on_secret: cut } }",
	open: "security: { pii_protection: { enabled: false }, response_filtering: { enabled: false } }",
	own: 'security: { pii_protection: { detection_types: [zebra], custom_patterns: [{ name: zebra, pattern: "zebra-\\\\d{6}" }] }, response_filtering: { on_pii: redact } }',
};
type PolicyName = keyof typeof POLICIES;
const NAMES = Object.keys(POLICIES) as PolicyName[];

let upstream: MockUpstream;
/** What the vendor says to each prompt: all at once, or piece by piece. */
const texts = new Map<string, string>();
const open = new Map<string, ServerResponse>();
let changing: Proxy;
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
	changing = await startProxy(upstream.url, POLICIES.redact, undefined, { server: { ...server, workers: 2 } });
	for (const name of NAMES) fixed.set(name, await startProxy(upstream.url, POLICIES[name], undefined, { server }));
});
afterAll(async () => {
	for (const proxy of [changing, ...fixed.values()]) await proxy?.drain();
	upstream?.close();
});

interface Answer {
	/** The prompt as the vendor got it. */
	readonly prompt: string;
	readonly text: string;
	readonly finish: string | undefined;
	readonly end: string | undefined;
}

/** `halfway`: between the two halves of the body. */
async function ask(port: number, content: string, halfway?: Promise<unknown>): Promise<Answer> {
	const body = Buffer.from(JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content }] }));
	const call = httpRequest({
		port,
		host: "127.0.0.1",
		path: "/v1/chat/completions",
		method: "POST",
		headers: { "content-length": body.length },
	});
	call.write(body.subarray(0, 30));
	await halfway;
	call.end(body.subarray(30));
	const [response] = (await once(call, "response")) as [IncomingMessage];
	let raw = "";
	for await (const chunk of response.setEncoding("utf8")) raw += chunk;
	const events = [...raw.matchAll(/^data: (\{.*)$/gm)].map(([, json = ""]) => JSON.parse(json));
	const choices = events.flatMap(({ choices: said = [] }) => said as { delta: { content?: string }; finish_reason: string | null }[]);
	return {
		prompt: upstream.requests.findLast((seen) => idOf(seen.body) === idOf(content))?.body ?? "",
		text: choices.map(({ delta }) => delta.content ?? "").join(""),
		finish: choices.map(({ finish_reason }) => finish_reason).findLast((finish) => finish !== null) ?? undefined,
		end: /^: security .*$/m.exec(raw)?.[0],
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

async function round(seed: number): Promise<void> {
	const next = random(seed);
	let policy: PolicyName = "redact";
	let count = 0;
	const reload = async (name: PolicyName): Promise<void> => {
		expect(await changing.reload(proxyConfig(upstream.url, POLICIES[name]))).toEqual({ ok: true });
		policy = name;
	};
	const all: Open[] = [];
	const start = async (): Promise<void> => {
		const id = `answer ${seed}.${count++}`;
		const content = `${id}: mail ${pick(SAID, next)}`;
		const text = Array.from({ length: 6 }, () => `${pick(SAID, next)} `).join("");
		const before = next() < 0.3 ? reload(pick(NAMES, next)) : undefined;
		const answer = ask(changing.port, content, before);
		await before;
		all.push({ id, content, text, policy, answer, pieces: randomSlices(text, 1 + Math.floor(next() * 12), next) });
		await vi.waitFor(() => expect(open.has(id)).toBe(true), { timeout: 20_000, interval: 2 });
	};
	/** Writes the next piece; false when there is none. */
	const say = ({ id, pieces }: Open): boolean => {
		const piece = pieces.shift();
		if (piece === undefined) open.get(id)?.end(chatEvents([]).slice(1).join(""));
		else open.get(id)?.write(chatEvents([piece], null).slice(1).join(""));
		return piece !== undefined;
	};
	await reload(policy);
	for (let speaking: Open[] = []; count < ANSWERS || speaking.length > 0; ) {
		if (count < ANSWERS && (speaking.length === 0 || next() < 0.2)) {
			await start();
			speaking.push(all.at(-1) as Open);
		} else if (next() < 0.04) await reload(pick(NAMES, next));
		else {
			const one = pick(speaking, next);
			if (!say(one)) speaking = speaking.filter((other) => other !== one);
			if (next() < 0.3) await new Promise((resolve) => setTimeout(resolve, 2));
		}
	}
	for (const { id, content, text, policy: kept, answer } of all) {
		texts.set(id, text);
		const what = { seed, id, kept };
		const got = await answer;
		expect({ ...what, ...got }).toEqual({ ...what, ...(await ask(fixed.get(kept)?.port ?? 0, content)) });
		texts.delete(id);
		open.delete(id);
	}
}

test("an answer keeps the policy it began with, whatever is reloaded while it is open", async () => {
	for (let seed = 1; seed <= ROUNDS; seed++) await round(seed);
	const deadline = Date.now() + FUZZ_SECONDS * 1000;
	for (let seed = FIRST_SEED + ROUNDS; Date.now() < deadline; seed++) await round(seed);
});
