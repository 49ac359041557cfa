import { z } from "zod";
import { faultWords } from "../core/fault-words.ts";
import { readJsonFile } from "../core/json-file.ts";
import type { NameCipher } from "../core/name-cipher.ts";
import { isGroup } from "../core/subject-group.ts";
import { replaceLocked } from "./locked-file.ts";

/** What is agreed to, as an administrator writes it. */
const ConsentTerms = z.strictObject({
	/** A policy of `security.policies`: which kinds of data go in clear is what it says. */
	policy: z.string().min(1).max(200),
	/** Names of `llm_providers`; `*` is any of them. */
	providers: z.array(z.string().min(1).max(200)).min(1).max(100),
	purpose: z.string().min(1).max(100),
	/** Where the consent is written down. */
	source: z.string().min(1).max(500),
	expires: z.iso.datetime().optional(),
});

export type ConsentTerms = z.infer<typeof ConsentTerms>;

/** `key:ID`, `jwt:NAME`, `address:IP`; `tenant:NAME` and `role:NAME` for everybody of a tenant or with a role. */
export const SUBJECT = /^(?:key|jwt|address|tenant|role):.{1,200}$/;
export const SUBJECT_FORMS = "key:ID, jwt:NAME, address:IP, tenant:NAME or role:NAME";
/** How those stand in the file that are no group. */
const SEALED = /^sealed:([\w-]{1,1000})$/;

const ConsentRecord = ConsentTerms.extend({
	id: z.string().regex(/^[0-9a-f]{12}$/),
	subject: z.string().regex(SUBJECT),
	granted: z.iso.datetime(),
	revoked: z.iso.datetime().optional(),
});
const StoredConsent = ConsentRecord.extend({ subject: z.string().regex(SUBJECT).or(z.string().regex(SEALED)) });

/** One consent: for whom, to what, for which purpose, from where, until when. */
export type ConsentRecord = z.infer<typeof ConsentRecord>;

/** Consents of one file, those that are over included. */
const MAX_CONSENTS = 10_000;
const StoredFile = z.strictObject({ consents: z.array(StoredConsent).max(MAX_CONSENTS) });

/** A file of consents and what opens the names in it. */
export interface ConsentFile {
	/** Empty: there are no consents. */
	readonly path: string;
	readonly names: NameCipher;
}

/** Terms that came from outside, or the member that is wrong and why. */
export function readTerms(
	value: unknown,
): { readonly ok: true; readonly terms: ConsentTerms } | { readonly ok: false; readonly param: string; readonly reason: string } {
	const parsed = ConsentTerms.safeParse(value, { error: faultWords });
	if (parsed.success) return { ok: true, terms: parsed.data };
	const [issue] = parsed.error.issues;
	const path = issue?.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : (issue?.path ?? []);
	return { ok: false, param: path.join("."), reason: issue?.message ?? "is not valid" };
}

/** Reads and validates the file as a whole; a file that does not exist holds no consent. Throws with the reason. */
export function readConsents({ path, names }: ConsentFile): readonly ConsentRecord[] {
	return readStored(path).map((stored) => {
		const sealed = SEALED.exec(stored.subject)?.[1];
		if (sealed === undefined) return stored;
		const subject = names.open(sealed, contextOf(stored));
		if (subject === undefined)
			throw new Error(
				`${path} names its subjects with another secret: set SECURE_LLM_PROXY_SECRET_KEY to the one that it was written with`,
			);
		return { ...stored, subject };
	});
}

/** Hides the names that an earlier version wrote in clear. Throws when the file cannot be written. */
export async function hideNames(file: ConsentFile): Promise<void> {
	const isClear = ({ subject }: ConsentRecord): boolean => !isGroup(subject) && !SEALED.test(subject);
	if (readStored(file.path).some(isClear)) await rewriteConsents(file);
}

/** Writes the file anew, with names that the present secret hides. */
export function rewriteConsents(file: ConsentFile): Promise<void> {
	return updateConsents(
		file,
		(consents) => consents,
		async () => undefined,
	);
}

/**
 * Changes the file. The change sees what is in it now; `record` comes when all that can fail is done, and the change holds
 * after it. Throws, with nothing changed, when it cannot be done.
 */
export async function updateConsents(
	file: ConsentFile,
	change: (consents: readonly ConsentRecord[]) => readonly ConsentRecord[],
	record: () => Promise<void>,
): Promise<void> {
	const { path, names } = file;
	const hidden = (consent: ConsentRecord): ConsentRecord =>
		isGroup(consent.subject) ? consent : { ...consent, subject: `sealed:${names.seal(consent.subject, contextOf(consent))}` };
	const make = (): string => {
		const consents = change(readConsents(file));
		if (consents.length > MAX_CONSENTS) throw new Error(`${path} would hold more than ${MAX_CONSENTS} consents`);
		return `${JSON.stringify(StoredFile.parse({ consents: consents.map(hidden) }), null, "\t")}\n`;
	};
	await replaceLocked(path, make, record);
}

function readStored(path: string): readonly ConsentRecord[] {
	const reading = readJsonFile(path, StoredFile);
	if (reading.ok) return reading.value.consents;
	if (reading.isMissing) return [];
	throw new Error(`${path} ${reading.reason}; correct it, or restore it from a copy`);
}

/** A name that was moved to another consent does not open. */
function contextOf({ id }: Pick<ConsentRecord, "id">): string {
	return `consent ${id}`;
}

export function isInForce({ expires, revoked }: Pick<ConsentRecord, "expires" | "revoked">, now = Date.now()): boolean {
	return revoked === undefined && (expires === undefined || Date.parse(expires) > now);
}
