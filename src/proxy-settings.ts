import { policyClaims } from "./config/reachable-policies.ts";
import type { Config } from "./config/schema.ts";
import { type ConsentSettings, consentSettings } from "./consent-settings.ts";
import { createClientAddress, createTrust } from "./edge/client-address.ts";
import { createAuthenticator } from "./identity/authenticator.ts";
import { createCallerLimiter } from "./limits/caller-limiter.ts";
import { limitSettings } from "./limits/limit-settings.ts";
import { createPriceList } from "./limits/price-list.ts";
import { cacheOf, contentKeeperOf, type StoreDeps } from "./open-stores.ts";
import type { PolicyBook } from "./policy/policy-book.ts";
import type { ProxyParts } from "./proxy-parts.ts";
import { configuredRouter, upstreamPolicyOf } from "./routing/configured-router.ts";
import type { AdmissionDeps } from "./session/admission.ts";
import { createModelDirectory } from "./session/model-directory.ts";
import type { SessionDeps } from "./session/session-request.ts";

/** What is made of a configuration, anew with every reload. */
export interface ProxySettings extends SessionDeps, AdmissionDeps, ConsentSettings {
	/** Whose connections begin with a PROXY header. */
	readonly isBalancer: (address: string) => boolean;
	/** Lets go of the files that are watched. */
	close(): void;
}

/** Throws when a key file cannot be read; nothing is left open then. */
export function proxySettings(config: Config, policies: PolicyBook, parts: ProxyParts, deps: StoreDeps): ProxySettings {
	const { security, server } = config;
	const { pool, upstream, hooks, tracing, audit, metrics, health, retryBudget, meters } = parts;
	const { logger } = deps;
	const router = configuredRouter(config, parts.demoUrl, health);
	const passCredential = security.auth.mode === "none" && !hooks.authenticates;
	const onKeys = (fault: string | undefined): void => {
		if (fault === undefined) logger.info({}, "client keys reloaded");
		else logger.error({ fault }, "client keys not reloaded, the old ones stay");
	};
	const authenticator = createAuthenticator(security.auth, policyClaims(config), onKeys, parts.issuers);
	const consents = orClose(authenticator, () => consentSettings(config, policies, audit, deps));
	const limiter = createCallerLimiter(limitSettings(config), meters, (caller) => {
		logger.warn({}, "caller suspended");
		audit.record({ type: "suspension", time: new Date().toISOString(), subject: caller });
	});
	return {
		...consents,
		clientAddress: createClientAddress(server.trusted_proxies),
		isBalancer: createTrust(server.trusted_proxies),
		authenticator,
		limiter,
		pool,
		upstream,
		hooks,
		tracing,
		attempts: Object.assign(upstreamPolicyOf(config), { health, budget: retryBudget, countAttempt: metrics.countAttempt }),
		logger,
		audit,
		record(record, content) {
			audit.record(record);
			if (content !== undefined) audit.record(content.record(record));
			metrics.count(record);
			void hooks.run("finished", record);
		},
		keepContent: contentKeeperOf(config),
		cache: cacheOf(config, parts.cache),
		policies,
		router,
		models: createModelDirectory({ router, upstream, passCredential }),
		passCredential,
		prices: createPriceList(config.llm_providers),
		keepAliveMs: server.keepalive_interval_ms,
		close() {
			authenticator.close();
			limiter.close();
			consents.closeConsents();
		},
	};
}

/** What `make` makes; what is open already is closed where it cannot. */
function orClose<Made>(open: { close(): void }, make: () => Made): Made {
	try {
		return make();
	} catch (error) {
		open.close();
		throw error;
	}
}
