import fc from "fast-check";
import { expect, test } from "vitest";
import { type Form, formType, readForm, writeForm } from "../../../src/wire/form-data.ts";

/** Forms as other software writes and reads them: that of Node. */

const TEXT = fc.oneof(
	fc.string({ unit: "binary" }),
	fc.constantFrom("", "\r\n", "--", "a\r\n--b", '"; filename="x', "\ufeff", "ü", "name=x"),
);
const NAME = fc.oneof(TEXT, fc.constantFrom("model", "include[]", "file"));
const BYTES = fc.uint8Array({ maxLength: 400 });
/** Both sides turn a lone line end within a name or a text into CRLF, as browsers do. */
const lines = (text: string): string => text.replace(/\r\n|\r|\n/g, "\r\n");

async function readAsNode({ body, boundary }: { body: Uint8Array; boundary: string }): Promise<unknown[]> {
	const headers = { "content-type": formType({ boundary }) };
	const form = await new Response(new Uint8Array(body), { headers }).formData();
	return Promise.all(
		[...form].map(async ([name, value]) =>
			typeof value === "string" ? [name, value] : [name, value.name, [...new Uint8Array(await value.arrayBuffer())]],
		),
	);
}

const told = ({ fields, files }: Form): unknown[] => [
	...fields.map(([name, value]) => [name, value]),
	...files.map(({ field, filename, bytes }) => [field, filename, [...bytes]]),
];

test("a form of Node's is read as it was meant, and what is written is read by Node as it was meant", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.tuple(NAME, TEXT), { maxLength: 6 }),
			fc.array(fc.tuple(NAME, BYTES), { maxLength: 2 }),
			async (texts, files) => {
				const made = new FormData();
				for (const [name, text] of texts) made.append(name, text);
				for (const [name, bytes] of files) made.append(name, new Blob([new Uint8Array(bytes)]), "a.wav");
				const form = readForm(new Uint8Array(await new Response(made).arrayBuffer()));
				if (texts.length + files.length === 0) return;
				if (form === undefined) throw new Error("not read");
				expect(form.fields.map(([, text]) => lines(text))).toEqual(
					texts.map(([, text]) => lines(text.toWellFormed().replace(/^\ufeff/, ""))),
				);
				expect(form.files.map(({ bytes }) => [...bytes])).toEqual(files.map(([, bytes]) => [...bytes]));
				expect(await readAsNode({ body: writeForm(form), boundary: form.boundary })).toEqual(told(form));
			},
		),
		{ numRuns: 200 },
	);
});

const PIECES = [
	"--b",
	"--b--",
	"--",
	"\r\n",
	"\n",
	"\r\n\r\n",
	"Content-Disposition: form-data",
	'; name="a"',
	"; name*=UTF-8''%61",
	'; filename="f"',
	"; filename*=UTF-8''f",
	"Content-Type: text/plain",
	"Content-Transfer-Encoding: base64",
	"secret",
	"\0",
];

test("whatever a form looks like, what is written of it says to Node what was read here", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: "binary", maxLength: 4 })), { maxLength: 24 }),
			async (pieces) => {
				const form = readForm(Buffer.from(`--b\r\nContent-Disposition: form-data; name="z"\r\n\r\n${pieces.join("")}\r\n--b--`));
				if (form === undefined || form.fields.length + form.files.length === 0) return;
				if (form.fields.flat().some((text) => text.includes("b"))) return;
				expect(await readAsNode({ body: writeForm(form), boundary: "b" })).toEqual(told(form));
			},
		),
		{ numRuns: 1000 },
	);
});

test("a text that holds the boundary is not written", () => {
	expect(() => writeForm({ boundary: "b1", fields: [["a", "\r\n--b1--"]], files: [] })).toThrow();
});

test.each([
	"",
	"--",
	"--b",
	"--b\n",
	"--b c\r\n",
	"--b\r\n",
	`--${"b".repeat(71)}\r\n`,
	'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx',
])("%j is no form", (body) => expect(readForm(Buffer.from(body))).toBeUndefined());

test("more parts than any client sends are no form", () => {
	const part = '--b\r\nContent-Disposition: form-data; name="a[]"\r\n\r\nx\r\n';
	expect(readForm(Buffer.from(`${part.repeat(256)}--b--`))?.fields.length).toBe(256);
	expect(readForm(Buffer.from(`${part.repeat(257)}--b--`))).toBeUndefined();
});
