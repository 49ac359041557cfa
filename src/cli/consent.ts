import { existingKeys } from "../audit/audit-keys.ts";
import { recordConsents } from "../audit/consent-record.ts";
import { SubjectKeys } from "../audit/subject-keys.ts";
import { grantConsent, type RecordChanges, revokeConsents, shown } from "../identity/consent-change.ts";
import { readConsents, readTerms, SUBJECT } from "../identity/consent-file.ts";
import { installationSecret } from "./secret.ts";

export interface ConsentSettings {
	readonly file: string;
	/** Folder of the audit trail. */
	readonly dir: string;
	readonly subject?: string;
	readonly policy?: string;
	readonly provider?: readonly string[];
	readonly purpose?: string;
	readonly source?: string;
	/** Days until it ends. */
	readonly days?: string;
	readonly json?: boolean;
}

async function command(run: () => Promise<void>): Promise<number> {
	try {
		await run();
		return 0;
	} catch (error) {
		process.stderr.write(`consent: ${(error as Error).message}\n`);
		return 2;
	}
}

/** Every change is in the audit trail before it holds. */
function recorder(dir: string): RecordChanges {
	const keys = existingKeys(dir, installationSecret());
	if (keys === undefined)
		throw new Error(
			"changes are recorded in the audit trail: set SECURE_LLM_PROXY_SECRET_KEY as for the proxy, and give its audit.dir with --dir",
		);
	return (changes) => recordConsents(dir, keys, new SubjectKeys(dir, keys), changes);
}

/** `consent grant`: holds from the next request on, also in proxies that run. */
export function consentGrant({
	file,
	dir,
	subject = "",
	policy = "",
	provider = [],
	purpose = "",
	source = "",
	days,
}: ConsentSettings): Promise<number> {
	return command(async () => {
		if (days !== undefined && !/^[1-9]\d{0,4}$/.test(days)) throw new Error(`--days takes a whole number, not '${days}'`);
		if (!SUBJECT.test(subject)) throw new Error(`--subject takes key:ID, jwt:NAME, address:IP or role:NAME, not '${subject}'`);
		const expires = days === undefined ? undefined : new Date(Date.now() + Number(days) * 86_400_000).toISOString();
		const reading = readTerms({ policy, providers: provider, purpose, source, expires });
		if (!reading.ok) throw new Error(`${reading.param}: ${reading.reason}`);
		const { id } = await grantConsent(file, subject, reading.terms, recorder(dir));
		process.stdout.write(`${id}\n`);
	});
}

/** `consent revoke`: from the next request on, the ordinary policy decides. The consent stays in the file as evidence. */
export function consentRevoke(id: string, { file, dir }: ConsentSettings): Promise<number> {
	return command(async () => {
		const revoked = await revokeConsents(file, (consent) => consent.id === id, recorder(dir));
		if (revoked.length === 0) throw new Error(`${file} holds no consent ${id} in force; 'consent list' shows them`);
		process.stderr.write(`Consent ${id} is revoked.\n`);
	});
}

/** `consent list`: all of them, or those of one subject. */
export function consentList({ file, subject, json }: ConsentSettings): Promise<number> {
	return command(async () => {
		const rows = readConsents(file)
			.filter((consent) => subject === undefined || consent.subject === subject)
			.map(shown);
		if (json === true) process.stdout.write(`${JSON.stringify(rows)}\n`);
		else
			for (const { id, state, subject: who, policy, providers, purpose, expires = "no end", source } of rows)
				process.stdout.write(
					`${id}  ${state.padEnd(8)}  ${who}  ${policy} at ${providers.join(", ")} for ${purpose}  until ${expires}  (${source})\n`,
				);
	});
}
