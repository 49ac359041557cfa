import { type AddressInfo, createServer, type Socket } from "node:net";

/** A vendor that misbehaves on the wire: the prompt chooses the script, which owns the socket. */
export interface RawUpstream {
	readonly url: string;
	/** Requests taken, by prompt. */
	readonly asked: string[];
	/** Resolves when the proxy has let go of the connection of the newest request. */
	lastClosed(): Promise<void>;
	close(): void;
}

export type RawScript = (socket: Socket) => void | Promise<void>;

export async function startRawUpstream(scriptOf: (prompt: string) => RawScript): Promise<RawUpstream> {
	const asked: string[] = [];
	const open = new Set<Socket>();
	let last: Promise<void> = Promise.resolve();
	const server = createServer((socket) => {
		let received = "";
		open.add(socket);
		socket.setMaxListeners(0);
		socket.setNoDelay(true);
		socket.on("error", () => undefined);
		socket.on("close", () => open.delete(socket));
		socket.on("data", (bytes) => {
			received += bytes.toString("latin1");
			const body = bodyOf(received);
			if (body === undefined) return;
			received = "";
			const prompt = JSON.parse(body).messages[0].content as string;
			asked.push(prompt);
			last = closed(socket);
			void scriptOf(prompt)(socket);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
		asked,
		lastClosed: () => last,
		close() {
			server.close();
			for (const socket of open) socket.destroy();
		},
	};
}

function closed(socket: Socket): Promise<void> {
	return new Promise((resolve) => socket.once("close", () => resolve()));
}

function drained(socket: Socket): Promise<void> {
	return new Promise((resolve) => socket.once("drain", () => resolve()));
}

function bodyOf(received: string): string | undefined {
	const end = received.indexOf("\r\n\r\n");
	const length = Number(/^content-length: (\d+)\r$/im.exec(received)?.[1]);
	return end < 0 || received.length < end + 4 + length ? undefined : received.slice(end + 4);
}

export const SSE_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
export const LAST_CHUNK = "0\r\n\r\n";

/** One HTTP/1.1 chunk. */
export function chunk(text: string): string {
	return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

/** A whole answer with a length. */
export function sized(
	body: string,
	headers: Readonly<Record<string, string>> = { "content-type": "application/json" },
	status = "200 OK",
): string {
	const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
	return `HTTP/1.1 ${status}\r\n${lines.join("")}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** Writes as fast as the other side takes it, until the socket is gone or `limit` bytes are out. Returns the bytes handed over. */
export async function pump(socket: Socket, bytes: string | Buffer, limit = Number.POSITIVE_INFINITY): Promise<number> {
	let sent = 0;
	const gone = closed(socket);
	while (!socket.destroyed && sent < limit) {
		sent += Buffer.byteLength(bytes);
		if (!socket.write(bytes)) await Promise.race([drained(socket), gone]);
	}
	return sent;
}
