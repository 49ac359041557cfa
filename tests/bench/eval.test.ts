import { execFile } from "node:child_process";
import { expect, test } from "vitest";

interface Ran {
	readonly code: number;
	readonly out: string;
	readonly err: string;
}

const run = (program: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> =>
	new Promise((resolve) => {
		execFile(
			process.execPath,
			["--import", "tsx", program, ...words],
			{ env: { ...process.env, CORPORA_DIR: "", ...env } },
			(error, out, err) => {
				resolve({ code: error === null ? 0 : Number(error.code), out, err });
			},
		);
	});

test.each([
	["bench/eval/main.ts", [], "pii-anon-eval"],
	["bench/eval/main.ts", ["harm"], "harm-text"],
	["models/harm/train.ts", [], "harm-text"],
	["models/injection/train.ts", [], "injection-direct"],
	["models/names/train.ts", [], "pii-ner-real"],
	["models/second-stage/write-weights.ts", [], "injection-direct"],
])(
	"%s %j with an empty CORPORA_DIR says which folder it needs",
	async (program, words, set) => {
		const { code, out, err } = await run(program, words);
		expect({ code, out }).toEqual({ code: 2, out: "" });
		expect(err).toBe(`CORPORA_DIR is not set — give the folder that holds ${set}/dev.jsonl and the others\n`);
	},
	30_000,
);

test("eval refuses what is no suite, and names those there are", async () => {
	for (const word of ["fast", "toString"]) {
		const { code, err } = await run("bench/eval/main.ts", [word]);
		expect(code).toBe(2);
		expect(err).toContain(`'${word}' is not a suite.`);
		for (const suite of ["detection", "secrets", "kinds", "disguises", "names", "injection", "injection-rules", "prompt-time", "harm"])
			expect(err).toMatch(new RegExp(`^ {2}${suite} +[a-z]`, "m"));
	}
});

test("a suite that makes its texts up needs no corpora", async () => {
	const { code, out } = await run("bench/eval/main.ts", ["kinds"]);
	expect(code).toBe(0);
	expect(out).toMatch(/^secrets: \d+ kinds\n[\s\S]*^personal data: \d+ kinds\n/m);
});
