import { statSync } from "node:fs";
import type { Caller } from "./caller.ts";
import { type ConsentFile, type ConsentRecord, hideNames, isInForce, readConsents } from "./consent-file.ts";

/** A consent that holds for a request. */
export type ConsentGrant = Pick<ConsentRecord, "id" | "policy" | "providers">;

export interface ConsentBook {
	/** What the caller consented to for the purpose that the request states. Undefined: nothing, so the ordinary policy decides. */
	consentOf(caller: Pick<Caller, "id" | "tenant" | "roles">, headers: Readonly<Record<string, string>>): ConsentGrant | undefined;
}

export interface ConsentOptions {
	readonly file: ConsentFile;
	/** Lower case. */
	readonly purposeHeader: string;
	/** Why the file cannot be used; until it can, nobody has consented. */
	readonly onFault: (reason: string) => void;
	/** Why names that an earlier version wrote in clear still stand there; they hold as they are. */
	readonly onClear: (reason: string) => void;
}

/** A file that could not be used is read again as soon as it changes, and else after so many milliseconds. */
const AGAIN_MS = 1000;

/** Looks at the file for every request that states a purpose: a change holds from the next request on, in every process. */
export function createConsentBook({ file, purposeHeader, onFault, onClear }: ConsentOptions): ConsentBook {
	let bySubject: ReadonlyMap<string, readonly ConsentRecord[]> = new Map();
	let state = "";
	/** Why the file could not be used when it was last read, and the time in ms at which it is read again although it did not change. */
	let fault = "";
	let againAt = Number.POSITIVE_INFINITY;
	const refresh = (): void => {
		const present = stateOf(file.path);
		const now = Date.now();
		if (present === state && now < againAt) return;
		state = present;
		againAt = Number.POSITIVE_INFINITY;
		try {
			bySubject = indexed(readConsents(file));
			fault = "";
			hideNames(file).catch((error: Error) => onClear(error.message));
		} catch (error) {
			bySubject = new Map();
			// It may be the reading that failed and not the file, which then does not change.
			againAt = now + AGAIN_MS;
			const { message } = error as Error;
			if (message !== fault) onFault(message);
			fault = message;
		}
	};
	if (file.path !== "") refresh();
	return {
		consentOf(caller, headers) {
			const purpose = headers[purposeHeader];
			if (file.path === "" || purpose === undefined) return undefined;
			refresh();
			// The caller's own goes before that of the tenant, and that before one of a role.
			const tenant = caller.tenant === undefined ? [] : [`tenant:${caller.tenant}`];
			return [caller.id, ...tenant, ...caller.roles.map((role) => `role:${role}`)]
				.flatMap((subject) => bySubject.get(subject) ?? [])
				.find((consent) => consent.purpose === purpose && isInForce(consent));
		},
	};
}

export function coversProvider({ providers }: ConsentGrant, provider: string): boolean {
	return providers.includes("*") || providers.includes(provider);
}

function indexed(consents: readonly ConsentRecord[]): Map<string, ConsentRecord[]> {
	const bySubject = new Map<string, ConsentRecord[]>();
	for (const consent of consents) {
		const others = bySubject.get(consent.subject);
		if (others === undefined) bySubject.set(consent.subject, [consent]);
		else others.push(consent);
	}
	return bySubject;
}

/** Changes whenever the file does. */
function stateOf(file: string): string {
	try {
		const { mtimeMs, size, ino } = statSync(file);
		return `${mtimeMs} ${size} ${ino}`;
	} catch {
		return "none";
	}
}
