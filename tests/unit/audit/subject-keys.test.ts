import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { auditKeys } from "../../../src/audit/audit-keys.ts";
import { SubjectKeys } from "../../../src/audit/subject-keys.ts";

test("a key that is remembered takes the memory of its 32 bytes: a proxy remembers those of thousands of callers", () => {
	const dir = mkdtempSync(join(tmpdir(), "audit-"));
	const keys = new SubjectKeys(dir, auditKeys(dir, { secret: "s" }));
	const ids = Array.from({ length: 50 }, (_, i) => `address:192.0.2.${i}`);
	for (const id of ids) keys.obtain(id);
	expect(ids.map((id) => keys.find(id)?.key.buffer.byteLength)).toEqual(ids.map(() => 32));
});
