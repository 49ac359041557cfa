import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { type Contestant, fileIn, freePort, runCommand } from "./contestant.ts";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

const OFF = {
	prompt_injection: { enabled: false },
	pii_protection: { enabled: false },
	response_filtering: { enabled: false },
};
const EVERYTHING = {
	blocked_phrases: ["Project Falcon", "internal use only", "do not distribute", "strictly confidential"],
	pii_protection: { detection_types: ["all"] },
	response_filtering: { detection_types: ["all"] },
};

/** This proxy as it is built in dist/, with one lane: what a machine with two cores gets by default. */
function secureLlmProxy(name: string, security: object, note: string): Contestant {
	return {
		name,
		note,
		async start(upstreamPort, workDir) {
			const port = await freePort();
			const folder = fileIn(workDir, name.replace(/\W+/g, "-"));
			mkdirSync(folder);
			const config = fileIn(folder, "config.yaml");
			const unlimited = { requests_per_minute: 0, requests_per_hour: 0, burst_allowance: 1_000_000 };
			writeFileSync(
				config,
				stringify({
					server: { host: "127.0.0.1", port, workers: 1, max_sessions: 20_000 },
					security: { rate_limiting: unlimited, ...security },
					llm_providers: { bench: { type: "openai", base_url: `http://127.0.0.1:${upstreamPort}/v1`, api_key: "bench" } },
					logging: { level: "WARN" },
					audit: { dir: fileIn(folder, "audit") },
				}),
			);
			return runCommand({ file: process.execPath, args: [MAIN, "serve", "--config", config], port, logFile: `${config}.log` });
		},
	};
}

export const OURS_DEFAULT = secureLlmProxy("ours, default", {}, "the configuration's defaults");

export const OURS: readonly Contestant[] = [
	secureLlmProxy("ours, inspection off", OFF, "no rule in either direction; the bytes still go through a lane"),
	OURS_DEFAULT,
	secureLlmProxy("ours, everything", EVERYTHING, "every recognizer in both directions and blocked phrases"),
];
