import type { Recognizer } from "./recognizer.ts";

export const EMAIL: Recognizer = {
	type: "email",
	category: "pii",
	label: "EMAIL",
	patterns: [
		{
			name: "email",
			expression: "(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9-]{1,63}\\.){1,4}[A-Za-z]{2,24}(?![A-Za-z0-9-])",
			score: 0.9,
			confirm: "email",
			views: ["compact", "decoded"],
		},
	],
	examples: {
		match: ["a@b.co", "Write to jane.doe+tag@mail.example.com.", "<o'neil@example.org>", "x_1@sub.domain.example.museum, then"],
		noMatch: ["@handle", "user@localhost", "a@b", "not an address: foo@-bar.com", "price @ 3.50"],
	},
};

export const PHONE: Recognizer = {
	type: "phone",
	category: "pii",
	label: "PHONE",
	patterns: [
		{
			name: "phone_e164",
			expression: "(?<![0-9A-Za-z+])\\+[1-9](?:[ .()/-]{0,2}\\d){7,14}(?![0-9])",
			score: 0.75,
			confirm: "phone_e164",
			views: ["compact", "decoded"],
		},
		{
			name: "phone_nanp",
			expression: "(?<![0-9A-Za-z.+-])(?:1[ .-])?(?:\\([2-9]\\d{2}\\) ?|[2-9]\\d{2}[ .-])[2-9]\\d{2}[ .-]\\d{4}(?![0-9A-Za-z-])",
			score: 0.7,
			confirm: "phone_nanp",
			views: ["compact", "decoded"],
		},
	],
	examples: {
		match: ["call +44 20 7946 0958 now", "+14155552671", "(415) 555-2671", "212-555-0187."],
		noMatch: ["+12", "1234567890", "415 555", "version 2.10.415", "911-911-9111"],
	},
};

export const US_SSN: Recognizer = {
	type: "ssn",
	category: "pii",
	groups: ["national_id", "national_id:us"],
	label: "SSN",
	patterns: [
		{
			name: "ssn",
			expression: "(?<![0-9A-Za-z-])\\d{3}-\\d{2}-\\d{4}(?![0-9A-Za-z-])",
			score: 0.7,
			confirm: "ssn",
			views: ["compact", "decoded"],
		},
	],
	examples: {
		match: ["123-45-6789", "SSN: 078-05-1120.", "(219-09-9999)", "my number is 457-55-5462"],
		noMatch: ["000-12-3456", "666-12-3456", "912-12-3456", "123-00-4567", "123-45-0000", "1123-45-6789", "123-45-67890"],
	},
};
