import { expect, test } from "vitest";
import { createClientAddress } from "../../../src/edge/client-address.ts";

const behind = createClientAddress(["10.0.0.0/8", "192.0.2.1", "2001:db8::/32"]);

test.each([
	["nobody is trusted by default", createClientAddress([]), "10.0.0.1", "203.0.113.9", "10.0.0.1"],
	["a trusted peer's word counts", behind, "10.0.0.1", "203.0.113.9", "203.0.113.9"],
	["a stranger's word does not", behind, "203.0.113.5", "198.51.100.1", "203.0.113.5"],
	["what stands left of a stranger was written by the stranger", behind, "10.0.0.1", "1.1.1.1, 203.0.113.9, 10.2.3.4", "203.0.113.9"],
	["a chain of trusted proxies only ends at its first", behind, "10.0.0.1", "10.0.0.7, 192.0.2.1", "10.0.0.7"],
	["IPv6 and IPv4 in IPv6 are understood", behind, "::ffff:10.0.0.1", "2001:DB8:0::1, 2001:db8::2", "2001:db8:0:0:0:0:0:1"],
	["an IPv4 client in IPv6 has one spelling", behind, "::ffff:203.0.113.9", undefined, "203.0.113.9"],
	["something that is no address ends the walk", behind, "10.0.0.1", "203.0.113.9, unknown", "10.0.0.1"],
	["an empty header changes nothing", behind, "10.0.0.1", "", "10.0.0.1"],
	["no header changes nothing", behind, "10.0.0.1", undefined, "10.0.0.1"],
] as const)("%s", (_name, addressOf, peer, forwarded, client) => {
	expect(addressOf(peer, forwarded)).toBe(client);
});
