import type { Listener, ListenerOptions } from "./listener.ts";
import { listenNode } from "./listener-node.ts";
import { hasUws, listenUws } from "./listener-uws.ts";

/** `auto`: uWebSockets.js where a binary loads, else `node:http`. Rejects when the address cannot be bound. */
export async function listen(kind: "auto" | "uws" | "node", options: ListenerOptions): Promise<Listener> {
	return kind === "node" || (kind === "auto" && !hasUws()) ? listenNode(options) : listenUws(options);
}
