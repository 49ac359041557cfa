/** When a provider is left alone. */
export interface CircuitPolicy {
	/** Failures in a row after which its circuit opens; 0: never. */
	readonly failures: number;
	/** ms until one request may try it again. */
	readonly openMs: number;
}

export interface EntryRules extends CircuitPolicy {
	/** Requests at once; 0: no bound. */
	readonly maxConcurrent: number;
	/** Enter although the circuit is open: there is nothing better. */
	readonly isForced?: boolean;
}

export type CircuitState = "closed" | "half-open" | "open";

/** One request at a provider. */
export interface Permit {
	/** The head of a good answer came after `ms`: the circuit closes. */
	answered(ms: number): void;
	/** Before the head or after it. */
	failed(): void;
	/** The provider asks to be left alone; it is for `ms`, but no longer than a circuit stays open. */
	busy(ms: number | undefined): void;
	/** The request is over. May be called more often than once. */
	release(): void;
}

/** Weight of the newest measurement in the average. */
const SMOOTHING = 0.3;
/** ms after which a latency says nothing about now. */
const LATENCY_TTL_MS = 60_000;
/** ms a provider that answered 429 is left alone when it does not say how long. */
const BUSY_MS = 1000;

/**
 * What this process knows of one provider from its answers: how many requests are there, whether its circuit is open,
 * and how long it takes to begin an answer. A 429 opens the circuit without being a failure. `now` in ms.
 */
export class ProviderHealth {
	readonly #now: () => number;
	#inFlight = 0;
	#failures = 0;
	/** 0: closed. In the past: half open, and one request may probe. */
	#openUntil = 0;
	#isProbed = false;
	#latencyMs: number | undefined;
	#measuredAt = 0;

	constructor(now: () => number = () => performance.now()) {
		this.#now = now;
	}

	get inFlight(): number {
		return this.#inFlight;
	}

	get state(): CircuitState {
		if (this.#openUntil === 0) return "closed";
		return this.#now() < this.#openUntil ? "open" : "half-open";
	}

	/** Moving average of ms to the head of an answer; undefined: not known, or too long ago. */
	get latencyMs(): number | undefined {
		return this.#now() - this.#measuredAt < LATENCY_TTL_MS ? this.#latencyMs : undefined;
	}

	/** Undefined: it is full, or left alone. */
	enter(rules: EntryRules): Permit | undefined {
		if (rules.maxConcurrent > 0 && this.#inFlight >= rules.maxConcurrent) return undefined;
		const { state } = this;
		const isProbe = state === "half-open" && !this.#isProbed;
		if (state !== "closed" && !isProbe && rules.isForced !== true) return undefined;
		this.#inFlight++;
		if (isProbe) this.#isProbed = true;
		return this.#permit(rules, isProbe);
	}

	#permit(rules: EntryRules, isProbe: boolean): Permit {
		let result: "none" | "answered" | "failed" = "none";
		let isReleased = false;
		return {
			answered: (ms) => {
				result = "answered";
				this.#openUntil = 0;
				this.#measured(ms);
			},
			failed: () => {
				if (result === "failed") return;
				result = "failed";
				this.#failures++;
				if (rules.failures > 0 && (isProbe || this.#failures >= rules.failures)) this.#open(rules.openMs);
			},
			busy: (ms = BUSY_MS) => this.#open(Math.min(ms, rules.openMs)),
			release: () => {
				if (isReleased) return;
				isReleased = true;
				this.#inFlight--;
				if (isProbe) this.#isProbed = false;
				// Not at the head: a provider that breaks off every answer would never have two failures in a row.
				if (result === "answered") this.#failures = 0;
			},
		};
	}

	#measured(ms: number): void {
		const known = this.latencyMs;
		this.#latencyMs = known === undefined ? ms : known + SMOOTHING * (ms - known);
		this.#measuredAt = this.#now();
	}

	#open(ms: number): void {
		this.#openUntil = Math.max(this.#openUntil, this.#now() + ms);
	}
}

/** The health of every provider by its name, for the life of the process: a reload changes rules, not facts. */
export class ProviderHealthBook {
	readonly #healths = new Map<string, ProviderHealth>();

	of(provider: string): ProviderHealth {
		const known = this.#healths.get(provider) ?? new ProviderHealth();
		this.#healths.set(provider, known);
		return known;
	}

	/** Of those that were asked. */
	[Symbol.iterator](): Iterator<[string, ProviderHealth]> {
		return this.#healths[Symbol.iterator]();
	}
}
