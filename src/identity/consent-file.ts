import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";

const ConsentRecord = z.strictObject({
	id: z.string().regex(/^[0-9a-f]{12}$/),
	/** `key:ID`, `jwt:NAME`, `address:IP`; `role:NAME` for everybody with a role (a tenant). */
	subject: z.string().regex(/^(?:key|jwt|address|role):.{1,200}$/),
	/** A policy of `security.policies`: which kinds of data go in clear is what it says. */
	policy: z.string().min(1),
	/** Names of `llm_providers`; `*` is any of them. */
	providers: z.array(z.string().min(1)).min(1),
	purpose: z.string().min(1).max(100),
	/** Where the consent is written down. */
	source: z.string().min(1).max(500),
	granted: z.iso.datetime(),
	expires: z.iso.datetime().optional(),
	revoked: z.iso.datetime().optional(),
});

/** One consent: for whom, to what, for which purpose, from where, until when. */
export type ConsentRecord = z.infer<typeof ConsentRecord>;

const ConsentFile = z.strictObject({ consents: z.array(ConsentRecord) });

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

/** Changes the file under a lock; readers see the old content or the new one. */
export function updateConsents(file: string, change: (consents: readonly ConsentRecord[]) => readonly ConsentRecord[]): void {
	mkdirSync(dirname(file), { recursive: true });
	const lock = `${file}.lock`;
	writeFileSync(lock, String(process.pid), { flag: "wx" });
	try {
		const consents = ConsentFile.parse({ consents: change(readConsents(file)) });
		writeFileSync(`${file}.tmp`, `${JSON.stringify(consents, null, "\t")}\n`, { mode: 0o600 });
		renameSync(`${file}.tmp`, file);
	} finally {
		rmSync(lock, { force: true });
	}
}

export function isInForce({ expires, revoked }: Pick<ConsentRecord, "expires" | "revoked">, now = Date.now()): boolean {
	return revoked === undefined && (expires === undefined || Date.parse(expires) > now);
}
