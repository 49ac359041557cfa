import { loadConfig } from "../config/load.ts";
import { printFaults } from "./serve.ts";

/** ms for the answer; a proxy that needs longer is not healthy. */
const TIMEOUT_MS = 2000;

/** `health`: asks the proxy that runs with this configuration on this machine. Exit 0 healthy, 1 not, 2 error in the configuration. */
export async function health(file: string): Promise<number> {
	const loaded = loadConfig(file);
	if (!loaded.ok) {
		printFaults(loaded.faults);
		return 2;
	}
	const { host, port } = loaded.config.server;
	const url = `http://${addressToAsk(host)}:${port}/health`;
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
		process.stdout.write(`${await response.text()}\n`);
		return response.ok ? 0 : 1;
	} catch (error) {
		const reason = error instanceof Error ? ((error.cause as Error | undefined)?.message ?? error.message) : String(error);
		process.stderr.write(`${url} does not answer: ${reason}\n`);
		return 1;
	}
}

/** Where a listener on `host` can be reached from its own machine. */
function addressToAsk(host: string): string {
	if (host === "0.0.0.0") return "127.0.0.1";
	if (host === "::") return "[::1]";
	return host.includes(":") ? `[${host}]` : host;
}
