/** Every message between the driver and the two load processes (Node IPC, structured clone). */
import type { Workload } from "../fixtures/workload.ts";

/** Where a run is sent. */
export interface Target {
	/** `http://127.0.0.1:port` */
	readonly origin: string;
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
}

export type ToUpstream = { readonly kind: "workload"; readonly workload: Workload } | { readonly kind: "sends" };

export type FromUpstream =
	| { readonly kind: "ready"; readonly port: number }
	| { readonly kind: "prepared" }
	| {
			readonly kind: "sends";
			/** Per stream the time at which each event was given to the socket, µs on the machine's monotonic clock. */
			readonly sends: ReadonlyMap<number, Float64Array>;
			/** µs that events went out later than scheduled. */
			readonly lateness: Float64Array;
	  };

export type ToClient = {
	readonly kind: "run";
	readonly target: Target;
	readonly workload: Workload;
	/** ms after the ramp during which everything is measured. */
	readonly windowMs: number;
};

/** One answer as the client saw it. Times in µs on the machine's monotonic clock. */
export interface Receipt {
	readonly stream: number;
	readonly requestedAt: number;
	/** Arrival of the first token; NaN: none came. */
	readonly firstAt: number;
	/** Of the whole answer; NaN: it did not end. */
	readonly endedAt: number;
	/** Arrival of the last character of each token; NaN: it never came. */
	readonly delivered: Float64Array;
	/** `stop`, another finish reason, an HTTP status, or an error code. */
	readonly outcome: string;
}

export type FromClient =
	| { readonly kind: "ready" }
	/** The measured time begins or ends; `tokens` arrived so far. */
	| { readonly kind: "mark"; readonly at: number; readonly tokens: number }
	| {
			readonly kind: "done";
			readonly receipts: readonly Receipt[];
			/** 99th percentile of how late the client came to what had arrived for it, µs, where requests arrive on a schedule; else 0. */
			readonly clientDelay: number;
	  };

/** µs on the monotonic clock that all processes of a machine share. */
export function clockUs(): number {
	return Number(process.hrtime.bigint()) / 1000;
}
