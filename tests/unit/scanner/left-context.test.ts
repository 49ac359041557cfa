import { expect, test } from "vitest";
import { allRecognizers } from "../../support/scanner-program.ts";

test("what stands before a number counts as far back in a long text that comes in pieces as in one that comes whole", async () => {
	const program = await allRecognizers("redact", false);
	const found = (text: string, size: number): string[] => {
		const scanner = program.open();
		for (let from = 0; from < text.length; from += size) {
			scanner.write(Buffer.from(text.slice(from, from + size)));
			scanner.take(Number.POSITIVE_INFINITY);
		}
		scanner.finish();
		scanner.take(Number.POSITIVE_INFINITY);
		scanner.close();
		return scanner.findings.map(({ type, from, to }) => `${type} ${from}-${to}`);
	};
	// The distances go beyond what is looked at; the numbers stand at every place of the windows that texts are kept in.
	const text = Array.from(
		{ length: 400 },
		(_, i) => `${"and ".repeat(i % 41)}. My bank account ${"is, ".repeat(6 + (i % 9))}10147602. `,
	).join("");
	const whole = found(text, text.length);
	expect(whole.length).toBeGreaterThan(40);
	expect(whole.length).toBeLessThan(400);
	for (const size of [1, 7, 64, 1000]) expect(found(text, size)).toEqual(whole);
});
