import { dirname, resolve } from "node:path";
import { styleText } from "node:util";
import { auditKeys, existingKeys } from "../audit/audit-keys.ts";
import { type KeyChange, recordKeyChange } from "../audit/key-record.ts";
import { logsIn } from "../audit/log-reader.ts";
import { DAY_MS } from "../core/units.ts";
import { type KeyRecord, readKeyFile, updateKeyFile } from "../identity/key-file.ts";
import { newKey } from "../identity/key-format.ts";
import { hashKey } from "../identity/key-hash.ts";
import { command } from "./command.ts";
import { configIn } from "./config-in.ts";
import { count, daysIn, expiryIn, money } from "./number-options.ts";
import { printable } from "./printable.ts";
import { installationSecrets } from "./secret.ts";

export interface KeySettings extends LimitOptions {
	readonly file: string;
	/** Folder of the audit trail. */
	readonly dir: string;
	/** Says where both are. */
	readonly config?: string;
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
	readonly json?: boolean;
}

/** How each limit of a key is read; its option is `--requests-per-minute` and so on. */
const LIMITS = {
	requests_per_minute: count,
	requests_per_hour: count,
	tokens_per_minute: count,
	concurrent_requests: count,
	tokens_per_day: count,
	tokens_per_month: count,
	usd_per_day: money,
	usd_per_month: money,
} as const;

type LimitOptions = { readonly [name in CamelCase<keyof typeof LIMITS>]?: string };
type CamelCase<Name extends string> = Name extends `${infer Word}_${infer Rest}` ? `${Word}${Capitalize<CamelCase<Rest>>}` : Name;

/** Runs one of the `keys` commands. */
function keysCommand(run: () => Promise<number>): Promise<number> {
	const explained = (error: NodeJS.ErrnoException): never => {
		throw isOfPlace(error) ? new Error(reasonOf(error), { cause: error }) : error;
	};
	return command("keys", () => run().catch(explained));
}

/** Another place would do. Not of a disk that is full. */
function isOfPlace({ code = "", path }: NodeJS.ErrnoException): boolean {
	return path !== undefined && !["", "ENOSPC", "EDQUOT", "EFBIG"].includes(code);
}

function reasonOf({ code, path = "", syscall }: NodeJS.ErrnoException): string {
	return `cannot write in ${syscall === "mkdir" ? path : dirname(path)} (${code}): this user needs a folder there that it may write in, or name other places with --file and --dir`;
}

interface KeyPlaces {
	readonly file: string;
	/** Writes a change into the audit trail; it holds after that. */
	record(change: KeyChange): Promise<void>;
}

/** Throws when the configuration is not valid, or the trail has another secret than this command. */
async function placesOf({ config, ...given }: KeySettings): Promise<KeyPlaces> {
	const configured = config === undefined ? undefined : await configIn(config);
	const file = configured?.security.auth.keys_file ?? given.file;
	const dir = configured?.audit.dir ?? given.dir;
	const secrets = installationSecrets();
	const keys = existingKeys(dir, secrets) ?? (logsIn(dir).length > 0 ? undefined : auditKeys(dir, secrets));
	if (keys === undefined)
		throw new Error(`set SECURE_LLM_PROXY_SECRET_KEY as it is set for the proxy: the change is recorded in the audit trail in ${dir}`);
	return { file, record: (change) => recordKeyChange(dir, keys, resolve(file), change) };
}

/** What the audit trail says of a key: not its name, which may be a person's. Members that are not there are absent, not undefined. */
function termsOf({
	id: _id,
	name: _name,
	hash: _hash,
	created: _created,
	revoked: _revoked,
	successor: _successor,
	...terms
}: KeyRecord): KeyChange["terms"] {
	return terms as KeyChange["terms"];
}

/** `keys create`: prints the key once; only its hash is kept. */
export function keysCreate(settings: KeySettings): Promise<number> {
	return keysCommand(async () => {
		const { id, key } = newKey();
		const expires = expiryIn(settings.days);
		const record: KeyRecord = {
			id,
			name: settings.name ?? id,
			hash: await hashKey(key),
			created: new Date().toISOString(),
			...(expires !== undefined && { expires }),
			...(settings.policy !== undefined && { policy: settings.policy }),
			...(settings.role !== undefined && { role: settings.role }),
			...(settings.tenant !== undefined && { tenant: settings.tenant }),
			...(settings.model !== undefined && { models: [...settings.model] }),
			...limitsOf(settings),
		};
		const { file, record: recordChange } = await placesOf(settings);
		await updateKeyFile(
			file,
			(keys) => [...keys, record],
			() => recordChange({ action: "created", id, terms: termsOf(record) }),
		);
		const title = settings.name === undefined ? id : `${id} (${printable(settings.name)})`;
		process.stderr.write(`Key ${title} is in ${file}. It is shown only now:\n`);
		process.stdout.write(settings.json === true ? `${JSON.stringify({ id, key })}\n` : `${key}\n`);
		return 0;
	});
}

/** Throws where one is no number. */
function limitsOf(settings: LimitOptions): { readonly [name in keyof typeof LIMITS]?: number } {
	const entries = Object.entries(LIMITS).flatMap(([name, read]) => {
		const given = settings[name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()) as keyof LimitOptions];
		return given === undefined ? [] : [[name, read(given, `--${name.replaceAll("_", "-")}`)]];
	});
	return Object.fromEntries(entries);
}

/** `keys list`: never a key or a hash. */
export function keysList({ file: given, config, json }: Pick<KeySettings, "file" | "config" | "json">): Promise<number> {
	return keysCommand(async () => {
		const file = config === undefined ? given : (await configIn(config)).security.auth.keys_file;
		const reading = readKeyFile(file, true);
		if (!reading.ok) throw new Error(`${file} ${reading.reason} — give the key file with --file or --config`);
		const rows = reading.keys.map(({ hash: _hash, ...row }) => ({ ...row, state: stateOf(row) }));
		if (json === true) process.stdout.write(`${JSON.stringify(rows)}\n`);
		else if (rows.length === 0) process.stderr.write(`${file} holds no keys; 'keys create' makes one.\n`);
		else
			for (const row of rows)
				process.stdout.write(`${row.id}  ${label(row.state)}  ${row.created.slice(0, 10)}  ${endOf(row)}  ${printable(row.name)}\n`);
		return 0;
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

/** `keys revoke`: a running proxy refuses the key within about a second. */
export function keysRevoke(id: string, settings: KeySettings): Promise<number> {
	return keysCommand(async () => {
		const { file, record } = await placesOf(settings);
		let isNew = false;
		const change = (keys: readonly KeyRecord[]): readonly KeyRecord[] => {
			const found = keys.find((key) => key.id === id);
			if (found === undefined) throw new Error(`${file} holds no key ${id}; 'keys list' shows them`);
			isNew = found.revoked === undefined;
			return keys.map((key) => (key.id === id ? { ...key, revoked: key.revoked ?? new Date().toISOString() } : key));
		};
		await updateKeyFile(file, change, async () => {
			if (isNew) await record({ action: "revoked", id, terms: {} });
		});
		process.stderr.write(`Key ${id} is revoked.\n`);
		return 0;
	});
}

/** `keys rotate`: a new key with the same settings, for as long as the old one was made for; that one stays valid for `days`. */
export function keysRotate(id: string, settings: KeySettings): Promise<number> {
	return keysCommand(async () => {
		const overlapMs = (daysIn(settings.days, 0) ?? 0) * DAY_MS;
		const { file, record } = await placesOf(settings);
		const fresh = newKey();
		const hash = await hashKey(fresh.key);
		let terms: KeyChange["terms"] = {};
		const change = (keys: readonly KeyRecord[]): readonly KeyRecord[] => {
			const old = keys.find((key) => key.id === id);
			if (old === undefined || stateOf(old) !== "valid") throw new Error(`${file} holds no valid key ${id}; 'keys list' shows them`);
			if (old.successor !== undefined) throw new Error(`key ${id} was rotated already: ${old.successor} takes its place`);
			const next = successorOf(old, { id: fresh.id, hash });
			terms = termsOf(next);
			return [...keys.map((key) => (key.id === id ? endingOf(old, fresh.id, overlapMs) : key)), next];
		};
		await updateKeyFile(file, change, () => record({ action: "rotated", id, successor: fresh.id, terms }));
		process.stderr.write(`Key ${fresh.id} takes the place of ${id}. It is shown only now:\n`);
		process.stdout.write(settings.json === true ? `${JSON.stringify(fresh)}\n` : `${fresh.key}\n`);
		return 0;
	});
}

function endingOf(old: KeyRecord, successor: string, overlapMs: number): KeyRecord {
	const end = new Date(Date.now() + overlapMs).toISOString();
	return { ...old, successor, expires: old.expires !== undefined && old.expires < end ? old.expires : end };
}

function successorOf(old: KeyRecord, { id, hash }: Pick<KeyRecord, "id" | "hash">): KeyRecord {
	const now = Date.now();
	const lifeMs = old.expires === undefined ? undefined : Date.parse(old.expires) - Date.parse(old.created);
	const fresh = { ...old, id, hash, created: new Date(now).toISOString() };
	return lifeMs === undefined ? fresh : { ...fresh, expires: new Date(now + lifeMs).toISOString() };
}
