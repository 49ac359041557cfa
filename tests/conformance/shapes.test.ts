import { beforeAll, describe, expect, test } from "vitest";
import { inspectWhole } from "../../src/inspect/inspect-whole.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { allRecognizers } from "../support/scanner-program.ts";

/** Values in the shapes that real text has: what is sensitive is found in each, what only looks like it is left alone. */
const STYLE = { strategy: "remove", key: new Uint8Array(32) } as const;
const TOKEN = ["ghp", "_aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY13bXmfQ"].join("");
const STRIPE = ["sk", "_live_", "aB3dE5gH7jK9mN1pQ3rS5tU7"].join("");
const PASSWORD = "hunT3r2!xQ9";
/** A name, a value, and what must be gone of it. */
const SENSITIVE = [
	["api key", STRIPE],
	["password", PASSWORD],
	["card", "4111 1111 1111 1111"],
	["email", "jane.doe@corp.com"],
	["ssn", "457-55-5462"],
	["iban", "DE89 3704 0044 0532 0130 00"],
] as const;
const HARMLESS = [
	["version", "10.24.3-rc.1"],
	["commit", "9c1f0b7e4d2a8835c6e1f7a90b3d5c2e8f4a6b71"],
	["id", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"],
	["price", "1,299.00 EUR"],
	["updated", "2024-01-15T03:12:44.120Z"],
	["isbn", "978-3-16-148410-0"],
	["order", "2024-000-1234"],
	["etag", 'W/"5f2b9d01"'],
] as const;

type Shape = (name: string, value: string) => string;
const SHAPES: Readonly<Record<string, Shape>> = {
	"a row of a table": (name, value) => `| name | value |\n|:-----|------:|\n| ${name} | ${value.padStart(18)} |\n`,
	"a list with bold names": (name, value) => `- **${name}:** \`${value}\`\n- **city:** Bern\n`,
	YAML: (name, value) => `user:\n  ${name}: ${JSON.stringify(value)}\n  city: Bern\n`,
	"folded YAML": (name, value) => `user:\n  ${name.replace(" ", "_")}: >-\n    ${value}\n`,
	"an environment": (name, value) => `A=1\n${name.toUpperCase().replace(" ", "_")}='${value}'\n`,
	"a log in JSON": (name, value) => JSON.stringify({ level: 30, time: 1718000123456, msg: `${name}: ${value}` }),
	"JSON in JSON": (name, value) => JSON.stringify({ body: JSON.stringify({ [name]: value }) }),
	"a patch": (name, value) => `@@ -1,2 +1,3 @@\n city: Bern\n+${name}: "${value}"\n-old\n`,
	"a quoted mail": (name, value) => `On Monday Jane wrote:\n> ${name}: ${value}\n`,
	XML: (name, value) => `<user><${name.replace(" ", "")}>${value.replaceAll('"', "&quot;")}</${name.replace(" ", "")}></user>`,
	"a section of XML": (name, value) => `<${name.replace(" ", "_")}><![CDATA[${value}]]></${name.replace(" ", "_")}>`,
	"a header": (name, value) => `GET / HTTP/1.1\r\nHost: x.example\r\nX-${name.replace(" ", "-")}: ${value}\r\n`,
	"a query": (name, value) => `https://x.example/p?a=1&${name.replace(" ", "_")}=${encodeURIComponent(value)}&b=2`,
	"a template string": (name, value) => `const ${name.replace(" ", "_")} = \`${value}\`;`,
	"a raw string": (name, value) => `${name.replace(" ", "_")} = r'${value}'\n`,
	"a notebook": (name, value) => JSON.stringify({ cells: [{ source: [`${name.replace(" ", "_")} = '${value}'\n`, "print(1)\n"] }] }),
	German: (name, value) => `Hier ist, was Sie wollten: ${name}: ${value}, danke schön.`,
	Japanese: (name, value) => `こちらです。${name}：${value} です。`,
	Arabic: (name, value) => `هذا هو ${name}: ${value} شكرا`,
};

let program: ScannerProgram;
beforeAll(async () => {
	program = await allRecognizers("redact");
});

const found = (text: string): string[] => inspectWhole(program, STYLE, text).scanner.findings.map(({ type }) => type);

describe.each(Object.entries(SHAPES))("in %s", (_name, shape) => {
	test.each(SENSITIVE)("%s is found", (name, value) => {
		expect([shape(name, value), found(shape(name, value))]).not.toEqual([shape(name, value), []]);
	});

	test.each(HARMLESS)("%s is left alone", (name, value) => {
		expect([shape(name, value), found(shape(name, value))]).toEqual([shape(name, value), []]);
	});
});

test.each([
	["Markdown's backslashes", STRIPE.replaceAll("_", "\\_")],
	["folded lines of a card", `NOTE:key ${STRIPE.slice(0, 20)}\r\n ${STRIPE.slice(20)}\r\n`],
	["an encoded word", `Subject: =?UTF-8?B?${Buffer.from(`key ${TOKEN} is new`).toString("base64")}?=`],
	[
		"the console's file",
		`Access key ID,Secret access key\n${["AKIA", "IOSFODNN7", "EXAMPLE"].join("")},wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMKEYab\n`,
	],
])("a secret in %s is found", (_name, text) => {
	expect(found(text).length).toBeGreaterThan(0);
});

test("a padded value ends with its line", () => {
	for (const bytes of ["aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1z", "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1zA"])
		for (const end of ["\n", "\r\n"]) {
			const key = Buffer.from(bytes).toString("base64");
			const text = `API_KEY=${key}${end}CITY=Bern${end}`;
			expect(inspectWhole(program, STYLE, text).text).toBe(text.replace(key, ""));
		}
});

test("a value that is broken over two cells is none", () => {
	expect(found("| a | b |\n|---|---|\n| 4111 1111 | 2222 3333 |\n| jane.doe | corp.com |\n")).toEqual([]);
});
