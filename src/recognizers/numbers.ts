import type { Recognizer } from "./recognizer.ts";

export const PAYMENT_CARD: Recognizer = {
	type: "credit_card",
	category: "pii",
	groups: ["financial", "pci"],
	label: "CREDIT_CARD",
	patterns: [
		{
			name: "credit_card",
			expression: "(?<![0-9A-Za-z])[2-6](?:[ -]?\\d){12,18}(?![0-9A-Za-z])",
			score: 0.5,
			confirm: "payment_card",
			views: ["compact", "decoded"],
		},
	],
	examples: {
		match: ["4111 1111 1111 1111", "card 5555-5555-5555-4444.", "378282246310005", "6011111111111117"],
		noMatch: ["4111 1111 1111 1112", "1234567812345670", "41111111111111110", "4111 1111", "order 9411111111111111111"],
	},
};

export const IBAN: Recognizer = {
	type: "iban",
	category: "pii",
	groups: ["financial"],
	label: "IBAN",
	patterns: [
		{
			name: "iban",
			expression: "(?<![0-9A-Za-z])[A-Z]{2}\\d{2}(?:[ -]?[A-Z0-9]){11,30}(?![0-9A-Za-z])",
			score: 0.5,
			confirm: "iban",
			views: ["compact", "decoded"],
		},
	],
	examples: {
		match: ["DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "to FR1420041010050500013M02606.", "NO9386011117947"],
		noMatch: ["DE89 3704 0044 0532 0130 01", "GB29NWBK6016133192681", "XX12 3456 7890 1234 5678", "AB12CD34"],
	},
};

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
			expression: "(?<![0-9A-Za-z:.])[0-9A-Fa-f:]{2,39}(?![0-9A-Za-z:])",
			score: 0.6,
			confirm: "ipv6",
			views: ["compact", "decoded"],
		},
	],
	examples: {
		match: ["192.0.2.44", "from 10.1.2.3.", "2001:db8::8a2e:370:7334", "[fe80::1]"],
		noMatch: ["1.2.3", "256.1.1.1", "v1.2.3.4", "12:30", "std::vector", "a::b c"],
	},
};
