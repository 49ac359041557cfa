import type { JsonPath } from "../wire/json-strings.ts";
import { valueAt } from "./json-object.ts";

/** Names of headers that carry a credential. */
const CREDENTIAL = /^[a-z-]{0,40}(?:authorization|cookie|token|secret|key)$/i;

/**
 * Whether a request gives a credential for a server of tools (MCP) here: it is meant for the vendor, who needs it as it is.
 * Anthropic: `mcp_servers`; OpenAI: tools of type `mcp`; Gemini: `mcpServers` of a tool.
 */
export function isServerToken(root: unknown, path: JsonPath): boolean {
	const [first, position, third] = path;
	const [holder, last] = [path.at(-2), path.at(-1)];
	if (first === "mcp_servers") return last === "authorization_token";
	if (first !== "tools") return false;
	const isServer = third === "mcpServers" || valueAt(root, ["tools", position ?? 0, "type"]) === "mcp";
	const isCredential = holder === "headers" ? CREDENTIAL.test(String(last)) : last === "authorization" && path.length === 3;
	return isServer && isCredential;
}
