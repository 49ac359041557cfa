import type { Listener, ListenerOptions } from "./listener.ts";
import { listenNode } from "./listener-node.ts";
import { hasUws, listenUws } from "./listener-uws.ts";

/**
 * `auto`: uWebSockets.js where a binary loads, else `node:http`. Client certificates are asked for by `node:http` alone:
 * uWebSockets.js asks, but serves those that have none. Rejects when the address cannot be bound.
 */
export async function listen(kind: "auto" | "uws" | "node", options: ListenerOptions): Promise<Listener> {
	const needsNode = options.tls?.ca !== undefined;
	if (kind === "uws" && needsNode) throw new Error("The uws listener cannot demand client certificates. Set server.listener: node.");
	return kind === "node" || needsNode || (kind === "auto" && !hasUws()) ? listenNode(options) : listenUws(options);
}
