import type { AuditWriter } from "./audit/audit-writer.ts";
import type { Config } from "./config/schema.ts";
import { createApiKeyAuthenticator } from "./identity/api-keys.ts";
import { type ConsentBook, createConsentBook } from "./identity/consent-book.ts";
import type { PolicyBook } from "./policy/policy-book.ts";
import { ConsentDesk } from "./session/consent-desk.ts";
import type { Logger } from "./telemetry/logger.ts";

/** What one configuration says about consents: who gave which, and who may change that over HTTP. */
export interface ConsentSettings {
	readonly consents: ConsentBook;
	readonly consentDesk: ConsentDesk;
	/** Lets go of the file of administrators' keys. */
	closeConsents(): void;
}

/** Throws when the file of administrators' keys is not valid. */
export function consentSettings(config: Config, policies: PolicyBook, audit: AuditWriter, logger: Logger): ConsentSettings {
	const { file, purpose_header } = config.security.consent;
	const { keys_file } = config.admin;
	const onReload = (fault: string | undefined): void => {
		if (fault === undefined) logger.info({}, "administrators' keys reloaded");
		else logger.error({ fault }, "administrators' keys not reloaded, the old ones stay");
	};
	const administrators =
		keys_file === "" ? undefined : createApiKeyAuthenticator({ file: keys_file, setting: "admin.keys_file", onReload });
	return {
		consents: createConsentBook({
			file,
			purposeHeader: purpose_header,
			onFault: (fault) => logger.error({ fault }, "consents not usable, nobody has consented"),
		}),
		consentDesk: new ConsentDesk({
			administrators,
			file,
			audit,
			logger,
			hasPolicy: (name) => policies.named(name) !== undefined,
			hasProvider: (name) => Object.hasOwn(config.llm_providers, name),
		}),
		closeConsents: () => administrators?.close(),
	};
}
