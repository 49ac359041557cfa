import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createApiKeyAuthenticator } from "../../../src/identity/api-keys.ts";
import type { Authenticator } from "../../../src/identity/caller.ts";
import { hashKey, verifyKey } from "../../../src/identity/key-hash.ts";
import { addKey } from "../../support/keys.ts";

let file: string;
let authenticator: Authenticator;
let right: string;

beforeEach(async () => {
	file = join(mkdtempSync(join(tmpdir(), "keys-")), "keys.json");
	right = await addKey(file);
	authenticator = createApiKeyAuthenticator({ file, setting: "keys_file", onReload: () => undefined });
});
afterEach(() => authenticator.close());

const askedAtOnce = async (key: string, times: number): Promise<string[]> => {
	const ask = async (): Promise<string> => {
		const answer = await authenticator.authenticate({ headers: { "x-api-key": key }, query: "", address: "192.0.2.1" });
		return answer.ok ? "ok" : answer.code;
	};
	return Promise.all(Array.from({ length: times }, ask));
};

test("many first requests at once with one right key are all let in: they are no wrong keys", async () => {
	expect(new Set(await askedAtOnce(right, 100))).toEqual(new Set(["ok"]));
});

test("a wrong key that comes many times at once is counted each time", async () => {
	const wrong = await addKey(join(mkdtempSync(join(tmpdir(), "keys-")), "other.json"));
	const codes = await askedAtOnce(wrong, 30);
	expect(codes.filter((code) => code === "invalid_credential")).toHaveLength(20);
	expect(codes.filter((code) => code === "too_many_failures")).toHaveLength(10);
	expect(await askedAtOnce(wrong, 1)).toEqual(["too_many_failures"]);
});

test("a right key is one no longer when its hash is another", async () => {
	expect(await askedAtOnce(right, 1)).toEqual(["ok"]);
	const { keys } = JSON.parse(readFileSync(file, "utf8"));
	writeFileSync(file, JSON.stringify({ keys: [{ ...keys[0], hash: await hashKey("another") }] }));
	await vi.waitFor(async () => expect(await askedAtOnce(right, 1)).toEqual(["invalid_credential"]), { timeout: 15_000, interval: 500 });
});

test("without a hash no key is right", async () => {
	expect(await verifyKey(right, undefined)).toBe(false);
	expect(await verifyKey(right, "scrypt$16384$8$1$AA==$AA==")).toBe(false);
});

test("a file that names one id twice is refused", () => {
	const record = { id: "abcdefgh", name: "n", hash: "scrypt$16384$8$1$AA==$AA==", created: "2026-01-01T00:00:00Z" };
	writeFileSync(file, JSON.stringify({ keys: [record, { ...record, id: "ABCDEFGH" }, record] }));
	expect(() => createApiKeyAuthenticator({ file, setting: "keys_file", onReload: () => undefined })).toThrow(
		/holds the key id abcdefgh twice/,
	);
});
