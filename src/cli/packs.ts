import { readFileSync, writeFileSync } from "node:fs";
import { counted } from "../core/counted.ts";
import { isOlder, MAX_PACK_BYTES, type Pack, publicKeyOf, readContent, readPack, signPack } from "../packs/pack.ts";
import { threatRules } from "../packs/pack-rules.ts";
import { PackStore } from "../packs/pack-store.ts";
import { checkRules } from "../scanner/compile-rules.ts";
import { command } from "./command.ts";
import { configIn } from "./config-in.ts";

export interface PackOptions {
	/** Says folder and keys. */
	readonly config?: string;
	readonly dir: string;
	readonly key?: readonly string[];
}

export interface AddOptions extends PackOptions {
	/** A version from before the one in use, or one that was rolled back, is meant. */
	readonly anyway?: boolean;
}

export interface SignOptions {
	/** File with the private key; `openssl genpkey -algorithm ed25519` makes one. */
	readonly key: string;
	readonly out?: string;
}

const FETCH_TIMEOUT_MS = 15_000;

/** `packs verify`: signature, form, patterns and examples of a file or an https URL. Exit 0 or 2. */
export function packsVerify(source: string, options: PackOptions): Promise<number> {
	return command("packs", async () => {
		const { pack } = await proven(source, (await packsOf(options)).keys);
		process.stdout.write(`OK: ${pack.name} ${pack.version}, ${counted(pack.patterns.length, "pattern")}\n`);
		return 0;
	});
}

/**
 * `packs add`: the same, and puts the pack in use at the next start or SIGHUP. Not one from before the version in use: whoever can
 * answer for the publisher, but not sign, would take rules away with it. Nor one that was rolled back: a timer would bring it back.
 */
export function packsAdd(source: string, options: AddOptions): Promise<number> {
	return command("packs", async () => {
		const { store, keys } = await packsOf(options);
		const { pack, bytes } = await proven(source, keys);
		const { name, version } = pack;
		const inUse = store.versionOf(name);
		const refuse = (why: string): never => {
			throw new Error(`${source} holds ${name} ${version}, and ${why} — ask the publisher, or give --anyway if that is meant`);
		};
		if (options.anyway !== true) {
			if (inUse !== undefined && isOlder(version, inUse)) refuse(`the newer ${inUse} is in use`);
			if (store.isWithdrawn(pack)) refuse("this version was rolled back");
		}
		const isNew = store.add(pack, bytes);
		process.stdout.write(`${pack.name} ${pack.version} is in use ${isNew ? "from the next start or SIGHUP on" : "already"}\n`);
		return 0;
	});
}

export function packsList(options: PackOptions): Promise<number> {
	return command("packs", async () => {
		const { dir, store } = await packsOf(options);
		const packs = store.list();
		if (packs.length === 0) process.stderr.write(`${dir} holds no packs; 'packs add' puts one there.\n`);
		for (const { name, versions } of packs)
			process.stdout.write(
				`${name} ${versions.at(-1) ?? "-"}${versions.length > 1 ? ` (before: ${versions.slice(0, -1).join(", ")})` : ""}\n`,
			);
		return 0;
	});
}

export function packsRollback(name: string, options: PackOptions): Promise<number> {
	return command("packs", async () => {
		const version = (await packsOf(options)).store.rollback(name);
		if (version === undefined) throw new Error(`there is no version of '${name}' before the one in use — 'packs list' shows them`);
		process.stdout.write(`${name} ${version} is in use from the next start or SIGHUP on\n`);
		return 0;
	});
}

/** `packs sign`: checks a pack and signs it with an Ed25519 key in PEM. */
export function packsSign(file: string, { key, out }: SignOptions): number {
	const refuse = (message: string): number => {
		process.stderr.write(`packs: ${message}\n`);
		return 2;
	};
	try {
		const content = readFileSync(file);
		const reading = readContent(content);
		const fault = reading.ok ? faultOf(reading.pack) : reading.reason;
		if (fault !== undefined) return refuse(`${file} ${fault}`);
		const pem = readFileSync(key, "utf8");
		const signed = signPack(content, pem);
		if (out === undefined) process.stdout.write(signed);
		else writeFileSync(out, signed);
		process.stderr.write(`signed with ${publicKeyOf(pem)}\n`);
		return 0;
	} catch (error) {
		const { code, path, message } = error as NodeJS.ErrnoException;
		const what = path === undefined ? `--key ${key} cannot sign (${message})` : `${path} cannot be used (${code})`;
		return refuse(`${what} — give the file of a pack, and with --key an Ed25519 private key in PEM`);
	}
}

/** Where packs are, and whose are used. Throws when the configuration is not valid, or has none. */
async function packsOf({ config, dir: given, key = [] }: PackOptions): Promise<{ dir: string; store: PackStore; keys: readonly string[] }> {
	const configured = config === undefined ? undefined : (await configIn(config)).threat_packs;
	const { dir, trusted_keys } = configured ?? { dir: given, trusted_keys: key };
	if (dir === "") throw new Error(`${config} sets no threat_packs.dir`);
	return { dir, store: new PackStore(dir), keys: trusted_keys };
}

/** A pack whose signature, form, patterns and examples are right; throws where one is not. */
async function proven(source: string, keys: readonly string[]): Promise<{ readonly pack: Pack; readonly bytes: Uint8Array }> {
	if (keys.length === 0) throw new Error("give the keys you trust with --key — whoever signs the pack publishes theirs");
	const bytes = await read(source).catch((error: unknown) => {
		throw new Error(`cannot read ${source} (${reasonOf(error)}) — give a file or an https URL`, { cause: error });
	});
	const reading = readPack(bytes, keys);
	if (!reading.ok) throw new Error(`${source} ${reading.reason}`);
	const fault = faultOf(reading.pack);
	if (fault !== undefined) throw new Error(`${source} ${fault}`);
	return { pack: reading.pack, bytes };
}

/** Without the path that a system's error repeats. */
function reasonOf(error: unknown): string {
	const { code, message } = error as NodeJS.ErrnoException;
	return code === undefined ? message : code;
}

async function read(source: string): Promise<Uint8Array> {
	if (!/^[a-z]+:\/\//i.test(source)) return readFileSync(source);
	if (!source.startsWith("https://")) throw new Error("only https is fetched");
	const response = await fetch(source, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS), redirect: "error" });
	if (!response.ok) throw new Error(`the server answered ${response.status}`);
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of response.body ?? []) {
		size += chunk.length;
		if (size > MAX_PACK_BYTES) throw new Error(`it is larger than ${MAX_PACK_BYTES >> 20} MiB`);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

/** The first pattern that cannot be used or does not do what its examples say. */
function faultOf(pack: Pack): string | undefined {
	const [fault] = checkRules(threatRules([pack]));
	if (fault !== undefined) return `has a pattern '${fault.pattern}' that cannot be used: ${fault.reason}. ${fault.remedy}`;
	for (const { name, pattern, case_insensitive, match, no_match } of pack.patterns) {
		const expression = new RegExp(pattern, case_insensitive ? "isu" : "su");
		const missed = match.findIndex((text) => !expression.test(text));
		if (missed >= 0) return `has a pattern '${name}' that does not match its example ${missed + 1}`;
		const false_ = no_match.findIndex((text) => expression.test(text));
		if (false_ >= 0) return `has a pattern '${name}' that matches its counterexample ${false_ + 1}`;
	}
	return undefined;
}
