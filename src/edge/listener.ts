import type { ErrorCode } from "../core/errors.ts";
import type { TlsMaterial } from "./tls.ts";

/** The head of a request whose framing was checked. */
export interface DownstreamHead {
	readonly method: string;
	/** Path without query. */
	readonly path: string;
	/** Query string without `?`, may be empty. */
	readonly query: string;
	/** Lower-case names; repeated headers joined by `, `. Null-prototype. */
	readonly headers: Readonly<Record<string, string>>;
	readonly remoteAddress: string;
}

/** A request that is complete. */
export interface DownstreamRequest extends DownstreamHead {
	readonly body: Uint8Array;
}

/** gone: the client left. stalled: it did not read, and `clientStallMs` were over. */
export type AbortReason = "gone" | "stalled";

/** An answer that is there as a whole, such as an error. */
export interface WholeAnswer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
}

/**
 * ms that the rest of a body which is refused for its size is still taken in and thrown away: closing at once resets the
 * connection, and most clients then never see the 413.
 */
export const LINGER_MS = 1000;

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
	/** Called at most once, when the connection is lost before the answer was handed over. */
	onAbort(callback: (reason: AbortReason) => void): void;
	readonly isOpen: boolean;
}

export type RequestHandler = (request: DownstreamRequest, downstream: Downstream) => void;

export interface ListenerOptions {
	readonly host: string;
	/** 0: chosen by the system. */
	readonly port: number;
	/** Bytes; a larger body gets 413. */
	readonly maxRequestSize: number;
	/** Bytes of all bodies that have not come to their end; what would be more is answered 503. */
	readonly maxArrivingBytes: number;
	/** ms for the head of a request, and again for its body, to arrive; else 408. */
	readonly requestTimeoutMs: number;
	/** ms a client may leave an answer unread once the buffers are full; then the connection is cut. */
	readonly clientStallMs: number;
	/** ms that a connection without a request is kept. Of the node listener: uWebSockets.js has a time of its own. */
	readonly idleConnectionMs: number;
	/** Absent: plain HTTP. */
	readonly tls?: TlsMaterial | undefined;
	/** Whose connections begin with a PROXY header; absent: nobody's. Of the node listener only. */
	readonly isBalancer?: ((peer: string) => boolean) | undefined;
	/**
	 * Asked once for each request, before its body is here: an answer that goes out at once. The body is thrown away as it
	 * comes, and the connection stays. A client that waits with its body until it is told to go on is told so first, because
	 * nobody can know whether it would send it after a refusal.
	 */
	readonly screen?: ((head: DownstreamHead) => WholeAnswer | undefined) | undefined;
	readonly handler: RequestHandler;
	/**
	 * Errors the listener answers itself, formatted by path; the connection is closed after them. `path` is empty where none
	 * could be read, and so is `address` of a connection that is gone.
	 */
	readonly refusal: (path: string, code: ErrorCode, address: string) => WholeAnswer;
}

export interface Listener {
	readonly port: number;
	/** Name of the adapter in use. */
	readonly kind: "uws" | "node";
	/** New connections get this certificate; those that are open keep theirs. Only of a listener with TLS. */
	renewTls(material: TlsMaterial): Promise<void>;
	/**
	 * Resolves when every answer that has ended is with the kernel, at the latest after `clientStallMs`; then the port and,
	 * where the adapter can, every connection is closed.
	 */
	close(): Promise<void>;
}
