import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { addKey } from "../support/keys.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";
import { type Next, pick, random } from "../support/random.ts";

/**
 * Policies chosen at random by key, role, route, model and provider, with dry runs among them. Each policy looks for a word
 * of its own, so what goes upstream and comes back tells which of them were asked: those that the configuration says.
 */
const BOOKS = 2;
const REQUESTS = 40;
const NAMES = ["default", "one", "two", "three"] as const;
type Name = (typeof NAMES)[number];
const word = (policy: Name): string => `codeword-${policy}`;
const WORDS = NAMES.map(word).join(" ");

const MODELS = ["gpt-1", "GPT-1", "gpt-2", "abroad-1", "other"];
const ROUTES = ["/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/embeddings"] as const;
const TEXT_AT: Readonly<Record<(typeof ROUTES)[number], (text: string) => object>> = {
	"/v1/chat/completions": (content) => ({ stream: true, messages: [{ role: "user", content }] }),
	"/v1/completions": (prompt) => ({ prompt }),
	"/v1/responses": (input) => ({ input }),
	"/v1/embeddings": (input) => ({ input }),
};

interface Rule {
	readonly policy: Name;
	readonly keys?: readonly string[];
	readonly roles?: readonly string[];
	readonly routes?: readonly string[];
	readonly models?: readonly string[];
}

interface Key {
	readonly key: string;
	readonly id: string;
	readonly roles: readonly string[];
	readonly policy?: Name;
	readonly models?: string[];
}

interface Book {
	readonly proxy: Proxy;
	readonly rules: readonly Rule[];
	readonly keys: readonly Key[];
	readonly dry: ReadonlySet<Name>;
	readonly blocking: ReadonlySet<Name>;
	/** Of the provider of `abroad-*`. */
	readonly abroad: Name;
}

let upstream: MockUpstream;
const proxies: Proxy[] = [];
beforeAll(async () => {
	upstream = await startMockUpstream((response, _body, path) => {
		if (!path.endsWith("/chat/completions")) return void response.writeHead(418).end();
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.end(chatEvents(WORDS.match(/.{1,7}/g) ?? []).join(""));
	});
});
afterAll(async () => {
	for (const proxy of proxies) await proxy.drain();
	upstream.close();
});

function some<T>(list: readonly T[], next: Next): T[] {
	return list.filter(() => next() < 0.4);
}

/** A list where a condition is, nothing where it is not. */
function condition<T>(list: readonly T[], next: Next): readonly T[] | undefined {
	return next() < 0.4 ? [pick(list, next), ...some(list, next)] : undefined;
}

async function newBook(next: Next): Promise<Book> {
	const file = join(mkdtempSync(join(tmpdir(), "keys-")), "keys.json");
	const keys: Key[] = [];
	for (let i = 0; i < 4; i++) {
		const policy = next() < 0.25 ? pick(NAMES, next) : undefined;
		const models = next() < 0.4 ? ["gpt-*", "abroad-*"] : undefined;
		const roles = some(["doctor", "clerk"], next);
		const key = await addKey(file, {
			...(roles[0] !== undefined && { role: roles[0] }),
			...(policy && { policy }),
			...(models && { models }),
		});
		keys.push({ key, id: key.split("_")[1] as string, roles: roles.slice(0, 1), ...(policy && { policy }), ...(models && { models }) });
	}
	const rules = Array.from({ length: 1 + Math.floor(next() * 4) }, (): Rule => {
		const conditions = {
			keys: condition(
				keys.map(({ id }) => id),
				next,
			),
			roles: condition(["doctor", "clerk"], next),
			routes: condition(["/v1/chat/*", "/v1/responses", "/v1/emb*"], next),
			models: condition(["gpt-*", "Gpt-2", "abroad-*", "other"], next),
		};
		return { policy: pick(NAMES, next), ...Object.fromEntries(Object.entries(conditions).filter(([, list]) => list !== undefined)) };
	});
	const dry = new Set(some(NAMES, next));
	const blocking = new Set(some(NAMES.slice(1), next).filter((name) => !dry.has(name)));
	const abroad = pick(NAMES.slice(1), next);
	const policyOf = (name: Name): object => ({
		dry_run: dry.has(name),
		prompt_injection: { enabled: false },
		response_filtering: { detection_types: [], on_harmful: "allow" },
		pii_protection: {
			detection_types: [],
			redaction_strategy: "remove",
			custom_patterns: [{ name: `word_${name}`, words: [word(name)], score: 0.9 }],
			block_types: blocking.has(name) ? [`word_${name}`] : [],
		},
	});
	const security = {
		auth: { mode: "api_key", keys_file: file },
		...policyOf("default"),
		policies: Object.fromEntries(NAMES.slice(1).map((name) => [name, policyOf(name)])),
		policy_rules: rules,
	};
	const provider = { type: "openai", base_url: upstream.url, api_key: "k" };
	const providers = { abroad: { ...provider, models: ["abroad-*"], policy: abroad }, home: provider };
	const proxy = await startProxy(providers, `security: ${JSON.stringify(security)}`, undefined, { server: { lane_deadline_ms: 20_000 } });
	proxies.push(proxy);
	return { proxy, rules, keys, dry, blocking, abroad };
}

const fits = (globs: readonly string[] | undefined, text: string): boolean =>
	globs === undefined || globs.some((glob) => (glob.endsWith("*") ? text.startsWith(glob.slice(0, -1)) : text === glob));
const fitsModel = (globs: readonly string[] | undefined, model: string): boolean =>
	fits(
		globs?.map((glob) => glob.toLowerCase()),
		model.toLowerCase(),
	);

function policyFor({ rules }: Book, key: Key, path: string, model: string): Name {
	const holds = (rule: Rule): boolean =>
		(rule.keys === undefined || rule.keys.includes(key.id)) &&
		(rule.roles === undefined || rule.roles.some((role) => key.roles.includes(role))) &&
		fits(rule.routes, path) &&
		fitsModel(rule.models, model);
	return key.policy ?? rules.find(holds)?.policy ?? "default";
}

/** Words that are left; undefined: nothing may go out. */
function left(policies: readonly Name[], { dry, blocking }: Book): Name[] | undefined {
	const acting = policies.filter((name) => !dry.has(name));
	return acting.some((name) => blocking.has(name)) ? undefined : NAMES.filter((name) => !acting.includes(name));
}

const wordsIn = (text: string): Name[] => NAMES.filter((name) => text.includes(word(name)));

async function check(book: Book, next: Next, seed: number): Promise<void> {
	const key = pick(book.keys, next);
	const path = pick(ROUTES, next);
	const [model, other] = [pick(MODELS, next), next() < 0.3 ? pick(MODELS, next) : undefined];
	const own = policyFor(book, key, path, model);
	const isHome = !model.startsWith("abroad");
	const named = [model, ...(other === undefined ? [] : [other])];
	const isDenied =
		named.some((one) => !fitsModel(key.models, one) || policyFor(book, key, path, one) !== own) ||
		(!isHome && named.some((one) => !one.startsWith("abroad")));
	const asked = left(isHome ? [own] : [own, book.abroad], book);
	const what = { seed, path, model, other, rules: book.rules, key, dry: [...book.dry], blocking: [...book.blocking] };

	upstream.requests.splice(0);
	const response = await fetch(`http://127.0.0.1:${book.proxy.port}${path}`, {
		method: "POST",
		headers: { authorization: `Bearer ${key.key}` },
		body: JSON.stringify({ model, ...TEXT_AT[path](WORDS), ...(other !== undefined && { models: [other] }) }),
	});
	const text = await response.text();
	const sent = upstream.requests.map(({ body }) => wordsIn(body));
	expect({ ...what, sent }).toEqual({ ...what, sent: isDenied || asked === undefined ? [] : [asked] });
	if (response.status !== 200) return expect([400, 403, 418], JSON.stringify(what)).toContain(response.status);
	// Answers are inspected with the caller's policy alone.
	const said = [...text.matchAll(/"content":"([^"]*)"/g)].map(([, piece]) => piece).join("");
	expect({ ...what, said: wordsIn(said) }).toEqual({ ...what, said: NAMES.filter((name) => name !== own || book.dry.has(name)) });
}

async function checkBook(seed: number): Promise<void> {
	const next = random(seed);
	const book = await newBook(next);
	for (let i = 0; i < REQUESTS; i++) await check(book, next, seed);
}

test("each request gets the policies that the configuration says, and no other", async () => {
	for (let seed = 1; seed <= BOOKS; seed++) await checkBook(seed);
});

test.runIf(FUZZ_SECONDS > 0)(
	"so it is with any other configuration",
	async () => {
		const deadline = Date.now() + FUZZ_SECONDS * 1000;
		for (let seed = FIRST_SEED; Date.now() < deadline; seed++) await checkBook(seed);
	},
	3_600_000,
);
