import { readFileSync } from "node:fs";
import { z } from "zod";
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

/** `key:ID`, `jwt:NAME`, `address:IP`; `role:NAME` for everybody with a role (a tenant). */
export const SUBJECT = /^(?:key|jwt|address|role):.{1,200}$/;

const ConsentRecord = ConsentTerms.extend({
	id: z.string().regex(/^[0-9a-f]{12}$/),
	subject: z.string().regex(SUBJECT),
	granted: z.iso.datetime(),
	revoked: z.iso.datetime().optional(),
});

/** One consent: for whom, to what, for which purpose, from where, until when. */
export type ConsentRecord = z.infer<typeof ConsentRecord>;

/** Consents of one file, those that are over included. */
const MAX_CONSENTS = 10_000;
const ConsentFile = z.strictObject({ consents: z.array(ConsentRecord).max(MAX_CONSENTS) });

/** Terms that came from outside, or the member that is wrong and why. */
export function readTerms(
	value: unknown,
): { readonly ok: true; readonly terms: ConsentTerms } | { readonly ok: false; readonly param: string; readonly reason: string } {
	const parsed = ConsentTerms.safeParse(value);
	if (parsed.success) return { ok: true, terms: parsed.data };
	const [issue] = parsed.error.issues;
	return { ok: false, param: issue?.path.join(".") ?? "", reason: issue?.message ?? "is not valid" };
}

/** Reads and validates the file as a whole; a file that does not exist holds no consent. Throws with the reason. */
export function readConsents(file: string): readonly ConsentRecord[] {
	let text: string;
	try {
		text = readFileSync(file, "utf8");
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code ?? "unknown";
		if (code === "ENOENT") return [];
		throw new Error(`${file} cannot be read (${code})`, { cause: error });
	}
	try {
		return ConsentFile.parse(JSON.parse(text)).consents;
	} catch (error) {
		const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
		const reason = issue === undefined ? "is not JSON" : `is not valid at ${issue.path.join(".")}: ${issue.message}`;
		throw new Error(`${file} ${reason}`, { cause: error });
	}
}

/**
 * Changes the file. The change sees what is in it now; `record` comes when all that can fail is done, and the change holds
 * after it. Throws, with nothing changed, when it cannot be done.
 */
export async function updateConsents(
	file: string,
	change: (consents: readonly ConsentRecord[]) => readonly ConsentRecord[],
	record: () => Promise<void>,
): Promise<void> {
	const make = (): string => {
		const consents = change(readConsents(file));
		if (consents.length > MAX_CONSENTS) throw new Error(`${file} would hold more than ${MAX_CONSENTS} consents`);
		return `${JSON.stringify(ConsentFile.parse({ consents }), null, "\t")}\n`;
	};
	await replaceLocked(file, make, record);
}

export function isInForce({ expires, revoked }: Pick<ConsentRecord, "expires" | "revoked">, now = Date.now()): boolean {
	return revoked === undefined && (expires === undefined || Date.parse(expires) > now);
}
