import { Agent, type Dispatcher } from "undici";
import { errorCode } from "../core/error-code.ts";
import { createNameLookup } from "../core/name-lookup.ts";
import type { UpstreamClient, UpstreamEvents, UpstreamExchange, UpstreamRequest } from "./upstream-types.ts";

const FINISH_MS = 1000;

/** Upstream over undici. No redirects; asks for unencoded bodies, because only those can be inspected. */
export function createUpstreamClient(): UpstreamClient {
	const agents = new Map<number, Agent>();
	const lookup = createNameLookup();
	const agentFor = (connectMs: number): Agent => {
		const known =
			agents.get(connectMs) ??
			new Agent({ connect: { timeout: connectMs, lookup }, pipelining: 1, connections: null, maxHeaderSize: 32 << 10 });
		agents.set(connectMs, known);
		return known;
	};
	return {
		send: (request, events) => new Exchange(agentFor(request.deadlines.connectMs), request, events),
		async close() {
			await Promise.all([...agents.values()].map((agent) => agent.destroy()));
		},
	};
}

class Exchange implements UpstreamExchange, Dispatcher.DispatchHandler {
	readonly #events: UpstreamEvents;
	#controller: Dispatcher.DispatchController | undefined;
	#done = false;
	#paused = false;
	#headSeen = false;
	#finishing: NodeJS.Timeout | undefined;

	constructor(agent: Agent, request: UpstreamRequest, events: UpstreamEvents) {
		this.#events = events;
		const url = new URL(request.url);
		agent.dispatch(
			{
				origin: url.origin,
				path: url.pathname + url.search,
				method: request.method,
				headers: Object.assign({}, request.headers, { "accept-encoding": "identity" }),
				body: request.body ?? null,
				headersTimeout: request.deadlines.headMs,
				bodyTimeout: request.deadlines.idleMs,
			},
			this,
		);
	}

	pause(): void {
		this.#paused = true;
		this.#controller?.pause();
	}

	resume(): void {
		if (!this.#paused) return;
		this.#paused = false;
		this.#controller?.resume();
	}

	abort(): void {
		if (this.#done) return;
		this.#done = true;
		this.#controller?.abort(new Error("The session ended."));
	}

	finish(): void {
		if (this.#done) return;
		this.#done = true;
		this.resume();
		this.#finishing = setTimeout(() => this.#controller?.abort(new Error("The session ended.")), FINISH_MS).unref();
	}

	onRequestStart(controller: Dispatcher.DispatchController): void {
		this.#controller = controller;
		if (this.#done) controller.abort(new Error("The session ended."));
	}

	onResponseStart(
		_controller: Dispatcher.DispatchController,
		status: number,
		headers: Record<string, string | string[] | undefined>,
	): void {
		if (this.#done || status < 200) return;
		this.#headSeen = true;
		const flat: Record<string, string> = Object.create(null);
		for (const [name, value] of Object.entries(headers))
			if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
		this.#events.onHead(status, flat);
	}

	onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
		if (!this.#done) this.#events.onData(chunk);
	}

	onResponseEnd(): void {
		clearTimeout(this.#finishing);
		if (this.#done) return;
		this.#done = true;
		this.#events.onEnd();
	}

	onResponseError(_controller: Dispatcher.DispatchController, error: Error & { code?: string }): void {
		clearTimeout(this.#finishing);
		if (this.#done) return;
		this.#done = true;
		this.#events.onError(this.#codeOf(error.code ?? ""), errorCode(error));
	}

	#codeOf(code: string): string {
		if (code === "UND_ERR_BODY_TIMEOUT") return "upstream_stalled";
		if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_CONNECT_TIMEOUT") return "upstream_timeout";
		return this.#headSeen ? "upstream_truncated" : "upstream_unreachable";
	}
}
