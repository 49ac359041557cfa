import ipaddr from "ipaddr.js";
import { contextWords } from "./context.ts";
import type { Confirmer, Recognizer } from "./recognizer.ts";

export const IP_ADDRESS: Recognizer = {
	type: "ip_address",
	category: "pii",
	groups: ["network"],
	label: "IP_ADDRESS",
	patterns: [
		{
			name: "ipv4",
			expression: "(?<![0-9A-Za-z.-])(?:\\d{1,3}\\.){3}\\d{1,3}(?![0-9A-Za-z-])",
			score: 0.6,
			confirm: "ipv4",
			views: ["compact", "decoded"],
		},
		{
			name: "ipv6",
			expression: "(?<![0-9A-Za-z:.])[0-9A-Fa-f:]{2,39}(?:(?:\\d{1,3}\\.){3}\\d{1,3})?(?![0-9A-Za-z:])",
			score: 0.6,
			confirm: "ipv6",
			views: ["compact", "decoded"],
		},
	],
	examples: {
		match: ["192.0.2.44", "from 10.1.2.3.", "2001:db8::8a2e:370:7334", "[fe80::1]", "::ffff:192.168.1.7", "host ⟦8.8.4.4⟧, port 53"],
		noMatch: [
			"1.2.3",
			"256.1.1.1",
			"v1.2.3.4",
			"12:30",
			"std::vector",
			"a::b c",
			"version 4.1.2.3",
			"1.2.3.4.5",
			"127.0.0.1",
			"10:20:30",
			"23.2.4.2 capacity",
			'"2.5.29.37"',
			"depends on >= 1.2.99.3",
			"(<< 3.62.1.1)",
		],
	},
};

const VERSION = /(?<![A-Za-z])(?:version|versions|release|firmware|build|sections?|chapter|v|ver|§)[\s:.]{0,2}$|[<>~^]=?\s?$/i;
/** Parts of a version or of the number of a section are hardly ever as high; in a private network they are as low. */
const [SMALL, RATHER_SMALL] = [20, 60];
const IP_WORDS = contextWords([
	"ip",
	"ips",
	"address",
	"addr",
	"host",
	"server",
	"from",
	"client",
	"gateway",
	"dns",
	"ping",
	"ipv4",
	"subnet",
	"remote",
]);

export const confirmIpv4: Confirmer = ({ text, left, right }) => {
	if (!ipaddr.IPv4.isValidFourPartDecimal(text) || VERSION.test(left)) return 0;
	if (right === undefined) return undefined;
	// A fifth part: an object identifier or a version.
	if (/^\.\d/.test(right)) return 0;
	const range = ipaddr.IPv4.parse(text).range();
	if (range === "loopback" || range === "unspecified" || range === "broadcast" || text.startsWith("255.")) return 0.2;
	if (IP_WORDS(left)) return 0.85;
	if (range === "multicast") return 0.2;
	// Four small numbers are more often a version or a section, or what is behind the first arcs of X.500.
	const highest = Math.max(...text.split(".").map(Number));
	if (highest < SMALL || (range === "unicast" && (highest < RATHER_SMALL || /^2\.5\.(?:4|29)\./.test(text)))) return 0.4;
	return range === "unicast" ? 0.75 : 0.6;
};

export const confirmIpv6: Confirmer = ({ text }) => {
	if (!ipaddr.IPv6.isValid(text) || !/[0-9]/.test(text)) return 0;
	const range = ipaddr.IPv6.parse(text).range();
	if (range === "loopback" || range === "unspecified") return 0.2;
	const groups = text.split(":").filter((group) => group !== "");
	return groups.length >= 3 ? 0.85 : groups.length === 2 && groups.some((group) => group.length >= 3) ? 0.7 : 0.3;
};

export const MAC_ADDRESS: Recognizer = {
	type: "mac_address",
	category: "pii",
	groups: ["network", "device"],
	label: "MAC_ADDRESS",
	patterns: [
		{
			name: "mac_address",
			expression: "(?<![0-9A-Za-z:-])(?:(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{4}\\.){2}[0-9A-Fa-f]{4})(?![0-9A-Za-z:-])",
			score: 0.9,
			confirm: "mac_address",
		},
	],
	examples: {
		match: ["00:1A:2B:3C:4D:5E", "mac=f0-82-52-00-c7-c1.", "MAC 001a.2b3c.4d5e"],
		noMatch: [
			"00:1A:2B:3C:4D",
			"ff:ff:ff:ff:ff:ff",
			"00:00:00:00:00:00",
			"00:1A-2B:3C:4D:5E",
			"[.42F5.0020.0011.0002]",
			"[*0909.0020.0002.0001]",
			"aa:bb:cc:dd:ee:ff:00:11",
		],
	},
};

export const confirmMac: Confirmer = ({ text, compact, left, right }) => {
	if (/^0+$|^F+$/.test(compact) || new Set(text.replace(/[0-9A-Fa-f]/g, "")).size !== 1) return 0;
	if (!text.includes(".")) return 0.9;
	// Four groups and more are weights, versions, fingerprints.
	if (left.endsWith(".")) return 0;
	if (right === undefined) return undefined;
	return /^\.[0-9A-Fa-f]/.test(right) ? 0 : 0.9;
};
