import type { NameCipher } from "../core/name-cipher.ts";
import { seal, unseal } from "../core/seal.ts";
import type { AuditKeys } from "./audit-keys.ts";

/** Opened names that are remembered: a file is read as a whole after each change of a part. */
const MAX_REMEMBERED = 20_000;

/** Encrypts names with the installation's secret; what the secret before has sealed is opened too. */
export function createNameCipher(keys: AuditKeys): NameCipher {
	const opened = new Map<string, string>();
	return {
		seal: (name, context) => seal(keys.wrappingKey, name, context),
		open(sealed, context) {
			const place = `${context} ${sealed}`;
			const known = opened.get(place);
			if (known !== undefined) return known;
			const name = unseal(keys.wrappingKey, sealed, context) ?? (keys.previous && unseal(keys.previous.wrappingKey, sealed, context));
			if (opened.size >= MAX_REMEMBERED) opened.clear();
			if (name !== undefined) opened.set(place, name);
			return name;
		},
	};
}
