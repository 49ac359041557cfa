import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../tests/support/free-port.ts";
import { startBound } from "../image/bound.ts";
import { fail, type Root, step } from "../image/root.ts";
import { ready } from "../image/service.ts";

/** A real HAProxy that passes on TCP and names the client in a PROXY header, of either version: each client has a limit of its own. */
export async function checkProxyProtocol(root: Root): Promise<void> {
	const port = await freePort();
	const file = root.at("/check/proxied.yaml");
	writeFileSync(
		file,
		[
			`server: { host: 127.0.0.1, port: ${port}, workers: 1, proxy_protocol: true, trusted_proxies: ["127.0.0.1"] }`,
			"llm_providers: { demo: { type: demo } }",
			"security: { rate_limiting: { requests_per_minute: 0, requests_per_hour: 1, burst_allowance: 0 } }",
			`audit: { dir: "${root.at("/check/proxied-audit")}" }`,
		].join("\n"),
	);
	const proxy = startBound(process.execPath, ["dist/main.js", "serve", "--config", file], { stdio: ["ignore", "pipe", "ignore"] });
	try {
		await ready(proxy);
		await checkVersion(root, port, "send-proxy", 10);
		await checkVersion(root, port, "send-proxy-v2", 20);
	} finally {
		proxy.kill("SIGKILL");
	}
}

/** `first`: last number of the addresses that the clients have, which no check before had. */
async function checkVersion(root: Root, port: number, option: string, first: number): Promise<void> {
	const own = await freePort();
	const frame = "defaults\n\tmode tcp\n\ttimeout connect 2s\n\ttimeout client 30s\n\ttimeout server 30s\n";
	writeFileSync(
		root.at("/check/tcp.cfg"),
		`${frame}listen clients\n\tbind 127.0.0.1:${own}\n\tserver replica 127.0.0.1:${port} ${option}\n`,
	);
	const haproxy = root.start(["haproxy", "-db", "-f", "/check/tcp.cfg"]);
	try {
		for (let attempt = 0; (await statusOf(own, "/livez", `127.0.0.${first + 2}`)) !== 200; attempt++) {
			if (attempt === 100) fail(`nothing answers behind HAProxy with ${option}`);
			await sleep(100);
		}
		const [one, other] = [`127.0.0.${first}`, `127.0.0.${first + 1}`];
		const statuses = [];
		for (const client of [one, one, other]) statuses.push(await statusOf(own, "/v1/models", client));
		if (statuses.join() !== "200,429,200") fail(`HAProxy with ${option}: clients were not told apart: ${statuses}`);
		step(`HAProxy, TCP with ${option}: each client has its own limit`);
	} finally {
		haproxy.kill("SIGKILL");
	}
}

/** Asked from this address; undefined: nobody answered. */
async function statusOf(port: number, path: string, localAddress: string): Promise<number | undefined> {
	try {
		const [response] = await once(get({ host: "127.0.0.1", port, path, localAddress, agent: false }), "response");
		response.resume();
		return response.statusCode;
	} catch {
		return undefined;
	}
}
