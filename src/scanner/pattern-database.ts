import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { cpus, homedir } from "node:os";
import { join } from "node:path";
import { hyperscanVersion } from "../../native/index.js";
import { makeFolder } from "../core/make-folder.ts";
import { buildExpressions, checkRules, distinctPatterns, type PatternFault, type PatternSource, wordPatterns } from "./compile-rules.ts";

/** A compiled, serialised pattern database. `key` is the content hash that names it: rules with the same key can share an engine. */
export interface Artifact {
	readonly key: string;
	readonly serialised: Uint8Array;
}

export type LoadedArtifact =
	| { readonly ok: true; readonly artifact: Artifact }
	| { readonly ok: false; readonly faults: readonly PatternFault[] };

const FORMAT_VERSION = 2;
const COMPILE_TIMEOUT_MS = 60_000;
/** Resident bytes at which the child is stopped. */
const COMPILE_MEMORY_BYTES = 1 << 30;
const HASH_BYTES = 32;

export interface ArtifactOptions {
	/** Default: that of `cacheFolder`. */
	readonly cacheDir?: string;
	readonly timeoutMs?: number;
	/** Called before patterns are compiled, which takes seconds; not when they come from the cache. */
	readonly onCompile?: (patterns: number) => void;
}

/** From the disk cache, or compiled in a child process with limits of time and memory. */
export async function loadArtifact(rules: readonly PatternSource[], options: ArtifactOptions): Promise<LoadedArtifact> {
	const faults = checkRules(rules);
	if (faults.length > 0) return { ok: false, faults };
	// Hyperscan refuses an empty set; a pattern that no text contains keeps the lanes uniform.
	const built = buildExpressions(rules);
	const expressions = built.length > 0 ? built : ["\\xff\\xfe\\xff\\xfe"];
	const triggers = distinctPatterns(rules).map(({ source }) => source.core !== undefined);
	const database = createHash("sha256")
		// Hyperscan compiles for the processor it runs on.
		.update(JSON.stringify([FORMAT_VERSION, hyperscanVersion(), process.arch, cpus()[0]?.model, expressions, triggers]))
		.digest("hex");
	const cacheDir = options.cacheDir ?? cacheFolder();
	const file = join(cacheDir, `${database}.hsdb`);
	const key = withWords(database, rules);
	const cached = await readCache(file);
	if (cached !== undefined) return { ok: true, artifact: { key, serialised: cached } };
	options.onCompile?.(expressions.length);
	const compiled = await compileInChild(expressions, options.timeoutMs ?? COMPILE_TIMEOUT_MS);
	if (!compiled.ok) {
		const pattern = distinctPatterns(rules)[compiled.pattern]?.source.name ?? "(all)";
		return {
			ok: false,
			faults: [{ pattern, reason: compiled.message, remedy: "Simplify the pattern: shorter counters, fewer alternatives." }],
		};
	}
	await writeCache(cacheDir, file, compiled.serialised);
	return { ok: true, artifact: { key, serialised: compiled.serialised } };
}

/** Where databases are kept from start to start: SECURE_LLM_PROXY_CACHE_DIR, else `~/.cache/secure-llm-proxy`. */
export function cacheFolder(): string {
	return process.env["SECURE_LLM_PROXY_CACHE_DIR"] ?? join(home(), ".cache", "secure-llm-proxy");
}

/** Debian's home of users without one, where nothing is and nothing can be written, for a user that the system does not know. */
function home(): string {
	try {
		return homedir();
	} catch {
		return "/nonexistent";
	}
}

/** Names an engine: rules with the same database may have other word lists. */
function withWords(database: string, rules: readonly PatternSource[]): string {
	const lists = wordPatterns(rules).map(({ source }) => [source.words, source.caseInsensitive]);
	if (lists.length === 0) return database;
	return createHash("sha256").update(database).update(JSON.stringify(lists)).digest("hex");
}

async function readCache(file: string): Promise<Uint8Array | undefined> {
	const bytes = await readFile(file).catch(() => undefined);
	if (bytes === undefined || bytes.length <= HASH_BYTES) return undefined;
	const payload = bytes.subarray(HASH_BYTES);
	return createHash("sha256").update(payload).digest().equals(bytes.subarray(0, HASH_BYTES)) ? payload : undefined;
}

/** A cache that cannot be written costs time at the next start and nothing else. */
async function writeCache(dir: string, file: string, payload: Uint8Array): Promise<void> {
	const temporary = `${file}.${process.pid}`;
	try {
		makeFolder(dir, 0o700);
		await writeFile(temporary, Buffer.concat([createHash("sha256").update(payload).digest(), payload]), { mode: 0o600 });
		await rename(temporary, file);
	} catch {
		// What a full disk took of it.
		await rm(temporary, { force: true }).catch(() => undefined);
	}
}

type Compiled =
	| { readonly ok: true; readonly serialised: Uint8Array }
	| { readonly ok: false; readonly message: string; readonly pattern: number };
type ChildAnswer =
	| { readonly ok: true; readonly base64: string }
	| { readonly ok: false; readonly message: string; readonly pattern: number };

function compileInChild(expressions: readonly string[], timeoutMs: number): Promise<Compiled> {
	const isSource = import.meta.url.endsWith(".ts");
	const child = fork(new URL(isSource ? "./compile-child.ts" : "./compile-child.js", import.meta.url), {
		execArgv: isSource ? ["--import", "tsx"] : [],
		stdio: ["ignore", "ignore", "ignore", "ipc"],
	});
	return new Promise((resolve) => {
		const finish = (result: Compiled): void => {
			clearTimeout(timeout);
			clearInterval(watch);
			child.removeAllListeners();
			child.kill("SIGKILL");
			resolve(result);
		};
		const refuse = (message: string): void => finish({ ok: false, message, pattern: -1 });
		const timeout = setTimeout(() => refuse(`the patterns take longer than ${timeoutMs / 1000} s to compile`), timeoutMs);
		const watch = setInterval(async () => {
			if ((await residentBytes(child.pid)) > COMPILE_MEMORY_BYTES)
				refuse(`the patterns need more than ${COMPILE_MEMORY_BYTES >> 20} MiB to compile`);
		}, 200);
		child.once("message", (answer: ChildAnswer) =>
			finish(answer.ok ? { ok: true, serialised: Buffer.from(answer.base64, "base64") } : answer),
		);
		child.once("error", (error) => refuse(`the compiler could not be started: ${error.message}`));
		child.once("exit", (code, signal) => refuse(`the compiler ended early (${signal ?? code})`));
		child.send(expressions);
	});
}

async function residentBytes(pid: number | undefined): Promise<number> {
	const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
	return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}
