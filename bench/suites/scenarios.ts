import type { Workload } from "../fixtures/workload.ts";

/** One load. */
export interface Scenario {
	/** Name of its files. */
	readonly id: string;
	readonly name: string;
	readonly workload: Workload;
	/** ms that are measured. */
	readonly windowMs: number;
	/** The median of several runs counts. */
	readonly repeated?: boolean;
	/** Contestants that this load only drowns; a lighter one shows them. */
	readonly tooMuchFor?: readonly string[];
}

const BASE: Workload = {
	streams: 100,
	rate: 50,
	tokensPerAnswer: 0,
	text: "prose",
	cut: "words",
	place: "content",
	findings: 0,
	networkMs: 0,
	rampMs: 500,
	seed: 1,
};

/** Every stream at its rate. */
export function paced(id: string, name: string, windowMs: number, workload: Partial<Workload>, more: Partial<Scenario> = {}): Scenario {
	const merged = { ...BASE, ...workload };
	const tokensPerAnswer = Math.ceil((merged.rate * (merged.rampMs + windowMs)) / 1000) + 2;
	return { id, name, windowMs, workload: { ...merged, tokensPerAnswer }, ...more };
}

/** Answers that begin one by one and take `lastsMs`, `streams` of them open at a time. */
function steady(id: string, name: string, lastsMs: number, streams = BASE.streams): Scenario {
	const arrivals = (streams * 1000) / lastsMs;
	const workload = { ...BASE, streams, arrivals, rampMs: lastsMs, tokensPerAnswer: (BASE.rate * lastsMs) / 1000 };
	return { id, name, windowMs: 5000, workload, repeated: true };
}

/** As fast as answers are taken. */
export function flood(id: string, name: string, windowMs: number, workload: Partial<Workload>): Scenario {
	return { id, name, windowMs, workload: { ...BASE, rate: 0, streams: 32, tokensPerAnswer: 500, ...workload }, repeated: true };
}

const SLOW = ["LiteLLM, content filter"];

/** Before anything is measured: what compiles at run time has compiled then, for every contestant. */
export const WARM_UP: readonly Scenario[] = [
	paced("warm-up-paced", "warm-up, paced", 10_000, {}),
	flood("warm-up-requests", "warm-up, many short answers", 8000, { streams: 8, tokensPerAnswer: 4 }),
	flood("warm-up-flood", "warm-up, flood", 4000, {}),
];

export const FULL: readonly Scenario[] = [
	paced("paced-100x50", "100 streams × 50 tokens/s", 5000, {}, { repeated: true }),
	steady("steady-100x50", "100 streams × 50 tokens/s, 20 of them new each second", 5000),
	steady("steady-1x50", "one stream × 50 tokens/s, a new one about each 60 ms", 60, 1),
	paced("paced-100x50-tokens", "100 streams × 50 tokens/s, cut as a model cuts (a token may wait for the next)", 5000, { cut: "tokens" }),
	paced("paced-1000x10", "1,000 streams × 10 tokens/s", 5000, { streams: 1000, rate: 10, rampMs: 2000 }, { tooMuchFor: SLOW }),
	paced("paced-5000x2", "5,000 streams × 2 tokens/s", 5000, { streams: 5000, rate: 2, rampMs: 6000 }, { tooMuchFor: SLOW }),
	paced("tool-arguments", "100 streams × 50 tokens/s of tool-call arguments", 4000, { place: "arguments" }),
	paced("findings", "100 streams × 50 tokens/s, findings in 1 % of the answers", 4000, { findings: 0.01, cut: "tokens" }),
	paced("network-20ms", "100 streams × 50 tokens/s, 20 ms before the upstream answers", 4000, { networkMs: 20 }),
	flood("flood", "flood: 32 streams, answers of 500 tokens, as fast as they are taken", 4000, {}),
	flood("flood-long", "flood: 8 streams, answers of 20,000 tokens", 4000, { streams: 8, tokensPerAnswer: 20_000 }),
];

export const SMOKE: readonly Scenario[] = [
	paced("smoke-paced", "smoke: 10 streams × 20 tokens/s", 500, { streams: 10, rate: 20, rampMs: 100, findings: 0.2, cut: "tokens" }),
	flood("smoke-flood", "smoke: flood on 4 streams", 300, { streams: 4, rampMs: 100 }),
];
