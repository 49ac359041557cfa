import { z } from "zod";
import { readJsonFile } from "../core/json-file.ts";
import { replaceLocked } from "./locked-file.ts";

const KeyRecord = z.strictObject({
	id: z.string().regex(/^[0-9A-Za-z]{8}$/),
	name: z.string().min(1).max(200),
	hash: z.string().regex(/^scrypt\$\d+\$\d+\$\d+\$[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+$/),
	created: z.iso.datetime(),
	expires: z.iso.datetime().optional(),
	revoked: z.iso.datetime().optional(),
	/** Id of the key that takes its place. */
	successor: z.string().min(1).optional(),
	policy: z.string().min(1).optional(),
	role: z.string().min(1).optional(),
	tenant: z.string().min(1).max(200).optional(),
	models: z.array(z.string().min(1)).optional(),
	requests_per_minute: z.int().min(0).optional(),
	requests_per_hour: z.int().min(0).optional(),
	tokens_per_minute: z.int().min(0).optional(),
	concurrent_requests: z.int().min(0).optional(),
	tokens_per_day: z.int().min(0).optional(),
	tokens_per_month: z.int().min(0).optional(),
	usd_per_day: z.number().min(0).optional(),
	usd_per_month: z.number().min(0).optional(),
});

/** One client API key as it is stored: never the key itself. */
export type KeyRecord = z.infer<typeof KeyRecord>;

const KeyFile = z.strictObject({ keys: z.array(KeyRecord) });

export type KeyFileReading =
	| { readonly ok: true; readonly keys: readonly KeyRecord[] }
	/** `reason` follows the name of the file. */
	| { readonly ok: false; readonly reason: string; readonly remedy: string };

const CORRECT = "Give a file of keys that the proxy's user may read: correct it, or restore it from a copy.";

/** Reads and validates the file as a whole. A file that does not exist is an empty one where `mayBeMissing`. */
export function readKeyFile(file: string, mayBeMissing = false): KeyFileReading {
	const reading = readJsonFile(file, KeyFile);
	if (!reading.ok && reading.isMissing && mayBeMissing) return { ok: true, keys: [] };
	if (!reading.ok) {
		const remedy = reading.isMissing ? `Make it with 'secure-llm-proxy keys create --file ${file}'.` : CORRECT;
		return { ok: false, reason: reading.reason, remedy };
	}
	const { keys } = reading.value;
	const seen = new Set<string>();
	const doubled = keys.find(({ id }) => seen.size === seen.add(id).size);
	return doubled === undefined ? { ok: true, keys } : { ok: false, reason: `holds the key id ${doubled.id} twice`, remedy: CORRECT };
}

/**
 * Changes the file. The change sees what is in it now; `record` comes when all that can fail is done, and the change holds after
 * it. Throws, with nothing changed, when it cannot be done.
 */
export async function updateKeyFile(
	file: string,
	change: (keys: readonly KeyRecord[]) => readonly KeyRecord[],
	record?: () => Promise<void>,
): Promise<void> {
	const make = (): string => {
		const reading = readKeyFile(file, true);
		if (!reading.ok) throw new Error(`${file} ${reading.reason}`);
		return `${JSON.stringify({ keys: change(reading.keys) }, null, "\t")}\n`;
	};
	await replaceLocked(file, make, record);
}
