import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);

/** Never an assertion on time: only that every suite runs to its end and that the answers come through whole. */
test("a smoke run of every benchmark gives its tables, and every answer arrives", async () => {
	const { stdout } = await run(process.execPath, ["--import", "tsx", "bench/main.ts", "smoke"], { timeout: 280_000 });
	expect(stdout).toMatch(/Scan and release[\s\S]*\d+ patterns +[\d,]/);
	expect(stdout).toMatch(/Lane round trip/);
	const paced = [...stdout.matchAll(/^(no proxy|ours, [\w ]+?) {2,}.* 0 % +10 stop$/gm)].map(([, name]) => name);
	expect(paced).toEqual(["no proxy", "ours, inspection off", "ours, default"]);
	expect(stdout).toMatch(/Delay by holding[\s\S]*prose +[\d.]+ %/);
	expect(stdout).toMatch(/Open streams[\s\S]*10 +50 .* 0\.00 % +10$/m);
	expect(stdout).toMatch(/Overload[\s\S]*ours, default, 2 × the capacity/);
	// The one number that is the same on every machine.
	expect(stdout).toMatch(/Leaks[\s\S]*ours, default +0\.0 % +0 +0 +0\.0 %/);
	expect(stdout).toMatch(/smoke: flood[\s\S]*ours, default +[\d,.]+/);
}, 300_000);

test.each([
	["suite", ["fast"], /'fast' is not a suite[\s\S]*parts, proxy, hold, hostile, growth, leak/],
	["load", ["proxy", "--load", "heavy"], /'heavy' is not a load\. There are paced-100x50, steady-100x50, /],
])("an unknown %s is refused with the list of those there are", async (_, words, message) => {
	const failure = await run(process.execPath, ["--import", "tsx", "bench/main.ts", ...words]).catch(
		(error: { code: number; stderr: string }) => error,
	);
	expect(failure).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
});
