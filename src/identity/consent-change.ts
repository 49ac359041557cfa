import { randomBytes } from "node:crypto";
import { type ConsentFile, type ConsentRecord, type ConsentTerms, isInForce, updateConsents } from "./consent-file.ts";

/** What happens to one consent. */
export interface ConsentChange {
	readonly action: "granted" | "revoked";
	readonly consent: ConsentRecord;
}

/** Writes changes down where nobody can change them unseen; throws when it cannot. */
export type RecordChanges = (changes: readonly ConsentChange[]) => Promise<void>;

/** A consent as it is shown: with what it is worth now. */
export interface ShownConsent extends ConsentRecord {
	readonly state: "in force" | "expired" | "revoked";
}

/** Consents that are over stay in the file as evidence, until there are more than these; then only the audit trail has the oldest. */
const MAX_ENDED = 5000;

/**
 * Grants a consent. It takes the place of the one that its subject has for the same purpose. Every change is recorded before
 * it holds; throws when it cannot be, and then nothing changed.
 */
export async function grantConsent(file: ConsentFile, subject: string, terms: ConsentTerms, record: RecordChanges): Promise<ConsentRecord> {
	const now = new Date().toISOString();
	const consent: ConsentRecord = { id: randomBytes(6).toString("hex"), subject, ...terms, granted: now };
	const isReplaced = (one: ConsentRecord): boolean => one.subject === subject && one.purpose === terms.purpose;
	let changes: readonly ConsentChange[] = [];
	const change = (consents: readonly ConsentRecord[]): readonly ConsentRecord[] => {
		const { revocations, kept } = revokeWhere(consents, isReplaced, now);
		changes = [...revocations, { action: "granted", consent }];
		return [...withoutOldest(kept), consent];
	};
	await updateConsents(file, change, () => record(changes));
	return consent;
}

/** Revokes the consents in force that fit, and says which these were; likewise. */
export async function revokeConsents(
	file: ConsentFile,
	fits: (consent: ConsentRecord) => boolean,
	record: RecordChanges,
): Promise<readonly ConsentRecord[]> {
	let changes: readonly ConsentChange[] = [];
	const change = (consents: readonly ConsentRecord[]): readonly ConsentRecord[] => {
		const { revocations, kept } = revokeWhere(consents, fits, new Date().toISOString());
		changes = revocations;
		return kept;
	};
	await updateConsents(file, change, async () => {
		if (changes.length > 0) await record(changes);
	});
	return changes.map(({ consent }) => consent);
}

/**
 * Takes out every consent of a subject who is to be forgotten, those that are over included; `record` is told how many, and
 * comes before it holds.
 */
export async function eraseConsents(file: ConsentFile, subject: string, record: (count: number) => Promise<void>): Promise<void> {
	let count = 0;
	const change = (consents: readonly ConsentRecord[]): readonly ConsentRecord[] => {
		const kept = consents.filter((consent) => consent.subject !== subject);
		count = consents.length - kept.length;
		return kept;
	};
	await updateConsents(file, change, () => record(count));
}

export function shown(consent: ConsentRecord): ShownConsent {
	return { ...consent, state: isInForce(consent) ? "in force" : consent.revoked === undefined ? "expired" : "revoked" };
}

function revokeWhere(
	consents: readonly ConsentRecord[],
	fits: (consent: ConsentRecord) => boolean,
	now: string,
): { readonly revocations: ConsentChange[]; readonly kept: ConsentRecord[] } {
	const revoked = new Set(consents.filter((consent) => isInForce(consent) && fits(consent)));
	return {
		revocations: [...revoked].map((consent) => ({ action: "revoked", consent })),
		kept: consents.map((consent) => (revoked.has(consent) ? { ...consent, revoked: now } : consent)),
	};
}

function withoutOldest(consents: readonly ConsentRecord[]): readonly ConsentRecord[] {
	const ended = consents.filter((consent) => !isInForce(consent));
	const dropped = new Set(ended.slice(0, Math.max(0, ended.length - MAX_ENDED)));
	return consents.filter((consent) => !dropped.has(consent));
}
