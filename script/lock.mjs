#!/usr/bin/env node
/**
 * Writes package-lock.json anew, complete for every platform.
 *
 * npm leaves a platform's optional binary package out of the lock when the registry in use does not mirror it, and then
 * `npm ci` refuses that lock on every machine. Such packages get an entry with version and platform and without
 * integrity; npm fetches them only on the platform they are for.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PLATFORMS = ["aix", "android", "darwin", "freebsd", "linux", "linuxmusl", "netbsd", "openbsd", "openharmony", "sunos", "wasm32", "win32"];
const CPUS = ["arm", "arm64", "armv7", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

const work = mkdtempSync(join(tmpdir(), "lock-"));
for (const file of ["package.json", ".npmrc"]) cpSync(file, join(work, file));
const npm = spawnSync("npm", ["install", "--package-lock-only", "--ignore-scripts"], { cwd: work, stdio: ["ignore", "inherit", "inherit"] });
if (npm.status !== 0) process.exit(npm.status ?? 1);
const lock = JSON.parse(readFileSync(join(work, "package-lock.json"), "utf8"));
rmSync(work, { recursive: true });

const packages = lock.packages;
for (const [path, entry] of Object.entries(packages)) {
	for (const [name, spec] of Object.entries({ ...entry.optionalDependencies })) {
		if (spec.startsWith("npm:") || isLocked(path, name)) continue;
		packages[`node_modules/${name}`] = { version: spec.replace(/^[^\d]*/, ""), optional: true, ...(entry.dev && { dev: true }), ...platform(name) };
	}
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);

/** Whether `name`, required from `path`, resolves to an entry: in the package itself or in any folder above it. */
function isLocked(path, name) {
	const parents = path.split("/node_modules/").map((_, i, parts) => parts.slice(0, i + 1).join("/node_modules/"));
	return ["", ...parents].some((parent) => `${parent === "" ? "" : `${parent}/`}node_modules/${name}` in packages);
}

function platform(name) {
	const words = name.split(/[/-]/);
	const os = words.find((word) => PLATFORMS.includes(word));
	const cpu = words.find((word) => CPUS.includes(word));
	return { ...(os && { os: [os.replace("musl", "")] }), ...(cpu && { cpu: [cpu] }), ...(words.includes("musl") && { libc: ["musl"] }) };
}
