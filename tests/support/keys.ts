import { type KeyRecord, updateKeyFile } from "../../src/identity/key-file.ts";
import { newKey } from "../../src/identity/key-format.ts";
import { hashKey } from "../../src/identity/key-hash.ts";

/** A new key in a file of keys, as `keys create` makes it, with further fields. */
export async function addKey(file: string, more: Partial<KeyRecord> = {}): Promise<string> {
	const { id, key } = newKey();
	const record = { id, name: id, hash: await hashKey(key), created: new Date().toISOString(), ...more };
	await updateKeyFile(file, (keys) => [...keys, record]);
	return key;
}
