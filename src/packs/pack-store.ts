import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { errorCode } from "../core/error-code.ts";
import { replaceFile } from "../core/files.ts";
import { makeFolder } from "../core/make-folder.ts";
import { readWholeFile } from "../core/whole-file.ts";
import { type Pack, readPack } from "./pack.ts";

/** Name of the file that says which versions of a pack were put in use, the newest last. */
const HISTORY = "history.json";
/** The proxy's user need not be the one who adds packs. */
const FILE_MODE = 0o644;

export interface StoredPack {
	readonly name: string;
	/** In the order in which they were put in use; the last one is. */
	readonly versions: readonly string[];
}

export interface PackFault {
	readonly pack: string;
	readonly reason: string;
}

/**
 * Packs in a folder: `NAME/VERSION.pack`, as they were signed. A pack is proven again whenever it is loaded: who can write in the
 * folder can take a pack away or put an older version back, and nothing else.
 */
export class PackStore {
	readonly #dir: string;

	constructor(dir: string) {
		this.#dir = dir;
	}

	list(): StoredPack[] {
		if (!existsSync(this.#dir)) return [];
		const folders = readdirSync(this.#dir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
		return folders.map(({ name }) => ({ name, versions: this.#history(name) })).sort((a, b) => (a.name < b.name ? -1 : 1));
	}

	/** The version in use; undefined: none. */
	versionOf(name: string): string | undefined {
		return this.#history(name).at(-1);
	}

	/** Whether this version was in use and was rolled back. */
	isWithdrawn({ name, version }: Pack): boolean {
		return existsSync(this.#fileOf(name, version)) && !this.#history(name).includes(version);
	}

	/** Puts a pack in use that `readPack` has proven. False: this version is in use already. */
	add({ name, version }: Pack, signed: Uint8Array): boolean {
		const versions = this.#history(name);
		if (versions.at(-1) === version) return false;
		makeFolder(join(this.#dir, name));
		this.#write(name, `${version}.pack`, signed);
		this.#write(name, HISTORY, JSON.stringify([...versions.filter((known) => known !== version), version]));
		return true;
	}

	/** Puts the version before the last one in use again. Undefined: there is none. */
	rollback(name: string): string | undefined {
		const versions = this.#history(name);
		if (versions.length < 2) return undefined;
		this.#write(name, HISTORY, JSON.stringify(versions.slice(0, -1)));
		return versions.at(-2);
	}

	/** Every pack in use. One that cannot be proven is a fault. Throws where the folder cannot be read: packs may have been in use there. */
	load(trusted: readonly string[]): { readonly packs: readonly Pack[]; readonly faults: readonly PackFault[] } {
		const packs: Pack[] = [];
		const faults: PackFault[] = [];
		readdirSync(this.#dir);
		for (const { name, versions } of this.list()) {
			const version = versions.at(-1);
			const reading = version === undefined ? { ok: false as const, reason: "has no version in use" } : this.#read(name, version, trusted);
			if (!reading.ok) faults.push({ pack: `${name} ${version ?? ""}`.trim(), reason: reading.reason });
			else if (reading.pack.name !== name || reading.pack.version !== version)
				faults.push({ pack: `${name} ${version}`, reason: "stands under another name or version than it was signed with" });
			else packs.push(reading.pack);
		}
		return { packs, faults };
	}

	#read(name: string, version: string, trusted: readonly string[]): ReturnType<typeof readPack> {
		let signed: Buffer;
		try {
			signed = readWholeFile(this.#fileOf(name, version));
		} catch (error) {
			return { ok: false, reason: `cannot be read (${errorCode(error)})` };
		}
		return readPack(signed, trusted);
	}

	#fileOf(name: string, version: string): string {
		return join(this.#dir, name, `${version}.pack`);
	}

	#history(name: string): string[] {
		const file = join(this.#dir, name, HISTORY);
		try {
			const versions: unknown = JSON.parse(readWholeFile(file).toString());
			return Array.isArray(versions) ? versions.map(String) : [];
		} catch {
			return [];
		}
	}

	#write(name: string, file: string, content: string | Uint8Array): void {
		replaceFile(join(this.#dir, name, file), content, FILE_MODE);
	}
}
