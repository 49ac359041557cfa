import type { ConfigurationRecord } from "./audit/configuration-record.ts";
import { compilePolicies, type PoliciesResult } from "./compile-policies.ts";
import { type ConfigFault, faultOf } from "./config/config-fault.ts";
import type { Config } from "./config/schema.ts";
import { reloadedConfig } from "./config/start-only.ts";
import { CERTIFICATE_REMEDY, certificateDates } from "./edge/certificate-dates.ts";
import { readRenewedTls, readTls, type TlsMaterial } from "./edge/tls.ts";
import { type FrontEnd, openFrontEnd } from "./front-end.ts";
import { cacheFault } from "./open-stores.ts";
import type { PolicyBook } from "./policy/policy-book.ts";
import { openParts, type ProxyDeps, type ProxyParts } from "./proxy-parts.ts";
import { type ProxySettings, proxySettings } from "./proxy-settings.ts";

type Refused = { readonly ok: false; readonly faults: readonly ConfigFault[] };

type Taken = { readonly ok: true } | Refused;

/** A configuration that can be taken over; one of the two is to be called. */
export interface PreparedReload {
	takeOver(): Promise<Taken>;
	drop(): void;
}

export type PrepareResult = { readonly ok: true; readonly prepared: PreparedReload } | Refused;

export interface Proxy {
	readonly port: number;
	/** Adapter in use: uws or node. */
	readonly listener: string;
	readonly lanes: number;
	/** Stops accepting, lets sessions end, closes everything. */
	drain(): Promise<void>;
	/** Takes over a new configuration, except keys that are read at start only: those are logged. On a fault everything stays as it was. */
	reload(config: Config): Promise<Taken>;
	/** The same in two steps, for processes that take it over together or not at all. */
	prepareReload(config: Config): Promise<PrepareResult>;
	/** Records what became of a configuration, in the audit trail's log of what operators do. Rejects when it cannot be written. */
	recordConfiguration(record: ConfigurationRecord): Promise<void>;
}

export type ProxyResult = { readonly ok: true; readonly proxy: Proxy } | Refused;

/** A proxy that serves. A configuration that cannot be used is a fault; rejects when lanes do not start or the address is taken. */
export async function createProxy(config: Config, deps: ProxyDeps): Promise<ProxyResult> {
	const { version = "unknown" } = deps;
	const tls = readTls(config.server.tls);
	if (!tls.ok) return { ok: false, faults: [tls.fault] };
	const compiled = await usablePolicies(config, deps);
	if (!compiled.ok) return compiled;
	const { book, compiled: policies } = compiled.value;
	const parts = await openParts(config, policies, deps, () => front.activeSessions);
	await parts.openFor(config);
	const first = trySettings(config, book, parts, deps);
	if (!first.ok) {
		await parts.close();
		return first;
	}
	const { settings } = first;
	const front: FrontEnd = await openFrontEnd({ config, parts, settings, tls: tls.material, version });
	warnOfDates(tls.material, deps);
	parts.audit.record({ type: "start", time: new Date().toISOString(), version, policy: book.default.id });
	const prepareReload = (next: Config): Promise<PrepareResult> => prepare(next, { config, tls: tls.material, parts, front, deps });
	return {
		ok: true,
		proxy: {
			port: front.port,
			listener: front.listener,
			lanes: parts.lanes,
			drain: () => front.drain(),
			prepareReload,
			async reload(next) {
				const result = await prepareReload(next);
				return result.ok ? result.prepared.takeOver() : result;
			},
			recordConfiguration: (record) => parts.audit.recordConfiguration(record),
		},
	};
}

const ENDING: Refused = {
	ok: false,
	faults: [{ path: "", message: "the proxy is ending", remedy: "Start it again: it reads its configuration then." }],
};

/** A proxy that serves, as it was started. */
interface Running {
	readonly config: Config;
	readonly tls: TlsMaterial | undefined;
	readonly parts: ProxyParts;
	readonly front: FrontEnd;
	readonly deps: ProxyDeps;
}

async function prepare(read: Config, { config, tls, parts, front, deps }: Running): Promise<PrepareResult> {
	if (front.isDraining) return ENDING;
	const { config: next, deferred } = reloadedConfig(config, read);
	const renewed = readRenewedTls(next.server.tls, tls);
	if (!renewed.ok) return { ok: false, faults: [renewed.fault] };
	const compiled = await usablePolicies(next, deps);
	if (!compiled.ok) return compiled;
	const { book, compiled: policies } = compiled.value;
	await parts.openFor(next);
	const changed = trySettings(next, book, parts, deps);
	if (!changed.ok) return changed;
	const { settings } = changed;
	const refused = (refusal: Refused): Refused => {
		settings.close();
		return refusal;
	};
	const takeOver = async (): Promise<Taken> => {
		if (front.isDraining) return refused(ENDING);
		const failure = renewed.material && (await front.renewTls(renewed.material).catch((error: Error) => error));
		if (failure !== undefined)
			return refused({ ok: false, faults: [{ path: "server.tls", message: failure.message, remedy: "Correct it and reload again." }] });
		for (const added of policies) parts.pool.addPolicy(added);
		front.takeOver(settings);
		warnOfDates(renewed.material, deps);
		parts.audit.record({ type: "reload", time: new Date().toISOString(), policy: book.default.id });
		deps.logger.setLevel?.(next.logging.level);
		for (const path of deferred) deps.logger.warn({ path, remedy: "Restart the proxy." }, "read at start only, the old value holds");
		return { ok: true };
	};
	return { ok: true, prepared: { takeOver, drop: () => settings.close() } };
}

/** The proxy serves with such a certificate: it may be the clock that is wrong, and a renewal needs no restart. */
function warnOfDates(tls: TlsMaterial | undefined, { logger }: ProxyDeps): void {
	const fault = tls && certificateDates(tls.cert).fault;
	if (fault === undefined) return;
	logger.warn({ path: "server.tls.cert_file", message: fault, remedy: CERTIFICATE_REMEDY }, "configuration");
}

/** The policies of a configuration that this process can serve with. */
async function usablePolicies(config: Config, { logger, secret, hooks }: ProxyDeps): Promise<PoliciesResult> {
	const fault = cacheFault(config, secret);
	if (fault !== undefined) return { ok: false, faults: [fault] };
	return compilePolicies(config, {
		namesPolicies: hooks?.authenticate !== undefined,
		onCompile: (patterns) => logger.info({ patterns }, "compiling patterns, once for this set"),
	});
}

/** A key file that cannot be read is a fault. */
function trySettings(
	config: Config,
	policies: PolicyBook,
	parts: ProxyParts,
	deps: ProxyDeps,
): { readonly ok: true; readonly settings: ProxySettings } | Refused {
	try {
		return { ok: true, settings: proxySettings(config, policies, parts, deps) };
	} catch (error) {
		return { ok: false, faults: [faultOf(error, "", "Correct it and try again.")] };
	}
}
