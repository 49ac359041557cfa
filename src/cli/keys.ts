import { styleText } from "node:util";
import { type KeyRecord, readKeyFile, updateKeyFile } from "../identity/key-file.ts";
import { newKey } from "../identity/key-format.ts";
import { hashKey } from "../identity/key-hash.ts";

export interface KeySettings {
	readonly file: string;
	readonly name?: string;
	/** Named policy the caller gets. */
	readonly policy?: string;
	/** Role that `security.policy_rules` know. */
	readonly role?: string;
	/** Tenant that a consent may belong to. */
	readonly tenant?: string;
	readonly model?: readonly string[];
	/** Days until it expires. */
	readonly days?: string;
	readonly requestsPerMinute?: string;
	readonly requestsPerHour?: string;
	readonly tokensPerMinute?: string;
	readonly concurrentRequests?: string;
	readonly tokensPerDay?: string;
	readonly tokensPerMonth?: string;
	readonly usdPerDay?: string;
	readonly usdPerMonth?: string;
	readonly json?: boolean;
}

/** Faults of use, reported with exit code 2. */
class UsageFault extends Error {}

const DAY_MS = 86_400_000;
const MAX_DAYS = 36_500;

/** Runs one `keys` command: 0 done, 2 not. */
async function command(run: () => Promise<void>): Promise<number> {
	try {
		await run();
		return 0;
	} catch (error) {
		process.stderr.write(`keys: ${(error as Error).message}\n`);
		return 2;
	}
}

function count(text: string | undefined, option: string): number | undefined {
	if (text === undefined) return undefined;
	if (!/^\d{1,12}$/.test(text)) throw new UsageFault(`${option} takes a whole number, not '${text}'`);
	return Number(text);
}

/** A century at most: dates end somewhere. */
function daysIn(text: string | undefined): number | undefined {
	const days = count(text, "--days");
	if (days !== undefined && days > MAX_DAYS) throw new UsageFault(`--days takes a number up to ${MAX_DAYS}, not '${text}'`);
	return days;
}

/** US dollars. */
function money(text: string | undefined, option: string): number | undefined {
	if (text === undefined) return undefined;
	if (!/^\d{1,9}(?:\.\d{1,6})?$/.test(text)) throw new UsageFault(`${option} takes an amount such as 20 or 2.50, not '${text}'`);
	return Number(text);
}

/** `keys create`: prints the key once; only its hash is kept. */
export function keysCreate(settings: KeySettings): Promise<number> {
	return command(async () => {
		const { id, key } = newKey();
		const days = daysIn(settings.days);
		const record: KeyRecord = {
			id,
			name: settings.name ?? id,
			hash: await hashKey(key),
			created: new Date().toISOString(),
			...(days !== undefined && { expires: new Date(Date.now() + days * DAY_MS).toISOString() }),
			...(settings.policy !== undefined && { policy: settings.policy }),
			...(settings.role !== undefined && { role: settings.role }),
			...(settings.tenant !== undefined && { tenant: settings.tenant }),
			...(settings.model !== undefined && { models: [...settings.model] }),
			...withCount("requests_per_minute", count(settings.requestsPerMinute, "--requests-per-minute")),
			...withCount("requests_per_hour", count(settings.requestsPerHour, "--requests-per-hour")),
			...withCount("tokens_per_minute", count(settings.tokensPerMinute, "--tokens-per-minute")),
			...withCount("concurrent_requests", count(settings.concurrentRequests, "--concurrent-requests")),
			...withCount("tokens_per_day", count(settings.tokensPerDay, "--tokens-per-day")),
			...withCount("tokens_per_month", count(settings.tokensPerMonth, "--tokens-per-month")),
			...withCount("usd_per_day", money(settings.usdPerDay, "--usd-per-day")),
			...withCount("usd_per_month", money(settings.usdPerMonth, "--usd-per-month")),
		};
		await updateKeyFile(settings.file, (keys) => [...keys, record]);
		process.stderr.write(`Key ${id} (${record.name}) is in ${settings.file}. It is shown only now:\n`);
		process.stdout.write(settings.json === true ? `${JSON.stringify({ id, key })}\n` : `${key}\n`);
	});
}

function withCount<K extends string>(name: K, value: number | undefined): { [key in K]?: number } {
	return (value === undefined ? {} : { [name]: value }) as { [key in K]?: number };
}

/** `keys list`: never a key or a hash. */
export function keysList({ file, json }: KeySettings): Promise<number> {
	return command(async () => {
		const reading = readKeyFile(file, true);
		if (!reading.ok) throw new UsageFault(`${file} ${reading.reason}`);
		const rows = reading.keys.map(({ hash: _hash, ...row }) => ({ ...row, state: stateOf(row) }));
		if (json === true) process.stdout.write(`${JSON.stringify(rows)}\n`);
		else if (rows.length === 0) process.stderr.write(`${file} holds no keys; 'keys create' makes one.\n`);
		else
			for (const row of rows)
				process.stdout.write(`${row.id}  ${label(row.state)}  ${row.created.slice(0, 10)}  ${endOf(row)}  ${row.name}\n`);
	});
}

function stateOf({ revoked, expires }: Pick<KeyRecord, "revoked" | "expires">): "valid" | "revoked" | "expired" {
	if (revoked !== undefined) return "revoked";
	return expires !== undefined && Date.parse(expires) <= Date.now() ? "expired" : "valid";
}

/** When it ended or will end; 10 characters. */
function endOf({ revoked, expires }: Pick<KeyRecord, "revoked" | "expires">): string {
	return (revoked ?? expires ?? "no end    ").slice(0, 10);
}

function label(state: "valid" | "revoked" | "expired"): string {
	return styleText(state === "valid" ? "green" : "red", state.padEnd(7));
}

/** `keys revoke`: a running proxy refuses the key within two seconds. */
export function keysRevoke(id: string, { file }: KeySettings): Promise<number> {
	return command(async () => {
		await updateKeyFile(file, (keys) => {
			if (!keys.some((key) => key.id === id)) throw new UsageFault(`${file} holds no key ${id}; 'keys list' shows them`);
			return keys.map((key) => (key.id === id ? { ...key, revoked: key.revoked ?? new Date().toISOString() } : key));
		});
		process.stderr.write(`Key ${id} is revoked.\n`);
	});
}

/** `keys rotate`: a new key with the same settings; the old one stays valid for `days`. */
export function keysRotate(id: string, { file, days, json }: KeySettings): Promise<number> {
	return command(async () => {
		const fresh = newKey();
		const hash = await hashKey(fresh.key);
		const overlapMs = (daysIn(days) ?? 0) * DAY_MS;
		await updateKeyFile(file, (keys) => {
			const old = keys.find((key) => key.id === id);
			if (old === undefined || stateOf(old) !== "valid") throw new UsageFault(`${file} holds no valid key ${id}; 'keys list' shows them`);
			const end = new Date(Date.now() + overlapMs).toISOString();
			const ending = { ...old, expires: old.expires !== undefined && old.expires < end ? old.expires : end };
			return [...keys.map((key) => (key.id === id ? ending : key)), { ...old, id: fresh.id, hash, created: new Date().toISOString() }];
		});
		process.stderr.write(`Key ${fresh.id} takes the place of ${id}. It is shown only now:\n`);
		process.stdout.write(json === true ? `${JSON.stringify(fresh)}\n` : `${fresh.key}\n`);
	});
}
