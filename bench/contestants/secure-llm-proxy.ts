import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { type Contestant, fileIn, freePort, type Running, runCommand } from "./contestant.ts";

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
	/** Front-end processes on the same port (SO_REUSEPORT). */
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
			const all: Running[] = [];
			for (let i = 0; i < processes; i++) {
				const folder = fileIn(workDir, `${name.replace(/\W+/g, "-")}-${i}`);
				mkdirSync(folder);
				const config = fileIn(folder, "config.yaml");
				writeFileSync(
					config,
					stringify({
						server: { host: "127.0.0.1", port, workers: lanes, max_sessions: 20_000, ...(!refuses && { max_wait_ms: 0 }) },
						security: { rate_limiting: UNLIMITED, ...security },
						llm_providers: { bench: { type: "openai", base_url: `http://127.0.0.1:${upstreamPort}/v1`, api_key: "bench" } },
						logging: { level: "WARN" },
						audit: { dir: fileIn(folder, "audit") },
					}),
				);
				all.push(await runCommand({ file: process.execPath, args: [MAIN, "serve", "--config", config], port, logFile: `${config}.log` }));
			}
			const [first] = all;
			if (first === undefined) throw new Error("At least one process is needed.");
			return {
				target: first.target,
				pids: all.flatMap(({ pids }) => pids),
				stop: async () => void (await Promise.all(all.map((running) => running.stop()))),
			};
		},
	};
}

export const OURS_DEFAULT = secureLlmProxy({ name: "ours, default", note: "the configuration's defaults" });

export const OURS: readonly Contestant[] = [
	secureLlmProxy({ name: "ours, inspection off", note: "no rule in either direction; the bytes still go through a lane", security: OFF }),
	OURS_DEFAULT,
	secureLlmProxy({ name: "ours, everything", note: "every recognizer in both directions and blocked phrases", security: EVERYTHING }),
];
