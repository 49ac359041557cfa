import dns, { type LookupAddress } from "node:dns";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type AskServers, type AskSystem, createNameLookup, shareNameLookups } from "../../../src/core/name-lookup.ts";

const HERE: LookupAddress[] = [{ address: "127.0.0.1", family: 4 }];
const DEAD: LookupAddress = { address: "127.0.0.9", family: 4 };
let server: Server;
beforeAll(async () => {
	server = createServer((socket) => socket.end("here")).listen(0, "127.0.0.1");
	await once(server, "listening");
});
afterAll(() => server.close());

type Answer = LookupAddress[] | string;

/** The system's resolver with two places, as a process has them: names that are not answered keep theirs. */
class Resolver {
	readonly answers = new Map<string, Answer>();
	readonly asked: string[] = [];
	#free = 2;
	readonly #waiting: (() => void)[] = [];

	/** All find a place from now on. */
	clear(): void {
		this.#free = 100;
		for (const start of this.#waiting.splice(0)) start();
	}

	readonly ask: AskSystem = (name, _options, callback) => {
		const work = (): void => {
			this.asked.push(name);
			const answer = this.answers.get(name);
			if (answer === undefined) return;
			this.#free++;
			this.#waiting.shift()?.();
			if (typeof answer === "string") callback(Object.assign(new Error(answer), { code: answer }), []);
			else callback(null, answer);
		};
		const start = (): void => {
			this.#free--;
			setImmediate(work);
		};
		if (this.#free > 0) start();
		else this.#waiting.push(start);
	};
}

const NO_SERVERS: AskServers = async () => [];
const lookupBy = (resolver: Resolver, servers = NO_SERVERS) => createNameLookup(resolver.ask, servers);

/** What a connection to the name brings; else the code of its error. */
function reach(lookup: ReturnType<typeof createNameLookup>, host: string, autoSelectFamily = true): Promise<string> {
	return new Promise((resolve) => {
		const socket = connect({
			host,
			port: (server.address() as AddressInfo).port,
			lookup,
			autoSelectFamily,
			autoSelectFamilyAttemptTimeout: 250,
		});
		socket.on("data", (bytes) => resolve(String(bytes)));
		socket.on("error", ({ code }: NodeJS.ErrnoException) => resolve(code ?? ""));
	});
}

test.each([true, false])("a name leads to its address, with or without a choice of families (%s)", async (autoSelectFamily) => {
	const resolver = new Resolver();
	resolver.answers.set("a.test", HERE);
	expect(await reach(lookupBy(resolver), "a.test", autoSelectFamily)).toBe("here");
});

test("of several addresses of which the first is dead another one is taken", async () => {
	const resolver = new Resolver();
	resolver.answers.set("a.test", [DEAD, ...HERE]);
	expect(await reach(lookupBy(resolver), "a.test")).toBe("here");
});

test("names that nobody answers for hold up no name that was found before, however often they are asked for", async () => {
	const resolver = new Resolver();
	const lookup = lookupBy(resolver);
	resolver.answers.set("good.test", HERE);
	expect(await reach(lookup, "good.test")).toBe("here");
	for (let i = 0; i < 20; i++) for (const name of ["slow.test", "slower.test"]) void reach(lookup, name);
	expect(await reach(lookup, "good.test")).toBe("here");
	expect(resolver.asked).toEqual(["good.test", "slow.test", "slower.test"]);
});

test("one name that nobody answers for takes one place", async () => {
	const resolver = new Resolver();
	const lookup = lookupBy(resolver);
	for (let i = 0; i < 20; i++) void reach(lookup, "slow.test");
	resolver.answers.set("new.test", HERE);
	expect(await reach(lookup, "new.test")).toBe("here");
});

test("a name that has moved is found where it is, one that is gone is not, and one that comes back is", async () => {
	const resolver = new Resolver();
	const lookup = lookupBy(resolver);
	resolver.answers.set("a.test", [DEAD]);
	expect(await reach(lookup, "a.test")).toBe("ECONNREFUSED");
	resolver.answers.set("a.test", HERE);
	expect(await reach(lookup, "a.test")).toBe("here");
	for (const [answer, outcome] of [
		["EAI_AGAIN", "here"],
		["ENOTFOUND", "ENOTFOUND"],
		["EAI_AGAIN", "EAI_AGAIN"],
		[HERE, "here"],
	] as const) {
		resolver.answers.set("a.test", answer);
		expect(await reach(lookup, "a.test")).toBe(outcome);
	}
});

test("a new name for which there is no place is asked of the name servers, until the system says otherwise", async () => {
	const resolver = new Resolver();
	const asked: string[] = [];
	const lookup = lookupBy(resolver, async (name) => {
		asked.push(name);
		return name === "new.test" ? HERE : [];
	});
	for (const name of ["slow.test", "slower.test"]) void reach(lookup, name);
	resolver.answers.set("new.test", "ENOTFOUND");
	expect(await reach(lookup, "new.test")).toBe("here");
	expect(await reach(lookup, "new.test")).toBe("here");
	expect(asked).toEqual(["slow.test", "slower.test", "new.test"]);
	expect(resolver.asked).toEqual(["slow.test", "slower.test"]);
	resolver.clear();
	await vi.waitFor(() => expect(resolver.asked).toContain("new.test"), { timeout: 60_000 });
	expect(await reach(lookup, "new.test")).toBe("ENOTFOUND");
});

test("a known name that has not been answered for a while is not waited for by those who come later", async () => {
	vi.useFakeTimers();
	try {
		const asked: Parameters<AskSystem>[2][] = [];
		const lookup = createNameLookup((_name, _options, callback) => void asked.push(callback), NO_SERVERS);
		const found: string[] = [];
		const find = (who: string): void => lookup("a.test", { all: true }, () => void found.push(who));
		find("first");
		asked[0]?.(null, HERE);
		await vi.advanceTimersByTimeAsync(0);
		find("second");
		await vi.advanceTimersByTimeAsync(499);
		expect(found).toEqual(["first"]);
		await vi.advanceTimersByTimeAsync(1);
		find("third");
		await vi.advanceTimersByTimeAsync(1);
		expect(found).toEqual(["first", "second", "third"]);
		expect(asked).toHaveLength(2);
	} finally {
		vi.useRealTimers();
	}
});

test("lookups that are shared are those of every library, also where it leaves out what it may", async () => {
	const before = dns.lookup;
	const resolver = new Resolver();
	shareNameLookups(lookupBy(resolver));
	try {
		for (let i = 0; i < 10; i++) {
			fetch("http://slow.test").catch(() => undefined);
			connect(80, "slow.test").on("error", () => undefined);
		}
		resolver.answers.set("a.test", HERE);
		const { port } = server.address() as AddressInfo;
		expect(String((await once(connect(port, "a.test"), "data"))[0])).toBe("here");
		const listening = createServer().listen(0, "a.test");
		await once(listening, "listening");
		listening.close();
		expect(await new Promise((resolve) => dns.lookup("a.test", (_error, address) => resolve(address)))).toBe("127.0.0.1");
		expect(await new Promise((resolve) => dns.lookup("a.test", 4, (_error, address) => resolve(address)))).toBe("127.0.0.1");
		expect(resolver.asked.filter((name) => name === "slow.test").length).toBeLessThanOrEqual(2);
	} finally {
		dns.lookup = before;
	}
});
