import { createHmac, randomBytes } from "node:crypto";
import { unwatchFile, watchFile } from "node:fs";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { SettingError } from "../core/setting-error.ts";
import { type Authentication, type Authenticator, type Caller, type Credentials, credentialIn, NOBODY } from "./caller.ts";
import { type KeyFileReading, type KeyRecord, readKeyFile } from "./key-file.ts";
import { parseKey } from "./key-format.ts";
import { verifyKey } from "./key-hash.ts";
import { limitsOf } from "./limits.ts";
import { networkOf } from "./network-of.ts";

export interface ApiKeyOptions {
	readonly file: string;
	/** Where the configuration names it. */
	readonly setting: string;
	/** The file changed: undefined when it was taken over, else why the old keys stay. */
	readonly onReload: (fault: string | undefined) => void;
}

/** ms after which a change of the key file, a revocation above all, is seen, and one that could not be read is read again. */
const POLL_MS = 1000;
/** Wrong keys that one address (of IPv6: one /64) may send in a minute: each costs a scrypt. */
const MAX_FAILURES = 20;
/** scrypt runs at the same time; beyond it new keys are refused until it eases. */
const MAX_VERIFYING = 64;
/** Keys remembered as right. */
const MAX_KNOWN = 10_000;

/** Client API keys from a file of hashes. Throws when the file is not valid. */
export function createApiKeyAuthenticator(options: ApiKeyOptions): Authenticator {
	return new ApiKeys(options);
}

class ApiKeys implements Authenticator {
	readonly #options: ApiKeyOptions;
	#records = new Map<string, KeyRecord>();
	/** Keyed hash of a right key → its id, so that only a key's first request pays for scrypt. */
	readonly #known = new Map<string, string>();
	readonly #memoryKey = randomBytes(32);
	readonly #failures = new RateLimiterMemory({ points: MAX_FAILURES, duration: 60 });
	/** Proofs under way by keyed hash: of requests that come at once with one right key the first pays for all. */
	readonly #proofs = new Map<string, Promise<Authentication>>();
	#verifying = 0;
	/** Why the file could not be read when it changed last. */
	#fault: string | undefined;
	#again: NodeJS.Timeout | undefined;
	readonly #onChange = (): void => this.#takeOver();

	constructor(options: ApiKeyOptions) {
		this.#options = options;
		const fault = this.#load();
		if (fault !== undefined) throw new SettingError(options.setting, `${options.file} ${fault.reason}`, fault.remedy);
		watchFile(options.file, { interval: POLL_MS, persistent: false }, this.#onChange);
	}

	async authenticate(credentials: Credentials): Promise<Authentication> {
		const presented = credentialIn(credentials);
		if (presented === undefined) return { ok: false, code: "missing_credential" };
		const parts = parseKey(presented);
		if (parts === undefined) return { ok: false, code: "invalid_credential" };
		const fingerprint = createHmac("sha256", this.#memoryKey).update(presented).digest("base64");
		const underWay = this.#proofs.get(fingerprint);
		if (underWay !== undefined) await underWay;
		const record = this.#records.get(parts.id);
		if (record !== undefined && this.#known.get(fingerprint) === record.hash) return decide(record);
		const proof = this.#prove(presented, fingerprint, record, networkOf(credentials.address));
		this.#proofs.set(fingerprint, proof);
		return proof.finally(() => this.#proofs.delete(fingerprint));
	}

	close(): void {
		// Another configuration's authenticator may watch the same file.
		unwatchFile(this.#options.file, this.#onChange);
		clearTimeout(this.#again);
	}

	#takeOver(): void {
		clearTimeout(this.#again);
		const reason = this.#load()?.reason;
		const fault = reason && `${this.#options.file} ${reason}`;
		// It may be the reading that failed and not the file, which then does not change.
		if (fault !== undefined) this.#again = setTimeout(this.#onChange, POLL_MS).unref();
		if (fault === undefined || fault !== this.#fault) this.#options.onReload(fault);
		this.#fault = fault;
	}

	async #prove(presented: string, fingerprint: string, record: KeyRecord | undefined, from: string): Promise<Authentication> {
		if (this.#verifying >= MAX_VERIFYING) return { ok: false, code: "overloaded" };
		// Before anything is waited for: those that come at once must see each other.
		this.#verifying++;
		return this.#verdict(presented, fingerprint, record, from).finally(() => this.#verifying--);
	}

	/** An unknown id costs as much as a wrong key. */
	async #verdict(presented: string, fingerprint: string, record: KeyRecord | undefined, from: string): Promise<Authentication> {
		// Counted before the answer is known and given back when it is right: keys that come at once are no way around.
		const counted = await this.#failures.consume(from).catch(() => undefined);
		if (counted === undefined) return { ok: false, code: "too_many_failures" };
		const isRight = await verifyKey(presented, record?.hash);
		if (!isRight || record === undefined) return { ok: false, code: "invalid_credential" };
		await this.#failures.reward(from);
		this.#remember(fingerprint, record.hash);
		return decide(record);
	}

	#remember(fingerprint: string, hash: string): void {
		const [oldest] = this.#known.keys();
		if (oldest !== undefined && this.#known.size >= MAX_KNOWN) this.#known.delete(oldest);
		this.#known.set(fingerprint, hash);
	}

	#load(): (KeyFileReading & { readonly ok: false }) | undefined {
		const reading = readKeyFile(this.#options.file);
		if (!reading.ok) return reading;
		this.#records = new Map(reading.keys.map((record) => [record.id, record]));
		return undefined;
	}
}

/** The key is right; whether it still counts is only said to who has it. */
function decide(record: KeyRecord): Authentication {
	if (record.revoked !== undefined) return { ok: false, code: "revoked_credential" };
	if (record.expires !== undefined && Date.parse(record.expires) <= Date.now()) return { ok: false, code: "expired_credential" };
	const caller: Caller = {
		id: `key:${record.id}`,
		...NOBODY,
		key: record.id,
		policy: record.policy,
		tenant: record.tenant,
		roles: record.role === undefined ? [] : [record.role],
		models: record.models ?? [],
		limits: limitsOf(record),
	};
	return { ok: true, caller };
}
