/** One thing that is measured. Keys are hashed names: they may leave the process. */
export type Meter =
	/** Fills evenly, `rate` in `periodMs`, up to `capacity`. */
	| {
			readonly kind: "bucket";
			readonly key: string;
			readonly capacity: number;
			readonly rate: number;
			readonly periodMs: number;
			readonly cost: number;
	  }
	/** Counts up to `limit` for `lastsMs`: no point in time, because the clocks of replicas and of Redis differ, and may be set. */
	| { readonly kind: "quota"; readonly key: string; readonly limit: number; readonly lastsMs: number; readonly cost: number }
	/** At most `limit` holders; one that says nothing for `ttlMs` has lost its place. */
	| { readonly kind: "lease"; readonly key: string; readonly limit: number; readonly holder: string; readonly ttlMs: number };

export interface MeterState {
	/** The meter alone would have refused. */
	readonly isOver: boolean;
	/** What is left, at least 0. */
	readonly remaining: number;
	/** ms until a refused request would fit, else until nothing is spent. */
	readonly resetMs: number;
}

export interface Measurement {
	/** All meters took it; otherwise none did. */
	readonly ok: boolean;
	readonly states: readonly MeterState[];
}

/** Where meters are kept. */
export interface MeterStore {
	/** Whether replicas measure together: `memory`, never; `redis_down`, not now. */
	readonly state: "memory" | "redis" | "redis_down";
	/** Takes from all meters or from none. A quota of which nothing is left refuses a cost of 0, too. */
	take(meters: readonly Meter[]): Promise<Measurement>;
	/** Takes from all, whatever is left; a negative cost gives back, and a lease is renewed. */
	charge(meters: readonly Meter[]): Promise<Measurement>;
	/** Gives a place back. */
	release(lease: Meter & { readonly kind: "lease" }): Promise<void>;
	close(): void;
}
