/**
 * The network that an address stands for where addresses are counted. An IPv6 client has a /64 of its own, so its address alone
 * would bound nothing. Takes normalized text (eight groups); anything else stays as it is.
 */
export function networkOf(address: string): string {
	const groups = address.split(":");
	return groups.length === 8 ? `${groups.slice(0, 4).join(":")}::/64` : address;
}
