import type { ErrorCode } from "../core/errors.ts";

/** A request whose framing was checked and whose body is complete. */
export interface DownstreamRequest {
	readonly method: string;
	/** Path without query. */
	readonly path: string;
	/** Query string without `?`, may be empty. */
	readonly query: string;
	/** Lower-case names; repeated headers joined by `, `. Null-prototype. */
	readonly headers: Readonly<Record<string, string>>;
	readonly remoteAddress: string;
	readonly body: Uint8Array;
}

/** The answer side of one exchange. Every method is a no-op once the client is gone or the answer has ended. */
export interface Downstream {
	/** Sends status and headers; must come first. */
	head(status: number, headers: Readonly<Record<string, string>>): void;
	/** Queues bytes for this tick (writes are corked per tick). False: stop until `onDrain`. */
	write(bytes: Uint8Array): boolean;
	/** Ends the answer after what was written. */
	end(bytes?: Uint8Array): void;
	/** Kills the connection. */
	destroy(): void;
	onDrain(callback: () => void): void;
	/** Called at most once, when the client goes away before `end`. */
	onAbort(callback: () => void): void;
	readonly isOpen: boolean;
}

export type RequestHandler = (request: DownstreamRequest, downstream: Downstream) => void;

export interface ListenerOptions {
	readonly host: string;
	/** 0: chosen by the system. */
	readonly port: number;
	/** Bytes; a larger body gets 413. */
	readonly maxRequestSize: number;
	/** ms for the whole body to arrive, else 408. */
	readonly bodyTimeoutMs: number;
	readonly handler: RequestHandler;
	/** JSON body for errors the listener answers itself (400, 408, 413, 417, 431): the caller formats by path. */
	readonly errorBody: (path: string, code: ErrorCode) => string;
}

export interface Listener {
	readonly port: number;
	/** Name of the adapter in use. */
	readonly kind: "uws" | "node";
	/** Stops accepting; open exchanges go on. */
	stopAccepting(): void;
	/** Closes everything. */
	close(): void;
}
