import type { Histogram, Registry } from "prom-client";
import { DURATION_BUCKETS, metricsIn } from "./metrics-in.ts";

/** What is counted of one request. */
export interface RequestFacts {
	readonly api: string;
	/** `complete`, `cut`, `client_abort`, or an error code of the catalogue. */
	readonly outcome: string;
	readonly prompt: { readonly action: string; readonly findings: Readonly<Record<string, number>> };
	readonly response: { readonly findings: Readonly<Record<string, number>> };
	readonly provider: string;
	readonly durationMs: number;
	/** Parts of it; absent where the request did not come so far. */
	readonly promptMs?: number;
	readonly firstByteMs?: number;
	readonly longestHoldMs?: number;
	/** Of the text of a streamed answer: all of it, what waited for what came next, and the most of one text at one time. */
	readonly textBytes?: number;
	readonly heldBytes?: number;
	readonly mostHeldBytes?: number;
	readonly laneMoves: number;
	/** Absent: there is no cache, or it was not asked. */
	readonly cache?: "hit" | "miss" | "bypass";
	readonly tokens?: { readonly input: number; readonly output: number };
	readonly costUsd?: number;
}

/** Seconds that inspection adds. */
const ADDED_BUCKETS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Bytes: a word, the longest ordinary pattern, the widest. */
const HELD_BUCKETS = [0, 4, 8, 16, 32, 64, 128, 256, 1024, 4096, 16_384];

/** Counts what became of a session. */
export function requestMetrics(registry: Registry): (request: RequestFacts) => void {
	const { counter, histogram } = metricsIn(registry);
	const requests = counter(
		"requests_total",
		"Requests that became a session, by API, by what was decided about the prompt and by how they ended",
		["api", "action", "outcome"],
	);
	const findings = counter("findings_total", "Findings by type, in prompts and in answers", ["direction", "type"]);
	const durations = histogram("request_duration_seconds", "Time from the request to the end of its answer", "api", DURATION_BUCKETS);
	const added = (name: string, help: string): Histogram<"api"> => histogram(name, help, "api", ADDED_BUCKETS);
	const promptDelays = added("prompt_inspection_seconds", "Time from a request to the verdict about its prompt");
	const firstByteDelays = added(
		"first_byte_added_seconds",
		"Time from the upstream's first byte of an answer to the first byte that went out",
	);
	const holds = added(
		"longest_hold_seconds",
		"Longest time in one answer from bytes that came to the next that went out, in the lane or withheld",
	);
	const mostHeld = histogram(
		"most_held_bytes",
		"Most bytes that were withheld of one text of a streamed answer at one time",
		"api",
		HELD_BUCKETS,
	);
	const textBytes = counter(
		"text_bytes_total",
		"Bytes of text in streamed answers, by whether they went out at once or were held until more had come",
		["release"],
	);
	const moves = counter("lane_moves_total", "Times that an answer went on with another lane");
	const tokens = counter("tokens_total", "Tokens as the providers count them", ["provider", "type"]);
	const cost = counter("cost_usd_total", "US dollars by the configured prices", ["provider"]);
	const cached = counter(
		"cache_requests_total",
		"Requests by what the cache of answers had: hit, miss, or bypass where it was not to be asked",
		["result"],
	);
	const countFindings = (direction: string, counts: Readonly<Record<string, number>>): void => {
		for (const [type, count] of Object.entries(counts)) findings.inc({ direction, type }, count);
	};
	const countHeld = ({ api, textBytes: all = 0, heldBytes = 0, mostHeldBytes }: RequestFacts): void => {
		if (mostHeldBytes === undefined) return;
		mostHeld.observe({ api }, mostHeldBytes);
		textBytes.inc({ release: "at_once" }, all - heldBytes);
		textBytes.inc({ release: "held" }, heldBytes);
	};
	return (request) => {
		const { api, outcome, prompt, response, provider } = request;
		requests.inc({ api, action: prompt.action, outcome });
		durations.observe({ api }, request.durationMs / 1000);
		for (const [histogram, ms] of [
			[promptDelays, request.promptMs],
			[firstByteDelays, request.firstByteMs],
			[holds, request.longestHoldMs],
		] as const)
			if (ms !== undefined) histogram.observe({ api }, ms / 1000);
		countFindings("prompt", prompt.findings);
		countFindings("response", response.findings);
		countHeld(request);
		moves.inc(request.laneMoves);
		if (request.cache !== undefined) cached.inc({ result: request.cache });
		for (const type of ["input", "output"] as const) if (request.tokens) tokens.inc({ provider, type }, request.tokens[type]);
		if (request.costUsd !== undefined) cost.inc({ provider }, request.costUsd);
	};
}
