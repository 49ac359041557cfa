import { expect, test } from "vitest";
import { LABELS } from "../../../src/models/entity-labels.ts";
import type { LabelScores } from "../../../src/models/names-encoder.ts";
import { answerProgram } from "../../support/scanner-program.ts";

test("what an encoder said of other tokens than the scanner reads does not count", async () => {
	const program = await answerProgram("detection_types: [learned]");
	const found = (said?: LabelScores): unknown => {
		const scanner = program.open(undefined, undefined, false, said);
		scanner.write(Buffer.from("My name is Katherine Mallory and I need help."));
		scanner.finish();
		scanner.take(Number.POSITIVE_INFINITY);
		scanner.close();
		return scanner.findings;
	};
	expect(found()).toHaveLength(1);
	expect(found(new Map([[0, new Float64Array(LABELS)]]))).toEqual(found());
});
