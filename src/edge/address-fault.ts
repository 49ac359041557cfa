import { createServer } from "node:net";

export interface AddressFault {
	readonly path: "server.host" | "server.port";
	readonly message: string;
	readonly remedy: string;
	/** Somebody listens there already. */
	readonly isTaken: boolean;
}

const OTHER_PORT = "Stop what runs there, or choose another server.port.";

/**
 * Why nothing can listen at an address; undefined: it can. Asked before anything is started: uWebSockets.js says nothing of the
 * reason, and would silently share the port with another proxy of the same user (SO_REUSEPORT).
 */
export function addressFault({ host, port }: { readonly host: string; readonly port: number }): Promise<AddressFault | undefined> {
	const probe = createServer();
	return new Promise((resolve) => {
		probe.once("error", ({ code }: NodeJS.ErrnoException) => resolve(faultOf(`${host}:${port}`, code)));
		probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(undefined)));
	});
}

function faultOf(address: string, code = "unknown"): AddressFault {
	const isTaken = code === "EADDRINUSE";
	if (isTaken) return { path: "server.port", message: `${address} is in use`, remedy: OTHER_PORT, isTaken };
	if (code === "EACCES")
		return {
			path: "server.port",
			message: `this user may not listen on ${address} (EACCES)`,
			remedy: "Choose a server.port above 1023, or give the process CAP_NET_BIND_SERVICE.",
			isTaken,
		};
	const remedy = "Give server.host an address of this machine, 0.0.0.0 or :: for all, 127.0.0.1 for programs on it.";
	return { path: "server.host", message: `cannot listen on ${address} (${code})`, remedy, isTaken };
}
