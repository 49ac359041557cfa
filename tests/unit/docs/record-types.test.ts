import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { RECORD_TYPES } from "../../../src/audit/record-types.ts";

test("docs/audit.md says of every type of record what it is, in the order of audit query --help", () => {
	const [, table = ""] = readFileSync("docs/audit.md", "utf8").split("| `type` | when |");
	const [rows = ""] = table.split("\n\n");
	const names = rows.split("\n").flatMap((row) => [...(row.split(" | ")[0] ?? "").matchAll(/`(\w+)`/g)].map(([, name]) => name));
	expect(names).toEqual(RECORD_TYPES);
});
