import { getHeapSnapshot } from "node:v8";
import { expect, test } from "vitest";
import { allRecognizers } from "../../support/scanner-program.ts";

/** Whether a string of the heap matches, the expression's own source aside. */
async function heapHolds(expression: RegExp): Promise<boolean> {
	let before = "";
	let isHeld = false;
	for await (const chunk of getHeapSnapshot().setEncoding("utf8")) {
		const text = before + (chunk as string);
		isHeld ||= expression.test(text);
		before = text.slice(-100);
	}
	return isHeld;
}

test("what stood around a number is not in memory when its text is over", { timeout: 60_000 }, async () => {
	const program = await allRecognizers("redact");
	const scan = (): number => {
		const scanner = program.open();
		scanner.write(Buffer.from(`${["quokka", "marzipan"].join("-")} account 10147602 and more`));
		scanner.finish();
		scanner.take(Number.POSITIVE_INFINITY);
		scanner.close();
		return scanner.findings.length;
	};
	expect(scan()).toBe(1);
	expect(await heapHolds(/account[ ]number/)).toBe(true);
	expect(await heapHolds(/quokka[-]marzipan/)).toBe(false);
});
