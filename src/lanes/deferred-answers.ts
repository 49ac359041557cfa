import type { SessionId } from "./protocol.ts";

/** Answers that a lane has promised for later, and by when. */
export class DeferredAnswers {
	readonly #due = new Map<SessionId, number>();
	readonly #onOverdue: () => void;
	#timer: NodeJS.Timeout | undefined;
	#wakesAt = Number.POSITIVE_INFINITY;

	/** `onOverdue` is called when a promise was not kept. */
	constructor(onOverdue: () => void) {
		this.#onOverdue = onOverdue;
	}

	promised(sid: SessionId, withinMs: number): void {
		const dueAt = performance.now() + withinMs;
		this.#due.set(sid, dueAt);
		if (dueAt < this.#wakesAt) this.#wakeAt(dueAt);
	}

	kept(sid: SessionId): void {
		this.#due.delete(sid);
	}

	has(sid: SessionId): boolean {
		return this.#due.has(sid);
	}

	/** Who owed at the end still does. */
	close(): void {
		clearTimeout(this.#timer);
		this.#wakesAt = 0;
	}

	/** One timer, which looks again when it is early. */
	#wakeAt(at: number): void {
		clearTimeout(this.#timer);
		this.#wakesAt = at;
		this.#timer = setTimeout(() => this.#look(), Math.max(1, at - performance.now()));
	}

	#look(): void {
		this.#wakesAt = Number.POSITIVE_INFINITY;
		// Where this thread was late itself, the answer may be here, unread: timers come before messages.
		setImmediate(() => {
			const next = Math.min(...this.#due.values());
			if (next <= performance.now()) this.#onOverdue();
			else if (next < this.#wakesAt) this.#wakeAt(next);
		});
	}
}
