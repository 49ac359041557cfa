import { auditKeys } from "./audit/audit-keys.ts";
import type { AuditWriter } from "./audit/audit-writer.ts";
import { createNameCipher } from "./audit/name-cipher.ts";
import type { Config } from "./config/schema.ts";
import { createApiKeyAuthenticator } from "./identity/api-keys.ts";
import { type ConsentBook, createConsentBook } from "./identity/consent-book.ts";
import type { StoreDeps } from "./open-stores.ts";
import type { PolicyBook } from "./policy/policy-book.ts";
import { ConsentDesk } from "./session/consent-desk.ts";

/** What one configuration says about consents: who gave which, and who may change that over HTTP. */
export interface ConsentSettings {
	readonly consents: ConsentBook;
	readonly consentDesk: ConsentDesk;
	/** Lets go of the file of administrators' keys. */
	closeConsents(): void;
}

/** Throws when the file of administrators' keys is not valid. */
export function consentSettings(
	config: Config,
	policies: PolicyBook,
	audit: AuditWriter,
	{ logger, secret = "", previousSecret }: StoreDeps,
): ConsentSettings {
	const { file: path, purpose_header } = config.security.consent;
	const file = { path, names: createNameCipher(auditKeys(config.audit.dir, { secret, previousSecret })) };
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
			onClear: (fault) => logger.warn({ fault }, "names in the file of consents not hidden"),
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
