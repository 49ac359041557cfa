import { z } from "zod";
import { milliseconds } from "./duration-schema.ts";

const count = (meaning: string, byDefault = 0): z.ZodDefault<z.ZodInt> =>
	z.int().min(0).default(byDefault).describe(`${meaning} 0: no limit.`);
const money = (period: string): z.ZodDefault<z.ZodNumber> =>
	z.number().min(0).default(0).describe(`US dollars per caller and calendar ${period} (UTC), by \`llm_providers.*.prices\`. 0: no limit.`);

/** Limits beside those of requests per minute and hour. */
const further = {
	tokens_per_minute: count("Tokens per minute, prompt and answer, filled evenly."),
	concurrent_requests: count("Requests open at once."),
	tokens_per_day: count("Tokens per calendar day (UTC)."),
	tokens_per_month: count("Tokens per calendar month (UTC)."),
	usd_per_day: money("day"),
	usd_per_month: money("month"),
};

const LimitRule = z.strictObject({
	name: z
		.string()
		.regex(/^[\w.-]{1,64}$/, "must be letters, digits, `_`, `.` and `-`")
		.describe("Names what is shared; unique."),
	per: z.enum(["caller", "everyone"]).default("caller").describe("Whether each caller has these limits for itself, or all share them."),
	roles: z.array(z.string().min(1)).default([]).describe("Roles of the caller. Empty: any."),
	routes: z.array(z.string().min(1)).default([]).describe("Globs of the path. Empty: any."),
	models: z.array(z.string().min(1)).default([]).describe("Globs of the model that is asked for. Empty: any."),
	requests_per_minute: count("Requests per minute."),
	requests_per_hour: count("Requests per hour."),
	...further,
});

export const RateLimiting = z
	.strictObject({
		requests_per_minute: count("Requests per caller and minute, a bucket that fills evenly.", 60),
		requests_per_hour: count("Requests per caller and hour, a bucket that fills evenly.", 1000),
		burst_allowance: z.int().min(0).default(10).describe("Requests above the minute's rate that a quiet caller may send at once."),
		...further,
		rules: z
			.array(LimitRule)
			.max(100)
			.default([])
			.describe("Further limits for the requests for which all conditions of the rule hold; a request is within all of them or refused."),
		on_store_failure: z
			.enum(["local", "closed"])
			.default("local")
			.describe(
				"While Redis is slow, full or gone. `local`: each replica counts on alone, from what it last read; `closed`: requests are answered 503.",
			),
	})
	.superRefine(({ rules }, context) => {
		for (const [i, { name, ...rule }] of rules.entries()) {
			if (rules.findIndex((other) => other.name === name) !== i)
				context.addIssue({ code: "custom", path: ["rules", i, "name"], message: `'${name}' is the name of another rule` });
			if (!Object.values(rule).some((value) => typeof value === "number" && value > 0))
				context.addIssue({ code: "custom", path: ["rules", i], message: "limits nothing: none of its limits is above 0" });
		}
	})
	.prefault({})
	.describe("How much one caller may ask.");

export const Abuse = z
	.strictObject({
		blocks: z.int().min(0).default(0).describe("Blocked requests within the window after which a caller is suspended. 0: never."),
		window_ms: milliseconds.default(600_000).describe("ms in which they count; they are forgotten evenly."),
		suspend_ms: milliseconds.default(900_000).describe("ms that a suspended caller is answered 403."),
		history_weight: z
			.number()
			.min(0)
			.max(1)
			.default(0.3)
			.describe(
				"What a caller with as many blocked requests in the window (5 where `blocks` is 0) adds to the risk of a prompt that is doubtful by itself, 0…1; fewer add in proportion. 0: nothing is counted for it.",
			),
	})
	.prefault({})
	.describe("Callers whose requests the policy blocks again and again.");
