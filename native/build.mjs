// Compiles the addon with g++ against the installed Hyperscan (or Vectorscan). `--force` builds even when up to date.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CHECKSUM_SUFFIX, checksumOf, isAsBuilt } from "./checksum.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const output = join(here, "build", "secure_llm_proxy_native.node");
const sources = readdirSync(join(here, "src")).map((name) => join(here, "src", name));

function fail(reason) {
	process.stderr.write(
		`native: the scanner was not built. ${reason}\nnative: it needs g++, pkg-config and libhyperscan-dev (or libvectorscan-dev); script/bootstrap installs them.\n`,
	);
	process.exit(1);
}

const newest = Math.max(...[...sources, fileURLToPath(import.meta.url), join(here, "checksum.mjs")].map((file) => statSync(file).mtimeMs));
const isBuilt = existsSync(output) && statSync(output).mtimeMs > newest && existsSync(output + CHECKSUM_SUFFIX) && isAsBuilt(output);
if (isBuilt && !process.argv.includes("--force")) process.exit(0);

function nodeHeaders() {
	const candidates = [
		join(dirname(dirname(process.execPath)), "include", "node"),
		"/usr/include/node",
		"/usr/include/nodejs/src",
		process.env.NODE_HEADERS ?? "",
	];
	return (
		candidates.find((dir) => dir !== "" && existsSync(join(dir, "node_api.h"))) ??
		fail("node_api.h was not found; install your Node's headers (Debian: libnode-dev) or set NODE_HEADERS.")
	);
}

function hyperscanFlags() {
	const found = spawnSync("pkg-config", ["--cflags", "--libs", "libhs"], { encoding: "utf8" });
	if (found.status === 0) return found.stdout.trim().split(/\s+/);
	if (existsSync("/usr/include/hs/hs.h")) return ["-I/usr/include/hs", "-lhs"];
	return fail("Hyperscan was not found: pkg-config does not know libhs, and there is no /usr/include/hs/hs.h.");
}

mkdirSync(dirname(output), { recursive: true });
const addonApi = dirname(createRequire(import.meta.url).resolve("node-addon-api"));
const extra = (process.env.CXXFLAGS ?? "").split(/\s+/).filter(Boolean);
const units = sources.filter((file) => file.endsWith(".cc"));
const temporary = `${output}.${process.pid}`;
const args = [
	"-O3",
	"-std=c++17",
	"-fPIC",
	"-shared",
	"-Wall",
	"-DNAPI_CPP_EXCEPTIONS",
	"-DNAPI_VERSION=8",
	// A lane that hangs is terminated, perhaps in the middle of a call; without this the process would end with it.
	"-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
	`-I${nodeHeaders()}`,
	`-I${addonApi}`,
	...extra,
	...units,
	"-o",
	temporary,
	...hyperscanFlags(),
];
try {
	execFileSync("g++", args, { stdio: ["ignore", "inherit", "inherit"] });
} catch (error) {
	fail(error.code === "ENOENT" ? "g++ was not found." : "the compiler failed, see above.");
}
writeFileSync(output + CHECKSUM_SUFFIX, checksumOf(temporary));
renameSync(temporary, output);
process.stdout.write("native: built\n");
