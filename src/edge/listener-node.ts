import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { ErrorCode } from "../core/errors.ts";
import { checkFraming } from "./framing-guard.ts";
import type { Downstream, Listener, ListenerOptions } from "./listener.ts";

const MAX_HEADER_BYTES = 16 << 10;

/** The `node:http` listener: runs everywhere, and is the twin of the uWebSockets.js one in conformance tests. */
export function listenNode(options: ListenerOptions): Promise<Listener> {
	const server = createServer({
		maxHeaderSize: MAX_HEADER_BYTES,
		requestTimeout: 0,
		headersTimeout: options.bodyTimeoutMs,
		keepAliveTimeout: 65_000,
	});
	const handle = (request: IncomingMessage, response: ServerResponse): void => receive(request, response, options);
	server.on("request", handle);
	server.on("checkContinue", handle);
	server.on("checkExpectation", handle);
	server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
		if (!socket.writable) {
			socket.destroy();
			return;
		}
		const [status, code] = error.code === "HPE_HEADER_OVERFLOW" ? ([431, "headers_too_large"] as const) : ([400, "bad_framing"] as const);
		const body = options.errorBody("", code);
		socket.end(
			`HTTP/1.1 ${status} Error\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
		);
	});
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen(options.port, options.host, () => {
			resolve({
				kind: "node",
				port: (server.address() as AddressInfo).port,
				stopAccepting: () => void server.close(),
				close: () => {
					server.close();
					server.closeAllConnections();
				},
			});
		});
	});
}

function receive(request: IncomingMessage, response: ServerResponse, options: ListenerOptions): void {
	const [path = "", query = ""] = (request.url ?? "").split(/\?(.*)/s);
	const refuse = (status: number, code: ErrorCode): void => {
		response.writeHead(status, { "content-type": "application/json", connection: "close" });
		response.end(options.errorBody(path, code), () => request.destroy());
	};
	const method = request.method ?? "";
	const framing = checkFraming(method, rawHeaders(request));
	if (!framing.ok) return refuse(framing.status, framing.code);
	if (framing.contentLength > options.maxRequestSize) return refuse(413, "request_too_large");
	if (request.headers.expect !== undefined) response.writeContinue();
	const chunks: Buffer[] = [];
	const timeout = setTimeout(() => refuse(408, "request_timeout"), options.bodyTimeoutMs);
	request.on("data", (chunk: Buffer) => chunks.push(chunk));
	request.once("close", () => clearTimeout(timeout));
	request.once("end", () => {
		clearTimeout(timeout);
		if (response.writableEnded) return;
		const headers: Record<string, string> = Object.assign(
			Object.create(null),
			Object.fromEntries(
				Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]),
			),
		);
		options.handler(
			{ method, path, query, headers, remoteAddress: request.socket.remoteAddress ?? "", body: Buffer.concat(chunks) },
			new NodeDownstream(response),
		);
	});
}

function* rawHeaders(request: IncomingMessage): Generator<readonly [string, string]> {
	for (let i = 0; i < request.rawHeaders.length; i += 2)
		yield [(request.rawHeaders[i] as string).toLowerCase(), request.rawHeaders[i + 1] as string];
}

class NodeDownstream implements Downstream {
	readonly #response: ServerResponse;
	#corked = false;

	constructor(response: ServerResponse) {
		this.#response = response;
		response.on("error", () => undefined);
	}

	get isOpen(): boolean {
		return !this.#response.writableEnded && !this.#response.destroyed;
	}

	head(status: number, headers: Readonly<Record<string, string>>): void {
		if (!this.isOpen || this.#response.headersSent) return;
		this.#response.writeHead(status, headers);
		this.#response.flushHeaders();
	}

	write(bytes: Uint8Array): boolean {
		if (!this.isOpen) return true;
		if (!this.#corked) {
			this.#corked = true;
			this.#response.cork();
			process.nextTick(() => {
				this.#corked = false;
				this.#response.uncork();
			});
		}
		return this.#response.write(bytes);
	}

	end(bytes?: Uint8Array): void {
		if (this.isOpen) this.#response.end(bytes);
	}

	destroy(): void {
		this.#response.destroy();
	}

	onDrain(callback: () => void): void {
		this.#response.on("drain", callback);
	}

	onAbort(callback: () => void): void {
		this.#response.once("close", () => {
			if (!this.#response.writableFinished) callback();
		});
	}
}
