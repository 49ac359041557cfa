import { MessageChannel } from "node:worker_threads";
import { Piscina } from "piscina";
import type { Policy } from "../policy/policy.ts";
import { Lane } from "./lane.ts";
import { LaneSession, type SessionHandler } from "./lane-session.ts";
import type { FromLane, PatternArtifact, PromptVerdict, SessionId, ToLane } from "./protocol.ts";
import type { LaneTask } from "./serve-lane.ts";

export type PromptAnswer = { readonly ok: true; readonly verdict: PromptVerdict } | { readonly ok: false; readonly code: "overloaded" | "lane_failed" };

export interface LanePool {
	/** Every lane, also a replaced one, gets the policy before work that needs it. */
	addPolicy(policy: Policy, promptArtifact: PatternArtifact, responseArtifact: PatternArtifact): void;
	inspectPrompt(policyId: string, body: Uint8Array): Promise<PromptAnswer>;
	/** Undefined: saturated. */
	openSession(policyId: string, mode: "stream" | "body", handler: SessionHandler): LaneSession | undefined;
	stats(): { readonly alive: number; readonly sessions: number; readonly queuedBytes: number };
	close(): Promise<void>;
}

export type LaneEvent = { readonly kind: "died" | "replaced" | "hung"; readonly lane: number; readonly reason?: string };

export interface LanePoolOptions {
	readonly lanes: number;
	/** ms a batch may stay unanswered before its lane counts as hung. */
	readonly deadlineMs: number;
	readonly secretKey?: Uint8Array;
	readonly workerUrl?: URL;
	readonly onEvent: (event: LaneEvent) => void;
}

/** Moves of one piece of work before it counts as the cause of the deaths. */
const MAX_SUSPICIONS = 2;
/** ms between a death and the next start; doubled for each start that dies at once. */
const RESTART_MIN_MS = 20;
const RESTART_MAX_MS = 5000;

interface PendingPrompt {
	readonly item: ToLane & { kind: "prompt" };
	readonly resolve: (answer: PromptAnswer) => void;
	lane: number | undefined;
	suspicions: number;
}

/** Pinned lanes on Piscina workers: one long task and one port each. */
export async function createLanePool(options: LanePoolOptions): Promise<LanePool> {
	const pool = new Pool(options);
	await pool.start();
	return pool;
}

class Pool implements LanePool {
	readonly #options: LanePoolOptions;
	readonly #piscina: Piscina;
	readonly #lanes: (Lane | undefined)[];
	readonly #aborts: (AbortController | undefined)[] = [];
	readonly #policies = new Map<string, ToLane>();
	readonly #sessions = new Map<SessionId, LaneSession>();
	readonly #prompts = new Map<SessionId, PendingPrompt>();
	#nextSid = 1;
	#closed = false;

	constructor(options: LanePoolOptions) {
		this.#options = options;
		const isSource = import.meta.url.endsWith(".ts");
		const url = options.workerUrl ?? new URL(isSource ? "./lane-worker.ts" : "./lane-worker.js", import.meta.url);
		this.#piscina = new Piscina({
			filename: url.href,
			name: "runLane",
			minThreads: options.lanes,
			maxThreads: options.lanes,
			concurrentTasksPerWorker: 1,
			atomics: "disabled",
			execArgv: isSource ? ["--import", "tsx"] : [],
			resourceLimits: { maxOldGenerationSizeMb: 512 },
		});
		this.#piscina.on("error", () => undefined);
		this.#lanes = Array.from({ length: options.lanes }, () => undefined);
	}

	async start(): Promise<void> {
		await Promise.all(this.#lanes.map((_, index) => this.#startLane(index, RESTART_MIN_MS)));
	}

	addPolicy(policy: Policy, promptArtifact: PatternArtifact, responseArtifact: PatternArtifact): void {
		const message: ToLane = { kind: "policy", policy, promptArtifact, responseArtifact };
		this.#policies.set(policy.id, message);
		for (const lane of this.#lanes) lane?.post(message);
	}

	inspectPrompt(policyId: string, body: Uint8Array): Promise<PromptAnswer> {
		return new Promise((resolve) => {
			const sid = this.#nextSid++;
			const prompt: PendingPrompt = { item: { kind: "prompt", sid, policyId, body }, resolve, lane: undefined, suspicions: 0 };
			if (this.#lanes.every((lane) => lane === undefined || lane.isSaturated)) return resolve({ ok: false, code: "overloaded" });
			this.#prompts.set(sid, prompt);
			this.#placePrompt(prompt);
		});
	}

	openSession(policyId: string, mode: "stream" | "body", handler: SessionHandler): LaneSession | undefined {
		const index = this.#leastLoaded();
		const lane = index === undefined ? undefined : this.#lanes[index];
		if (index === undefined || lane === undefined || lane.isSaturated) return undefined;
		const sid = this.#nextSid++;
		const session = new LaneSession(sid, policyId, mode, handler, () => this.#sessions.delete(sid));
		this.#sessions.set(sid, session);
		session.attach(index, lane);
		return session;
	}

	stats(): { alive: number; sessions: number; queuedBytes: number } {
		const alive = this.#lanes.filter((lane) => lane !== undefined);
		return { alive: alive.length, sessions: this.#sessions.size, queuedBytes: alive.reduce((sum, lane) => sum + lane.queuedBytes, 0) };
	}

	async close(): Promise<void> {
		this.#closed = true;
		for (const lane of this.#lanes) lane?.close();
		for (const abort of this.#aborts) abort?.abort();
		await this.#piscina.destroy();
	}

	/** Starts a lane; resolves when it answered its first, empty batch. */
	#startLane(index: number, backoffMs: number): Promise<void> {
		const { port1, port2 } = new MessageChannel();
		const abort = new AbortController();
		this.#aborts[index] = abort;
		const task: LaneTask = { port: port2, secretKey: this.#options.secretKey ?? new Uint8Array(32) };
		return new Promise((ready) => {
			let isReady = false;
			const onReady = (): void => {
				if (isReady) return;
				isReady = true;
				ready();
			};
			const lane = new Lane(port1, this.#options.deadlineMs, {
				onItem: (item) => this.#onItem(item),
				onHang: () => {
					this.#options.onEvent({ kind: "hung", lane: index });
					abort.abort();
				},
			});
			this.#piscina.run(task, { transferList: [port2], signal: abort.signal }).then(
				() => this.#onDeath(index, lane, "ended", backoffMs),
				(error: Error) => this.#onDeath(index, lane, error.name, backoffMs),
			);
			this.#lanes[index] = lane;
			for (const policy of this.#policies.values()) lane.post(policy);
			onReady();
			this.#rehome();
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
		for (const prompt of this.#prompts.values()) {
			if (prompt.lane !== index) continue;
			prompt.lane = undefined;
			if (suspects.has(prompt.item.sid)) prompt.suspicions++;
			if (prompt.suspicions > MAX_SUSPICIONS) this.#answerPrompt(prompt, { ok: false, code: "lane_failed" });
		}
		this.#rehome();
		setTimeout(() => {
			if (this.#closed) return;
			this.#options.onEvent({ kind: "replaced", lane: index });
			void this.#startLane(index, Math.min(backoffMs * 2, RESTART_MAX_MS));
		}, backoffMs).unref();
	}

	/** Gives homeless sessions and prompts to a live lane, if there is one; else they wait for the next start. */
	#rehome(): void {
		for (const session of this.#sessions.values()) {
			if (session.lane !== undefined) continue;
			const index = this.#leastLoaded();
			const lane = index === undefined ? undefined : this.#lanes[index];
			if (index === undefined || lane === undefined) return;
			session.attach(index, lane);
		}
		for (const prompt of this.#prompts.values()) if (prompt.lane === undefined) this.#placePrompt(prompt);
	}

	#placePrompt(prompt: PendingPrompt): void {
		const index = this.#leastLoaded();
		if (index === undefined) return;
		prompt.lane = index;
		this.#lanes[index]?.post(prompt.item);
	}

	#leastLoaded(): number | undefined {
		let best: number | undefined;
		let bestLoad = Number.POSITIVE_INFINITY;
		for (const [index, lane] of this.#lanes.entries()) {
			if (lane === undefined) continue;
			const load = lane.queuedBytes + 4096 * [...this.#sessions.values()].reduce((n, session) => n + (session.lane === index ? 1 : 0), 0);
			if (load < bestLoad) [best, bestLoad] = [index, load];
		}
		return best;
	}

	#onItem(item: FromLane): void {
		if (item.kind === "output") return this.#sessions.get(item.sid)?.onOutput(item);
		const prompt = this.#prompts.get(item.sid);
		if (prompt !== undefined) this.#answerPrompt(prompt, { ok: true, verdict: item.verdict });
	}

	#answerPrompt(prompt: PendingPrompt, answer: PromptAnswer): void {
		this.#prompts.delete(prompt.item.sid);
		prompt.resolve(answer);
	}
}
