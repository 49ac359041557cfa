import type { Server } from "node:http";
import { createServer, type Server as NetServer, type Socket } from "node:net";
import { readProxyHeader } from "./proxy-header.ts";

export interface ProxiedOptions {
	/** Whose connections begin with a PROXY header; others are served as they are. */
	readonly isBalancer: (peer: string) => boolean;
	/** ms for the header to arrive. */
	readonly timeoutMs: number;
}

/**
 * Takes connections for an HTTP server and reads the PROXY header of balancers' ones, once, before anything else: a client
 * that sends another one behind it sends no HTTP. A connection without a valid header is closed.
 */
export class ProxiedConnections {
	readonly front: NetServer;
	readonly #server: Server;
	readonly #options: ProxiedOptions;
	/** Address and port of a balancer's end → the client's address. A TLS socket has nothing else in common with the one below. */
	readonly #clients = new Map<string, string>();

	constructor(server: Server, options: ProxiedOptions) {
		this.#server = server;
		this.#options = options;
		this.front = createServer({ noDelay: true }, (socket) => this.#accept(socket));
	}

	/** The client's address. */
	addressOf(socket: Socket): string {
		return this.#clients.get(peerOf(socket)) ?? socket.remoteAddress ?? "";
	}

	#accept(socket: Socket): void {
		const { isBalancer, timeoutMs } = this.#options;
		if (!isBalancer(socket.remoteAddress ?? "")) return this.#pass(socket);
		let head = Buffer.alloc(0);
		const close = (): void => void socket.destroy();
		const timer = setTimeout(close, timeoutMs);
		// Not by `data`, which would leave the socket flowing: a TLS socket takes what is unread a tick later.
		const read = (): void => {
			for (let chunk: Buffer | null = socket.read(); chunk !== null; chunk = socket.read()) head = Buffer.concat([head, chunk]);
			const header = readProxyHeader(head);
			if (header.kind === "incomplete") return;
			socket.off("readable", read).off("error", close).off("end", close);
			clearTimeout(timer);
			if (header.kind === "invalid") return close();
			if (header.client !== undefined) this.#remember(socket, header.client);
			if (head.length > header.length) socket.unshift(head.subarray(header.length));
			this.#pass(socket);
		};
		socket
			.on("readable", read)
			.on("error", close)
			.on("end", close)
			.once("close", () => clearTimeout(timer));
	}

	#remember(socket: Socket, client: string): void {
		const peer = peerOf(socket);
		this.#clients.set(peer, client);
		socket.once("close", () => this.#clients.delete(peer));
	}

	#pass(socket: Socket): void {
		this.#server.emit("connection", socket);
	}
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
	return `${remoteAddress} ${remotePort}`;
}
