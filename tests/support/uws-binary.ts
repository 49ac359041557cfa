import { createRequire } from "node:module";
import { hasUws } from "../../src/edge/listener-uws.ts";

// The proxy loads it first: a binary reads its settings once.
hasUws();

/** Which binary of uWebSockets.js the proxy takes here: `newer`, the image's, needs glibc 2.38; `older` is the one of the package uws-fallback. */
export const UWS_BINARY: "newer" | "older" = loads("uWebSockets.js") ? "newer" : "older";

function loads(name: string): boolean {
	try {
		createRequire(import.meta.url)(name);
		return true;
	} catch {
		return false;
	}
}
