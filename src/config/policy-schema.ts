import { z } from "zod";

/** `default` is the section `security` itself. */
const policyName = z.string().regex(/^[A-Za-z][\w.-]{0,63}$/, "must be letters, digits, `_`, `.` and `-`, a letter first, up to 64");
const anyOf = (meaning: string): z.ZodDefault<z.ZodArray<z.ZodString>> =>
	z.array(z.string().min(1)).default([]).describe(`${meaning} Empty: any.`);

export const DryRun = z
	.boolean()
	.default(false)
	.describe("Decide and record, change nothing: prompts and answers pass, and audit has what `would` have happened.");

/** `security.policies`. The overrides are validated where they take effect: as part of the whole policy (`resolvePolicies`). */
export function namedPolicies(sections: readonly string[]): z.ZodDefault<z.ZodRecord<z.ZodString, z.ZodType>> {
	const overrides = sections.map((name) => [
		name,
		z.unknown().optional().describe(`As \`security.${name}\`; keys that are absent are inherited.`),
	]);
	return z
		.record(
			policyName,
			z
				.strictObject({
					extends: z
						.string()
						.min(1)
						.optional()
						.describe(
							"The policy it begins from: another one of this section, or `strict`, `balanced` or `permissive`. Absent: `default`.",
						),
					dry_run: DryRun.optional().describe("As `security.dry_run`. Not inherited."),
					...(Object.fromEntries(overrides) as Record<string, z.ZodOptional<z.ZodUnknown>>),
				})
				.describe(
					"Overrides of the keys of `security`. Sections are merged key by key; lists and single values take the inherited one's place.",
				),
		)
		.default({})
		.describe("Policies beside `default`, which is the section `security` itself. docs/policies.md says which one a request gets.");
}

const PolicyRule = z.strictObject({
	policy: z.string().min(1).describe("The policy that a request gets for which all of the conditions hold."),
	keys: anyOf("Ids of client keys."),
	roles: anyOf("Roles of the caller: `role` of its key, or the claim `auth.claims.roles` of its token."),
	claims: z
		.record(z.string().min(1), z.string().min(1).describe("What the claim is, or holds when it is a list."))
		.default({})
		.describe("Claims of the caller's token; `a.b` is claim `b` in claim `a`."),
	routes: anyOf("Globs of the path, such as `/v1/embeddings`."),
	models: anyOf("Globs of the model that is asked for."),
});

export const PolicyRules = z
	.array(PolicyRule)
	.max(100)
	.default([])
	.describe("Who gets which policy: the first rule that holds counts. A policy that a key or token names itself comes before all rules.");
