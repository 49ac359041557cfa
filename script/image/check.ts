/** Carries out the Dockerfile without a container engine and looks at what comes out: `script/check-image`. */
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CertificateAuthority } from "../../tests/support/certificates.ts";
import { freePort } from "../../tests/support/free-port.ts";
import { build, type Stage } from "./build.ts";
import { parseDockerfile } from "./dockerfile.ts";
import { fail, Root, step } from "./root.ts";
import { checkHead, checkLeaks, checkRefused, ready, stop } from "./service.ts";

const SUITE = "trixie";
const NODE_RANGE = "24";
const FORBIDDEN = ["g++", "gcc", "cc", "c++", "make", "python3", "npm", "npx", "curl", "sudo"];

if (process.getuid?.() !== 0) fail("run it as root: it makes Debian roots and enters them");
const work = mkdtempSync(join(tmpdir(), "check-image-"));
process.on("exit", () => rmSync(work, { recursive: true, force: true, maxRetries: 10 }));

const base = Root.debian(join(work, "base"), SUITE);
const image = build(parseDockerfile(readFileSync("Dockerfile", "utf8")), (name, index) => {
	if (!name.includes(SUITE)) fail(`the base ${name} is not Debian ${SUITE}; change SUITE in script/image/check.ts`);
	const root = base.clone(join(work, `stage-${index}`));
	if (name.startsWith(`node:${NODE_RANGE}-`)) step(`Node ${root.installNode(NODE_RANGE)}`);
	else if (name.startsWith("node:")) fail(`the base ${name} is not Node ${NODE_RANGE}; change NODE_RANGE in script/image/check.ts`);
	return root;
});
checkContents(image);
await checkService(image);
await checkTls(image);
report(image);

function checkContents({ root, user }: Stage): void {
	step("contents");
	for (const tool of FORBIDDEN) if (root.run(`command -v ${tool}`)) fail(`${tool} is in the final image`);
	const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as { devDependencies: Record<string, string> };
	for (const name of Object.keys(devDependencies))
		if (existsSync(root.at(`/app/node_modules/${name}`))) fail(`the development dependency ${name} is in the final image`);
	if (/^(?:0|root)\b/.test(user)) fail("the image runs as root");
	const writable = root.output("find /app /usr /etc /opt -writable ! -type l ! -path /app/data", { user });
	if (writable !== "") fail(`its user can write to:\n${writable}`);
}

/** Starts it as its user: the demo, on a port that is free here. */
async function checkService({ root, user, cwd, env, entrypoint, command, health }: Stage): Promise<void> {
	const port = await freePort();
	const options = { user, cwd, env: { ...env, PORT: String(port) } };
	const isHealthy = (): boolean => root.run(health.join(" "), options);
	step(`${[...entrypoint, ...command].join(" ")} as ${user}`);
	if (isHealthy()) fail("the health check passes with nothing running");
	const child = root.start([...entrypoint, ...command], options);
	const line = await ready(child);
	if (!line.includes("listener uws")) fail("the proxy does not run on uWebSockets.js");
	if (!isHealthy()) fail("the health check fails");
	checkLeaks(port);
	checkHead(port);
	await checkRefused(port);
	await stop(child);
}

/** The same over TLS of its own, by the binary of uWebSockets.js that only the image has. */
async function checkTls({ root, user, cwd, env, entrypoint }: Stage): Promise<void> {
	const authority = new CertificateAuthority();
	const { certFile, keyFile } = authority.issue("image");
	const folder = root.at("/check-tls");
	mkdirSync(folder);
	for (const [file, name] of [
		[certFile, "cert.pem"],
		[keyFile, "key.pem"],
	] as const) {
		cpSync(file, join(folder, name));
		chmodSync(join(folder, name), 0o644);
	}
	const port = await freePort();
	const tls = "{ cert_file: /check-tls/cert.pem, key_file: /check-tls/key.pem }";
	writeFileSync(join(folder, "config.yaml"), `server: { port: ${port}, tls: ${tls} }\nllm_providers: { demo: { type: demo } }\n`);
	step("TLS");
	const child = root.start([...entrypoint, "serve", "--config", "/check-tls/config.yaml"], { user, cwd, env });
	const line = await ready(child);
	if (!line.includes("listener uws")) fail("TLS does not run on uWebSockets.js");
	checkLeaks(port, authority.certFile);
	await stop(child);
}

function report({ root }: Stage): void {
	const mebibytes = (path: string): number => Number(spawnSync("du", ["-sm", path], { encoding: "utf8" }).stdout.split("\t")[0]);
	const whole = mebibytes(root.path);
	process.stdout.write(
		`image OK: ${whole} MiB, of which Debian ${mebibytes(base.path)}, node ${mebibytes(root.at("/usr/local/bin/node"))}, /app ${mebibytes(root.at("/app"))}\n`,
	);
}
