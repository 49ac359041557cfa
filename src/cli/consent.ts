import { recordConsents } from "../audit/consent-record.ts";
import { SubjectKeys } from "../audit/subject-keys.ts";
import { nearest } from "../config/nearest.ts";
import { reachablePolicies } from "../config/reachable-policies.ts";
import type { Config } from "../config/schema.ts";
import { grantConsent, type RecordChanges, revokeConsents, shown } from "../identity/consent-change.ts";
import { type ConsentTerms, hideNames, readConsents, readTerms, SUBJECT, SUBJECT_FORMS } from "../identity/consent-file.ts";
import { hasConsents, type PlaceOptions, type Places, placesOf } from "./audit-places.ts";
import { command } from "./command.ts";
import { expiryIn } from "./number-options.ts";
import { printable } from "./printable.ts";

export interface ConsentSettings extends PlaceOptions {
	readonly subject?: string;
	readonly policy?: string;
	readonly provider?: readonly string[];
	readonly purpose?: string;
	readonly source?: string;
	/** Days until it ends. */
	readonly days?: string;
	readonly json?: boolean;
}

/** Every change is in the audit trail before it holds. */
function recorder({ dir, keys }: Places): RecordChanges {
	return (changes) => recordConsents(dir, keys, new SubjectKeys(dir, keys), changes);
}

/** The places of a command, and the names in the file hidden, where an earlier version wrote them in clear. */
async function openedPlaces(settings: ConsentSettings): Promise<Places> {
	const places = await placesOf(settings);
	if (places.consents.path === "") throw new Error(`${settings.config} sets no security.consent.file`);
	if (hasConsents(places)) await hideNames(places.consents);
	return places;
}

/** `consent grant`: holds from the next request on, also in proxies that run. */
export function consentGrant(settings: ConsentSettings): Promise<number> {
	const { subject = "", policy = "", provider = [], purpose = "", source = "" } = settings;
	return command("consent", async () => {
		checkSubject(subject);
		const expires = expiryIn(settings.days);
		const reading = readTerms({ policy, providers: provider, purpose, source, expires });
		if (!reading.ok) throw new Error(`${reading.param}: ${reading.reason}`);
		const places = await openedPlaces(settings);
		if (places.config !== undefined) checkTerms(reading.terms, places.config);
		const { id } = await grantConsent(places.consents, subject, reading.terms, recorder(places));
		process.stdout.write(`${id}\n`);
		return 0;
	});
}

function checkSubject(subject: string): void {
	if (!SUBJECT.test(subject)) throw new Error(`--subject takes ${SUBJECT_FORMS}, not '${subject}'`);
}

/** Throws where the terms name what the configuration does not have: requests with such a consent would be refused. */
function checkTerms({ policy, providers }: ConsentTerms, config: Config): void {
	const policies = reachablePolicies(config).map(({ name }) => name);
	if (!policies.includes(policy))
		throw new Error(`--policy: there is no policy '${policy}' — use ${nearest(policy, policies)}, or define it in security.policies`);
	const known = Object.keys(config.llm_providers);
	const unknown = providers.find((name) => name !== "*" && !known.includes(name));
	if (unknown !== undefined) throw new Error(`--provider: '${unknown}' is not in llm_providers — use ${nearest(unknown, known)}, or *`);
}

/** `consent revoke`: from the next request on, the ordinary policy decides. The consent stays in the file as evidence. */
export function consentRevoke(id: string, settings: ConsentSettings): Promise<number> {
	return command("consent", async () => {
		const places = await openedPlaces(settings);
		const revoked = await revokeConsents(places.consents, (consent) => consent.id === id, recorder(places));
		if (revoked.length === 0) throw new Error(`${places.consents.path} holds no consent ${id} in force; 'consent list' shows them`);
		process.stderr.write(`Consent ${id} is revoked.\n`);
		return 0;
	});
}

/** `consent list`: all of them, or those of one subject. */
export function consentList(settings: ConsentSettings): Promise<number> {
	const { subject, json } = settings;
	return command("consent", async () => {
		if (subject !== undefined) checkSubject(subject);
		const { consents } = await openedPlaces(settings);
		const rows = readConsents(consents)
			.filter((consent) => subject === undefined || consent.subject === subject)
			.map(shown);
		const whose = subject === undefined ? "" : ` of ${subject}`;
		if (json === true) process.stdout.write(`${JSON.stringify(rows)}\n`);
		else if (rows.length === 0) process.stderr.write(`${consents.path} holds no consents${whose}; 'consent grant' writes one down.\n`);
		else
			for (const { id, state, subject: who, policy, providers, purpose, expires = "no end", source } of rows)
				process.stdout.write(
					`${printable(`${id}  ${state.padEnd(8)}  ${who}  ${policy} at ${providers.join(", ")} for ${purpose}  until ${expires}  (${source})`)}\n`,
				);
		return 0;
	});
}
