import { confirmToken } from "./confirm-secrets.ts";
import { confirmWhole } from "./confirm-whole.ts";
import type { Confirmer, PatternSpec, Recognizer, Tail } from "./recognizer.ts";

const sample = "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1z2".repeat(4);
const [BASE64, ALNUM, URL] = ["A-Za-z0-9+/", "A-Za-z0-9", "A-Za-z0-9_~.-"];

/** A key that is known by a mark behind its head, which any word could begin. */
interface MarkedKey {
	readonly name: string;
	/** Class source of the head. */
	readonly alphabet: string;
	readonly head: number;
	/** Expression of the mark and what follows. */
	readonly rest: string;
	readonly tail?: Tail;
}

// biome-ignore format: a table
const MARKED_KEYS: readonly MarkedKey[] = [
	{ name: "azure_key_88", alphabet: BASE64, head: 76, rest: `(?:\\+ASt|ACDb|\\+ABa|\\+AMC)[${BASE64}]{5}[AQgw]==` },
	{ name: "azure_key_44", alphabet: BASE64, head: 33, rest: `(?:\\+ASb|\\+AEh|\\+ARm|AzCa|AIoT)[A-P][${BASE64}]{5}=` },
	{ name: "azure_key_52", alphabet: BASE64, head: 42, rest: `(?:AzSe|\\+ACR)[A-D][${BASE64}]{5}` },
	{ name: "azure_key_functions", alphabet: "A-Za-z0-9_-", head: 44, rest: "AzFu[A-Za-z0-9_-]{5}[AQgw]==" },
	{ name: "azure_devops_pat", alphabet: ALNUM, head: 76, rest: `AZDO[${ALNUM}]{4}(?![${ALNUM}])` },
	{ name: "azure_key_cask", alphabet: ALNUM, head: 52, rest: `JQQJ9[9DH][${ALNUM}][A-L][${ALNUM}]{24}`, tail: { bytes: "A-Za-z0-9=", maxBytes: 16 } },
];

/** In answers a key is found from the first two characters of its head in a row that are no small letters, on average the third; 1 key in 3,000 has none in so many. */
const MOST_PUBLIC = 26;
const SCORE = 0.98;

function markedPattern({ name, alphabet, head, rest, tail }: MarkedKey): PatternSpec {
	const others = alphabet.replace("a-z", "");
	const mixed = `(?<![${others}])[${others}]{2}[${alphabet}]{${Math.max(0, head - MOST_PUBLIC - 2)},${head - 2}}`;
	return {
		name,
		expression: `(?<![${alphabet}])[${alphabet}]{${head}}${rest}`,
		score: SCORE,
		views: ["decoded"],
		inAnswers: { expression: mixed + rest, confirm: `whole:${name}` },
		...(tail && { tail }),
	};
}

const SECRET_REST = `\\dQ~[${URL}]{31,34}(?![${URL}])`;

/** For what is found in answers: with what stands before it, it is the whole key. */
export const AZURE_CONFIRMERS: readonly (readonly [string, Confirmer])[] = [
	...MARKED_KEYS.map(({ name, alphabet, head, rest }) => {
		const whole = new RegExp(`^[${alphabet}]{${head}}${rest}$`);
		return [`whole:${name}`, confirmWhole(new RegExp(`[${alphabet}]*$`), ({ text }) => (whole.test(text) ? SCORE : 0))] as const;
	}),
	["whole:azure_client_secret", confirmWhole(new RegExp(`(?<![${URL}])[${URL}]{3}$`), confirmToken)],
];

/** Azure keys carry a signature in the middle. */
export const AZURE_KEY: Recognizer = {
	type: "azure_key",
	category: "secret",
	groups: ["cloud"],
	label: "AZURE_KEY",
	patterns: [
		...MARKED_KEYS.map(markedPattern),
		{
			name: "azure_client_secret",
			expression: `(?<![${URL}])[${URL}]{3}${SECRET_REST}`,
			score: SCORE,
			views: ["decoded"],
			confirm: "token",
			inAnswers: { expression: SECRET_REST, confirm: "whole:azure_client_secret" },
		},
		{
			name: "azure_connection_string",
			expression: "(?:AccountKey|SharedAccessKey|SharedAccessSignature)=",
			caseInsensitive: true,
			score: 0.95,
			core: { skip: " \"'", maxSkip: 3, bytes: "A-Za-z0-9+/%_=&-", minBytes: 32, maxBytes: 96 },
		},
		{
			name: "azure_sas",
			expression: "[?&]sig=",
			caseInsensitive: true,
			score: 0.9,
			core: { skip: " ", maxSkip: 1, bytes: "A-Za-z0-9%+/=_-", minBytes: 40, maxBytes: 96 },
		},
	],
	examples: {
		match: [
			`⟦${sample.slice(0, 76)}+ASt${"abcdeA=="}⟧`,
			`⟦${sample.slice(0, 33)}+ASb${"Aabcde="}⟧`,
			`⟦${sample.slice(0, 42)}AzSe${"Aabcde"}⟧`,
			`⟦${sample.slice(0, 44)}AzFu${"abcdeQ=="}⟧`,
			`⟦${sample.slice(0, 52)}JQQJ99${"AA"}${sample.slice(0, 24)}⟧`,
			`⟦abc8Q~${sample.slice(0, 34)}⟧`,
			`⟦dO29Q~${sample.slice(0, 34)}⟧`,
			`pat: ⟦${sample.slice(0, 76)}AZDO${"4Ssi"}⟧`,
			`DefaultEndpointsProtocol=https;AccountName=x;AccountKey=⟦${sample.slice(0, 86)}==⟧;`,
			`https://x.blob.core.windows.net/c?sv=1&sig=⟦${sample.slice(0, 44)}⟧`,
		],
		noMatch: ["JQQJ99", "abc8Q~short", "AccountKey=<key>", "&sig=abc"],
	},
};
