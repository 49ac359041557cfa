import type { ErrorCode } from "../core/errors.ts";

/** Why no session comes of a request. */
export interface RefusalReason {
	readonly code: ErrorCode;
	readonly headers?: Readonly<Record<string, string>>;
	/** Says more than the catalogue. */
	readonly message?: string;
	/** The member of the request that is wrong. */
	readonly param?: string;
	/** Where the catalogue's does not say it. */
	readonly status?: number;
	/** Absent: nobody looked yet, so it is the address. */
	readonly subject?: string;
}
