import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import type { LookupFunction } from "node:net";

/** ms for the system's answer, where the addresses of the name are known from before. */
const PATIENCE_MS = 500;

/** Asks the system for all addresses of a name; `dns.lookup` but in tests. */
export type AskSystem = (
	name: string,
	options: LookupOptions & { readonly all: true },
	callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Finds the addresses of providers by their configured names. A process looks up two names at a time, and one whose servers
 * are silent takes a place for ten seconds and more, so that the others wait behind it. Therefore a name is asked for once at a
 * time, and what was found before counts while no answer comes, or none but "try again". A name that is gone is gone.
 */
export function createNameLookup(ask: AskSystem = lookup): LookupFunction {
	const known = new Map<string, LookupAddress[]>();
	const underWay = new Map<string, Promise<LookupAddress[]>>();

	const asked = (key: string, name: string, options: LookupOptions): Promise<LookupAddress[]> => {
		const answer = new Promise<LookupAddress[]>((resolve, reject) => {
			ask(name, { ...options, all: true }, (error, addresses) => {
				if (error === null) {
					known.set(key, addresses);
					return resolve(addresses);
				}
				const before = error.code === "EAI_AGAIN" ? known.get(key) : undefined;
				if (before !== undefined) return resolve(before);
				known.delete(key);
				return reject(error);
			});
		});
		underWay.set(key, answer);
		const end = (): unknown => underWay.delete(key);
		answer.then(end, end);
		return answer;
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
		(underWay.get(key) ?? asked(key, name, options)).then(
			(addresses) => settle(null, addresses),
			(error: NodeJS.ErrnoException) => settle(error, []),
		);
		if (before !== undefined) timer = setTimeout(() => settle(null, before), PATIENCE_MS);
	};
}
