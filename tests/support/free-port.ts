import { once } from "node:events";
import { createServer } from "node:net";

/** Systems give ports of their own choice from higher ones: to connections, and to servers that ask for port 0. */
const LOWEST = 12_000;
const HIGHEST = 32_767;

/** A port nobody listens on, nor will before it is used: none that the system gives to somebody else meanwhile. */
export async function freePort(): Promise<number> {
	for (;;) {
		const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST + 1));
		const server = createServer();
		const isFree = once(server.listen(port, "127.0.0.1"), "listening").then(
			() => true,
			() => false,
		);
		if (!(await isFree)) continue;
		server.close();
		await once(server, "close");
		return port;
	}
}
