import { join } from "node:path";
import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import { logsIn, recordsOf, type StoredRecord } from "../audit/log-reader.ts";
import { verifyLog } from "../audit/verify-log.ts";

/** A name and how often it came, most often first. */
export type Ranking = readonly (readonly [name: string, count: number])[];

/** ms that half, 95 % and 99 % of the requests did not exceed. */
export interface Quantiles {
	readonly p50: number;
	readonly p95: number;
	readonly p99: number;
}

/** What the audit trail says about a period. */
export interface ReportData {
	/** ISO 8601, `[from, to)`. */
	readonly from: string;
	readonly to: string;
	readonly requests: number;
	readonly refusals: number;
	/** Requests and, among them, those in which something was found, by day. */
	readonly days: readonly { readonly day: string; readonly requests: number; readonly withFindings: number; readonly refusals: number }[];
	readonly actions: Ranking;
	readonly outcomes: Ranking;
	readonly refusalReasons: Ranking;
	readonly promptFindings: Ranking;
	readonly responseFindings: Ranking;
	readonly models: Ranking;
	readonly providers: Ranking;
	/** Pseudonyms. */
	readonly callers: Ranking;
	/** By what was measured; absent where nothing was. */
	readonly latency: Readonly<Record<string, Quantiles>>;
	/** Every policy version that decided, with its first and last request. */
	readonly policies: readonly {
		readonly version: string;
		readonly name: string;
		readonly first: string;
		readonly last: string;
		readonly requests: number;
	}[];
	/** Every time a log says that another policy decides from then on, the first one of the period included; oldest first. */
	readonly policyChanges: readonly { readonly time: string; readonly log: string; readonly event: string; readonly version: string }[];
	/** How many events of each type there were. */
	readonly eventTypes: Ranking;
	/** What happened to the proxy and what operators did, oldest first. */
	readonly events: readonly { readonly time: string; readonly type: string; readonly detail: string }[];
	/** Events beyond the first `MAX_EVENTS`. */
	readonly moreEvents: number;
	readonly logs: readonly {
		readonly log: string;
		readonly records: number;
		readonly checkpoints: number;
		readonly faults: readonly string[];
	}[];
}

/** Where a request's time went, as records name it. */
export const LATENCIES: Readonly<Record<string, string>> = {
	durationMs: "whole request",
	promptMs: "until the verdict about the prompt",
	upstreamMs: "provider's first byte",
	firstByteMs: "provider's first byte to ours",
	longestHoldMs: "longest hold in an answer",
};

const MAX_EVENTS = 200;
const EVENTS = new Set([
	"start",
	"stop",
	"reload",
	"lane",
	"suspension",
	"retention",
	"signer",
	"dropped",
	"erasure",
	"access",
	"rotation",
	"consent",
	"key",
	"configuration",
]);

/** Names that are counted one by one; clients choose some of them, so what comes beyond is counted together. */
const MAX_NAMES = 10_000;
const OTHERS = "others";
/** Longest time told apart, µs: a day. */
const LONGEST_US = 86_400_000_000;

/** Reads and verifies every log of a folder, one record in memory at a time. */
export function reportData(dir: string, from: string, to: string): ReportData {
	const tally = new Tally();
	const logs = logsIn(dir).map((log) => {
		tally.begin(log);
		for (const record of recordsOf(join(dir, log))) if (record.time >= from && record.time < to) tally.add(record);
		const { first, size, checkpoints, faults } = verifyLog({ dir: join(dir, log) });
		return { log, records: size - first, checkpoints, faults };
	});
	return { from, to, logs, ...tally.result() };
}

class Counter {
	readonly #counts = new Map<string, number>();

	add(name: unknown, count = 1): void {
		const said = typeof name === "string" && name !== "" ? name : "none";
		const key = this.#counts.size >= MAX_NAMES && !this.#counts.has(said) ? OTHERS : said;
		this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
	}

	addAll(counts: unknown): void {
		for (const [name, count] of Object.entries(Object(counts))) this.add(name, Number(count));
	}

	ranking(): Ranking {
		return [...this.#counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
	}
}

interface Day {
	requests: number;
	withFindings: number;
	refusals: number;
}

class Tally {
	#requests = 0;
	#refusals = 0;
	readonly #days = new Map<string, Day>();
	readonly #counters = {
		actions: new Counter(),
		outcomes: new Counter(),
		refusalReasons: new Counter(),
		promptFindings: new Counter(),
		responseFindings: new Counter(),
		models: new Counter(),
		providers: new Counter(),
		callers: new Counter(),
	};
	readonly #times = new Map(Object.keys(LATENCIES).map((name) => [name, createHistogram({ highest: LONGEST_US, figures: 3 })]));
	readonly #policies = new Map<string, { name: string; first: string; last: string; requests: number }>();
	/** The log being read, and the policy that it last named. */
	#log = "";
	#policy = "";
	#policyChanges: ReportData["policyChanges"][number][] = [];
	readonly #eventTypes = new Counter();
	#events: ReportData["events"][number][] = [];
	#moreEvents = 0;

	begin(log: string): void {
		this.#log = log;
		this.#policy = "";
	}

	add(record: StoredRecord): void {
		if (record.type === "interaction") this.#addRequest(record);
		else if (record.type === "refusal") this.#addRefusal(record);
		else if (EVENTS.has(record.type)) {
			this.#eventTypes.add(record.type);
			this.#addEvent({ time: record.time, type: record.type, detail: detailOf(record) });
			if (record.type === "start" || record.type === "reload") this.#addPolicyChange(record);
		}
	}

	result(): Omit<ReportData, "from" | "to" | "logs"> {
		const { callers, ...counters } = this.#counters;
		const rankings = Object.fromEntries(Object.entries(counters).map(([name, counter]) => [name, counter.ranking()]));
		const latency = [...this.#times].flatMap(([name, times]) => (times.count === 0 ? [] : [[name, quantiles(times)] as const]));
		this.#keepOldestEvents();
		return {
			...(rankings as Record<keyof typeof counters, Ranking>),
			callers: callers.ranking().slice(0, 10),
			requests: this.#requests,
			refusals: this.#refusals,
			days: [...this.#days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, counts]) => ({ day, ...counts })),
			latency: Object.fromEntries(latency),
			policies: [...this.#policies].map(([version, policy]) => ({ version, ...policy })),
			policyChanges: this.#policyChanges.sort((a, b) => (a.time < b.time ? -1 : 1)).slice(0, MAX_EVENTS),
			eventTypes: this.#eventTypes.ranking(),
			events: this.#events,
			moreEvents: this.#moreEvents,
		};
	}

	#addRequest(record: StoredRecord): void {
		const { actions, outcomes, promptFindings, responseFindings, models, providers, callers } = this.#counters;
		const [prompt, response] = [Object(record["prompt"]), Object(record["response"])];
		const day = this.#day(record.time);
		this.#requests++;
		day.requests++;
		if (Object.keys({ ...prompt.findings, ...response.findings }).length > 0) day.withFindings++;
		actions.add(prompt.action);
		outcomes.add(record["outcome"]);
		promptFindings.addAll(prompt.findings);
		responseFindings.addAll(response.findings);
		models.add(record["model"]);
		providers.add(record["provider"]);
		callers.add(record.subject);
		for (const [name, times] of this.#times) {
			const ms = record[name];
			if (typeof ms === "number") times.record(Math.min(LONGEST_US, Math.max(1, Math.round(ms * 1000))));
		}
		this.#addPolicy(Object(record["policy"]), record.time);
	}

	#addEvent(event: ReportData["events"][number]): void {
		this.#events.push(event);
		if (this.#events.length >= 2 * MAX_EVENTS) this.#keepOldestEvents();
	}

	#addPolicyChange({ time, type, policy }: StoredRecord): void {
		if (typeof policy !== "string" || policy === this.#policy) return;
		this.#policy = policy;
		this.#policyChanges.push({ time, log: this.#log, event: type, version: policy });
	}

	#keepOldestEvents(): void {
		const events = this.#events.sort((a, b) => (a.time < b.time ? -1 : 1));
		this.#events = events.slice(0, MAX_EVENTS);
		this.#moreEvents += events.length - this.#events.length;
	}

	#addPolicy({ name, version }: { readonly name?: string; readonly version?: string }, time: string): void {
		const known = this.#policies.get(version ?? "unknown") ?? { name: name ?? "default", first: time, last: time, requests: 0 };
		known.last = time;
		known.requests++;
		this.#policies.set(version ?? "unknown", known);
	}

	#addRefusal(record: StoredRecord): void {
		const count = Number(record["count"] ?? 1);
		this.#refusals += count;
		this.#day(record.time).refusals += count;
		this.#counters.refusalReasons.add(record["outcome"], count);
	}

	#day(time: string): Day {
		const key = time.slice(0, 10);
		const day = this.#days.get(key) ?? { requests: 0, withFindings: 0, refusals: 0 };
		this.#days.set(key, day);
		return day;
	}
}

const COMMON = new Set(["seq", "prev", "type", "time", "sealed"]);

function detailOf(record: StoredRecord): string {
	const members = Object.entries(record).filter(([name, value]) => !COMMON.has(name) && value !== "");
	return members.map(([name, value]) => `${name}: ${String(value)}`).join(", ");
}

/** Of a histogram in µs, whose steps are a thousandth of the value. */
function quantiles(times: RecordableHistogram): Quantiles {
	const at = (percent: number): number => times.percentile(percent) / 1000;
	return { p50: at(50), p95: at(95), p99: at(99) };
}
