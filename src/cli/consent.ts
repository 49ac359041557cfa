import { randomBytes } from "node:crypto";
import { recordAdminAction } from "../audit/admin-log.ts";
import { existingKeys } from "../audit/audit-keys.ts";
import { SubjectKeys } from "../audit/subject-keys.ts";
import { type ConsentRecord, isInForce, readConsents, updateConsents } from "../identity/consent-file.ts";
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
		const isLocked = (error as NodeJS.ErrnoException).code === "EEXIST";
		process.stderr.write(
			`consent: ${isLocked ? "the file is locked by another command; remove FILE.lock if there is none" : (error as Error).message}\n`,
		);
		return 2;
	}
}

/** Every change is in the audit trail before it holds. */
async function recordChange(dir: string, action: "granted" | "revoked", consent: ConsentRecord): Promise<void> {
	const keys = existingKeys(dir, installationSecret());
	if (keys === undefined)
		throw new Error(
			"changes are recorded in the audit trail: set SECURE_LLM_PROXY_SECRET_KEY as for the proxy, and give its audit.dir with --dir",
		);
	const { subject, policy, providers, purpose, source, expires = "", id } = consent;
	const named = subject.startsWith("role:") ? subject : new SubjectKeys(dir, keys).obtain(subject).pseudonym;
	await recordAdminAction(dir, keys, { type: "consent", action, consent: id, subject: named, policy, providers, purpose, source, expires });
}

/** `consent grant`: holds within a second, also in proxies that run. */
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
		if (!/^(?:key|jwt|address|role):./.test(subject))
			throw new Error(`--subject takes key:ID, jwt:NAME, address:IP or role:NAME, not '${subject}'`);
		const now = Date.now();
		const consent: ConsentRecord = {
			id: randomBytes(6).toString("hex"),
			subject,
			policy,
			providers: [...provider],
			purpose,
			source,
			granted: new Date(now).toISOString(),
			...(days !== undefined && { expires: new Date(now + Number(days) * 86_400_000).toISOString() }),
		};
		readConsents(file);
		await recordChange(dir, "granted", consent);
		updateConsents(file, (consents) => [...consents, consent]);
		process.stdout.write(`${consent.id}\n`);
	});
}

/** `consent revoke`: from the next request on, the ordinary policy decides. The consent stays in the file as evidence. */
export function consentRevoke(id: string, { file, dir }: ConsentSettings): Promise<number> {
	return command(async () => {
		const consent = readConsents(file).find((one) => one.id === id && one.revoked === undefined);
		if (consent === undefined) throw new Error(`${file} holds no consent ${id} that is not revoked; 'consent list' shows them`);
		await recordChange(dir, "revoked", consent);
		updateConsents(file, (consents) => consents.map((one) => (one.id === id ? { ...one, revoked: new Date().toISOString() } : one)));
		process.stderr.write(`Consent ${id} is revoked.\n`);
	});
}

/** `consent list`: all of them, or those of one subject. */
export function consentList({ file, subject, json }: ConsentSettings): Promise<number> {
	return command(async () => {
		const rows = readConsents(file)
			.filter((consent) => subject === undefined || consent.subject === subject)
			.map((consent) => ({ ...consent, state: isInForce(consent) ? "in force" : consent.revoked === undefined ? "expired" : "revoked" }));
		if (json === true) process.stdout.write(`${JSON.stringify(rows)}\n`);
		else
			for (const { id, state, subject: who, policy, providers, purpose, expires = "no end", source } of rows)
				process.stdout.write(
					`${id}  ${state.padEnd(8)}  ${who}  ${policy} at ${providers.join(", ")} for ${purpose}  until ${expires}  (${source})\n`,
				);
	});
}
