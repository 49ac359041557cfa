import type { Config } from "../config/schema.ts";

/** What whoever started it waits for, and what clients need: the base URLs of the vendors' SDKs, as their variables. */
export function readyLine({ server: { tls, host } }: Config, port: number, what: string): string {
	const scheme = tls.cert_file === "" ? "http" : "https";
	const address = host.includes(":") ? `[${host}]` : host;
	// Nobody can connect to all addresses of a machine.
	const own = `${scheme}://${host === "0.0.0.0" || host === "::" ? "localhost" : address}:${port}`;
	return `secure-llm-proxy ready on ${scheme}://${address}:${port} (${what})
OPENAI_BASE_URL=${own}/v1 ANTHROPIC_BASE_URL=${own} GOOGLE_GEMINI_BASE_URL=${own}
`;
}
