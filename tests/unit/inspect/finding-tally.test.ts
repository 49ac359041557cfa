import { expect, test } from "vitest";
import { FindingTally } from "../../../src/inspect/finding-tally.ts";

test("a pattern may have the name of a member that every object has", () => {
	const tally = new FindingTally();
	tally.add([{ type: "constructor", from: 0, to: 4, score: 1, action: "redact" }], "text:0");
	expect(tally.report().counts).toEqual({ constructor: 1 });
	const continued = new FindingTally(tally.report());
	continued.add([{ type: "constructor", from: 9, to: 12, score: 1, action: "redact" }], "text:0");
	expect(Object.entries(continued.counts)).toEqual([["constructor", 2]]);
});
