import type { MessagePort } from "node:worker_threads";
import type { DataItem } from "./data-item.ts";
import { DeferredAnswers } from "./deferred-answers.ts";
import { answersOf, batchOf, type FromLane, isLongPrompt, type LaneAnswer, type Reply, type ToLane } from "./protocol.ts";
import { WaitGauge } from "./wait-gauge.ts";

/** Unlimited batches per tick collapse under load (knowledge/holdback.md §6b); what arrives meanwhile waits for the reply. */
const MAX_IN_FLIGHT = 2;
/** However much waits, a batch must be answered long before its deadline: a lane that is only behind does not hang. */
const MAX_BATCH_BYTES = 256 << 10;
const MAX_BATCH_ITEMS = 1024;
/** ms a new thread may take to load its code and answer; more for each policy. */
const START_DEADLINE_MS = 30_000;
/** A batch gets the deadline once, and once more for each of these bytes: a single item may be large. */
const DEADLINE_BYTES = 512 << 10;
/** What an item costs a lane beside its bytes, as bytes. */
const ITEM_BYTES = 4096;
/** A long prompt may wait so many times as long as other work, before there is too much of it. */
const LONG_PATIENCE = 4;
/** Bytes waiting for the lane, some requests of the longest; beyond it the lane counts as saturated. */
const MAX_QUEUED_BYTES = 64 << 20;

/** What the front end posts: a piece of an answer may still grow. */
export type Posted = Exclude<ToLane, { readonly kind: "data" }> | DataItem;

export interface LaneEvents {
	/** The thread has taken in what it was started with. Called once. */
	onReady(): void;
	onItem(item: LaneAnswer): void;
	/** The oldest unanswered batch or a promised answer passed its deadline, or a reply could not be read. */
	onHang(): void;
}

/** The mailbox of one lane: at most one batch per tick, at most two unanswered beside a long prompt. */
export class Lane {
	readonly #port: MessagePort;
	readonly #deadlineMs: number;
	readonly #events: LaneEvents;
	#queue: Posted[] = [];
	#queuedBytes = 0;
	#seq = 0;
	/** Number of the batch with a long prompt: there is one at a time. */
	#long: number | undefined;
	#scheduled = false;
	readonly #inFlight = new Map<number, readonly Posted[]>();
	/** When the oldest unanswered batch passes its deadline, by `performance.now`. */
	#dueAt = 0;
	#wakesAt = 0;
	#deadline: NodeJS.Timeout | undefined;
	readonly #gauge = new WaitGauge();
	/** Of the long prompts, which wait for each other. */
	readonly #longGauge = new WaitGauge();
	/** Policies that it has not taken in yet. */
	#policies = 0;
	readonly #deferred = new DeferredAnswers(() => !this.#isClosed && this.#events.onHang());
	#isReady = false;
	#isClosed = false;
	/** Sessions on this lane, kept by them: what a new session is placed by. */
	sessions = 0;

	/** `start`: what it must have taken in to be ready. */
	constructor(port: MessagePort, deadlineMs: number, start: readonly Posted[], events: LaneEvents) {
		this.#port = port;
		this.#deadlineMs = deadlineMs;
		this.#events = events;
		port.on("message", (reply: Reply) => this.#onReply(reply));
		port.on("messageerror", () => events.onHang());
		for (const item of start) this.#count(item);
		this.#send(start);
	}

	/** The thread has answered, so it has what it was started with. */
	get isReady(): boolean {
		return this.#isReady;
	}

	get queuedBytes(): number {
		return this.#queuedBytes;
	}

	/** ms that what is posted now waits for its answer. A policy that is taken in is no load: after a reload nobody is to be refused. */
	get waitMs(): number {
		return this.#policies > 0 ? 0 : Math.max(this.#gauge.waitMs, this.#longGauge.waitMs / LONG_PATIENCE);
	}

	get isSaturated(): boolean {
		return this.#queuedBytes > MAX_QUEUED_BYTES;
	}

	/** Whether work of this session still waits here: the lane has not seen it. */
	isUnsent(sid: number): boolean {
		return this.#queue.some((item) => "sid" in item && item.sid === sid);
	}

	/** Sessions with work the lane has not answered: one of them may be what killed it. */
	suspects(): Set<number> {
		return new Set([...this.#inFlight.values()].flat().flatMap((item) => ("sid" in item ? [item.sid] : [])));
	}

	/** Whether the lane has promised an answer for later that has not come. */
	owes(sid: number): boolean {
		return this.#deferred.has(sid);
	}

	post(item: Posted): void {
		this.#queue.push(item);
		this.#count(item);
		if (this.#scheduled) return;
		this.#scheduled = true;
		setImmediate(() => {
			this.#scheduled = false;
			this.#flush();
		});
	}

	/** A piece that waits here has been joined by so many bytes. */
	grew(bytes: number): void {
		this.#queuedBytes += bytes;
		this.#gauge.posted(bytes, false);
	}

	close(): void {
		this.#isClosed = true;
		clearTimeout(this.#deadline);
		this.#deferred.close();
		this.#port.removeAllListeners("message");
		this.#port.close();
	}

	#flush(): void {
		for (;;) {
			const most = this.#long === undefined ? MAX_IN_FLIGHT : MAX_IN_FLIGHT + 1;
			const items = this.#inFlight.size < most ? this.#nextBatch() : [];
			if (items.length === 0) return;
			this.#send(items);
		}
	}

	/** A long prompt goes by itself; while the lane is at one, everything else goes ahead of the next. */
	#nextBatch(): readonly Posted[] {
		const isBusy = this.#long !== undefined;
		const items: Posted[] = [];
		let bytes = 0;
		let to = 0;
		for (; to < this.#queue.length; to++) {
			const item = this.#queue[to] as Posted;
			if (isLongPrompt(item)) {
				if (isBusy) continue;
				if (items.length === 0) return this.#queue.splice(0, 1);
				break;
			}
			bytes += sizeOf(item);
			if (items.length > 0 && (bytes > MAX_BATCH_BYTES || items.length >= MAX_BATCH_ITEMS)) break;
			items.push(item);
		}
		const left = items.length === to ? [] : this.#queue.slice(0, to).filter(isLongPrompt);
		this.#queue.splice(0, to, ...left);
		return items;
	}

	#send(items: readonly Posted[]): void {
		const seq = ++this.#seq;
		this.#inFlight.set(seq, items);
		const [first] = items;
		if (first !== undefined && isLongPrompt(first)) this.#long = seq;
		this.#port.postMessage(batchOf(seq, items));
		if (this.#inFlight.size === 1) this.#armDeadline();
	}

	#onReply(reply: Reply): void {
		const [seq] = reply;
		const answered = this.#inFlight.get(seq) ?? [];
		this.#inFlight.delete(seq);
		this.#discount(answered, seq === this.#long ? this.#longGauge : this.#gauge);
		if (seq === this.#long) this.#long = undefined;
		if (!this.#isReady) {
			this.#isReady = true;
			this.#events.onReady();
		}
		if (this.#inFlight.size > 0) this.#armDeadline();
		for (const item of answersOf(reply)) this.#onItem(item);
		this.#flush();
	}

	#count(item: Posted): void {
		const bytes = sizeOf(item);
		this.#queuedBytes += bytes;
		if (isLongPrompt(item)) this.#longGauge.posted(ITEM_BYTES + bytes, true);
		else this.#gauge.posted(ITEM_BYTES + bytes, !this.#scheduled);
		if (item.kind === "policy") this.#policies++;
	}

	#discount(answered: readonly Posted[], gauge: WaitGauge): void {
		let bytes = 0;
		let policies = 0;
		for (const item of answered) {
			bytes += sizeOf(item);
			if (item.kind === "policy") policies++;
		}
		this.#queuedBytes -= bytes;
		this.#policies -= policies;
		const work = ITEM_BYTES * answered.length + bytes;
		// How long a thread takes to start or to take in a policy says nothing of how long text waits.
		if (this.#isReady && policies === 0) gauge.answered(work);
		else gauge.interrupted(work);
	}

	#onItem(item: FromLane): void {
		if (item.kind === "deferred") return this.#deferred.promised(item.sid, item.withinMs + this.#deadlineMs);
		if (item.kind === "prompt") this.#deferred.kept(item.sid);
		this.#events.onItem(item);
	}

	#armDeadline(): void {
		const [oldest = []] = this.#inFlight.values();
		let bytes = 0;
		for (const item of oldest) bytes += sizeOf(item);
		const deadlineMs = (this.#isReady ? this.#deadlineMs : START_DEADLINE_MS) * (1 + Math.floor(bytes / DEADLINE_BYTES));
		this.#dueAt = performance.now() + deadlineMs;
		if (this.#deadline === undefined || this.#dueAt < this.#wakesAt) this.#wakeIn(deadlineMs);
	}

	/** One timer, which looks again when it is early: setting one for each batch costs as much as posting it. */
	#wakeIn(ms: number): void {
		clearTimeout(this.#deadline);
		this.#wakesAt = performance.now() + ms;
		this.#deadline = setTimeout(() => this.#watch(), ms);
	}

	#watch(): void {
		this.#deadline = undefined;
		const [seq] = this.#inFlight.keys();
		if (seq === undefined) return;
		const leftMs = this.#dueAt - performance.now();
		if (leftMs > 0) this.#wakeIn(Math.ceil(leftMs));
		// Where this thread was late itself, the answer may be here, unread: timers come before messages.
		else setImmediate(() => this.#inFlight.has(seq) && !this.#isClosed && this.#events.onHang());
	}
}

/** Bytes that an item makes the lane look at. */
function sizeOf(item: Posted): number {
	switch (item.kind) {
		case "data":
			return item.length;
		case "prompt":
		case "translate":
			return item.body.length;
		case "end":
			return item.bodyBytes ?? 0;
		// Its tables take as long as much text.
		case "policy":
			return DEADLINE_BYTES;
		default:
			return 0;
	}
}
