import { MessageChannel } from "node:worker_threads";
import type { TranslatedBody } from "../core/translation.ts";
import type { Policy } from "../policy/policy.ts";
import { Lane } from "./lane.ts";
import { LaneSession, MAX_HOMELESS_MS, type RetainedBudget, type SessionHandler } from "./lane-session.ts";
import { LaneThreads } from "./lane-threads.ts";
import { owned } from "./owned.ts";
import { type PoolStats, poolStats } from "./pool-stats.ts";
import type { AnswerKind, FromLane, LaneAnswer, PatternArtifact, SessionId, ToLane } from "./protocol.ts";

/** Why there is no answer. */
export type LaneRefusal = "overloaded" | "lane_failed";

/** Work that one message answers. */
type Job = ToLane & { kind: "prompt" | "translate" };
export type InspectedPrompt = Pick<FromLane & { kind: "prompt" }, "verdict" | "choice">;
type JobAnswer = FromLane & { kind: "prompt" | "translated" };
type Request<Kind extends Job["kind"]> = Omit<ToLane & { kind: Kind }, "kind" | "sid">;

/** A policy with its pattern databases. */
export interface CompiledRules {
	readonly policy: Policy;
	readonly prompt: PatternArtifact;
	readonly response: PatternArtifact;
}

export interface LanePool {
	/** Every lane, also a replaced one, gets the policy before work that needs it. */
	addPolicy(compiled: CompiledRules): void;
	/** The other policies are in no further use. */
	keepPolicies(policyIds: ReadonlySet<string>): void;
	inspectPrompt(prompt: Request<"prompt">): Promise<InspectedPrompt | LaneRefusal>;
	/** Puts an inspected request into the format of its upstream. */
	translateRequest(request: Request<"translate">): Promise<TranslatedBody | LaneRefusal | "internal_error">;
	/** Undefined: saturated. */
	openSession(answer: AnswerKind, handler: SessionHandler): LaneSession | undefined;
	stats(): PoolStats;
	close(): Promise<void>;
}

export type LaneEvent = { readonly kind: "died" | "replaced" | "hung"; readonly lane: number; readonly reason?: string };

export interface LanePoolOptions {
	readonly lanes: number;
	/** ms a batch may stay unanswered before its lane counts as hung. */
	readonly deadlineMs: number;
	/** Keys the hashes in redacted text, 32 bytes. */
	readonly secretKey: Uint8Array;
	/** Those to start with. */
	readonly policies: readonly CompiledRules[];
	readonly workerUrl?: URL;
	readonly onEvent: (event: LaneEvent) => void;
}

/** Moves of one piece of work before it counts as the cause of the deaths. */
const MAX_SUSPICIONS = 2;
/** ms between a death and the next start; doubled for each start that dies at once. */
const RESTART_MIN_MS = 20;
const RESTART_MAX_MS = 5000;

/** Bytes of requests that wait because no lane is alive, and raw bytes that all answers together keep for a replay. */
const MAX_WAITING_BYTES = 64 << 20;
const MAX_RETAINED_BYTES = 256 << 20;

/** What an open session weighs against queued bytes when a lane is chosen. */
const SESSION_LOAD_BYTES = 4096;

interface PendingJob {
	item: Job;
	readonly resolve: (answer: JobAnswer | LaneRefusal) => void;
	lane: number | undefined;
	suspicions: number;
	homeless?: NodeJS.Timeout;
}

/** Pinned lanes on Piscina workers: one long task and one port each. */
export async function createLanePool(options: LanePoolOptions): Promise<LanePool> {
	const pool = new Pool(options);
	for (const compiled of options.policies) pool.addPolicy(compiled);
	try {
		await pool.start();
	} catch (error) {
		await pool.close();
		throw error;
	}
	return pool;
}

class Pool implements LanePool {
	readonly #options: LanePoolOptions;
	readonly #threads: LaneThreads;
	readonly #lanes: (Lane | undefined)[];
	readonly #policies = new Map<string, ToLane & { kind: "policy" }>();
	readonly #sessions = new Map<SessionId, LaneSession>();
	readonly #jobs = new Map<SessionId, PendingJob>();
	readonly #retained: RetainedBudget = { bytes: 0, maxBytes: MAX_RETAINED_BYTES };
	#nextSid = 1;
	#closed = false;

	constructor(options: LanePoolOptions) {
		this.#options = options;
		this.#threads = new LaneThreads(options.lanes, options.workerUrl);
		this.#lanes = Array.from({ length: options.lanes }, () => undefined);
	}

	async start(): Promise<void> {
		await Promise.all(this.#lanes.map((_, index) => this.#startLane(index, RESTART_MIN_MS)));
	}

	addPolicy({ policy, prompt, response }: CompiledRules): void {
		if (this.#policies.has(policy.id)) return;
		const message = { kind: "policy" as const, policy, promptArtifact: prompt, responseArtifact: response };
		this.#policies.set(policy.id, message);
		for (const lane of this.#lanes) lane?.post(message);
	}

	keepPolicies(policyIds: ReadonlySet<string>): void {
		for (const policyId of this.#policies.keys()) {
			if (policyIds.has(policyId)) continue;
			this.#policies.delete(policyId);
			for (const lane of this.#lanes) lane?.post({ kind: "dropPolicy", policyId });
		}
	}

	async inspectPrompt(request: Request<"prompt">): Promise<InspectedPrompt | LaneRefusal> {
		const answer = await this.#ask({ kind: "prompt", sid: this.#nextSid++, ...request, body: owned(request.body) });
		return typeof answer === "string" ? answer : answer.kind === "prompt" ? answer : "lane_failed";
	}

	async translateRequest(request: Request<"translate">): Promise<TranslatedBody | LaneRefusal | "internal_error"> {
		const answer = await this.#ask({ kind: "translate", sid: this.#nextSid++, ...request, body: owned(request.body) });
		return typeof answer === "string" ? answer : answer.kind === "translated" ? answer.result : "lane_failed";
	}

	#ask(item: Job): Promise<JobAnswer | LaneRefusal> {
		return new Promise((resolve) => {
			const lane = this.#leastLoaded();
			if (lane === undefined ? this.#waitingBytes() > MAX_WAITING_BYTES : this.#lanes[lane]?.isSaturated) return resolve("overloaded");
			const job: PendingJob = { item, resolve, lane: undefined, suspicions: 0 };
			this.#jobs.set(item.sid, job);
			this.#placeJob(job);
		});
	}

	openSession(answer: AnswerKind, handler: SessionHandler): LaneSession | undefined {
		const index = this.#leastLoaded();
		const lane = index === undefined ? undefined : this.#lanes[index];
		if (lane?.isSaturated || this.#retained.bytes > MAX_RETAINED_BYTES) return undefined;
		const sid = this.#nextSid++;
		const session = new LaneSession(sid, answer, handler, this.#retained, () => this.#sessions.delete(sid));
		this.#sessions.set(sid, session);
		if (index === undefined || lane === undefined) session.waitForLane();
		else session.attach(index, lane);
		return session;
	}

	stats(): PoolStats {
		return poolStats(this.#lanes, this.#sessions.size, this.#policies.size);
	}

	async close(): Promise<void> {
		this.#closed = true;
		for (const job of this.#jobs.values()) this.#settle(job, "lane_failed");
		for (const session of this.#sessions.values()) session.fail("lane_failed");
		for (const lane of this.#lanes) lane?.close();
		await this.#threads.close();
	}

	/** Starts a lane; resolves when it has taken in the policies, rejects when it dies before. */
	#startLane(index: number, backoffMs: number): Promise<void> {
		const { port1, port2 } = new MessageChannel();
		const thread = this.#threads.start({ port: port2, secretKey: this.#options.secretKey });
		return new Promise((ready, failed) => {
			let isOver = false;
			const died = (reason: string): void => {
				if (isOver) return;
				isOver = true;
				failed(new Error(`A lane did not start (${reason}).`));
				this.#onDeath(index, lane, reason, backoffMs);
			};
			const lane = new Lane(port1, this.#options.deadlineMs, [...this.#policies.values()], {
				onReady: () => {
					ready();
					this.#rehome();
				},
				onItem: (item) => this.#onItem(item),
				onHang: () => {
					this.#options.onEvent({ kind: "hung", lane: index });
					// Its next lane must not hang over the same text.
					for (const job of this.#jobs.values())
						if (job.item.kind === "prompt" && job.lane === index && lane.owes(job.item.sid)) job.item = { ...job.item, isLate: true };
					died("hung");
					thread.terminate();
				},
			});
			void thread.ended.then(died);
			this.#lanes[index] = lane;
		});
	}

	#onDeath(index: number, lane: Lane, reason: string, backoffMs: number): void {
		if (this.#closed) return;
		lane.close();
		this.#lanes[index] = undefined;
		this.#options.onEvent({ kind: "died", lane: index, reason });
		const suspects = lane.suspects();
		for (const [sid, session] of this.#sessions) {
			if (session.lane !== index) continue;
			session.detach(suspects.has(sid));
			if (session.suspicions > MAX_SUSPICIONS) session.fail("lane_failed");
		}
		for (const job of this.#jobs.values()) {
			if (job.lane !== index) continue;
			job.lane = undefined;
			if (!lane.isUnsent(job.item.sid)) job.suspicions++;
			if (job.suspicions > MAX_SUSPICIONS) this.#settle(job, "lane_failed");
		}
		this.#rehome();
		setTimeout(() => {
			if (this.#closed) return;
			this.#options.onEvent({ kind: "replaced", lane: index });
			// A death before the first answer comes here again, by itself.
			this.#startLane(index, lane.isReady ? RESTART_MIN_MS : Math.min(backoffMs * 2, RESTART_MAX_MS)).catch(() => undefined);
		}, backoffMs).unref();
	}

	/** Gives homeless sessions and jobs to a lane that is ready, if there is one; else they wait for the next that is. */
	#rehome(): void {
		for (const session of this.#sessions.values()) {
			if (session.lane !== undefined) continue;
			const index = this.#leastLoaded();
			const lane = index === undefined ? undefined : this.#lanes[index];
			if (index === undefined || lane === undefined) return;
			session.attach(index, lane);
		}
		for (const job of this.#jobs.values()) if (job.lane === undefined) this.#placeJob(job);
	}

	#placeJob(job: PendingJob): void {
		clearTimeout(job.homeless);
		const index = this.#leastLoaded();
		if (index === undefined) {
			job.homeless = setTimeout(() => this.#settle(job, "lane_failed"), MAX_HOMELESS_MS);
			return;
		}
		job.lane = index;
		this.#lanes[index]?.post(job.item);
	}

	#waitingBytes(): number {
		let bytes = 0;
		for (const { lane, item } of this.#jobs.values()) if (lane === undefined) bytes += item.body.length;
		return bytes;
	}

	/** None that starts: it may hang over that for longer than any work may wait. */
	#leastLoaded(): number | undefined {
		let best: number | undefined;
		let bestLoad = Number.POSITIVE_INFINITY;
		for (const [index, lane] of this.#lanes.entries()) {
			if (lane?.isReady !== true) continue;
			const load = lane.queuedBytes + SESSION_LOAD_BYTES * lane.sessions;
			if (load < bestLoad) [best, bestLoad] = [index, load];
		}
		return best;
	}

	#onItem(item: LaneAnswer): void {
		if (item.kind === "passed") return this.#sessions.get(item.sid)?.onPassed();
		if (item.kind === "output") return this.#sessions.get(item.sid)?.onOutput(item);
		const job = this.#jobs.get(item.sid);
		if (job !== undefined) this.#settle(job, item);
	}

	#settle(job: PendingJob, answer: JobAnswer | LaneRefusal): void {
		clearTimeout(job.homeless);
		this.#jobs.delete(job.item.sid);
		job.resolve(answer);
	}
}
