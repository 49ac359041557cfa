import ipaddr from "ipaddr.js";

/** Says who the client is when proxies of one's own stand in front. */
export type ClientAddress = (peer: string, forwardedFor: string | undefined) => string;

/**
 * Believes `X-Forwarded-For` only as far as trusted proxies wrote it: from the right, the first address that is not one
 * of them is the client. Anything that is not an address ends the walk.
 */
export function createClientAddress(trusted: readonly string[]): ClientAddress {
	const isTrusted = createTrust(trusted);
	return (peer, forwardedFor) => {
		let client = normal(peer) ?? peer;
		const hops = (forwardedFor ?? "").split(",").map((hop) => hop.trim());
		while (hops.length > 0 && isTrusted(client)) {
			const next = normal(hops.pop() ?? "");
			if (next === undefined) break;
			client = next;
		}
		return client;
	};
}

/** Whether an address is in one of the ranges (addresses or CIDRs). */
export function createTrust(trusted: readonly string[]): (address: string) => boolean {
	const ranges = trusted.map((cidr) => ipaddr.parseCIDR(cidr.includes("/") ? cidr : `${cidr}/${cidr.includes(":") ? 128 : 32}`));
	return (address) => {
		if (!ipaddr.isValid(address)) return false;
		const parsed = ipaddr.process(address);
		return ranges.some(([range, bits]) => parsed.kind() === range.kind() && parsed.match(range, bits));
	};
}

/** One spelling for one address; IPv4 in IPv6 is IPv4. */
function normal(address: string): string | undefined {
	return ipaddr.isValid(address) ? ipaddr.process(address).toNormalizedString() : undefined;
}
