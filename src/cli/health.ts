import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { get as getTls } from "node:https";
import { text } from "node:stream/consumers";
import { loadConfig } from "../config/load.ts";
import { readWholeFile } from "../core/whole-file.ts";
import type { TlsSettings } from "../edge/tls.ts";
import { printFaults } from "./print-faults.ts";

/** ms for the answer; a proxy that needs longer is not healthy. */
const TIMEOUT_MS = 2000;

/** `health`: asks the proxy that runs with this configuration on this machine. Exit 0 healthy, 1 not, 2 error in the configuration. */
export async function health(file: string): Promise<number> {
	const loaded = loadConfig(file);
	if (!loaded.ok) {
		printFaults(loaded.faults);
		return 2;
	}
	const { host, port, tls } = loaded.config.server;
	const url = `${tls.cert_file === "" ? "http" : "https"}://${addressToAsk(host)}:${port}/health`;
	try {
		const { status, body } = await ask(url, tls);
		process.stdout.write(`${body}\n`);
		return status === 200 ? 0 : 1;
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		process.stderr.write(`${url} does not answer: ${message || code} — start the proxy, or give the configuration that it runs with\n`);
		return 1;
	}
}

/** The certificate's name is not that of the loopback address, so it is not verified. Where clients need one, the proxy's own is shown. */
async function ask(url: string, tls: TlsSettings): Promise<{ readonly status: number | undefined; readonly body: string }> {
	const own = tls.client_ca_file === "" ? {} : { cert: readWholeFile(tls.cert_file), key: readWholeFile(tls.key_file) };
	const signal = AbortSignal.timeout(TIMEOUT_MS);
	const call = url.startsWith("https:") ? getTls(url, { rejectUnauthorized: false, signal, ...own }) : get(url, { signal });
	const [response] = (await once(call, "response", { signal })) as [IncomingMessage];
	return { status: response.statusCode, body: await text(response) };
}

/** Where a listener on `host` can be reached from its own machine. */
function addressToAsk(host: string): string {
	if (host === "0.0.0.0") return "127.0.0.1";
	if (host === "::") return "[::1]";
	return host.includes(":") ? `[${host}]` : host;
}
