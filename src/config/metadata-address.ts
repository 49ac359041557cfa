import { BlockList, isIP } from "node:net";

/** Link-local networks (RFC 3927, RFC 4291), and where clouds serve a machine's own credentials beside them. */
const ADDRESSES = new BlockList();
ADDRESSES.addSubnet("169.254.0.0", 16, "ipv4");
ADDRESSES.addSubnet("fe80::", 10, "ipv6");
ADDRESSES.addAddress("100.100.100.200", "ipv4");
ADDRESSES.addAddress("fd00:ec2::254", "ipv6");
const NAMES = new Set(["metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"]);

/** Whether a URL leads to a link-local address or to a cloud's metadata service, in any spelling that URLs have for it. */
export function isMetadataAddress(url: string): boolean {
	const host = new URL(url).hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
	const version = isIP(host);
	return version === 0 ? NAMES.has(host) : ADDRESSES.check(host, version === 4 ? "ipv4" : "ipv6");
}
