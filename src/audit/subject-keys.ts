import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { appendLine, createFile } from "../core/files.ts";
import { makeFolder } from "../core/make-folder.ts";
import { seal, unseal } from "../core/seal.ts";
import { DAY_MS } from "../core/units.ts";
import { type AuditKeys, keyedHash } from "./audit-keys.ts";

/** One subject as the audit trail knows it. */
export interface Subject {
	/** As the proxy knows it: `key:3fk9…`, `jwt:alice`, `address:192.0.2.7`. */
	readonly id: string;
	/** Encrypts the subject's content, 32 bytes. */
	readonly key: Uint8Array;
	/** What stands in records: hangs on `key`, so that nobody can link it to the subject once that is destroyed. */
	readonly pseudonym: string;
}

export interface Rewrapping {
	readonly rewrapped: number;
	/** Neither secret opens them, or their subject has a second key. */
	readonly unreadable: number;
}

const FOLDER = "subjects";
/** One line per erasure: its growth tells running proxies to forget the keys they remember. */
const ERASURES = "erasures";
const UNREADABLE = "cannot be read or is damaged: restore it from a copy, or remove it, and its caller gets another pseudonym";
const MAX_REMEMBERED = 10_000;
/** A key that is used is marked as such so often, ms. */
const SIGN_OF_USE_MS = DAY_MS;

/**
 * The keys of subjects, one file each, wrapped by a key from the installation's secret. Destroying the file is the erasure
 * of the subject: records stay, and nothing links them to anybody. Blocking file access.
 */
export class SubjectKeys {
	readonly #dir: string;
	readonly #keys: AuditKeys;
	readonly #remembered = new Map<string, Subject>();
	/** Stands in for a subject without a key, for as long as the process lives. */
	readonly #passing = randomBytes(32);
	#erasures = -1;
	#day = today();

	/** `dir`: the folder of all logs. */
	constructor(dir: string, keys: AuditKeys) {
		this.#dir = join(dir, FOLDER);
		this.#keys = keys;
	}

	/** The subject's key, made when there is none. Throws when it cannot be written. */
	obtain(id: string): Subject {
		const known = this.find(id);
		if (known !== undefined) return known;
		this.#store(id, randomBytes(32));
		const made = this.find(id);
		if (made === undefined) throw new Error(`${this.#fileOf(this.#keys.fileOf(id))} ${UNREADABLE}`);
		return made;
	}

	/** Undefined: the subject is unknown or was erased. */
	find(id: string): Subject | undefined {
		const known = this.#remembered.get(id);
		if (known !== undefined) return known;
		const subject = this.#locate(id)[0]?.subject;
		if (subject === undefined) return undefined;
		if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
		this.#remembered.set(id, subject);
		return subject;
	}

	/** What stands in the record of a refusal: the subject's pseudonym, or one that holds until the process ends. */
	pseudonymOf(id: string): string {
		return this.find(id)?.pseudonym ?? keyedHash(this.#passing, id);
	}

	/** Forgets what was remembered if somebody was erased since the last call, and once a day, so that use leaves its sign. */
	refresh(): void {
		let size = 0;
		try {
			({ size } = statSync(join(this.#dir, ERASURES)));
		} catch {}
		if (size !== this.#erasures || this.#day !== today()) this.#remembered.clear();
		this.#erasures = size;
		this.#day = today();
	}

	/** Destroys a subject's key. */
	erase(id: string): void {
		for (const { file, subject } of this.#locate(id)) {
			destroy(file);
			appendLine(join(this.#dir, ERASURES), subject.pseudonym);
		}
		this.#remembered.clear();
	}

	/** Destroys the keys that nobody used since `time` (ms): all their records are gone. How many. */
	expire(time: number): number {
		const now = Date.now();
		let count = 0;
		for (const file of this.#files()) {
			const { mtimeMs } = statSync(file);
			// From then on, where a clock that was ahead has marked it.
			if (mtimeMs > now + SIGN_OF_USE_MS) utimesSync(file, now / 1000, now / 1000);
			if (mtimeMs >= time) continue;
			destroy(file);
			count++;
		}
		if (count > 0) this.#remembered.clear();
		return count;
	}

	/** Wraps every key that the secret before has wrapped with the present one. Processes that have both secrets may run meanwhile. */
	rewrap(): Rewrapping {
		const counts = { rewrapped: 0, unreadable: 0 };
		for (const file of this.#files()) {
			if (this.#read(file, this.#keys) !== undefined) continue;
			const subject = this.#keys.previous && this.#read(file, this.#keys.previous);
			// A key that was made meanwhile, by a process that has the new secret alone, stands in the records as another subject.
			if (subject === undefined || !this.#store(subject.id, subject.key)) counts.unreadable++;
			else {
				destroy(file);
				counts.rewrapped++;
			}
		}
		return counts;
	}

	/** The subject's keys with their files, the one of the present secret first. */
	#locate(id: string): { readonly file: string; readonly subject: Subject }[] {
		const { previous } = this.#keys;
		return [this.#keys, ...(previous === undefined ? [] : [previous])].flatMap((keys) => {
			const file = this.#fileOf(keys.fileOf(id));
			const subject = this.#read(file, keys);
			return subject?.id === id ? [{ file, subject }] : [];
		});
	}

	/** False: the subject has a key. */
	#store(id: string, key: Uint8Array): boolean {
		const file = this.#fileOf(this.#keys.fileOf(id));
		makeFolder(dirname(file), 0o700);
		return createFile(file, this.#wrap(id, key));
	}

	#fileOf(name: string): string {
		return join(this.#dir, name.slice(0, 2), name);
	}

	#files(): string[] {
		try {
			return readdirSync(this.#dir, { recursive: true, withFileTypes: true })
				.filter((entry) => entry.isFile() && /^[0-9a-f]{32}$/.test(entry.name))
				.map((entry) => join(entry.parentPath, entry.name));
		} catch {
			return [];
		}
	}

	#wrap(id: string, key: Uint8Array): string {
		return seal(this.#keys.wrappingKey, JSON.stringify({ id, key: Buffer.from(key).toString("base64") }), FOLDER);
	}

	#read(file: string, { wrappingKey }: AuditKeys): Subject | undefined {
		let wrapped: string;
		try {
			wrapped = readFileSync(file, "utf8");
			const now = Date.now();
			if (now - statSync(file).mtimeMs > SIGN_OF_USE_MS) utimesSync(file, now / 1000, now / 1000);
		} catch {
			return undefined;
		}
		const text = unseal(wrappingKey, wrapped, FOLDER);
		if (text === undefined) return undefined;
		const { id, key: encoded } = JSON.parse(text) as { readonly id: string; readonly key: string };
		// Not in the 8 KiB that short buffers share: each that is remembered would keep them whole.
		const key = new Uint8Array(Buffer.from(encoded, "base64"));
		return { id, key, pseudonym: keyedHash(key, id) };
	}
}

function today(): number {
	return Math.floor(Date.now() / SIGN_OF_USE_MS);
}

/** Overwrites a file before it is removed; how far that reaches down is up to the file system. */
function destroy(path: string): void {
	const { size } = statSync(path);
	const file = openSync(path, "r+");
	writeSync(file, Buffer.alloc(size));
	fsyncSync(file);
	closeSync(file);
	rmSync(path);
}
