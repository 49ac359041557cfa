import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { auditKeys, existingKeys } from "../../../src/audit/audit-keys.ts";

const newDir = (): string => mkdtempSync(join(tmpdir(), "audit-"));

test("a secret is made once, for its owner alone, and the same keys come from it again", () => {
	const dir = newDir();
	expect(existingKeys(dir, { secret: "" })).toBeUndefined();
	const made = auditKeys(dir, { secret: "" });
	expect([readdirSync(dir), statSync(join(dir, "secret.key")).mode & 0o777]).toEqual([["secret.key"], 0o600]);
	expect(existingKeys(dir, { secret: "" })?.signingSeed).toEqual(made.signingSeed);
	expect(auditKeys(newDir(), { secret: "" }).signingSeed).not.toEqual(made.signingSeed);
	expect(made.fileOf("key:a")).not.toBe(made.fileOf("key:b"));
});

test("a damaged secret makes no keys, and is not replaced", () => {
	for (const bytes of [0, 31, 33]) {
		const dir = newDir();
		writeFileSync(join(dir, "secret.key"), Buffer.alloc(bytes));
		expect(() => auditKeys(dir, { secret: "" })).toThrow(/secret\.key is damaged/);
		expect(readFileSync(join(dir, "secret.key")).length).toBe(bytes);
	}
});

test("the secret that was kept beside the logs counts as the one before when the installation has one", () => {
	const dir = newDir();
	const local = auditKeys(dir, { secret: "" });
	expect(auditKeys(dir, { secret: "s" }).previous?.wrappingKey).toEqual(local.wrappingKey);
	const named = auditKeys(dir, { secret: "s", previousSecret: "p" });
	expect(named.previous?.wrappingKey).toEqual(auditKeys(newDir(), { secret: "p" }).wrappingKey);
	expect(auditKeys(newDir(), { secret: "s" }).previous).toBeUndefined();
});

test("with a secret of the installation nothing is written, and another secret gives other keys", () => {
	const dir = newDir();
	expect(auditKeys(dir, { secret: "one" }).wrappingKey).not.toEqual(auditKeys(dir, { secret: "two" }).wrappingKey);
	expect(auditKeys(dir, { secret: "one" }).wrappingKey).not.toEqual(auditKeys(dir, { secret: "one" }).signingSeed);
	expect(existsSync(join(dir, "secret.key"))).toBe(false);
});
