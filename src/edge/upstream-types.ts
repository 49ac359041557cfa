/** Events of one upstream exchange, in this order: head, data*, then end or error exactly once. */
export interface UpstreamEvents {
	onHead(status: number, headers: Readonly<Record<string, string>>): void;
	onData(chunk: Uint8Array): void;
	onEnd(): void;
	/**
	 * `code` from the error catalogue: upstream_unreachable, upstream_timeout, upstream_truncated, upstream_stalled. `cause`: the
	 * code that the system, TLS or the HTTP parser has for it (`ENOTFOUND`, `CERT_HAS_EXPIRED`).
	 */
	onError(code: string, cause?: string): void;
}

export interface UpstreamRequest {
	readonly method: "GET" | "POST";
	/** Absolute URL. */
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	/** Of a POST. */
	readonly body?: Uint8Array;
	readonly deadlines: { readonly connectMs: number; readonly headMs: number; readonly idleMs: number };
}

export interface UpstreamExchange {
	pause(): void;
	resume(): void;
	/** Aborts at once; no event follows. */
	abort(): void;
	/** The answer is complete; no event follows. An upstream that ends its side within a second keeps its connection for reuse. */
	finish(): void;
}

export interface UpstreamClient {
	send(request: UpstreamRequest, events: UpstreamEvents): UpstreamExchange;
	close(): Promise<void>;
}
