import { statSync } from "node:fs";
import type { Caller } from "./caller.ts";
import { type ConsentRecord, isInForce, readConsents } from "./consent-file.ts";

/** A consent that holds for a request. */
export type ConsentGrant = Pick<ConsentRecord, "id" | "policy" | "providers">;

export interface ConsentBook {
	/** What the caller consented to for the purpose that the request states. Undefined: nothing, so the ordinary policy decides. */
	consentOf(caller: Pick<Caller, "id" | "roles">, headers: Readonly<Record<string, string>>): ConsentGrant | undefined;
}

export interface ConsentOptions {
	/** Empty: nobody consents to anything. */
	readonly file: string;
	/** Lower case. */
	readonly purposeHeader: string;
	/** Why the file cannot be used; until it can, nobody has consented. */
	readonly onFault: (reason: string) => void;
}

/** ms that a change of the file takes at most to be seen. */
const RECHECK_MS = 1000;

export function createConsentBook({ file, purposeHeader, onFault }: ConsentOptions): ConsentBook {
	let consents: readonly ConsentRecord[] = [];
	let state = "";
	let checked = 0;
	const refresh = (): void => {
		const now = Date.now();
		if (now - checked < RECHECK_MS) return;
		checked = now;
		const present = stateOf(file);
		if (present === state) return;
		state = present;
		try {
			consents = readConsents(file);
		} catch (error) {
			consents = [];
			onFault((error as Error).message);
		}
	};
	return {
		consentOf(caller, headers) {
			const purpose = headers[purposeHeader];
			if (file === "" || purpose === undefined) return undefined;
			refresh();
			const subjects = [caller.id, ...caller.roles.map((role) => `role:${role}`)];
			return consents.find((consent) => consent.purpose === purpose && subjects.includes(consent.subject) && isInForce(consent));
		},
	};
}

export function coversProvider({ providers }: ConsentGrant, provider: string): boolean {
	return providers.includes("*") || providers.includes(provider);
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
