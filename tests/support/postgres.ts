import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "./free-port.ts";

/** PostgreSQL refuses to run as root: then it runs as the user of its package. */
interface Owner {
	readonly uid?: number;
	readonly gid?: number;
}

const VERSIONS = "/usr/lib/postgresql";
const PASSWORD = "of-this-test-alone";

/** A real PostgreSQL of its own in a temporary folder. */
export class PostgresServer {
	readonly #dir: string;
	readonly #process: ChildProcess;
	readonly #port: number;

	private constructor(dir: string, process: ChildProcess, port: number) {
		this.#dir = dir;
		this.#process = process;
		this.#port = port;
	}

	static async start(): Promise<PostgresServer> {
		const dir = mkdtempSync(join(tmpdir(), "postgres-"));
		const owner = ownerOf(dir);
		const [data, password] = [join(dir, "data"), join(dir, "password")];
		writeFileSync(password, PASSWORD);
		chmodSync(password, 0o644);
		const words = [
			"-D",
			data,
			"-U",
			"audit",
			"--auth=scram-sha-256",
			`--pwfile=${password}`,
			"-E",
			"UTF8",
			"--locale=C.UTF-8",
			"--no-sync",
		];
		execFileSync(program("initdb"), words, { ...owner, cwd: dir, stdio: "pipe" });
		const port = await freePort();
		const options = ["-D", data, "-p", String(port), "-k", dir, "-h", "127.0.0.1", "-F"];
		const child = spawn(program("postgres"), options, { ...owner, cwd: dir, stdio: ["ignore", "ignore", "pipe"] });
		const log: string[] = [];
		for await (const line of createInterface(child.stderr)) {
			log.push(line);
			if (line.includes("ready to accept connections")) break;
		}
		if (child.exitCode !== null) throw new Error(log.join("\n"));
		child.stderr.resume();
		return new PostgresServer(dir, child, port);
	}

	/** Of its database, with another password if wanted. */
	url(password = PASSWORD): string {
		return `postgres://audit:${password}@127.0.0.1:${this.#port}/postgres`;
	}

	/** What psql prints. */
	sql(statement: string): string {
		return execFileSync(program("psql"), [this.url(), "-tAc", statement]).toString().trim();
	}

	async stop(): Promise<void> {
		const exited = once(this.#process, "exit");
		this.#process.kill("SIGINT");
		await exited;
		rmSync(this.#dir, { recursive: true });
	}
}

/** Debian keeps the programs of each version in a folder of its own; the newest counts. */
function program(name: string): string {
	const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((a, b) => Number(a) - Number(b)) : [];
	const found = versions.map((version) => join(VERSIONS, version, "bin", name)).findLast((file) => existsSync(file));
	if (found === undefined) throw new Error("PostgreSQL is missing: run script/bootstrap --tests");
	return found;
}

function ownerOf(dir: string): Owner {
	if (process.getuid?.() !== 0) return {};
	const id = (kind: "-u" | "-g"): number => Number(execFileSync("id", [kind, "postgres"]));
	const [uid, gid] = [id("-u"), id("-g")];
	chownSync(dir, uid, gid);
	return { uid, gid };
}
