import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { type Asked, CONVERSATION_FORMATS, type ConversationFormat, type Turn } from "../support/conversation-formats.ts";
import { spellingsOf, type Value } from "../support/conversation-values.ts";
import { FIRST_SEED, FUZZ_SECONDS } from "../support/fuzz.ts";
import { addKey } from "../support/keys.ts";
import { type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";
import { type Next, pick, random, randomSlices } from "../support/random.ts";

/**
 * Conversations of two callers side by side, as their clients hold them: each request has all that was said, as the caller
 * wrote and read it, or follows what the vendor keeps. Turns are asked again, edited, dropped; conversations branch. The
 * vendor repeats parts of what it was told, in any pieces. It never sees a value; the caller reads his own values and
 * nobody else's; a value has one surrogate, and no two the same.
 */
const CONVERSATIONS = 8;
const STEPS = 30;
const SEPARATOR = " · ";
const PROSE = ["αβγ", "write to", "«ζ»", "- η", "😀", "ok.", "{θ}", "`ι`", "a_b", '"κ"', "line\nbreak", "x\\y"];
/** Written by the caller himself: no value gets them. */
const TYPED = [
	"[EMAIL_1]",
	"[EMAIL_2]",
	"EMAIL_3",
	"[phone 1]",
	"[TICKET-1]",
	"\\[CREDIT\\_CARD\\_1\\]",
	"[IP_ADDRESS_2]",
	"%5BEMAIL_2%5D",
];

/** What the vendor is to say of the texts that it knows: some fields of some, then `more`. */
interface Script {
	readonly parts: readonly { readonly text: number; readonly from: number; readonly to: number }[];
	readonly more: readonly string[];
	readonly isCall: boolean;
	readonly id: string;
	readonly seed: number;
}

const fieldsOf = (text: string): string[] => text.split(SEPARATOR);

function saidBy({ parts, more }: Script, known: readonly string[]): string {
	return [...parts.flatMap(({ text, from, to }) => fieldsOf(known[text] ?? "").slice(from, to)), ...more].join(SEPARATOR);
}

/** By the model that is asked: one each time. */
const scripts = new Map<string, { readonly script: Script; readonly format: ConversationFormat; readonly asked: Asked }>();
const heardBy = new Map<string, string[]>();
/** What the vendor keeps, by the answer that it ends with. */
const kept = new Map<string, string[]>();
const folder = mkdtempSync(join(tmpdir(), "conversations-"));
let keys: readonly string[];
let upstream: MockUpstream;

beforeAll(async () => {
	const file = join(folder, "keys.json");
	keys = [await addKey(file), await addKey(file)];
	upstream = await startMockUpstream((response, body, path) => {
		const model = /models\/([\w-]+):/.exec(path)?.[1] ?? (JSON.parse(body) as { model: string }).model;
		const { script, format, asked } = scripts.get(model) as NonNullable<ReturnType<typeof scripts.get>>;
		const heard = format.heard(body);
		heardBy.set(model, heard);
		const known = [...(kept.get(asked.previous ?? "") ?? []), ...heard];
		const text = saidBy(script, known);
		kept.set(script.id, [...known, text]);
		const next = random(script.seed);
		const cut = (whole: string): string[] => randomSlices(whole, 1 + Math.floor(next() * 20), next);
		response.writeHead(200, { "content-type": asked.isStream ? "text/event-stream" : "application/json" });
		const bytes = Buffer.from(format.say({ ...script, text, isStream: asked.isStream, cut }));
		for (let at = 0; at < bytes.length; at += 700) response.write(bytes.subarray(at, at + 700));
		response.end();
	});
});
afterAll(() => {
	upstream?.close();
	rmSync(folder, { recursive: true, force: true });
});

interface Conversation {
	readonly format: ConversationFormat;
	readonly caller: number;
	/** The vendor keeps it: a request has the last turn alone. */
	readonly isKept: boolean;
	readonly system: string;
	readonly turns: readonly Turn[];
	readonly previous: string | undefined;
	/** All texts before the turns, as the caller wrote and read them; of a kept conversation. */
	readonly before: readonly string[];
	/** Surrogates that the vendor was told, by what they stand for; of a kept conversation. */
	readonly told: ReadonlyMap<string, string>;
}

const look = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

class Speakers {
	readonly #next: Next;
	readonly #proxy: Proxy;
	readonly #values: readonly (readonly Value[])[];
	readonly #idOf = new Map<string, string>();
	/** As the vendor was told them, by anybody. */
	readonly #surrogates = new Set<string>();
	readonly #name: string;
	#asked = 0;

	constructor(proxy: Proxy, seed: number) {
		this.#next = random(seed);
		this.#proxy = proxy;
		this.#name = String(seed);
		this.#values = ["ann", "bob"].map((caller) => spellingsOf(caller, this.#next));
		for (const { id, spellings } of this.#values.flat()) for (const spelling of spellings) this.#idOf.set(spelling, id);
	}

	begin(caller: number): Conversation {
		const format = pick(CONVERSATION_FORMATS, this.#next);
		const isKept = format.name === "responses" && this.#next() < 0.6;
		return { format, caller, isKept, system: this.#text(caller), turns: [], previous: undefined, before: [], told: new Map() };
	}

	#text(caller: number): string {
		const field = (): string => {
			const draw = this.#next();
			if (draw < 0.55) return pick(pick(this.#values[caller] ?? [], this.#next).spellings, this.#next);
			return draw < 0.65 ? pick(TYPED, this.#next) : pick(PROSE, this.#next);
		};
		return Array.from({ length: 1 + Math.floor(this.#next() * 6) }, field).join(SEPARATOR);
	}

	/** The conversation that the caller goes on with: it may be another than before. */
	changed(conversation: Conversation): Conversation {
		const draw = this.#next();
		const text = this.#text(conversation.caller);
		if (draw < 0.1) return { ...conversation, system: text };
		if (conversation.isKept || conversation.turns.length === 0) return conversation;
		const users = conversation.turns.flatMap(({ kind }, i) => (kind === "user" ? [i] : []));
		const at = pick(users, this.#next) ?? 0;
		const behind = users.find((i) => i > at) ?? conversation.turns.length;
		const turns = [...conversation.turns];
		if (draw < 0.2) turns.splice(at);
		else if (draw < 0.3) turns.splice(at, turns.length, { kind: "user", text, id: "" });
		else if (draw < 0.4) turns.splice(at, behind - at);
		else if (draw < 0.5) turns.splice(0, at);
		else if (draw < 0.6) turns.splice(at, 1, { kind: "user", text, id: "" });
		return { ...conversation, turns };
	}

	#spoken({ turns, isKept, caller }: Conversation): readonly Turn[] {
		const last = turns.at(-1);
		const text = this.#text(caller);
		if (last?.kind === "call") return [...(isKept ? [] : turns), { kind: "result", text, id: last.id }];
		return last?.kind === "user" ? turns : [...(isKept ? [] : turns), { kind: "user", text, id: "" }];
	}

	/** Asks and goes on with the answer. */
	async ask(conversation: Conversation): Promise<Conversation> {
		const { format, caller, isKept, system, previous, before } = conversation;
		const turns = this.#spoken(conversation);
		const model = `${format.name}-${this.#name}-${this.#asked++}`;
		const asked: Asked = { model, isStream: this.#next() < 0.7, system, turns, previous };
		const body = JSON.stringify(format.body(asked));
		const own = format.heard(body);
		const known = [...before, ...own];
		const script = this.#script(known, turns.at(-1)?.kind !== "result" && this.#next() < 0.25, model);
		scripts.set(model, { script, format, asked });
		const response = await fetch(`http://127.0.0.1:${this.#proxy.port}${format.path(asked)}`, {
			method: "POST",
			headers: { "content-type": "application/json", authorization: `Bearer ${keys[caller]}` },
			body,
		});
		const answer = await response.text();
		const heard = heardBy.get(model) ?? [];
		scripts.delete(model);
		heardBy.delete(model);
		const what = { model, known, own, heard, script };
		expect({ what, status: response.status, answer }).toEqual({ what, status: 200, answer });
		const surrogates = this.#checkHeard(what, own, heard);
		const told = new Map([...conversation.told, ...[...surrogates].map(([id, surrogate]) => [look(surrogate), id] as const)]);
		for (const [surrogate, id] of conversation.told) expect({ what, surrogate, id: told.get(surrogate) }).toEqual({ what, surrogate, id });
		const read = format.read(answer, asked.isStream);
		const [text = ""] = read.texts;
		expect({ what, read }).toEqual({ what, read: { isCall: script.isCall, texts: read.texts.map(() => text) } });
		this.#checkRead(what, { caller, told, surrogates }, fieldsOf(saidBy(script, known)), fieldsOf(text));
		const turn: Turn = { kind: script.isCall ? "call" : "assistant", text, id: script.id };
		if (!isKept) return { ...conversation, turns: [...turns, turn] };
		return { ...conversation, turns: [turn], previous: script.id, before: [...known, text], told };
	}

	#script(known: readonly string[], isCall: boolean, id: string): Script {
		const parts = Array.from({ length: 1 + Math.floor(this.#next() * 3) }, (_, i) => {
			const text = i === 0 ? known.length - 1 : Math.floor(this.#next() * known.length);
			const count = fieldsOf(known[text] ?? "").length;
			const from = Math.floor(this.#next() * count);
			return { text, from, to: from + 1 + Math.floor(this.#next() * (count - from)) };
		});
		const more = this.#next() < 0.1 && this.#surrogates.size > 0 ? [pick([...this.#surrogates].sort(), this.#next)] : [];
		return { parts, more, isCall, id: `id-${id}`, seed: Math.floor(this.#next() * 1e9) };
	}

	/** Which value a field is; what the vendor has made up may be one too. */
	#id(field: string): string {
		return this.#idOf.get(field) ?? `other:${look(field)}`;
	}

	/** What the vendor was told of `own`: the surrogates, by value. */
	#checkHeard(what: object, own: readonly string[], heard: readonly string[]): ReadonlyMap<string, string> {
		expect({ what, fields: heard.map((text) => fieldsOf(text).length) }).toEqual({
			what,
			fields: own.map((text) => fieldsOf(text).length),
		});
		const surrogates = new Map<string, string>();
		const values = new Map<string, string>();
		const sent = heard.flatMap(fieldsOf);
		for (const [i, field] of own.flatMap(fieldsOf).entries()) {
			const surrogate = sent[i] ?? "";
			if (PROSE.includes(field) || TYPED.includes(field)) expect({ what, said: surrogate }).toEqual({ what, said: field });
			if (surrogate === field && !this.#idOf.has(field)) continue;
			const id = this.#id(field);
			expect({ what, field, isSeen: look(surrogate).includes(look(field)) }).toEqual({ what, field, isSeen: false });
			expect({ what, field, surrogate }).toEqual({ what, field, surrogate: surrogates.get(id) ?? surrogate });
			expect({ what, surrogate, id }).toEqual({ what, surrogate, id: values.get(look(surrogate)) ?? id });
			surrogates.set(id, surrogate);
			values.set(look(surrogate), id);
			this.#surrogates.add(surrogate);
		}
		return surrogates;
	}

	/** `wanted`: what the vendor said, in the caller's words. */
	#checkRead(
		what: object,
		{ caller, told, surrogates }: { readonly caller: number } & Record<"told" | "surrogates", ReadonlyMap<string, string>>,
		wanted: readonly string[],
		read: readonly string[],
	): void {
		expect({ what, read, fields: read.length }).toEqual({ what, read, fields: wanted.length });
		const isOwn = (id: string): boolean => this.#values[caller]?.some((value) => value.id === id) === true;
		for (const [i, field] of wanted.entries()) {
			const got = read[i] ?? "";
			// What the caller has read as a surrogate comes back as what it stands for.
			const id = told.get(look(field)) ?? this.#id(field);
			const isKnown = this.#idOf.has(field) || PROSE.includes(field) || TYPED.includes(field);
			// In another spelling of his own, or what no value of this request is behind. A surrogate of an earlier turn: any value of his.
			const isSame = got === field || this.#id(got) === id || (!surrogates.has(id) && !this.#idOf.has(got));
			const isRight = isSame || (!isKnown && (!this.#idOf.has(got) || isOwn(this.#id(got))));
			expect({ what, field, got, isRight }).toEqual({ what, field, got, isRight: true });
		}
	}

	/** A few conversations in turns, some of them at the same time. */
	async talk(): Promise<void> {
		const open = [this.begin(0), this.begin(0), this.begin(1)];
		for (let step = 0; step < STEPS; step++) {
			const [first, second] = [Math.floor(this.#next() * open.length), Math.floor(this.#next() * open.length)];
			const goOn = async (i: number): Promise<void> => {
				open[i] = await this.ask(this.changed(open[i] as Conversation));
			};
			await Promise.all([goOn(first), ...(second !== first && this.#next() < 0.3 ? [goOn(second)] : [])]);
			// Both go on.
			if (this.#next() < 0.1) open[second] = open[first] as Conversation;
		}
	}
}

describe.each(["replace", "synthetic"])("with %s", (strategy) => {
	let proxy: Proxy;
	beforeAll(async () => {
		const root = upstream.url.replace(/\/v1$/, "");
		const providers = {
			gemini: { type: "gemini", base_url: root, api_key: "k", models: ["gemini-*"] },
			claude: { type: "anthropic", base_url: root, api_key: "k", models: ["anthropic-*"] },
			up: { type: "openai", base_url: upstream.url, api_key: "k" },
		};
		proxy = await startProxy(
			providers,
			`security:
  auth: { mode: api_key, keys_file: "${join(folder, "keys.json")}" }
  pii_protection:
    redaction_strategy: ${strategy}
    restore: true
    detection_types: [email, credit_card, phone, ip_address, ticket]
    custom_patterns: [{ name: ticket, pattern: "T-[0-9]{4,9}" }]`,
		);
	});
	afterAll(() => proxy?.drain());

	test("callers read their own values in every turn, and the vendor none of them", async () => {
		const deadline = Date.now() + (FUZZ_SECONDS * 1000) / 2;
		for (let seed = FIRST_SEED; seed < FIRST_SEED + CONVERSATIONS || Date.now() < deadline; seed++) {
			await new Speakers(proxy, seed).talk();
			kept.clear();
			upstream.requests.length = 0;
		}
	}, 3_600_000);
});
