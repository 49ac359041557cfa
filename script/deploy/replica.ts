import type { ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { freePort } from "../../tests/support/free-port.ts";
import { startBound } from "../image/bound.ts";
import type { Root } from "../image/root.ts";
import { ready } from "../image/service.ts";

/** What docs/deployment_guide.md says for the shipped health checks. */
const DRAIN_DELAY_MS = 5000;

/** Requests a minute that everyone together may make for each of the models `limited-1`, `limited-2`, … */
export const LIMIT = 5;
export const LIMITED_MODELS = 40;

export interface Replica {
	readonly port: number;
	readonly child: ChildProcess;
}

/** The built proxy on this machine, with the demo upstream and shared limits. */
export async function startReplica(root: Root, redisUrl: string, at?: number): Promise<Replica> {
	const port = at ?? (await freePort());
	const file = root.at(`/check/replica-${port}.yaml`);
	const rules = Array.from({ length: LIMITED_MODELS }, (_, i) => ({
		name: `limited-${i + 1}`,
		per: "everyone",
		models: [`limited-${i + 1}`],
		requests_per_minute: LIMIT,
	}));
	writeFileSync(
		file,
		[
			`server: { host: 127.0.0.1, port: ${port}, drain_delay_ms: ${DRAIN_DELAY_MS} }`,
			"llm_providers: { demo: { type: demo } }",
			"security:",
			`  rate_limiting: { requests_per_minute: 0, requests_per_hour: 0, rules: ${JSON.stringify(rules)} }`,
			`shared_state: { redis_url: "${redisUrl}" }`,
			`audit: { dir: "${root.at("/check/audit")}", log_name: replica-${port} }`,
		].join("\n"),
	);
	const child = startBound(process.execPath, ["dist/main.js", "serve", "--config", file], {
		env: { ...process.env, LOG_LEVEL: "ERROR" },
		stdio: ["ignore", "pipe", 2],
	});
	await ready(child);
	return { port, child };
}

export async function sessionsOf(port: number): Promise<number> {
	const health = (await (await fetch(`http://127.0.0.1:${port}/health`)).json()) as { sessions: number };
	return health.sessions;
}
