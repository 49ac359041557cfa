import { describe, expect, test } from "vitest";
import type { RedactionStrategy } from "../../../src/policy/policy.ts";
import { CONFIRMERS } from "../../../src/recognizers/confirmers.ts";
import { ALL_RECOGNIZERS } from "../../../src/recognizers/registry.ts";
import { Redactor } from "../../../src/verdict/redaction.ts";
import { SurrogateTable } from "../../../src/verdict/surrogate-table.ts";
import { exampleText } from "../../support/examples.ts";

const key = new Uint8Array(32).fill(7);
const pii = (type: string, label = type.toUpperCase()) => ({ type, label, category: "pii" as const });
const AWS = { type: "aws_key", label: "AWS_KEY", category: "secret" as const };
const one = (strategy: RedactionStrategy, rule: Parameters<Redactor["replacement"]>[0], text: string | undefined): string =>
	new Redactor({ strategy, key }).replacement(rule, text);

describe("mask", () => {
	test.each([
		["email", "jane.doe@example.com", undefined, "****.***@*******.***"],
		["email", "jane.doe@example.com", { keep_domain: true }, "****.***@example.com"],
		["email", "jane.doe@example.com", { keep_domain: true, keep_first: 1, keep_last: 1 }, "j***.**e@example.com"],
		["email", "moc.elpmaxe@eod.enaj", { keep_domain: true }, "***.*******@***.****"],
		["credit_card", "4111 1111 1111 1234", undefined, "**** **** **** 1234"],
		["credit_card", "4111-1111-1111-1234", { keep_first: 6, keep_last: 4 }, "4111-11**-****-1234"],
		["credit_card", "4111-1111-1111-1234", {}, "****-****-****-****"],
		["iban", "DE89 3704 0044 0532 0130 00", undefined, "**** **** **** **** **30 00"],
		["phone", "+44 20 7946 0958", { keep_last: 2 }, "+** ** **** **58"],
		["person", "Jürgen Groß 😀", { keep_first: 1 }, "J***** **** 😀"],
		["person", "आदित्य Zoe\u0301", undefined, "****** ****"],
		["pin", "12345", { keep_last: 4 }, "**345"],
	])("of %s %s with %j", (type, text, options, expected) => {
		expect(one("mask", { ...pii(type), ...(options && { mask: options }) }, text)).toBe(expected);
	});

	test("of a secret, or of text whose end is not known, says only what it was", () => {
		expect(one("mask", AWS, "AKIA")).toBe("[AWS_KEY REDACTED]");
		expect(one("mask", pii("email"), undefined)).toBe("[EMAIL REDACTED]");
	});
});

describe("replace", () => {
	test("numbers by first appearance, per label, and knows a value again in any spelling", () => {
		const redactor = new Redactor({ strategy: "replace", key });
		const values: [string, string][] = [
			["email", "a@x.org"],
			["email", "b@x.org"],
			["credit_card", "4111 1111 1111 1111"],
			["email", "A@X.org"],
			["credit_card", "4111-1111-1111-1111"],
			["credit_card", "5555555555554444"],
		];
		expect(values.map(([type, value]) => redactor.replacement(pii(type), value))).toEqual([
			"[EMAIL_1]",
			"[EMAIL_2]",
			"[CREDIT_CARD_1]",
			"[EMAIL_1]",
			"[CREDIT_CARD_1]",
			"[CREDIT_CARD_2]",
		]);
	});

	test("values whose separators mean something are not taken for one", () => {
		const redactor = new Redactor({ strategy: "replace", key });
		expect(redactor.replacement(pii("ip_address"), "1.12.3.4")).not.toBe(redactor.replacement(pii("ip_address"), "11.2.3.4"));
	});

	test("where originals are given back, a placeholder that stands in the prompt already is never given to a value", () => {
		const prompt = new SurrogateTable({ key, keepsOriginals: true });
		prompt.begin(["what is [EMAIL_1], EMAIL_2 4 or EMAIL_03? [credit card 1]", "\\[EMAIL\\_4\\], EMAIL\\_5, [EMAIL_\n6]"]);
		expect(new Redactor({ strategy: "replace", key, prompt }).replacement(pii("email"), "a@x.org")).toBe("[EMAIL_7]");
		expect(new Redactor({ strategy: "replace", key, prompt }).replacement(pii("credit_card"), "4111111111111111")).toBe("[CREDIT_CARD_2]");
	});

	test("where they are not, the placeholders in the history of a conversation keep their meaning", () => {
		const turn = (...texts: string[]): string => {
			const prompt = new SurrogateTable({ key });
			prompt.begin(texts);
			return new Redactor({ strategy: "replace", key, prompt }).replacement(pii("email"), "a@x.org");
		};
		expect(turn("I am a@x.org", "Hello [EMAIL_1]", "Who am I?")).toBe(turn("I am a@x.org"));
	});

	test("no more than 65,536 characters of originals are kept", () => {
		const prompt = new SurrogateTable({ key, keepsOriginals: true });
		const redactor = new Redactor({ strategy: "replace", key, prompt });
		const written = ["a", "b", "c"].map((letter) => redactor.replacement(pii("note"), letter.repeat(30_000)));
		expect(written).toEqual(["[NOTE_1]", "[NOTE_2]", "[NOTE]"]);
		expect(prompt.surrogates).toHaveLength(2);
	});

	test("a text of an answer goes on from the numbers of the prompt, each text by itself", () => {
		const known = new SurrogateTable({ key });
		new Redactor({ strategy: "replace", key, prompt: known }).replacement(pii("email"), "a@x.org");
		for (let text = 0; text < 2; text++) {
			const redactor = new Redactor({ strategy: "replace", key, known });
			expect(["new@x.org", "a@x.org", "newer@x.org"].map((value) => redactor.replacement(pii("email"), value))).toEqual([
				"[EMAIL_2]",
				"[EMAIL_1]",
				"[EMAIL_3]",
			]);
		}
	});

	test("an answer goes on after the highest number of its prompt", () => {
		const prompt = new SurrogateTable({ key, keepsOriginals: true });
		prompt.begin(["what was [EMAIL_1]?"]);
		expect(new Redactor({ strategy: "replace", key, prompt }).replacement(pii("email"), "a@x.org")).toBe("[EMAIL_2]");
		const known = new SurrogateTable({ key, state: prompt.state() });
		expect(new Redactor({ strategy: "replace", key, known }).replacement(pii("email"), "b@x.org")).toBe("[EMAIL_3]");
	});

	test("numbers drawn from the key are the same whatever else the prompt holds", () => {
		const table = (...values: string[]) => {
			const redactor = new Redactor({ strategy: "replace", key, prompt: new SurrogateTable({ key, isStateful: true }) });
			return values.map((value) => redactor.replacement(pii("email"), value));
		};
		const [a, b] = table("a@x.org", "b@x.org");
		expect(table("b@x.org", "a@x.org")).toEqual([b, a]);
		expect(a).toMatch(/^\[EMAIL_\d{1,8}\]$/);
		expect(a).not.toBe(b);
	});

	test("in a conversation that the vendor keeps no two values of different turns have one surrogate", () => {
		const made: readonly (readonly [type: string, value: (i: number) => string])[] = [
			["email", (i) => `user${i}@corp.com`],
			["phone", (i) => `415-555-${2000 + i}`],
			["ip_address", (i) => `10.1.${i}.7`],
			["mac_address", (i) => `a4:5e:60:c1:7b:${(16 + i).toString(16)}`],
			["date_of_birth", (i) => `${1 + (i % 9)}/${1 + (i % 7)}/${1940 + i}`],
			["person", (i) => `Anna${"abcdefghij"[i % 10]}${"klmnopq"[i % 7]}`],
			["person", (i) => `Anna Lund${"abcdefghij"[i % 10]}${"klmnopq"[i % 7]}`],
			["credit_card", (i) => `4539 5787 6362 ${1000 + i}`],
			["ssn", (i) => `123-45-${6000 + i}`],
			["address", (i) => `${i} Elm Road`],
			["organization", (i) => `Acme ${i} Ltd`],
		];
		for (const [type, value] of made) {
			const turns = Array.from({ length: 70 }, (_, i) => {
				const prompt = new SurrogateTable({ key, isStateful: true, keepsOriginals: true });
				return new Redactor({ strategy: "synthetic", key, prompt }).replacement(pii(type), value(i));
			});
			expect({ type, several: new Set(turns).size }).toEqual({ type, several: turns.length });
		}
	});

	test("beyond a thousand values the label stands alone", () => {
		const redactor = new Redactor({ strategy: "replace", key });
		const written = Array.from({ length: 1002 }, (_, i) => redactor.replacement(pii("email"), `u${i}@x.org`));
		expect(written.slice(999)).toEqual(["[EMAIL_1000]", "[EMAIL]", "[EMAIL]"]);
		expect(redactor.replacement(pii("email"), "u0@x.org")).toBe("[EMAIL_1]");
	});

	test("goes on from its state", () => {
		const first = new Redactor({ strategy: "replace", key });
		first.replacement(pii("email"), "a@x.org");
		const second = new Redactor({ strategy: "replace", key }, structuredClone(first.state()));
		expect(["b@x.org", "a@x.org"].map((value) => second.replacement(pii("email"), value))).toEqual(["[EMAIL_2]", "[EMAIL_1]"]);
		expect(JSON.stringify(first.state())).not.toContain("a@x.org");
	});
});

test("hash is keyed, the same for every spelling, and does not tell types of unknown length apart", () => {
	const hashed = one("hash", pii("email"), "a@x.org");
	expect(hashed).toMatch(/^\[EMAIL:[0-9a-f]{12}\]$/);
	expect(one("hash", pii("email"), "A@x.ORG")).toBe(hashed);
	expect(new Redactor({ strategy: "hash", key: new Uint8Array(32) }).replacement(pii("email"), "a@x.org")).not.toBe(hashed);
	expect(one("hash", AWS, undefined)).toBe("[AWS_KEY]");
});

test("a rule's own strategy comes before that of the rule set", () => {
	expect(one("mask", { ...pii("email"), strategy: "remove" }, "a@x.org")).toBe("");
});

describe("synthetic", () => {
	const RESERVED: readonly { type: string; value: string; form: RegExp; confirmer?: string }[] = [
		{ type: "email", value: "jane@corp.com", form: /^[a-z]+\.[a-z]+@example\.(com|net|org)$/, confirmer: "email" },
		{ type: "phone", value: "(415) 555-2671", form: /^\(\d{3}\) 555-01\d\d$/, confirmer: "phone_nanp" },
		{ type: "phone", value: "+14155552671", form: /^\+1\d{3}55501\d\d$/, confirmer: "phone_e164" },
		{ type: "phone", value: "+44 20 7946 0958", form: /^\+44 20 7946 0\d{3}$/, confirmer: "phone_e164" },
		{ type: "phone", value: "+39 06 1234 5678", form: /^\+1 \d{3} 555 01\d\d$/, confirmer: "phone_e164" },
		{ type: "credit_card", value: "4111 1111 1111 1111", form: /^4000 00\d\d \d{4} \d{4}$/, confirmer: "payment_card" },
		{ type: "credit_card", value: "378282246310005", form: /^378282\d{9}$/, confirmer: "payment_card" },
		{ type: "credit_card", value: "30569309025904", form: /^305693\d{8}$/, confirmer: "payment_card" },
		{ type: "credit_card", value: "5555-5555-5555-4444", form: /^5555-55\d\d-\d{4}-\d{4}$/, confirmer: "payment_card" },
		{ type: "iban", value: "DE89 3704 0044 0532 0130 00", form: /^DE\d\d 0000 0000 \d{4} \d{4} \d\d$/, confirmer: "iban" },
		{ type: "iban", value: "GB29NWBK60161331926819", form: /^GB\d\dXXXX0000\d{10}$/, confirmer: "iban" },
		{ type: "ip_address", value: "10.1.2.3", form: /^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}$/, confirmer: "ipv4" },
		{ type: "ip_address", value: "fe80::1", form: /^2001:db8::/, confirmer: "ipv6" },
		{ type: "ssn", value: "219-09-9999", form: /^9\d\d-[0-4]\d-\d{4}$/ },
		{ type: "mac_address", value: "AA:BB:CC:DD:EE:FF", form: /^00:00:5e:00:53:[0-9a-f]{2}$/ },
		{ type: "date_of_birth", value: "1988-02-29", form: /^19\d\d-0\d-0\d$/ },
		{ type: "person", value: "JANE DOE", form: /^[A-Z'-]+ [A-Z'-]+$/ },
		{ type: "employee_id", value: "EMP-123456", form: /^\[EMPLOYEE_ID_\d+\]$/ },
		{ type: "aws_key", value: "AKIA", form: /^\[AWS_KEY_\d+\]$/ },
	];
	test.each(RESERVED)("$type $value becomes one of a range that belongs to nobody, in its layout", ({ type, value, form, confirmer }) => {
		for (let seed = 0; seed < 50; seed++) {
			const made = new Redactor({ strategy: "synthetic", key: Buffer.from([seed]) }).replacement(pii(type), value);
			expect(made).toMatch(form);
			if (confirmer !== undefined)
				expect(
					CONFIRMERS.get(confirmer)?.({ text: made, compact: made.replace(/[^A-Za-z0-9]/g, ""), left: "", right: "" }),
				).toBeGreaterThan(0.5);
		}
	});

	/** Forms that belong to nobody, by type; every other type gets a placeholder. */
	const FORMS: Readonly<Record<string, RegExp>> = {
		email: /^[a-z]+\.[a-z]+@example\.(?:com|net|org)$/,
		phone: /^(?:\+?1?\d{3}55501\d\d|\+442079460\d{3}|\+3319900\d{4}|\+493023125\d{3}|\+6125550\d{4})$/,
		credit_card: /^(?:4000 ?00|5555-?55|378282|305693|356600|222300|620000|601111)[\d -]+$/,
		iban: /^[A-Z]{2}\d{2} ?[0X]{4} ?[0X]{4}[A-Z0-9 ]*$/,
		ssn: /^9\d\d-?[0-4]\d-?\d{4}$/,
		ip_address: /^(?:(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}|2001:db8:[0-9a-f:]+)$/,
		mac_address: /^00.?00.?5e.?00.?53.?[0-9a-f]{2}$/i,
		date_of_birth: /^(?:19[5-9]\d|0?\d)(?:[./ -]{1,2}(?:19[5-9]\d|0?\d)){2}$|^\[DATE_OF_BIRTH_\d+\]$/,
		person: /^[\p{L}'-]+(?: [\p{L}'-]+)*$/u,
		address: /^\d+ [\p{L}' ]+(?:, [\p{L}' .-]+)?$/u,
		organization: /^[\p{L}' ,&-]+$/u,
	};
	const VALUES: Readonly<Record<string, readonly string[]>> = {
		email: ["a@b.co", "MÜLLER@buero.de", "moc.elpmaxe.liam@eod.enaj"],
		phone: ["+49 30 901820", "+33 1 42 68 53 00", "+61 2 9374 4000", "+81 3 3224 5000", "0171 1234567", "212-555-2187", "1 (415) 555-2671"],
		credit_card: ["4111 1111 1111 1111", "6011111111111117", "3530111333300000", "2223003122003222", "4222222222222"],
		iban: ["de89 3704 0044 0532 0130 00", "FR1420041010050500013M02606", "NO9386011117947"],
		ssn: ["123-45-6789", "457555462"],
		ip_address: ["8.8.8.8", "2a00:1450:4001:80b::200e"],
		mac_address: ["AA-BB-CC-DD-EE-FF", "aabb.ccdd.eeff"],
		date_of_birth: ["03/04/1980", "12.3.75", "1990-01-31", "March 3, 1980"],
		person: ["Osterhagen", "Priya Raman", "LENA FISCHER"],
		address: ["4127 Willow Creek Road, Dayton, OH 45402", "22 Harbour Street"],
		organization: ["Brandt Maschinenbau GmbH", "ACME"],
	};
	test.each(ALL_RECOGNIZERS.map((recognizer) => [recognizer.type, recognizer] as const))(
		"%s: a value becomes one of nobody, the same one again, or a placeholder",
		(type, { label, category, examples }) => {
			for (const value of VALUES[type] ?? examples.match.map(exampleText)) {
				const make = (): string => new Redactor({ strategy: "synthetic", key }).replacement({ type, label, category }, value);
				// The layout of a number is the caller's.
				expect(type === "phone" ? make().replace(/[^\d+]/g, "") : make()).toMatch(FORMS[type] ?? new RegExp(`^\\[${label}_\\d+\\]$`));
				expect(make()).toBe(make());
				expect(make()).not.toBe(value);
			}
		},
	);

	test("a synthetic card of every scheme and an IBAN of every country have right check digits", () => {
		const luhn = (digits: string): number =>
			[...digits]
				.reverse()
				.reduce((sum, digit, i) => sum + (i % 2 === 0 ? Number(digit) : Number(digit) > 4 ? 2 * Number(digit) - 9 : 2 * Number(digit)), 0) %
			10;
		const made = (type: string, value: string): string => new Redactor({ strategy: "synthetic", key }).replacement(pii(type), value);
		for (const card of ["4", "51", "2221", "34", "36", "3528", "6011", "62"]) {
			const digits = made("credit_card", card.padEnd(16, "7"));
			expect([card, digits.length, luhn(digits)]).toEqual([card, 16, 0]);
		}
		for (const country of ["AT", "BR", "DE", "ES", "FR", "GB", "MT", "NL", "NO", "PL", "SE"]) {
			const iban = made("iban", `${country}00${"AB12".repeat(5)}`);
			const moved = [...`${iban.slice(4)}${iban.slice(0, 4)}`].map((char) => Number.parseInt(char, 36)).join("");
			expect([iban.slice(0, 2), BigInt(moved) % 97n]).toEqual([country, 1n]);
		}
	});

	const write = (first: string, secret = key) => {
		const prompt = new SurrogateTable({ key: secret });
		prompt.beginText(first);
		return new Redactor({ strategy: "synthetic", key: secret, prompt }).replacement(pii("email"), "jane@corp.com");
	};
	test("depends on the key and on the conversation, and on nothing else", () => {
		expect(write("Hello, I am jane@corp.com")).toBe(write("Hello, I am jane@corp.com"));
		expect(write("Hello, I am jane@corp.com")).not.toBe(write("Another conversation of jane@corp.com"));
		expect(write("Hello, I am jane@corp.com")).not.toBe(write("Hello, I am jane@corp.com", new Uint8Array(32)));
	});

	test("two numbers never look alike, with or without country code", () => {
		const redactor = new Redactor({ strategy: "synthetic", key, prompt: new SurrogateTable({ key, keepsOriginals: true }) });
		const layouts = ["(415) 555-2671", "+1 415 555 2671", "415.555.2671", "1-415-555-2671"];
		const made = Array.from({ length: 800 }, (_, i) => {
			const value = (layouts[i % 4] ?? "")
				.replace("555-2", `${200 + i}-2`)
				.replace("555 2", `${200 + i} 2`)
				.replace("555.2", `${200 + i}.2`);
			return redactor.replacement(pii("phone"), value).replace(/\D/g, "").slice(-10);
		});
		expect(new Set(made).size).toBe(800);
	});

	test("two values never share one, and a surrogate that comes back in the history stays", () => {
		const redactor = new Redactor({ strategy: "synthetic", key, prompt: new SurrogateTable({ key }) });
		const made = Array.from({ length: 900 }, (_, i) => redactor.replacement(pii("ip_address"), `10.1.${i % 250}.${i % 9}`));
		expect(new Set(made).size).toBe(900);
		expect(redactor.replacement(pii("ip_address"), made[3] ?? "")).toBe(made[3]);
	});
});
