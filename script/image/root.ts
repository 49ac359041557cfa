import { type ChildProcess, spawnSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startBound } from "./bound.ts";

export interface RunOptions {
	readonly cwd?: string;
	readonly env?: Readonly<Record<string, string>>;
	/** `uid:gid`; absent: root. */
	readonly user?: string;
}

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Where a certificate authority of this machine's network is put, for roots that fetch something. */
const AUTHORITY = "/etc/host-authority.crt";

/** A Debian root folder in which commands are run, by chroot in a mount and process namespace of its own. */
export class Root {
	readonly path: string;

	constructor(path: string) {
		this.path = path;
	}

	/** A minimal Debian of this suite. */
	static debian(path: string, suite: string): Root {
		step(`debootstrap ${suite}`);
		must("debootstrap", ["--variant=minbase", suite, path]);
		const root = new Root(path);
		copyFileSync("/etc/resolv.conf", root.at("/etc/resolv.conf"));
		// debootstrap writes none; an installed machine and a container have it.
		writeFileSync(root.at("/etc/hosts"), "127.0.0.1 localhost\n::1 localhost\n");
		const authority = process.env["NODE_EXTRA_CA_CERTS"];
		if (authority !== undefined && existsSync(authority)) copyFileSync(authority, root.at(AUTHORITY));
		return root;
	}

	clone(path: string): Root {
		must("cp", ["-a", this.path, path]);
		return new Root(path);
	}

	at(path: string): string {
		return join(this.path, path);
	}

	/** Node with its headers and npm in /usr/local, as the official image and the vendor's archive have them. */
	installNode(range: string): string {
		const fetched = this.at("/opt/node");
		mkdirSync(fetched, { recursive: true });
		must("npm", ["install", "--silent", "--no-save", "--prefix", fetched, `node-linux-${process.arch}@${range}`, "npm@11"]);
		for (const folder of ["bin", "include"])
			cpSync(join(fetched, "node_modules", `node-linux-${process.arch}`, folder), this.at(`/usr/local/${folder}`), { recursive: true });
		cpSync(join(fetched, "node_modules", "npm"), this.at("/usr/local/lib/node_modules/npm"), { recursive: true });
		for (const name of ["npm", "npx"]) this.must(`ln -s ../lib/node_modules/npm/bin/${name}-cli.js /usr/local/bin/${name}`);
		this.must("rm -rf /opt/node");
		return this.output("node --version");
	}

	/** Runs a shell command; false when it failed. */
	run(command: string, options: RunOptions = {}): boolean {
		return spawnSync("unshare", this.#arguments(["/bin/sh", "-c", command], options), { stdio: ["ignore", 2, 2] }).status === 0;
	}

	must(command: string, options: RunOptions = {}): void {
		if (!this.run(command, options)) fail(`failed: ${command}`);
	}

	output(command: string, options: RunOptions = {}): string {
		return spawnSync("unshare", this.#arguments(["/bin/sh", "-c", command], options), { encoding: "utf8" }).stdout.trim();
	}

	/** Starts a program in the background; ends with everything it started when killed, and with this process. */
	start(words: readonly string[], options: RunOptions = {}): ChildProcess {
		return startBound("unshare", this.#arguments(words, options), { stdio: ["ignore", "pipe", 2] });
	}

	#arguments(words: readonly string[], { cwd = "/", env = {}, user = "0:0" }: RunOptions): string[] {
		const authority = existsSync(this.at(AUTHORITY)) ? { NODE_EXTRA_CA_CERTS: AUTHORITY, PIP_CERT: AUTHORITY } : {};
		const pairs = Object.entries({ PATH, HOME: "/root", NO_COLOR: "1", ...authority, ...env }).map(([key, value]) => `${key}=${value}`);
		const enter =
			'mount -t proc proc "$0/proc"; root=$0 user=$1 cwd=$2; shift 2; exec chroot --userspec="$user" "$root" /usr/bin/env -i -C "$cwd" "$@"';
		return ["--mount", "--pid", "--fork", "--kill-child", "/bin/sh", "-c", enter, this.path, user, cwd, ...pairs, ...words];
	}
}

export function step(text: string): void {
	process.stderr.write(`── ${text}\n`);
}

/** Ends the check with a message. */
export function fail(reason: string): never {
	process.stderr.write(`check failed: ${reason}\n`);
	process.exit(1);
}

function must(command: string, words: readonly string[]): void {
	const { status, error, stdout } = spawnSync(command, words, { encoding: "utf8" });
	if (error !== undefined) fail(`${command} is needed: ${error.message}`);
	if (status !== 0) fail(`${command} ${words.join(" ")}\n${stdout.slice(-2000)}`);
}
