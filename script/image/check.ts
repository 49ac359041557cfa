/** Carries out the Dockerfile without a container engine and looks at what comes out: `script/check-image`. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build, type Stage } from "./build.ts";
import { parseDockerfile } from "./dockerfile.ts";
import { fail, Root, step } from "./root.ts";

const SUITE = "trixie";
const NODE_RANGE = "24";
const FORBIDDEN = ["g++", "gcc", "cc", "c++", "make", "python3", "npm", "npx", "curl", "sudo"];

if (process.getuid?.() !== 0) fail("run it as root: it makes Debian roots and enters them");
const work = mkdtempSync(join(tmpdir(), "check-image-"));
process.on("exit", () => rmSync(work, { recursive: true, force: true }));

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

/** Starts it as its user with a mounted configuration: the demo on a port that is free here. */
async function checkService(stage: Stage): Promise<void> {
	const { root, entrypoint, command, health } = stage;
	root.must([...entrypoint, "check", "--config", "config.yaml"].join(" "), stage);
	const port = await freePort();
	const demo = readFileSync(root.at("/app/config.yaml"), "utf8");
	const mounted = demo.replace("port: 8000", `port: ${port}\n  host: 127.0.0.1\n  listener: uws`);
	if (mounted === demo) fail("config/demo.yaml has no 'port: 8000' any more; adapt script/image/check.ts");
	writeFileSync(root.at("/app/config.yaml"), mounted);
	const isHealthy = (): boolean => root.run(health.join(" "), stage);

	step(`${[...entrypoint, ...command].join(" ")} as ${stage.user}`);
	if (isHealthy()) fail("the health check passes with nothing running");
	const child = root.start([...entrypoint, ...command], stage);
	if (child.stdout === null) return fail("no output");
	const first = await Promise.race([once(createInterface(child.stdout), "line"), once(child, "exit")]);
	if (!String(first[0]).includes("listener uws")) fail(`the proxy did not start on uWebSockets.js: ${first[0]}`);
	step(String(first[0]));
	if (!isHealthy()) fail("the health check fails");
	checkStream(port, "email", "write to ****.***@*******.*** before");
	checkStream(port, "key", '"finish_reason":"content_filter"');

	const pid = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8"));
	process.kill(pid, "SIGTERM");
	const [code] = await once(child, "exit");
	if (code !== 0) fail(`SIGTERM to process 1 ended it with ${code}`);
}

function checkStream(port: number, topic: string, expected: string): void {
	const body = JSON.stringify({ model: "demo", stream: true, messages: [{ role: "user", content: `show me the ${topic}` }] });
	const { stdout } = spawnSync(
		"curl",
		["-sN", "--max-time", "20", `http://127.0.0.1:${port}/v1/chat/completions`, "-H", "content-type: application/json", "-d", body],
		{ encoding: "utf8" },
	);
	const text = [...stdout.matchAll(/"content":"([^"]*)"/g)].map(([, delta]) => delta).join("");
	if (!`${text}\n${stdout}`.includes(expected)) fail(`asked for the ${topic}, there is no '${expected}' in:\n${stdout}`);
	if (stdout.includes("jane.doe") || stdout.includes("IOSFODNN7")) fail(`the ${topic} leaked`);
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	server.close();
	return typeof address === "object" && address !== null ? address.port : fail("no free port");
}

function report({ root }: Stage): void {
	const mebibytes = (path: string): number => Number(spawnSync("du", ["-sm", path], { encoding: "utf8" }).stdout.split("\t")[0]);
	const whole = mebibytes(root.path);
	process.stdout.write(
		`image OK: ${whole} MiB, of which Debian ${mebibytes(base.path)}, node ${mebibytes(root.at("/usr/local/bin/node"))}, /app ${mebibytes(root.at("/app"))}\n`,
	);
}
