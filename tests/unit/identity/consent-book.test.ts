import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { deriveAuditKeys } from "../../../src/audit/audit-keys.ts";
import { createNameCipher } from "../../../src/audit/name-cipher.ts";
import { coversProvider, createConsentBook } from "../../../src/identity/consent-book.ts";
import { grantConsent, revokeConsents } from "../../../src/identity/consent-change.ts";
import type { ConsentTerms } from "../../../src/identity/consent-file.ts";

const file = {
	path: join(mkdtempSync(join(tmpdir(), "consents-")), "consents.json"),
	names: createNameCipher(deriveAuditKeys("a secret")),
};
const book = createConsentBook({ file, purposeHeader: "x-purpose", onFault: () => undefined, onClear: () => undefined });
const jane = { id: "key:jane", tenant: "acme", roles: ["agent"] };

const policyOf = (purpose: string | undefined, caller: Parameters<typeof book.consentOf>[0] = jane): string | undefined =>
	book.consentOf(caller, purpose === undefined ? {} : { "x-purpose": purpose })?.policy;

const grant = (subject: string, terms: Partial<ConsentTerms>) =>
	grantConsent(
		file,
		subject,
		{ policy: subject, providers: ["one"], purpose: "support", source: "form 1", ...terms },
		async () => undefined,
	);

test("a consent holds for its subject, its purpose and its time, and until it is revoked or replaced", async () => {
	expect(policyOf("support")).toBeUndefined();
	await grant("role:agent", {});
	await grant("tenant:acme", {});
	const own = await grant("key:jane", {});
	await grant("key:jane", { purpose: "billing", expires: new Date(Date.now() - 1000).toISOString() });
	expect(policyOf("support")).toBe("key:jane");
	expect(policyOf("support", { ...jane, id: "key:joe" })).toBe("tenant:acme");
	expect(policyOf("support", { id: "key:joe", tenant: undefined, roles: ["agent"] })).toBe("role:agent");
	expect([policyOf("billing"), policyOf("other"), policyOf(undefined)]).toEqual([undefined, undefined, undefined]);
	await grant("key:jane", { policy: "second" });
	expect(policyOf("support")).toBe("second");
	await grant("key:jane", { purpose: "sales", policy: "third" });
	expect([policyOf("support"), policyOf("sales")]).toEqual(["second", "third"]);
	const revoked = await revokeConsents(
		file,
		({ subject, purpose }) => subject === own.subject && purpose === "support",
		async () => undefined,
	);
	expect(revoked.map(({ policy }) => policy)).toEqual(["second"]);
	expect([policyOf("support"), policyOf("sales")]).toEqual(["tenant:acme", "third"]);
});

test("a change that cannot be recorded does not hold", async () => {
	const fail = async (): Promise<void> => Promise.reject(new Error("disk full"));
	const terms = { policy: "p", providers: ["*"], purpose: "unrecorded", source: "s" };
	await expect(grantConsent(file, "key:jane", terms, fail)).rejects.toThrow("disk full");
	expect(policyOf("unrecorded")).toBeUndefined();
});

afterEach(() => {
	vi.useRealTimers();
});

test("a fault of one reading does not end consents for good: the file is read again, unchanged, and the fault reported once", async () => {
	vi.useFakeTimers({ toFake: ["Date"] });
	await grant("key:ada", { policy: "mine" });
	let isFaulty = true;
	const faults: string[] = [];
	const names = { ...file.names, open: (sealed: string, context: string) => (isFaulty ? undefined : file.names.open(sealed, context)) };
	const options = { purposeHeader: "x-purpose", onFault: (reason: string) => faults.push(reason), onClear: () => undefined };
	const shaky = createConsentBook({ file: { ...file, names }, ...options });
	const ask = () => shaky.consentOf({ id: "key:ada", tenant: undefined, roles: [] }, { "x-purpose": "support" })?.policy;
	vi.setSystemTime(Date.now() + 2000);
	expect(ask()).toBeUndefined();
	isFaulty = false;
	vi.setSystemTime(Date.now() + 2000);
	expect(ask()).toBe("mine");
	expect(faults).toHaveLength(1);
});

test("it covers the providers that it names", () => {
	const covers = (providers: string[]): boolean => coversProvider({ id: "", policy: "", providers }, "one");
	expect([covers(["one"]), covers(["two"]), covers(["*"]), covers([])]).toEqual([true, false, true, false]);
});
