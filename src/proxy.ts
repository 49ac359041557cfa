import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { compilePolicies } from "./compile-policies.ts";
import { policyClaims } from "./config/reachable-policies.ts";
import type { Config } from "./config/schema.ts";
import { reloadedConfig } from "./config/start-only.ts";
import { type ConsentSettings, consentSettings } from "./consent-settings.ts";
import { type DemoUpstream, startDemoUpstream } from "./demo/demo-upstream.ts";
import { createClientAddress, createTrust } from "./edge/client-address.ts";
import { listen } from "./edge/listen.ts";
import { readRenewedTls, readTls } from "./edge/tls.ts";
import { createUpstreamClient } from "./edge/upstream.ts";
import type { Hooks } from "./hooks/hooks.ts";
import { HookRunner } from "./hooks/run-hook.ts";
import { createAuthenticator } from "./identity/authenticator.ts";
import { createLanePool } from "./lanes/lane-pool.ts";
import { createCallerLimiter } from "./limits/caller-limiter.ts";
import { limitSettings } from "./limits/limit-settings.ts";
import { createPriceList } from "./limits/price-list.ts";
import { cacheFault, cacheOf, contentKeeperOf, openAudit, openCache, openMeters } from "./open-stores.ts";
import type { PolicyBook } from "./policy/policy-book.ts";
import { processFacts } from "./process-facts.ts";
import { configuredRouter, upstreamPolicyOf } from "./routing/configured-router.ts";
import { ProviderHealthBook } from "./routing/provider-health.ts";
import { RetryBudget } from "./routing/retry-policy.ts";
import type { AdmissionDeps } from "./session/admission.ts";
import { listenerRefusal } from "./session/error-body.ts";
import { FrontDesk } from "./session/front-desk.ts";
import { createModelDirectory } from "./session/model-directory.ts";
import { OverloadGuard } from "./session/overload-guard.ts";
import { RefusalTally } from "./session/refusal-tally.ts";
import type { SessionDeps } from "./session/session-request.ts";
import type { Logger } from "./telemetry/logger.ts";
import { createMetrics } from "./telemetry/metrics.ts";
import { createTracing } from "./telemetry/tracing.ts";
import { redactionKey } from "./verdict/redaction-key.ts";

export interface Fault {
	readonly path: string;
	readonly message: string;
	readonly remedy: string;
}

export interface Proxy {
	readonly port: number;
	/** Adapter in use: uws or node. */
	readonly listener: string;
	readonly lanes: number;
	/** Stops accepting, lets sessions end, closes everything. */
	drain(): Promise<void>;
	/** Takes over a new configuration, except keys that are read at start only: those are logged. On a fault everything stays as it was. */
	reload(config: Config): Promise<{ readonly ok: true } | { readonly ok: false; readonly faults: readonly Fault[] }>;
}

export type ProxyResult = { readonly ok: true; readonly proxy: Proxy } | { readonly ok: false; readonly faults: readonly Fault[] };

export interface ProxyDeps {
	readonly logger: Logger;
	/** Secret of the installation (`SECURE_LLM_PROXY_SECRET_KEY`); absent: made up, for this process or this machine. */
	readonly secret?: string;
	/** The one before, while a rotation is under way (`SECURE_LLM_PROXY_PREVIOUS_SECRET_KEY`). */
	readonly previousSecret?: string;
	/** What a program does at the phases of a request. */
	readonly hooks?: Hooks;
	/** Of the package, for `build_info`. */
	readonly version?: string;
	/** Another lane worker, for tests that break lanes. */
	readonly workerUrl?: URL;
}

/** Composition root: the only file that sees every layer. */
export async function createProxy(config: Config, deps: ProxyDeps): Promise<ProxyResult> {
	const tls = readTls(config.server.tls);
	if (!tls.ok) return { ok: false, faults: [tls.fault] };
	const fault = cacheFault(config, deps.secret);
	if (fault !== undefined) return { ok: false, faults: [fault] };
	const namesPolicies = deps.hooks?.authenticate !== undefined;
	const onCompile = (patterns: number): void => deps.logger.info({ patterns }, "compiling patterns, once for this set");
	const compiled = await compilePolicies(config, { namesPolicies, onCompile });
	if (!compiled.ok) return compiled;
	const lanes = config.server.workers ?? Math.max(1, Math.floor(availableParallelism() / config.server.processes) - 1);
	const audit = await openAudit(config, deps);
	const refusals = new RefusalTally((record) => audit.record(record));
	const health = new ProviderHealthBook();
	const metrics = createMetrics(deps.version ?? "unknown", () =>
		processFacts({ desk, pool, lanes, audit, health, meters, cachedBytes: cached?.store.bytes ?? 0 }),
	);
	const hooks = new HookRunner(deps.hooks ?? {}, (phase, reason) => {
		deps.logger.error({ phase, reason }, "hook failed");
		metrics.countHookFailure(phase);
	});
	const pool = await createLanePool({
		lanes,
		deadlineMs: config.server.lane_deadline_ms,
		secretKey: redactionKey(deps.secret),
		policies: compiled.value.compiled,
		onEvent: (event) => {
			deps.logger.warn({ event }, "lane");
			audit.record({ type: "lane", time: now(), event: event.kind, lane: event.lane });
			metrics.countLaneEvent(event.kind);
		},
		...(deps.workerUrl && { workerUrl: deps.workerUrl }),
	}).catch((error: Error) => audit.close(0).then(() => Promise.reject(error)));
	let demo = await demoOf(config);
	const upstream = createUpstreamClient();
	const tracing = await createTracing(config.telemetry, deps.version ?? "unknown");
	const retryBudget = new RetryBudget();
	const meters = openMeters(config, deps.logger);
	let cached = openCache(config, deps);
	const onSuspended = (caller: string): void => {
		deps.logger.warn({}, "caller suspended");
		audit.record({ type: "suspension", time: now(), subject: caller });
	};
	const closeParts = async (): Promise<void> => {
		meters.close();
		cached?.store.close();
		await Promise.all([pool.close(), upstream.close(), demo?.close(), tracing.close()]);
		refusals.flush();
		audit.record({ type: "stop", time: now() });
		await audit.close(config.server.drain_timeout_ms);
	};
	const settings = (from: Config, policies: PolicyBook): Settings => {
		const router = configuredRouter(from, demo?.url, health);
		const passCredential = from.security.auth.mode === "none" && !hooks.has("authenticate");
		return {
			clientAddress: createClientAddress(from.server.trusted_proxies),
			isBalancer: createTrust(from.server.trusted_proxies),
			...consentSettings(from, policies, audit, deps),
			authenticator: createAuthenticator(from.security.auth, policyClaims(from), (fault) => reportKeys(deps.logger, fault)),
			limiter: createCallerLimiter(limitSettings(from), meters, onSuspended),
			pool,
			upstream,
			hooks,
			tracing,
			attempts: { ...upstreamPolicyOf(from), health, budget: retryBudget, countAttempt: metrics.countAttempt },
			logger: deps.logger,
			audit,
			record(record, content) {
				audit.record(record);
				if (content !== undefined) audit.record(content.record(record));
				metrics.count(record);
				void hooks.run("finished", record);
			},
			keepContent: contentKeeperOf(from),
			cache: cacheOf(from, cached),
			policies,
			router,
			models: createModelDirectory({ router, upstream, passCredential }),
			passCredential,
			prices: createPriceList(from.llm_providers),
			keepAliveMs: from.server.keepalive_interval_ms,
		};
	};
	const first = trySettings(() => settings(config, compiled.value.book));
	if (!first.ok) {
		await closeParts();
		return first;
	}
	let current = first.settings;
	const guard = new OverloadGuard({
		maxWaitMs: config.server.max_wait_ms,
		maxMemoryShare: config.server.max_memory_percent / 100,
		processes: config.server.processes,
		laneWaitMs: () => pool.stats().waitMs,
	});
	const desk: FrontDesk = new FrontDesk({
		guard,
		maxSessions: config.server.max_sessions,
		deps: () => current,
		metrics: () => metrics.expose(),
		onRefusal(refusal) {
			refusals.add(refusal);
			metrics.countRefusal(refusal.outcome);
		},
		onPoliciesUsed: (policyIds) => pool.keepPolicies(policyIds),
		health: () => {
			const stats = pool.stats();
			return {
				ok: stats.alive > 0,
				body: {
					version: deps.version ?? "unknown",
					policies: stats.policies,
					limits: { store: meters.state },
					lanes: { alive: stats.alive, configured: lanes, sessions: stats.sessions, queued_bytes: stats.queuedBytes },
					providers: Object.fromEntries([...health].map(([provider, { state }]) => [provider, { circuit: state }])),
				},
			};
		},
	});
	const close = (): Promise<void> => {
		guard.close();
		closeSettings(current);
		return closeParts();
	};
	const listening = listen(config.server.listener, {
		host: config.server.host,
		port: config.server.port,
		maxRequestSize: config.server.max_request_size,
		requestTimeoutMs: config.server.request_timeout_ms,
		clientStallMs: config.server.client_stall_timeout_ms,
		tls: tls.material,
		isBalancer: config.server.proxy_protocol ? (address) => current.isBalancer(address) : undefined,
		handler: (request, downstream) => desk.handle(request, downstream),
		refusal(path, code, address) {
			const refusal = listenerRefusal(path, code);
			// Framing was not checked, so nothing else of the request is to be believed.
			refusals.add({ requestId: "", subject: `address:${address}`, method: "", path: "", outcome: code, status: refusal.status });
			return refusal;
		},
	});
	// Threads that are left would keep the process from ending.
	const listener = await listening.catch((error: Error) => close().then(() => Promise.reject(error)));
	// Once only: uWebSockets.js aborts the process when it is closed a second time.
	let drained: Promise<void> | undefined;
	const drain = async (): Promise<void> => {
		// Connections are taken meanwhile, so that balancers read 503 from /readyz and clients a word instead of a reset.
		desk.leave();
		await sleep(config.server.drain_delay_ms);
		await desk.drain(config.server.drain_timeout_ms);
		await listener.close();
		await close();
	};
	audit.record({ type: "start", time: now(), version: deps.version ?? "unknown", policy: current.policies.default.id });
	return {
		ok: true,
		proxy: {
			port: listener.port,
			listener: listener.kind,
			lanes,
			drain() {
				drained ??= drain();
				return drained;
			},
			async reload(read) {
				const { config: next, deferred } = reloadedConfig(config, read);
				const unusable = cacheFault(next, deps.secret);
				if (unusable !== undefined) return { ok: false, faults: [unusable] };
				const renewed = readRenewedTls(next.server.tls, tls.material);
				if (!renewed.ok) return { ok: false, faults: [renewed.fault] };
				const recompiled = await compilePolicies(next, { namesPolicies, onCompile });
				if (!recompiled.ok) return recompiled;
				demo ??= await demoOf(next);
				cached ??= openCache(next, deps);
				const changed = trySettings(() => settings(next, recompiled.value.book));
				if (!changed.ok) return changed;
				const failure = renewed.material && (await listener.renewTls(renewed.material).catch((error: Error) => error));
				if (failure !== undefined) {
					closeSettings(changed.settings);
					return { ok: false, faults: [{ path: "server.tls", message: failure.message, remedy: "Correct it and reload again." }] };
				}
				for (const added of recompiled.value.compiled) pool.addPolicy(added);
				const previous = current;
				current = changed.settings;
				closeSettings(previous);
				desk.retirePolicies();
				audit.record({ type: "reload", time: now(), policy: current.policies.default.id });
				deps.logger.setLevel?.(next.logging.level);
				for (const path of deferred) deps.logger.warn({ path, remedy: "Restart the proxy." }, "read at start only, the old value holds");
				return { ok: true };
			},
		},
	};
}

/** The embedded upstream, where a provider of the configuration is it. */
async function demoOf({ llm_providers }: Config): Promise<DemoUpstream | undefined> {
	return Object.values(llm_providers).some(({ type }) => type === "demo") ? startDemoUpstream() : undefined;
}

function now(): string {
	return new Date().toISOString();
}

function reportKeys(logger: Logger, fault: string | undefined): void {
	if (fault === undefined) logger.info({}, "client keys reloaded");
	else logger.error({ fault }, "client keys not reloaded, the old ones stay");
}

type Settings = SessionDeps & AdmissionDeps & ConsentSettings & { readonly isBalancer: (address: string) => boolean };

function closeSettings({ authenticator, limiter, closeConsents }: Settings): void {
	authenticator.close();
	limiter.close();
	closeConsents();
}

/** What is made of a configuration anew with every reload; a key file that cannot be read is a fault. */
function trySettings(
	make: () => Settings,
): { readonly ok: true; readonly settings: Settings } | { readonly ok: false; readonly faults: readonly Fault[] } {
	try {
		return { ok: true, settings: make() };
	} catch (error) {
		return { ok: false, faults: [{ path: "", message: (error as Error).message, remedy: "Correct it and try again." }] };
	}
}
