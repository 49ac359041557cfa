import { expect, test } from "vitest";
import { reportHold } from "../../../src/scanner/hold-report.ts";

test("of what waits for the next piece, the report says how much waits for more than that", async () => {
	const address = { name: "address", expression: "\\b\\w{1,20}@\\w{1,20}\\.com", score: 1 };
	const rare = { name: "rare", expression: "\\bzq\\d{4}", score: 1 };
	const { together, patterns } = await reportHold([address, rare], () => true);
	const [words, seldom] = patterns;
	expect([words?.pattern, seldom?.pattern]).toEqual(["address", "rare"]);
	for (const sample of ["prose", "code", "data"] as const) {
		expect(together.late[sample]).toBeLessThan(together.delayed[sample]);
		expect(words?.delayed[sample]).toBe(together.delayed[sample]);
	}
	expect(together.late.prose).toBeGreaterThan(0);
	expect([seldom?.delayed.prose, seldom?.late.prose]).toEqual([0, 0]);
});
