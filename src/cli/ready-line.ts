import type { Config } from "../config/schema.ts";

/** What whoever started it waits for. */
export function readyLine({ server: { tls, host } }: Config, port: number, what: string): string {
	return `secure-llm-proxy ready on ${tls.cert_file === "" ? "http" : "https"}://${host}:${port} (${what})\n`;
}
