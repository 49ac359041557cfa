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
const UNLIMITED = { requests_per_minute: 0, requests_per_hour: 0, burst_allowance: 1_000_000 };

interface Setup {
	readonly name: string;
	readonly note: string;
	readonly security?: object;
	readonly lanes?: number;
	/** Front-end processes on the same port. */
	readonly processes?: number;
	/** Whether new requests are refused while there is too much to do; a flood asks how much is done at all. */
	readonly refuses?: boolean;
}

/** This proxy as it is built in dist/. One lane is what a machine with two cores gets by default. */
export function secureLlmProxy({ name, note, security = {}, lanes = 1, processes = 1, refuses = false }: Setup): Contestant {
	return {
		name,
		note,
		async start(upstreamPort, workDir) {
			const port = await freePort();
			const folder = fileIn(workDir, name.replace(/\W+/g, "-"));
			mkdirSync(folder);
			const config = fileIn(folder, "config.yaml");
			const server = { host: "127.0.0.1", port, workers: lanes, processes, max_sessions: 20_000, ...(!refuses && { max_wait_ms: 0 }) };
			writeFileSync(
				config,
				stringify({
					server,
					security: { rate_limiting: UNLIMITED, ...security },
					llm_providers: { bench: { type: "openai", base_url: `http://127.0.0.1:${upstreamPort}/v1`, api_key: "bench" } },
					logging: { level: "WARN" },
					audit: { dir: fileIn(folder, "audit") },
				}),
			);
			return runCommand({ file: MAIN, args: ["serve", "--config", config], port, logFile: `${config}.log` });
		},
	};
}

export const OURS_DEFAULT = secureLlmProxy({ name: "ours, default", note: "the configuration's defaults" });

export const OURS: readonly Contestant[] = [
	secureLlmProxy({ name: "ours, inspection off", note: "no rule in either direction; the bytes still go through a lane", security: OFF }),
	OURS_DEFAULT,
	secureLlmProxy({ name: "ours, everything", note: "every recognizer in both directions and blocked phrases", security: EVERYTHING }),
];
