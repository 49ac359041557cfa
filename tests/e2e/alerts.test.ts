import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { parse } from "yaml";
import type { Proxy } from "../../src/proxy.ts";
import { freePort } from "../support/free-port.ts";
import { chatEvents } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** A real Prometheus with the rules as they are shipped, but for time: a minute is a second or half of one, the hour a minute. */
const hasPrometheus = spawnSync("prometheus", ["--version"]).status === 0;
const rules = readFileSync("monitoring/alerting_rules.yml", "utf8");
const fast = rules
	.replace(/\[1h\]/g, "[60s]")
	.replace(/\[(\d+)m\]/g, "[$1s]")
	.replace(/for: (\d+)m/g, (_all, minutes) => `for: ${Math.ceil(Number(minutes) / 2)}s`);
const alerts = (parse(rules) as { groups: { rules: { alert?: string }[] }[] }).groups.flatMap((group) =>
	group.rules.flatMap(({ alert }) => alert ?? []),
);
const queries = (
	JSON.parse(readFileSync("monitoring/grafana_dashboard.json", "utf8")) as { panels: { title: string; targets?: { expr: string }[] }[] }
).panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));

const children: ChildProcess[] = [];
const proxies: Proxy[] = [];
let vendor: string;
const server = createServer(async (request, response) => {
	let body = "";
	for await (const piece of request) body += piece;
	const [prompt] = (JSON.parse(body).messages[0].content as string).split(" ");
	if (prompt === "broken") return response.destroy();
	if (prompt === "silent") return undefined;
	response.writeHead(200, { "content-type": "text/event-stream" });
	const [role = "", ...rest] = chatEvents(
		prompt === "secrets" ? Array.from({ length: 1500 }, (_, i) => `m${i}@corp.com `) : ["4012 8888 ", "8888 1881."],
		"stop",
		{ prompt_tokens: 5, completion_tokens: 9 },
	);
	if (prompt === "held") {
		response.write(role);
		await sleep(50);
		// Nothing of it goes out, whatever else an idle or a busy machine adds.
		response.write(rest[0]);
		await sleep(700);
		rest.shift();
	}
	return response.end((prompt === "held" ? "" : role) + rest.join(""));
});

beforeAll(async () => {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	vendor = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterEach(async () => {
	for (const child of children.splice(0)) child.kill("SIGKILL");
	await Promise.all(proxies.splice(0).map((proxy) => proxy.drain()));
});
afterAll(() => {
	server.close();
	server.closeAllConnections();
});

const start = async (...settings: Parameters<typeof startProxy>): Promise<Proxy> => {
	const proxy = await startProxy(...settings);
	proxies.push(proxy);
	return proxy;
};
const ask = ({ port }: Pick<Proxy, "port">, content: string): Promise<number> =>
	fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
		method: "POST",
		body: JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content }] }),
	}).then(
		async (answer) => {
			await answer.text().catch(() => "");
			return answer.status;
		},
		() => 0,
	);

interface Reply {
	readonly status: string;
	readonly data: {
		readonly result: readonly unknown[];
		readonly alerts: readonly { readonly state: string; readonly labels: { readonly alertname: string } }[];
	};
}
type Query = (path: string) => Promise<Reply>;

/** Answers of its API for the proxies on these ports. */
async function prometheus(ports: readonly number[]): Promise<Query> {
	const dir = mkdtempSync(join(tmpdir(), "prometheus-"));
	writeFileSync(join(dir, "rules.yml"), fast);
	const targets = JSON.stringify(ports.map((port) => `127.0.0.1:${port}`));
	writeFileSync(
		join(dir, "prometheus.yml"),
		`global: { scrape_interval: 1s, evaluation_interval: 1s }\nrule_files: [rules.yml]\nscrape_configs: [{ job_name: secure-llm-proxy, static_configs: [{ targets: ${targets} }] }]\n`,
	);
	const port = await freePort();
	children.push(
		spawn(
			"prometheus",
			[`--config.file=${dir}/prometheus.yml`, `--storage.tsdb.path=${dir}/data`, `--web.listen-address=127.0.0.1:${port}`],
			{ stdio: "ignore" },
		),
	);
	const get: Query = async (path) => (await (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)).json()) as Reply;
	await vi.waitFor(async () => expect((await get("query?query=up")).data.result).toHaveLength(ports.length), 60_000);
	return get;
}

const firing = async (get: Query): Promise<string[]> => {
	const { data } = await get("alerts");
	return data.alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels.alertname);
};

test.runIf(hasPrometheus)(
	"nothing fires while all is well",
	async () => {
		const quiet = await start(vendor);
		const get = await prometheus([quiet.port]);
		for (let i = 0; i < 40; i++) {
			expect(await ask(quiet, "hello")).toBe(200);
			await sleep(300);
		}
		const { alerts: pending } = (await get("alerts")).data;
		// A busy machine adds what it adds.
		expect(pending.map(({ labels }) => labels.alertname).filter((name) => name !== "ProxyFirstByteSlow")).toEqual([]);
	},
	180_000,
);

test.runIf(hasPrometheus)(
	"each alert fires in the state that it is for, and every query of the dashboard has data then",
	async () => {
		const deaths = mkdtempSync(join(tmpdir(), "deaths-"));
		process.env["LANE_DEATHS"] = deaths;
		const dir = join(mkdtempSync(join(tmpdir(), "audit-")), "audit");
		const [good, broken, dying, full, unrecorded, hooked] = await Promise.all([
			start(
				{ up: { type: "openai", base_url: vendor, api_key: "k", prices: { "*": { input: 1, output: 2 } } } },
				"cache: { enabled: true }",
			),
			start(vendor),
			start(vendor, "", new URL("../support/mortal-lane-worker.ts", import.meta.url)),
			start(vendor, `shared_state: { redis_url: "redis://127.0.0.1:${await freePort()}" }`, undefined, { server: { max_sessions: 1 } }),
			start(vendor, `audit: { dir: "${dir}" }`),
			start(vendor, "", undefined, { hooks: { request: () => Promise.reject(new Error("no")) } }),
		]);
		const get = await prometheus([...[good, broken, dying, full, unrecorded, hooked].map(({ port }) => port), await freePort()]);
		// A lane dies at its first prompt, and each that takes its place at its first policy.
		for (let i = 0; i < 400; i++) writeFileSync(join(deaths, `${i}.exit.${i === 0 ? "prompt" : "policy"}.0`), "");
		renameSync(dir, `${dir}.gone`);
		mkdirSync(dir);
		void ask(full, "silent");
		expect(await ask(hooked, "hello")).toBe(503);
		const fired = new Set<string>();
		let isOver = false;
		const trouble = async (proxy: Proxy, prompt: string, pauseMs: number): Promise<void> => {
			for (let i = 0; !isOver; i++) {
				// Half of it as before, for the cache; the other half with a finding.
				await ask(proxy, `${prompt} ${i % 2 === 0 ? `${i} for jane.doe@corp.com` : "again"}`);
				await sleep(pauseMs);
			}
		};
		const all = [
			trouble(good, "held", 0),
			trouble(good, "secrets", 100),
			trouble(broken, "broken", 50),
			trouble(full, "hello", 200),
			trouble(unrecorded, "hello", 500),
			trouble(dying, "hello", 500),
		];
		await vi.waitFor(
			async () => {
				for (const name of await firing(get)) fired.add(name);
				expect([...fired].sort()).toEqual([...alerts].sort());
			},
			{ timeout: 240_000, interval: 500 },
		);
		const empty: string[] = [];
		for (const { title, expr } of queries) {
			const query = expr.replaceAll("$__rate_interval", "30s").replaceAll("$instance", ".*");
			const { status, data } = await get(`query?query=${encodeURIComponent(query)}`);
			if (status !== "success" || data.result.length === 0) empty.push(`${title}: ${query}`);
		}
		isOver = true;
		await Promise.all(all.map((work) => Promise.race([work, sleep(3000)])));
		expect(empty).toEqual([]);
	},
	300_000,
);
