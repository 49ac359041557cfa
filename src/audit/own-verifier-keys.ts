import type { AuditKeys } from "./audit-keys.ts";
import { createSigner } from "./checkpoint.ts";

/** What a log is verified with that this installation signs: by its secret and, while a rotation is under way, by the one before. */
export function ownVerifierKeys(log: string, keys: AuditKeys | undefined): string[] {
	if (keys === undefined) return [];
	const { signingSeed, previous } = keys;
	return [createSigner(log, signingSeed).verifierKey, ...ownVerifierKeys(log, previous)];
}
