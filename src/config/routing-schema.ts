import { z } from "zod";
import { milliseconds } from "./duration-schema.ts";

const Target = z
	.strictObject({
		provider: z.string().min(1).describe("A name in `llm_providers`."),
		model: z.string().min(1).optional().describe("The provider's name for the model. When absent: the client's."),
		weight: z.number().min(0).default(1).describe("With `weighted`: share of the requests. 0: only when the others fail."),
		priority: z.int().min(0).default(0).describe("Targets of a lower number come first, whatever the strategy."),
		cost: z.number().min(0).default(0).describe("With `cost`: price in any unit, the same for all targets."),
	})
	.describe("Where requests for the model may go.");

const Model = z
	.strictObject({
		strategy: z
			.enum(["ordered", "weighted", "latency", "cost"])
			.default("ordered")
			.describe(
				"Which target of the lowest priority is first. `ordered`: as listed; `weighted`: drawn by `weight`; `latency`: the one that lately began its answers soonest; `cost`: the cheapest. The others follow when it fails before its answer has begun.",
			),
		sticky: z.boolean().default(false).describe("With `weighted`: a caller gets the same target every time, on every replica."),
		targets: z.array(Target).min(1).describe("The providers, and their names for the model."),
	})
	.describe("Where requests for the models of this name go.");

const Retries = z
	.strictObject({
		attempts: z.int().min(1).max(10).default(3).describe("Most attempts of one request, all targets together. 1: no second one."),
		same_provider: z
			.int()
			.min(0)
			.max(5)
			.default(0)
			.describe(
				"How often the same provider is tried again before the next target. 0, because the SDKs of the vendors try again themselves.",
			),
		base_delay_ms: milliseconds
			.default(250)
			.describe("ms: bound of the random wait before the same provider is tried again. Doubles each time. A `Retry-After` counts instead."),
		max_delay_ms: milliseconds
			.default(5000)
			.describe("ms: longest such wait. A provider that asks for a longer one is not tried again; the next target is."),
		deadline_ms: milliseconds.default(30_000).describe("ms after the first attempt in which another one may begin."),
		budget_percent: z
			.int()
			.min(0)
			.max(100)
			.default(20)
			.describe("Retries at the same provider, of 100 requests. Keeps them from making an overload worse."),
	})
	.prefault({})
	.describe(
		"Further attempts, on a connection error, a timeout, 408, 429, 5xx or an answer that cannot be inspected, before anything of an answer went out.",
	);

const CircuitBreaker = z
	.strictObject({
		failures: z.int().min(0).default(5).describe("Failures in a row after which a provider is left alone. 0: never."),
		open_ms: milliseconds
			.default(30_000)
			.describe("ms it is left alone; then one request tries it. After a 429: as long as `Retry-After` says, at most this."),
		refuse: z
			.boolean()
			.default(false)
			.describe("When every target is left alone: `false` tries the first all the same, `true` answers 503 at once."),
	})
	.prefault({})
	.describe("Requests go round a provider that fails.");

/** `routing`: which provider a request goes to, and to which next. */
export const Routing = z
	.strictObject({
		models: z
			.record(z.string().min(1), Model)
			.default({})
			.describe(
				"By alias or glob of models; the first that matches counts. Models of none go to the first provider whose `models` match, and to no other.",
			),
		retries: Retries,
		circuit_breaker: CircuitBreaker,
	})
	.describe("Which provider a request goes to, and to which next.");
