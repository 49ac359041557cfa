import { join } from "node:path";
import { type Contestant, fileIn, freePort, runCommand } from "./contestant.ts";
import { installedPeer } from "./peer-cache.ts";

const VERSION = "1.15.2";

/**
 * Under Node 20.20 this version answers every stream with 500, because it adds headers to a fetched response, which are
 * immutable. The copy of the headers costs nothing per token.
 */
const MUTABLE_HEADERS = `const { fetch, Response, Headers } = globalThis;
globalThis.fetch = async (...request) => {
	const answer = await fetch(...request);
	return new Response(answer.body, { status: answer.status, headers: new Headers(answer.headers) });
};`;

/** Portkey's open gateway: the nearest neighbour in language. It inspects nothing of a stream. */
export const PORTKEY: Contestant = {
	name: "Portkey gateway",
	note: `@portkey-ai/gateway ${VERSION} from npm, headless, no guardrails, with a shim for Node 20.20`,
	async start(upstreamPort, workDir) {
		const folder = installedPeer(`portkey-${VERSION}`, () => [
			["npm", "init", "-y"],
			["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", `@portkey-ai/gateway@${VERSION}`],
		]);
		const port = await freePort();
		return runCommand({
			file: process.execPath,
			args: [
				`--import=data:text/javascript,${encodeURIComponent(MUTABLE_HEADERS)}`,
				join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js"),
				`--port=${port}`,
				"--headless",
			],
			env: { NODE_ENV: "production", TRUSTED_CUSTOM_HOSTS: "127.0.0.1,localhost" },
			port,
			headers: {
				"x-portkey-provider": "openai",
				"x-portkey-custom-host": `http://127.0.0.1:${upstreamPort}/v1`,
				authorization: "Bearer bench",
			},
			logFile: fileIn(workDir, "portkey.log"),
		});
	},
};
