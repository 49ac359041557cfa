import type { Listener, ListenerOptions } from "./listener.ts";
import { listenNode } from "./listener-node.ts";
import { listenUws } from "./listener-uws.ts";

/** `auto`: uWebSockets.js where a binary loads, else `node:http`. */
export async function listen(kind: "auto" | "uws" | "node", options: ListenerOptions): Promise<Listener> {
	if (kind === "node") return listenNode(options);
	if (kind === "uws") return listenUws(options);
	return listenUws(options).catch(() => listenNode(options));
}
