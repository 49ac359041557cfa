import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createApiKeyAuthenticator } from "../../../src/identity/api-keys.ts";
import type { Authenticator } from "../../../src/identity/caller.ts";
import { newKey } from "../../../src/identity/key-format.ts";
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

const ask = async (key: string, address = "192.0.2.1"): Promise<string> => {
	const answer = await authenticator.authenticate({ headers: { "x-api-key": key }, query: "", address });
	return answer.ok ? "ok" : answer.code;
};
const askedAtOnce = (key: string, times: number): Promise<string[]> => Promise.all(Array.from({ length: times }, () => ask(key)));

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

test("right keys from one address are not counted, however many", async () => {
	const more = join(mkdtempSync(join(tmpdir(), "keys-")), "keys.json");
	const keys: string[] = [];
	for (let i = 0; i < 22; i++) keys.push(await addKey(more));
	authenticator.close();
	authenticator = createApiKeyAuthenticator({ file: more, setting: "keys_file", onReload: () => undefined });
	const codes: string[] = [];
	for (const key of keys) codes.push(await ask(key));
	expect(new Set(codes)).toEqual(new Set(["ok"]));
});

test("more proofs at once than the thread pool should have are refused, wherever they come from", async () => {
	const codes = await Promise.all(Array.from({ length: 70 }, (_, i) => ask(newKey().key, `198.51.100.${i}`)));
	expect(codes.filter((code) => code === "invalid_credential")).toHaveLength(64);
	expect(codes.filter((code) => code === "overloaded")).toHaveLength(6);
	expect(await ask(right)).toBe("ok");
});

test("what has the form of a key and not its checksum is no attempt at one", async () => {
	const { key } = newKey();
	const broken = key.slice(0, -1) + (key.endsWith("0") ? "1" : "0");
	expect(new Set(await askedAtOnce(broken, 25))).toEqual(new Set(["invalid_credential"]));
});

test("a right key that was revoked or has ended is told so", async () => {
	const over = join(mkdtempSync(join(tmpdir(), "keys-")), "keys.json");
	const [revoked, expired] = [
		await addKey(over, { revoked: "2026-01-01T00:00:00Z" }),
		await addKey(over, { expires: "2026-01-01T00:00:00Z" }),
	];
	authenticator.close();
	authenticator = createApiKeyAuthenticator({ file: over, setting: "keys_file", onReload: () => undefined });
	expect([await ask(revoked), await ask(expired)]).toEqual(["revoked_credential", "expired_credential"]);
});

test("a right key is one no longer when its hash is another", async () => {
	expect(await askedAtOnce(right, 1)).toEqual(["ok"]);
	const { keys } = JSON.parse(readFileSync(file, "utf8"));
	writeFileSync(file, JSON.stringify({ keys: [{ ...keys[0], hash: await hashKey("another") }] }));
	await vi.waitFor(async () => expect(await askedAtOnce(right, 1)).toEqual(["invalid_credential"]), { timeout: 60_000, interval: 500 });
});

test("a file that is not valid any more keeps the old keys, and says so", async () => {
	const said: (string | undefined)[] = [];
	authenticator.close();
	authenticator = createApiKeyAuthenticator({ file, setting: "keys_file", onReload: (fault) => void said.push(fault) });
	writeFileSync(file, "{ not json");
	await vi.waitFor(() => expect(said).toEqual([expect.any(String)]), { timeout: 60_000, interval: 200 });
	expect(await ask(right)).toBe("ok");
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
