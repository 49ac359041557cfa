import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { Unavailable } from "./contestant.ts";

/** Peers are fetched here on demand, never into the project. */
const CACHE = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "secure-llm-proxy-bench");

/** The folder of a peer, installed by `commands` the first time. */
export function installedPeer(name: string, commands: (folder: string) => readonly (readonly string[])[]): string {
	const folder = join(CACHE, name);
	const done = join(folder, "installed");
	if (existsSync(done)) return folder;
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	process.stderr.write(`bench: fetching ${name} into ${folder}\n`);
	for (const [file = "", ...args] of commands(folder)) {
		const { status, error, stderr } = spawnSync(file, args, { cwd: folder, encoding: "utf8", timeout: 300_000 });
		if (status !== 0) {
			const reason = error?.message ?? stderr.trim().split("\n").at(-1);
			throw new Unavailable(`'${file} ${args.slice(0, 2).join(" ")}' failed: ${reason}`);
		}
	}
	writeFileSync(done, "");
	return folder;
}
