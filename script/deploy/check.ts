/** Everything in deploy/ against the real tools: `script/check-deploy`. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fail, Root, step } from "../image/root.ts";
import { checkBalancers } from "./balancers.ts";
import { checkChart } from "./chart.ts";
import { checkProxyProtocol } from "./proxy-protocol.ts";

if (process.getuid?.() !== 0) fail("run it as root: it makes a Debian root and enters it");
const work = mkdtempSync(join(tmpdir(), "check-deploy-"));
process.on("exit", () => rmSync(work, { recursive: true, force: true, maxRetries: 10 }));

const root = Root.debian(join(work, "root"), "trixie");
mkdirSync(root.at("/check"));
step("nginx, HAProxy, docker compose");
root.must("apt-get update -qq && apt-get install -y -qq --no-install-recommends nginx haproxy docker-compose python3-venv >/dev/null", {
	env: { DEBIAN_FRONTEND: "noninteractive" },
});
checkChart(root, process.argv.includes("--write"));
step("docker compose");
for (const folder of ["deploy", "config"]) cpSync(folder, root.at(`/check/${folder}`), { recursive: true });
root.must("docker-compose --file /check/deploy/docker-compose.yml --profile monitoring config --quiet");
await checkBalancers(root);
await checkProxyProtocol(root);
process.stdout.write("deploy OK\n");
