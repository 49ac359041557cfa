import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "./config/schema.ts";
import { listen } from "./edge/listen.ts";
import { isSameTls, type TlsMaterial } from "./edge/tls.ts";
import type { ProxyParts } from "./proxy-parts.ts";
import type { ProxySettings } from "./proxy-settings.ts";
import { listenerRefusal } from "./session/error-body.ts";
import { FrontDesk } from "./session/front-desk.ts";
import { OverloadGuard } from "./session/overload-guard.ts";

export interface FrontEndOptions {
	/** As the proxy was started with. */
	readonly config: Config;
	/** Closed with the front end. */
	readonly parts: ProxyParts;
	/** For the first sessions; likewise. */
	readonly settings: ProxySettings;
	/** Undefined: plain HTTP. */
	readonly tls: TlsMaterial | undefined;
	/** Of the package. */
	readonly version: string;
}

/** Of the memory that the process may have: for bodies that have not come to their end. Nobody knows yet who sends them. */
const ARRIVING_SHARE = 0.25;

/** The listening socket, the desk behind it, and the settings that new sessions get. */
export interface FrontEnd {
	readonly port: number;
	/** Adapter in use. */
	readonly listener: "uws" | "node";
	readonly activeSessions: number;
	/** New sessions get these settings; those that are open keep theirs. */
	takeOver(settings: ProxySettings): void;
	/** No new settings are worth taking. */
	readonly isDraining: boolean;
	/** Of a listener with TLS only; what it serves with already changes nothing. Rejects when it does not take them. */
	renewTls(material: TlsMaterial): Promise<void>;
	/** Stops accepting, lets sessions end, closes everything. */
	drain(): Promise<void>;
}

/** Rejects when the address cannot be bound; then everything is closed. */
export async function openFrontEnd({ config: { server }, parts, settings, tls, version }: FrontEndOptions): Promise<FrontEnd> {
	let current = settings;
	const guard = new OverloadGuard({
		maxWaitMs: server.max_wait_ms,
		maxMemoryShare: server.max_memory_percent / 100,
		processes: server.processes,
		laneWaitMs: () => parts.pool.stats().waitMs,
	});
	const desk = new FrontDesk({
		guard,
		maxSessions: server.max_sessions,
		deps: () => current,
		metrics: () => parts.metrics.expose(),
		onRefusal(refusal) {
			parts.refusals.add(refusal);
			parts.metrics.countRefusal(refusal.outcome);
		},
		onPoliciesUsed: (policyIds) => parts.pool.keepPolicies(policyIds),
		health: () => healthOf(parts, version),
	});
	const close = async (): Promise<void> => {
		guard.close();
		current.close();
		await parts.close();
	};
	const listening = listen(server.listener, {
		host: server.host,
		port: server.port,
		maxRequestSize: server.max_request_size,
		maxArrivingBytes: Math.max(server.max_request_size, guard.maxBytes * ARRIVING_SHARE),
		requestTimeoutMs: server.request_timeout_ms,
		clientStallMs: server.client_stall_timeout_ms,
		idleConnectionMs: server.idle_connection_timeout_ms,
		tls,
		isBalancer: server.proxy_protocol ? (address) => current.isBalancer(address) : undefined,
		screen: (head) => desk.screen(head),
		handler: (request, downstream) => desk.handle(request, downstream),
		refusal(path, code, address) {
			const requestId = randomUUID();
			const refusal = listenerRefusal(path, code, requestId);
			// Framing was not checked, so nothing else of the request is to be believed, its own id neither.
			parts.refusals.add({ requestId, subject: `address:${address}`, method: "", path: "", outcome: code, status: refusal.status });
			return refusal;
		},
	});
	// Threads that are left would keep the process from ending.
	const listener = await listening.catch((error: Error) => close().then(() => Promise.reject(error)));
	const drain = async (): Promise<void> => {
		// Connections are taken meanwhile, so that balancers read 503 from /readyz and clients a word instead of a reset.
		desk.leave();
		await sleep(server.drain_delay_ms);
		await desk.drain(server.drain_timeout_ms);
		await listener.close();
		await close();
	};
	let served = tls;
	// Once only: uWebSockets.js aborts the process when it is closed a second time.
	let drained: Promise<void> | undefined;
	return {
		port: listener.port,
		listener: listener.kind,
		get activeSessions() {
			return desk.activeSessions;
		},
		takeOver(next) {
			const previous = current;
			current = next;
			previous.close();
			desk.retirePolicies();
		},
		get isDraining() {
			return drained !== undefined;
		},
		async renewTls(material) {
			if (isSameTls(material, served)) return;
			await listener.renewTls(material);
			served = material;
		},
		drain() {
			drained ??= drain();
			return drained;
		},
	};
}

/** What `/health` says, whatever the phase. */
function healthOf(
	{ pool, lanes, meters, health, audit }: ProxyParts,
	version: string,
): { readonly ok: boolean; readonly body: Record<string, unknown> } {
	const { alive, policies, sessions, queuedBytes } = pool.stats();
	return {
		// What refuses all new work is no place to send it.
		ok: alive > 0 && audit.isAccepting,
		body: {
			version,
			policies,
			limits: { store: meters.state },
			audit: { accepting: audit.isAccepting },
			lanes: { alive, configured: lanes, sessions, queued_bytes: queuedBytes },
			providers: Object.fromEntries([...health].map(([provider, { state }]) => [provider, { circuit: state }])),
		},
	};
}
