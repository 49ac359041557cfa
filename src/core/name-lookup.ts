import dns, { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { askNameServers } from "./name-servers.ts";

/** ms for the system's answer; then what else is known counts. */
const PATIENCE_MS = 500;

/** Asks the system for all addresses of a name; `dns.lookup` but in tests. */
export type AskSystem = (
	name: string,
	options: LookupOptions & { readonly all: true },
	callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Asks the name servers themselves, which takes no place; `family` 0 is both. */
export type AskServers = (name: string, family: number) => Promise<LookupAddress[]>;

/** A name that the system is asked for. */
interface Question {
	readonly since: number;
	readonly answer: Promise<LookupAddress[]>;
}

/**
 * Finds the addresses of configured names. A process looks up two names at a time, and one whose servers are silent takes a place
 * for ten seconds and more, so that the others wait behind it. Therefore a name is asked for once at a time, and while no answer
 * comes, or none but "try again", what was found before counts, or else what the name servers say when they are asked without
 * the system. A name that is gone is gone.
 */
export function createNameLookup(ask: AskSystem = lookup, askServers: AskServers = askNameServers): LookupFunction {
	const known = new Map<string, LookupAddress[]>();
	const underWay = new Map<string, Question>();

	const begin = (key: string, name: string, options: LookupOptions): Question => {
		const answer = new Promise<LookupAddress[]>((found, failed) => {
			const impatient = setTimeout(async () => {
				if (known.has(key)) return;
				const addresses = await askServers(name, Number(options.family ?? 0)).catch(() => []);
				if (addresses.length === 0 || !underWay.has(key)) return;
				known.set(key, addresses);
				found(addresses);
			}, PATIENCE_MS);
			ask(name, { ...options, all: true }, (error, addresses) => {
				clearTimeout(impatient);
				underWay.delete(key);
				if (error === null) {
					known.set(key, addresses);
					return found(addresses);
				}
				const before = error.code === "EAI_AGAIN" ? known.get(key) : undefined;
				if (before !== undefined) return found(before);
				known.delete(key);
				return failed(error);
			});
		});
		const question = { since: performance.now(), answer };
		underWay.set(key, question);
		return question;
	};

	return (name, options, callback) => {
		const key = `${options.family ?? 0} ${options.hints ?? 0} ${name}`;
		const before = known.get(key);
		let timer: NodeJS.Timeout | undefined;
		let isOver = false;
		const settle = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]): void => {
			if (isOver) return;
			isOver = true;
			clearTimeout(timer);
			const [{ address, family } = { address: "", family: 0 }] = addresses;
			if (options.all === true) callback(error, addresses);
			else callback(error, address, family);
		};
		const { answer, since } = underWay.get(key) ?? begin(key, name, options);
		answer.then(
			(addresses) => settle(null, addresses),
			(error: NodeJS.ErrnoException) => settle(error, []),
		);
		// Whoever comes later need not find out anew that nobody answers.
		if (before !== undefined) timer = setTimeout(() => settle(null, before), since + PATIENCE_MS - performance.now());
	};
}

/**
 * Whatever looks up names in this thread does it as above from now on, libraries included: each would ask for a name that nobody
 * answers for again and again, until all places are taken. For threads that are the proxy's own.
 */
export function shareNameLookups(shared: LookupFunction = createNameLookup()): void {
	const one = (name: string, options: unknown, callback?: unknown): void => {
		const given = typeof options === "object" && options !== null ? options : {};
		const wanted = typeof options === "number" ? { family: options } : given;
		shared(name, wanted, (callback ?? options) as Parameters<LookupFunction>[2]);
	};
	dns.lookup = Object.assign(one, { __promisify__: dns.lookup.__promisify__ }) as typeof dns.lookup;
}
