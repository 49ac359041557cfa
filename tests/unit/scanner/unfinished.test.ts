import { beforeAll, describe, expect, test } from "vitest";
import { RECOGNIZERS } from "../../../src/recognizers/registry.ts";
import type { ScannerProgram } from "../../../src/scanner/text-scanner.ts";
import { allRecognizers } from "../../support/scanner-program.ts";

/** A part of an answer that ends in the middle of a secret. */
let program: ScannerProgram;
beforeAll(async () => {
	program = await allRecognizers("cut");
});

/** What of a part goes out, `·` for what is redacted, and whether the answer ended there. */
function ended(text: string, step = text.length): { readonly said: string; readonly isCut: boolean } {
	const scanner = program.open();
	let said = "";
	const take = (): void => {
		for (const piece of scanner.take(Number.POSITIVE_INFINITY)) said += piece.kind === "clean" ? Buffer.from(piece.bytes).toString() : "·";
	};
	for (let at = 0; at < text.length; at += step) {
		scanner.write(Buffer.from(text.slice(at, at + step)));
		take();
	}
	scanner.finish(true);
	take();
	scanner.close();
	return { said, isCut: scanner.isCut };
}

/** Tokens with a prefix: what stands before the body, and a whole one. */
const TOKENS = RECOGNIZERS.filter(({ patterns }) => patterns[0]?.confirm === "token" && patterns[0].tail !== undefined).flatMap(
	({ type, examples: { match, noMatch } }) => {
		const [prefix = "", sample = ""] = [noMatch[0], match[0]?.slice(1, -1)];
		return sample.startsWith(prefix) ? [[type, prefix, sample] as const] : [];
	},
);

describe("the beginning of a secret at the end of a part", () => {
	test("there are enough of them for this to mean something", () => {
		expect(TOKENS.length).toBeGreaterThan(120);
	});

	test.each(TOKENS)("%s: no byte behind %s goes out, and the answer does not end", (_type, prefix, sample) => {
		// Up to here it might have been a word.
		const first = prefix.length + sample.slice(prefix.length).search(/\d|[a-z][A-Z]/) + 2;
		for (const to of [first, first + 1, Math.floor((first + sample.length) / 2), sample.length - 1]) {
			const { said, isCut } = ended(`Use ${sample.slice(0, to)}`);
			expect(`Use ${prefix}`.startsWith(said.replace("·", "")), said).toBe(true);
			expect(isCut).toBe(false);
			expect(ended(`Use ${sample.slice(0, to)}`, 3).said).toBe(said);
		}
	});

	test.each([
		["sk-proj-a", "·"],
		["sk\u200b-proj-a", "·"],
		["sk-proj-a\u00ad", "·\u00ad"],
		["AKIA12\u200b\u200b", "·\u200b\u200b"],
		["sk\\u002dproj\\u002dab", "·"],
		["s k - p r o j - a b c", "·"],
		["password = h3", "password = ·"],
		["p\u200bassword = 'h3 a, b4", "p\u200bassword = '·"],
		["ｐａｓｓｗｏｒｄ = 'h3 a, b4", "ｐａｓｓｗｏｒｄ = '·"],
		["eyJhbGciOi", "·"],
		["AKIAIO", "·"],
	])("%j is one", (text, said) => expect(ended(text)).toEqual({ said, isCut: false }));

	test.each([
		"sk-",
		"sk-proj",
		"sk-proj-",
		"AKIA",
		"-----BEGIN",
		"the path",
		"the api-docs",
		"a key-value store",
		"npm_config",
		"re_run",
		"jane.doe@exam",
		"4111 1111 1111",
		"password: hun",
		"The password is wrong",
		"token: abc.",
		"api_key: process.env.KEY",
		"https://example.com/a1",
		"sk-proj-abc is one",
		"about urban life, and",
		"the URL that you want to link to",
		"GPS: .",
		"password = …",
		// They have the whole shape, and are none of those that the shape is of.
		`AKIA${"X".repeat(16)}`,
		`ghp_${"x".repeat(36)}`,
	])("%j is none", (text) => expect(ended(text)).toEqual({ said: text, isCut: false }));

	test("what stands behind a whole one is none", async () => {
		const scanner = (await allRecognizers("redact")).open();
		scanner.write(Buffer.from(`$2b$12$${"aB3dE5gH".repeat(7).slice(0, 53)}7`));
		scanner.finish(true);
		scanner.take(Number.POSITIVE_INFINITY);
		scanner.close();
		expect(scanner.findings).toMatchObject([{ type: "password_hash", from: 0, to: 60 }]);
	});
});
