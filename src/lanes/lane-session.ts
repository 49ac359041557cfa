import { type AnswerUsage, NOTHING_USED } from "../core/answer-usage.ts";
import type { ErrorCode } from "../core/errors.ts";
import { type FindingReport, NOTHING_FOUND } from "../verdict/finding-report.ts";
import { DataItem } from "./data-item.ts";
import type { Lane } from "./lane.ts";
import { owned } from "./owned.ts";
import type { AnswerKind, FromLane, SessionId } from "./protocol.ts";

export interface SessionHandler {
	/** Proven safe; write it. */
	onOutput(bytes: Uint8Array): void;
	/** `push` may be called again after it returned false. */
	onCredit(): void;
	/** The lane ended the answer. Last call. */
	onEnded(kind: "complete" | "cut" | "fault", code: string | undefined, found: FindingReport): void;
	/** The answer cannot be finished on any lane, and none has written an error. Last call. */
	onLost(code: ErrorCode): void;
}

/** Bytes the lane has not taken in yet; beyond them the upstream pauses. */
const CREDIT_BYTES = 256 << 10;
/** Bytes kept for a replay; an answer that needs more cannot be moved and ends. */
const MAX_RETAINED_BYTES = 12 << 20;

/** Raw bytes that all answers together keep for a replay. */
export interface RetainedBudget {
	bytes: number;
	readonly maxBytes: number;
}

/** ms work waits for a lane when none is ready. A start takes well under a second where the machine has time; beyond this something is wrong. */
export const MAX_HOMELESS_MS = 30_000;

/**
 * One answer on its lane. Keeps what a replacement lane needs: the last resume state and the raw bytes after it.
 * A state comes with what was consumed for it, and the output made after it is made again by a replay and left out: nothing
 * is lost or said twice when a lane dies.
 */
export class LaneSession {
	readonly #sid: SessionId;
	readonly #answer: AnswerKind;
	readonly #handler: SessionHandler;
	readonly #budget: RetainedBudget;
	readonly #onClosed: () => void;
	#home: { readonly index: number; readonly lane: Lane } | undefined;
	#resume: Uint8Array | undefined;
	readonly #journal: Uint8Array[] = [];
	#journalBytes = 0;
	/** Raw bytes not consumed yet, oldest first. */
	#retained: DataItem[] = [];
	#retainedBytes = 0;
	/** Of these, how many the present lane has answered. */
	#answered = 0;
	/** Of the bytes given to the present lane: how many it has consumed. */
	#consumed = 0;
	/** Bytes given out since the state of `#resume`. */
	#said = 0;
	/** Of those, what the present lane has not made again yet. */
	#repeat = 0;
	#unreceived = 0;
	#starved = false;
	#ended: { readonly fault: string | undefined } | undefined;
	#closed = false;
	#suspicions = 0;
	#usage = NOTHING_USED;
	#homes = 0;
	#homeless: NodeJS.Timeout | undefined;

	constructor(sid: SessionId, answer: AnswerKind, handler: SessionHandler, budget: RetainedBudget, onClosed: () => void) {
		this.#sid = sid;
		this.#answer = answer;
		this.#handler = handler;
		this.#budget = budget;
		this.#onClosed = onClosed;
	}

	get lane(): number | undefined {
		return this.#home?.index;
	}

	/** Times that another lane took over. */
	get moves(): number {
		return Math.max(0, this.#homes - 1);
	}

	/** What the answer used, as far as it is known. */
	get usage(): AnswerUsage {
		return this.#usage;
	}

	get suspicions(): number {
		return this.#suspicions;
	}

	/** False: pause the upstream until `onCredit`. */
	push(chunk: Uint8Array): boolean {
		if (this.#closed || chunk.length === 0) return true;
		const bytes = owned(chunk);
		const isJoined = this.#retained.at(-1)?.add(bytes) === true;
		const item = isJoined ? undefined : new DataItem(this.#sid, bytes);
		if (item !== undefined) this.#retained.push(item);
		this.#retain(bytes.length);
		if (this.#retainedBytes > MAX_RETAINED_BYTES || this.#budget.bytes > this.#budget.maxBytes) {
			this.fail(this.#retainedBytes > MAX_RETAINED_BYTES ? "upstream_event_too_large" : "overloaded");
			return true;
		}
		this.#unreceived += bytes.length;
		if (item === undefined) this.#home?.lane.grew(bytes.length);
		else this.#home?.lane.post(item);
		this.#starved = this.#unreceived > CREDIT_BYTES;
		return !this.#starved;
	}

	end(fault?: string): void {
		if (this.#closed || this.#ended !== undefined) return;
		this.#ended = { fault };
		this.#postEnd();
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#home?.lane.post({ kind: "close", sid: this.#sid });
		this.#leave();
	}

	/** Ends the answer from this side. */
	fail(code: ErrorCode): void {
		if (this.#closed) return;
		this.close();
		this.#handler.onLost(code);
	}

	/** Begins, or continues, on a lane: state first, then everything not consumed. */
	attach(index: number, lane: Lane): void {
		clearTimeout(this.#homeless);
		this.#home = { index, lane };
		this.#homes++;
		lane.sessions++;
		this.#consumed = 0;
		this.#answered = 0;
		this.#repeat = this.#said;
		this.#unreceived = this.#retainedBytes - this.#journalBytes;
		lane.post({ kind: "open", sid: this.#sid, ...this.#answer, ...(this.#resume && { resume: this.#resume, journal: this.#journal }) });
		for (const item of this.#retained) lane.post(item);
		this.#postEnd();
	}

	/** The lane died; `suspect`: it had work of this session. */
	detach(suspect: boolean): void {
		this.#leaveHome();
		if (suspect) this.#suspicions++;
		this.waitForLane();
	}

	/** No lane takes the session now; if none does in time, the answer ends. */
	waitForLane(): void {
		this.#homeless = setTimeout(() => this.fail("lane_failed"), MAX_HOMELESS_MS);
	}

	#leaveHome(): void {
		clearTimeout(this.#homeless);
		if (this.#home !== undefined) this.#home.lane.sessions--;
		this.#home = undefined;
	}

	onOutput(item: FromLane & { kind: "output" }): void {
		if (this.#closed) return;
		this.#unreceived -= item.received;
		if (item.received > 0) this.#answered++;
		this.#drop(item.consumed - this.#consumed);
		this.#consumed = Math.max(this.#consumed, item.consumed);
		if (item.usage !== undefined) this.#usage = item.usage;
		if (item.bytes !== undefined) this.#say(item.bytes);
		if (item.resume !== undefined) [this.#resume, this.#said] = [item.resume, this.#repeat];
		if (item.journal !== undefined) this.#keep(item.journal);
		if (item.ended !== undefined) {
			if (this.#repeat > 0) return this.fail("lane_failed");
			this.#closed = true;
			this.#leave();
			return this.#handler.onEnded(item.ended, item.code, item.found ?? NOTHING_FOUND);
		}
		this.#giveCredit();
	}

	/** Every piece is answered once, in their order, so it is clear which one this is about. */
	onPassed(): void {
		if (this.#closed) return;
		const bytes = this.#retained[this.#answered++]?.bytes;
		if (bytes === undefined) return this.fail("lane_failed");
		this.#unreceived -= bytes.length;
		this.#say(bytes);
		this.#giveCredit();
	}

	#giveCredit(): void {
		if (!this.#starved || this.#unreceived > CREDIT_BYTES / 2) return;
		this.#starved = false;
		this.#handler.onCredit();
	}

	#say(bytes: Uint8Array): void {
		const again = Math.min(this.#repeat, bytes.length);
		this.#repeat -= again;
		this.#said += bytes.length - again;
		if (again < bytes.length) this.#handler.onOutput(again === 0 ? bytes : bytes.subarray(again));
	}

	#leave(): void {
		this.#leaveHome();
		this.#retain(-this.#retainedBytes);
		this.#retained = [];
		this.#onClosed();
	}

	#retain(bytes: number): void {
		this.#retainedBytes += bytes;
		this.#budget.bytes += bytes;
	}

	#keep(journal: Uint8Array): void {
		this.#journal.push(journal);
		this.#journalBytes += journal.length;
		this.#retain(journal.length);
	}

	#drop(count: number): void {
		if (count <= 0) return;
		let dropped = 0;
		let whole = 0;
		for (const { length } of this.#retained) {
			if (dropped + length > count) break;
			dropped += length;
			whole++;
		}
		// All at once: one by one would move the rest of a long list each time.
		this.#retained.splice(0, whole);
		this.#answered = Math.max(0, this.#answered - whole);
		const head = this.#retained[0];
		if (head !== undefined && dropped < count) {
			this.#retained[0] = head.after(count - dropped);
			dropped = count;
		}
		this.#retain(-dropped);
	}

	/** A whole answer is inspected at its end, all of it at once. */
	#postEnd(): void {
		if (this.#ended === undefined) return;
		const { fault } = this.#ended;
		const bodyBytes = this.#answer.mode === "body" ? this.#retainedBytes : 0;
		this.#home?.lane.post({ kind: "end", sid: this.#sid, bodyBytes, ...(fault !== undefined && { fault }) });
	}
}
