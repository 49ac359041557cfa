/** README's two commands on a fresh Debian: `script/check-machine`. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../tests/support/free-port.ts";
import { fail, Root, type RunOptions, step } from "./root.ts";
import { checkHead, checkLeaks, checkRefused, ready, stop } from "./service.ts";

/** The oldest Node that is supported, and the one of the image. */
const NODE_OF: Readonly<Record<string, string>> = { bookworm: "20", trixie: "24" };
const USER: RunOptions = { user: "1000:1000", cwd: "/home/dev/project", env: { HOME: "/home/dev" } };
const ROOT: RunOptions = { cwd: "/root/project" };

const suite = process.argv[2] ?? "bookworm";
if (process.getuid?.() !== 0) fail("run it as root: it makes a Debian root and enters it");
const work = mkdtempSync(join(tmpdir(), "check-machine-"));
process.on("exit", () => rmSync(work, { recursive: true, force: true, maxRetries: 10 }));

const machine = Root.debian(join(work, "root"), suite);
step(`Node ${machine.installNode(NODE_OF[suite] ?? fail(`unknown Debian '${suite}'; one of ${Object.keys(NODE_OF).join(", ")}`))}`);
machine.must("useradd --create-home --uid 1000 --user-group dev");
for (const home of ["/root", "/home/dev"]) cloneInto(`${home}/project`);
machine.must("chown -R dev:dev /home/dev");

step("without root and sudo it says what is missing");
expectRefusal("script/bootstrap", /apt-get install .*libhyperscan-dev/);
expectRefusal("npm ci", /native: the scanner was not built[\s\S]*libhyperscan-dev/);

step("script/server as root");
await serve(ROOT);
step("npm ci alone, then script/server as another user");
machine.must("npm ci", USER);
machine.must("test -e native/build/secure_llm_proxy_native.node", USER);
await serve(USER);
if (process.argv.includes("--test")) {
	step("what only the tests need, as root; script/test as another user");
	machine.must("script/bootstrap --tests", ROOT);
	machine.must("script/test", USER);
}
process.stdout.write(`machine OK: Debian ${suite}, Node ${NODE_OF[suite]}\n`);

function cloneInto(folder: string): void {
	mkdirSync(machine.at(folder), { recursive: true });
	const { status } = spawnSync("sh", ["-c", 'git archive HEAD | tar -x -C "$0"', machine.at(folder)], { stdio: "inherit" });
	if (status !== 0) fail("git archive failed");
}

function expectRefusal(command: string, message: RegExp): void {
	const output = machine.output(`${command} 2>&1 && echo ACCEPTED`, USER);
	if (output.endsWith("ACCEPTED") || !message.test(output)) fail(`${command} should be refused with ${message}:\n${output}`);
}

async function serve(options: RunOptions): Promise<void> {
	const port = await freePort();
	const child = machine.start(["script/server"], { ...options, env: { ...options.env, PORT: String(port) } });
	await ready(child);
	checkLeaks(port);
	checkHead(port);
	await checkRefused(port);
	await stop(child);
}
