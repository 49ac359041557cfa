import { describe, expect, test } from "vitest";
import { createTextInspector } from "../../src/inspect/inspect-text.ts";
import { rulesOf } from "../../src/policy/recognizer-rules.ts";
import { ALL_RECOGNIZERS } from "../../src/recognizers/registry.ts";
import { countKind } from "../support/kinds/find-kind.ts";
import type { Kind } from "../support/kinds/kind.ts";
import { PERSONAL_KINDS } from "../support/kinds/personal.ts";
import { SECRET_KINDS } from "../support/kinds/secrets.ts";

const rules = ALL_RECOGNIZERS.flatMap((recognizer) => rulesOf(recognizer, "redact"));
const inspector = await createTextInspector({ rules, threshold: 0.5, strategy: "mask", allowList: [] });
if (!inspector.ok) throw new Error(JSON.stringify(inspector.faults));
const count = (kind: Kind) => countKind(kind, (text) => inspector.inspect(Buffer.from(text)).findings);

describe.each([
	["secret", SECRET_KINDS],
	["personal", PERSONAL_KINDS],
])("%s kinds", (_, kinds) => {
	test.each(kinds.filter(({ types, oneIn }) => types.length > 0 && oneIn === undefined).map((kind) => [kind.name, kind] as const))(
		"%s: values of its shape are found whole",
		(_name, kind) => {
			const { samples, found, covered, missed } = count(kind);
			// By chance a value can pass for another kind or look written by hand.
			expect([found >= 0.9 * samples, covered, missed]).toEqual([true, found, found < samples ? expect.any(String) : undefined]);
		},
	);

	test.each(kinds.filter(({ oneIn }) => oneIn !== undefined).map((kind) => [kind.name, kind] as const))(
		"%s: a value is found when its check digits are right",
		(_name, kind) => {
			const { found, covered } = count(kind);
			expect(covered).toBe(found);
			// Of 20 × n values of which one in n is right.
			expect(found).toBeGreaterThan(4);
			expect(found).toBeLessThan(60);
		},
	);

	test.each(kinds.filter(({ types }) => types.length === 0).map((kind) => [kind.name, kind] as const))(
		"%s: is left alone, and the reason is written down",
		(_name, kind) => {
			expect(count(kind).found).toBe(0);
			expect(kind.why).toMatch(/\w/);
		},
	);
});

test("the lists have the breadth that is promised", () => {
	const found = (kinds: readonly Kind[]): number => kinds.filter(({ types }) => types.length > 0).length;
	const groups = new Map(ALL_RECOGNIZERS.map(({ type, groups }) => [type, groups ?? []]));
	const countries = new Set(
		PERSONAL_KINDS.flatMap(({ types }) => types.flatMap((type) => groups.get(type) ?? [])).filter((group) => /^national_id:/.test(group)),
	);
	expect(found(SECRET_KINDS)).toBeGreaterThanOrEqual(155);
	expect(found(PERSONAL_KINDS)).toBeGreaterThanOrEqual(126);
	expect(countries.size).toBeGreaterThanOrEqual(35);
});
