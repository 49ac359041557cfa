import type { RefusalRecord } from "../audit/audit-record.ts";
import type { ErrorCode } from "../core/errors.ts";

/** A request that did not become a session. */
export interface Refusal {
	readonly requestId: string;
	readonly subject: string;
	readonly method: string;
	/** Empty where the proxy does not serve it: it may hold anything. */
	readonly path: string;
	readonly outcome: ErrorCode;
	readonly status: number;
}

/** Equal refusals within this time become one record, so that a flood of them does not fill the log. */
const WINDOW_MS = 10_000;
/** Kinds of refusal told apart within a window; what comes beyond them is counted together. */
const MAX_KINDS = 1000;

/** Records refusals: the first of its kind at once, those that follow in the window as one number at its end. */
export class RefusalTally {
	readonly #record: (record: RefusalRecord) => void;
	readonly #repeats = new Map<string, { readonly refusal: Refusal; count: number }>();
	#timer: NodeJS.Timeout | undefined;

	constructor(record: (record: RefusalRecord) => void) {
		this.#record = record;
	}

	add(refusal: Refusal): void {
		this.#timer ??= setTimeout(() => this.flush(), WINDOW_MS).unref();
		const { subject, path, outcome } = refusal;
		const isFull = this.#repeats.size >= MAX_KINDS;
		const key = JSON.stringify([subject, path, outcome]);
		const known = this.#repeats.get(key);
		if (known !== undefined) known.count++;
		else if (isFull) this.#addTo(outcome, { ...refusal, subject: "", path: "", requestId: "" });
		else {
			this.#repeats.set(key, { refusal, count: 0 });
			this.#write(refusal, 1);
		}
	}

	/** Writes what was counted. */
	flush(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		for (const { refusal, count } of this.#repeats.values()) if (count > 0) this.#write(refusal, count);
		this.#repeats.clear();
	}

	#addTo(key: string, refusal: Refusal): void {
		const known = this.#repeats.get(key) ?? { refusal, count: 0 };
		known.count++;
		this.#repeats.set(key, known);
	}

	#write(refusal: Refusal, count: number): void {
		this.#record({ type: "refusal", time: new Date().toISOString(), ...refusal, count });
	}
}
