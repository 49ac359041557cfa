import type { LookupAddress } from "node:dns";
import { Resolver } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { errorCode } from "./error-code.ts";

/** Files of the system that say what a name is (hosts(5), resolv.conf(5)). */
export interface NameFiles {
	readonly hosts: string;
	readonly resolver: string;
}

const SYSTEM: NameFiles = { hosts: "/etc/hosts", resolver: "/etc/resolv.conf" };
/** What the C library takes of each. */
const MAX_NDOTS = 15;
/** Says that a name, as it was asked for, is not there: then it may be short for another. */
const IS_NOT_THERE = new Set(["ENOTFOUND", "ENODATA"]);

/**
 * The addresses of a name without the system's lookup, in its order: what the hosts file says, which is how a container is given
 * names of its own; else what the name servers say of it and of what it may be short for, as `redis` is for a Kubernetes service.
 * None where a server does not answer: a name further down the list could be another machine. `family` 0 is both.
 */
export async function askNameServers(name: string, family: number, files = SYSTEM): Promise<LookupAddress[]> {
	const [hosts, resolver] = await Promise.all([textOf(files.hosts), textOf(files.resolver)]);
	const pinned = hostsEntries(hosts, name, family);
	if (pinned.length > 0) return pinned;
	for (const candidate of fullNames(resolver, name)) {
		const addresses = await resolve(candidate, family);
		if (addresses === undefined) return [];
		if (addresses.length > 0) return addresses;
	}
	return [];
}

function hostsEntries(text: string, name: string, family: number): LookupAddress[] {
	const wanted = name.toLowerCase().replace(/\.$/, "");
	return text.split("\n").flatMap((line) => {
		const [address = "", ...names] = line.replace(/#.*/, "").trim().toLowerCase().split(/\s+/);
		const version = isIP(address);
		const counts = version !== 0 && (family === 0 || family === version) && names.includes(wanted);
		return counts ? [{ address, family: version }] : [];
	});
}

/** What a name may be short for, in the order in which it is asked for; the last `search` or `domain` counts. */
function fullNames(text: string, name: string): string[] {
	if (name.endsWith(".")) return [name];
	let domains: string[] = [];
	let ndots = 1;
	for (const line of text.split("\n")) {
		const [word, ...values] = line.trim().split(/\s+/);
		if (word === "search") domains = values;
		if (word === "domain") domains = values.slice(0, 1);
		const dots = word === "options" ? values.findLast((value) => /^ndots:\d+$/.test(value)) : undefined;
		if (dots !== undefined) ndots = Math.min(Number(dots.slice("ndots:".length)), MAX_NDOTS);
	}
	const longer = domains.filter((domain) => domain !== ".").map((domain) => `${name}.${domain.replace(/\.$/, "")}`);
	return name.split(".").length > ndots ? [name, ...longer] : [...longer, name];
}

/** Undefined: nobody said whether the name is there. */
async function resolve(name: string, family: number): Promise<LookupAddress[] | undefined> {
	// Anew each time: it reads the system's settings when it is made.
	const resolver = new Resolver({ timeout: 2000, tries: 2 });
	let isUnanswered = false;
	const none = (error: unknown): string[] => {
		if (!IS_NOT_THERE.has(errorCode(error))) isUnanswered = true;
		return [];
	};
	const [four, six] = await Promise.all([
		family === 6 ? [] : resolver.resolve4(name).catch(none),
		family === 4 ? [] : resolver.resolve6(name).catch(none),
	]);
	const found = [...four.map((address) => ({ address, family: 4 })), ...six.map((address) => ({ address, family: 6 }))];
	return found.length === 0 && isUnanswered ? undefined : found;
}

/** Empty where there is no such file. */
function textOf(file: string): Promise<string> {
	return readFile(file, "utf8").catch(() => "");
}
