import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Stands between a proxy and its Redis, and keeps back for a while what Redis says. */
export class RedisRelay {
	#delayMs = 0;
	readonly #held: (() => void)[] = [];
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();

	private constructor(server: Server) {
		this.#server = server;
	}

	static async start(redisPort: number): Promise<RedisRelay> {
		const relay = new RedisRelay(createServer((client) => relay.#join(client, connect(redisPort, "127.0.0.1"))));
		await new Promise<void>((resolve) => relay.#server.listen(0, "127.0.0.1", resolve));
		return relay;
	}

	get url(): string {
		return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	/** Late by so much from now on; what is kept back goes out at once when it is 0. */
	delay(ms: number): void {
		this.#delayMs = ms;
		if (ms === 0) for (const release of this.#held.splice(0)) release();
	}

	close(): void {
		this.#server.close();
		for (const socket of this.#sockets) socket.destroy();
	}

	#join(client: Socket, redis: Socket): void {
		for (const socket of [client, redis]) {
			this.#sockets.add(socket);
			socket.on("error", () => undefined);
			socket.on("close", () => {
				client.destroy();
				redis.destroy();
			});
		}
		client.on("data", (bytes) => redis.write(bytes));
		redis.on("data", (bytes) => {
			this.#held.push(() => client.write(bytes));
			if (this.#delayMs === 0) this.#held.shift()?.();
			else setTimeout(() => this.#held.shift()?.(), this.#delayMs).unref();
		});
	}
}
