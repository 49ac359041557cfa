import type { LookupAddress } from "node:dns";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AskSystem, createNameLookup } from "../../../src/edge/name-lookup.ts";

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
	expect(await reach(createNameLookup(resolver.ask), "a.test", autoSelectFamily)).toBe("here");
});

test("of several addresses of which the first is dead another one is taken", async () => {
	const resolver = new Resolver();
	resolver.answers.set("a.test", [DEAD, ...HERE]);
	expect(await reach(createNameLookup(resolver.ask), "a.test")).toBe("here");
});

test("names that nobody answers for hold up no name that was found before, however often they are asked for", async () => {
	const resolver = new Resolver();
	const lookup = createNameLookup(resolver.ask);
	resolver.answers.set("good.test", HERE);
	expect(await reach(lookup, "good.test")).toBe("here");
	for (let i = 0; i < 20; i++) for (const name of ["slow.test", "slower.test"]) void reach(lookup, name);
	expect(await reach(lookup, "good.test")).toBe("here");
	expect(resolver.asked).toEqual(["good.test", "slow.test", "slower.test"]);
});

test("one name that nobody answers for takes one place", async () => {
	const resolver = new Resolver();
	const lookup = createNameLookup(resolver.ask);
	for (let i = 0; i < 20; i++) void reach(lookup, "slow.test");
	resolver.answers.set("new.test", HERE);
	expect(await reach(lookup, "new.test")).toBe("here");
});

test("a name that has moved is found where it is, one that is gone is not, and one that comes back is", async () => {
	const resolver = new Resolver();
	const lookup = createNameLookup(resolver.ask);
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
