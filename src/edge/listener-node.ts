import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { SecureContextOptions, TlsOptions } from "node:tls";
import type { ErrorCode } from "../core/errors.ts";
import { ArrivingBodies } from "./arriving-bodies.ts";
import { checkFraming, MAX_HEADER_BYTES, type RequestHead } from "./framing-guard.ts";
import { type AbortReason, type Downstream, LINGER_MS, type Listener, type ListenerOptions } from "./listener.ts";
import { OpenAnswers } from "./open-answers.ts";
import { ProxiedConnections } from "./proxied-connections.ts";
import { MIN_TLS_VERSION, type TlsMaterial } from "./tls.ts";

/** ms between looks for connections whose request head is late. */
const CHECK_MS = 1000;

/** The `node:http` listener: runs everywhere, and is the twin of the uWebSockets.js one in conformance tests. */
export function listenNode(options: ListenerOptions): Promise<Listener> {
	const { server, answers, proxied } = new NodeListener(options);
	const front = proxied?.front ?? server;
	return new Promise((resolve, reject) => {
		front.once("error", (error: NodeJS.ErrnoException) => {
			const reason = error.code === "EADDRINUSE" ? "the port is in use" : (error.code ?? error.message);
			reject(new Error(`Cannot listen on ${options.host}:${options.port}: ${reason}.`));
		});
		front.listen(options.port, options.host, () => {
			// Begins to look for heads that are late; where another server listens nobody else tells it to.
			if (front !== server) server.emit("listening");
			resolve({
				kind: "node",
				port: (front.address() as AddressInfo).port,
				async renewTls(material) {
					if ("setSecureContext" in server) server.setSecureContext(secureOptions(material));
				},
				async close() {
					await answers.none(options.clientStallMs);
					front.close();
					server.close();
					server.closeAllConnections();
				},
			});
		});
	});
}

class NodeListener {
	readonly server: Server | TlsServer;
	readonly answers = new OpenAnswers();
	readonly #bodies: ArrivingBodies;
	/** Absent: no connection begins with a PROXY header. */
	readonly proxied: ProxiedConnections | undefined;
	readonly #options: ListenerOptions;
	/** Connections on which a request was refused. Node parses on; nothing behind that request may run. */
	readonly #refused = new WeakSet<Duplex>();
	/** Connections with a request at work. A second one behind it would have to queue, and an error of ours must not be written into its answer. */
	readonly #answering = new WeakSet<Duplex>();

	constructor(options: ListenerOptions) {
		this.#options = options;
		this.#bodies = new ArrivingBodies(options.maxArrivingBytes);
		const http = {
			maxHeaderSize: MAX_HEADER_BYTES,
			requestTimeout: 0,
			headersTimeout: options.requestTimeoutMs,
			connectionsCheckingInterval: Math.min(CHECK_MS, options.requestTimeoutMs),
			keepAliveTimeout: options.idleConnectionMs,
			requireHostHeader: false,
		};
		const { tls, requestTimeoutMs } = options;
		this.server = tls ? createTlsServer({ ...http, ...secureOptions(tls), handshakeTimeout: requestTimeoutMs }) : createServer(http);
		// Headers beyond the count would be hidden from the framing guard; the byte limit bounds them.
		this.server.maxHeadersCount = 0;
		const receive = (request: IncomingMessage, response: ServerResponse): void => this.#receive(request, response);
		this.server.on("request", receive);
		this.server.on("checkContinue", receive);
		this.server.on("checkExpectation", receive);
		this.server.on("connect", (_request, socket: Duplex) => this.#refuseSocket(socket, "method_not_allowed"));
		// Becomes a clientError as well, but there is no channel on which to answer.
		this.server.prependListener("tlsClientError", (_error: Error, socket: Duplex) => void socket.destroy());
		const { isBalancer } = options;
		this.proxied = isBalancer && new ProxiedConnections(this.server, { isBalancer, timeoutMs: requestTimeoutMs });
		this.server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => this.#refuseSocket(socket, codeOf(error)));
	}

	#addressOf(socket: Socket): string {
		return this.proxied?.addressOf(socket) ?? socket.remoteAddress ?? "";
	}

	/** Refuses what did not become a request. */
	#refuseSocket(socket: Duplex, code: ErrorCode): void {
		if (!socket.writable || this.#refused.has(socket) || this.#answering.has(socket)) {
			socket.destroy();
			return;
		}
		this.#refused.add(socket);
		const { status, headers, body } = this.#options.refusal("", code, this.#addressOf(socket as Socket));
		const lines = Object.entries(Object.assign({}, headers, { "content-length": Buffer.byteLength(body), connection: "close" }));
		const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
		socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`, () => socket.destroy());
	}

	#receive(request: IncomingMessage, response: ServerResponse): void {
		const { socket, method = "", url = "" } = request;
		if (this.#refused.has(socket)) return;
		if (this.#answering.has(socket)) {
			socket.destroy();
			return;
		}
		this.#answering.add(socket);
		this.answers.begin();
		response.once("close", () => {
			this.#answering.delete(socket);
			this.answers.end();
		});
		const [path = "", query = ""] = url.split(/\?(.*)/s);
		const body = this.#bodies.begin();
		let timeout: NodeJS.Timeout | undefined;
		const giveUp = (): void => {
			clearTimeout(timeout);
			body.drop();
		};
		const refuse = (code: ErrorCode): void => {
			giveUp();
			if (response.writableEnded) return;
			this.#refused.add(socket);
			const { status, headers, body } = this.#options.refusal(path, code, this.#addressOf(socket));
			response.writeHead(status, Object.assign({}, headers, { "content-length": Buffer.byteLength(body), connection: "close" }));
			response.end(body, () => request.destroy());
		};
		// Node also reads HTTP/0.9 and HTTP/2.0 in this syntax; nobody sends them in good faith.
		if (request.httpVersionMajor !== 1) return refuse("bad_framing");
		const framing = checkFraming({ method, target: url, lines: linesOf(request) }, this.#options.maxRequestSize);
		const isWaiting = request.headers.expect !== undefined;
		if (!framing.ok && framing.code === "request_too_large" && !isWaiting) {
			this.#refused.add(socket);
			timeout = setTimeout(() => refuse("request_too_large"), LINGER_MS);
			request.once("end", () => refuse("request_too_large"));
			request.once("close", () => clearTimeout(timeout));
			request.resume();
			return;
		}
		if (!framing.ok) return refuse(framing.code);
		const head = { method, path, query, headers: framing.headers, remoteAddress: this.#addressOf(socket) };
		const isScreened = (): boolean => {
			const screened = this.#options.screen?.(head);
			if (screened === undefined) return false;
			response.writeHead(screened.status, { ...screened.headers, "content-length": Buffer.byteLength(screened.body) });
			response.end(screened.body);
			return true;
		};
		if (isWaiting) response.writeContinue();
		else if (isScreened()) {
			timeout = setTimeout(() => request.destroy(), this.#options.requestTimeoutMs);
			request.once("close", () => clearTimeout(timeout));
			request.resume();
			return;
		}
		timeout = setTimeout(() => refuse("request_timeout"), this.#options.requestTimeoutMs);
		request.on("data", (chunk: Buffer) => {
			if (!response.writableEnded && !body.append(chunk)) refuse("overloaded");
		});
		request.once("close", giveUp);
		request.once("end", () => {
			clearTimeout(timeout);
			if (response.writableEnded || (isWaiting && isScreened())) return;
			this.#options.handler({ body: body.take(), ...head }, new NodeDownstream(response, this.#options.clientStallMs));
		});
	}
}

function secureOptions({ cert, key, ca }: TlsMaterial): SecureContextOptions & TlsOptions {
	return { cert, key, minVersion: MIN_TLS_VERSION, ...(ca && { ca, requestCert: true, rejectUnauthorized: true }) };
}

function codeOf(error: NodeJS.ErrnoException): ErrorCode {
	if (error.code === "HPE_HEADER_OVERFLOW") return "headers_too_large";
	return error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? "request_timeout" : "bad_framing";
}

function linesOf({ rawHeaders }: IncomingMessage): RequestHead["lines"] {
	const lines: (readonly [string, string])[] = [];
	for (let i = 0; i < rawHeaders.length; i += 2) lines.push([(rawHeaders[i] as string).toLowerCase(), rawHeaders[i + 1] as string]);
	return lines;
}

class NodeDownstream implements Downstream {
	readonly #response: ServerResponse;
	readonly #clientStallMs: number;
	/** Waits for the end of the tick: an answer that is complete by then gets a Content-Length. */
	#head: { readonly status: number; readonly headers: Readonly<Record<string, string>> } | undefined;
	#reason: AbortReason = "gone";

	constructor(response: ServerResponse, clientStallMs: number) {
		this.#response = response;
		this.#clientStallMs = clientStallMs;
		response.on("error", () => undefined);
		response.on("drain", () => response.setTimeout(0));
		// Node's socket timeout counts bytes that leave as activity, so a slow client is not a stalled one.
		response.on("timeout", () => {
			this.#reason = "stalled";
			response.destroy();
		});
	}

	get isOpen(): boolean {
		return !this.#response.writableEnded && !this.#response.destroyed;
	}

	head(status: number, headers: Readonly<Record<string, string>>): void {
		if (!this.isOpen || this.#response.headersSent) return;
		this.#head = { status, headers };
		process.nextTick(() => {
			if (this.#head === undefined || !this.isOpen) return;
			this.#sendHead({});
			this.#response.flushHeaders();
		});
	}

	write(bytes: Uint8Array): boolean {
		if (!this.isOpen) return true;
		this.#sendHead({});
		// Node itself joins what one tick writes. Told to (`cork`), Node 22 and 24 send it behind the end of the answer where that comes in the same tick.
		const isTaken = this.#response.write(bytes);
		if (!isTaken) this.#response.setTimeout(this.#clientStallMs);
		return isTaken;
	}

	end(bytes?: Uint8Array): void {
		if (!this.isOpen) return;
		this.#sendHead({ "content-length": String(bytes?.length ?? 0) });
		this.#response.end(bytes);
		this.#response.setTimeout(this.#clientStallMs);
	}

	#sendHead(more: Readonly<Record<string, string>>): void {
		if (this.#head !== undefined) this.#response.writeHead(this.#head.status, Object.assign({}, this.#head.headers, more));
		this.#head = undefined;
	}

	destroy(): void {
		this.#response.destroy();
	}

	onDrain(callback: () => void): void {
		this.#response.on("drain", callback);
	}

	onAbort(callback: (reason: AbortReason) => void): void {
		this.#response.once("close", () => {
			if (!this.#response.writableFinished) callback(this.#reason);
		});
	}
}
