import type { Listener, ListenerOptions } from "./listener.ts";
import { listenNode } from "./listener-node.ts";
import { hasUws, listenUws } from "./listener-uws.ts";

/**
 * `auto`: uWebSockets.js where a binary loads, else `node:http`. Two things `node:http` alone does: it demands client
 * certificates (uWebSockets.js asks, but serves those that have none) and reads PROXY headers (uWebSockets.js believes further
 * ones, which the client may have sent). Rejects when the address cannot be bound.
 */
export async function listen(kind: "auto" | "uws" | "node", options: ListenerOptions): Promise<Listener> {
	const needsNode = options.tls?.ca !== undefined || options.isBalancer !== undefined;
	if (kind === "uws" && needsNode)
		throw new Error("The uws listener can neither demand client certificates nor read PROXY headers. Set server.listener: node.");
	return kind === "node" || needsNode || (kind === "auto" && !hasUws()) ? listenNode(options) : listenUws(options);
}
