import type { JWTPayload } from "jose";

/** Names of the claims that say who asks and what counts for the caller; an empty name: none does. */
export interface ClaimNames {
	readonly subject: string;
	readonly policy: string;
	readonly tenant: string;
	readonly roles: string;
	readonly models: string;
	readonly limits: string;
}

/** The claim of that name, else the one that a dotted path leads to (`realm_access.roles`). */
export function claimAt(payload: JWTPayload, name: string): unknown {
	if (name === "") return undefined;
	if (Object.hasOwn(payload, name)) return payload[name];
	let at: unknown = payload;
	for (const step of name.split(".")) {
		if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
		at = (at as Record<string, unknown>)[step];
	}
	return at;
}

/** What a claim is or, when it is a list, holds; none when it is absent. Undefined: it has another form. */
export function claimValues(payload: JWTPayload, name: string): readonly string[] | undefined {
	const claim = claimAt(payload, name);
	const values = claim === undefined ? [] : Array.isArray(claim) ? claim : [claim];
	const isPlain = (value: unknown): boolean => typeof value === "string" || typeof value === "number" || typeof value === "boolean";
	return values.every(isPlain) ? values.map(String) : undefined;
}
