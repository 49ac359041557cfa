import type { HttpRequest, HttpResponse, TemplatedApp, us_listen_socket } from "uWebSockets.js";
import { createRequire } from "node:module";
import type { ErrorCode } from "../core/errors.ts";
import { checkFraming } from "./framing-guard.ts";
import type { Downstream, Listener, ListenerOptions } from "./listener.ts";

interface UwsModule {
	App(): TemplatedApp;
	us_listen_socket_close(socket: us_listen_socket): void;
	us_socket_local_port(socket: us_listen_socket): number;
}

const STATUS_TEXT: Readonly<Record<number, string>> = {
	200: "OK",
	400: "Bad Request",
	404: "Not Found",
	405: "Method Not Allowed",
	408: "Request Timeout",
	411: "Length Required",
	413: "Content Too Large",
	417: "Expectation Failed",
	429: "Too Many Requests",
	500: "Internal Server Error",
	502: "Bad Gateway",
	503: "Service Unavailable",
	504: "Gateway Timeout",
};

/** The binary that loads here: upstream's own or its npm republication, then the older one for old systems. */
function loadBinary(): UwsModule | undefined {
	const require = createRequire(import.meta.url);
	for (const name of ["uWebSockets.js", "uws-fallback"]) {
		try {
			const before = nodeBinaries(require);
			const loaded = require(name) as UwsModule;
			// Without its binary the older package silently becomes a JavaScript server, which must not pass for this one.
			if (nodeBinaries(require) > before) return loaded;
		} catch {}
	}
	return undefined;
}

function nodeBinaries(require: NodeJS.Require): number {
	return Object.keys(require.cache).filter((file) => /uws[^/]*\.node$/.test(file)).length;
}

/** The uWebSockets.js listener. Rejects when no binary loads on this machine. */
export function listenUws(options: ListenerOptions): Promise<Listener> {
	const uws = loadBinary();
	if (uws === undefined)
		return Promise.reject(new Error("No uWebSockets.js binary loads here (it needs glibc 2.38 or Node 20). Set server.listener: node."));
	const app = uws.App();
	app.any("/*", (response, request) => receive(response, request, options));
	return new Promise((resolve, reject) => {
		app.listen(options.host, options.port, (socket) => {
			if (!socket) return reject(new Error(`Cannot listen on ${options.host}:${options.port}. Is the port in use?`));
			let listening = true;
			const stopAccepting = (): void => {
				if (listening) uws.us_listen_socket_close(socket);
				listening = false;
			};
			resolve({
				kind: "uws",
				port: uws.us_socket_local_port(socket),
				stopAccepting,
				close: () => {
					stopAccepting();
					app.close?.();
				},
			});
		});
	});
}

function receive(response: HttpResponse, request: HttpRequest, options: ListenerOptions): void {
	const downstream = new UwsDownstream(response);
	const method = request.getMethod().toUpperCase();
	const path = request.getUrl();
	const query = request.getQuery() ?? "";
	const lines: [string, string][] = [];
	request.forEach((name, value) => {
		lines.push([name, value]);
	});
	// end() alone lets a pipelined request behind this one run; only close() stops it.
	const refuse = (status: number, code: ErrorCode): void => {
		clearTimeout(timeout);
		downstream.refuse(status, options.errorBody(path, code));
	};
	let timeout: NodeJS.Timeout | undefined;
	const framing = checkFraming(method, lines);
	if (!framing.ok) return refuse(framing.status, framing.code);
	if (framing.contentLength > options.maxRequestSize) return refuse(413, "request_too_large");
	const headers: Record<string, string> = Object.create(null);
	for (const [name, value] of lines) headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
	const remoteAddress = Buffer.from(response.getRemoteAddressAsText()).toString();
	const chunks: Buffer[] = [];
	timeout = setTimeout(() => refuse(408, "request_timeout"), options.bodyTimeoutMs);
	downstream.onAbort(() => clearTimeout(timeout));
	response.onData((chunk, isLast) => {
		if (!downstream.isOpen) return;
		chunks.push(Buffer.from(chunk.slice(0)));
		if (!isLast) return;
		clearTimeout(timeout);
		options.handler({ method, path, query, headers, remoteAddress, body: Buffer.concat(chunks) }, downstream);
	});
}

class UwsDownstream implements Downstream {
	readonly #response: HttpResponse;
	#dead = false;
	#queue: Uint8Array[] = [];
	#head: { readonly status: number; readonly headers: Readonly<Record<string, string>> } | undefined;
	#ending = false;
	#scheduled = false;
	#congested = false;
	readonly #drainCallbacks: (() => void)[] = [];
	readonly #abortCallbacks: (() => void)[] = [];

	constructor(response: HttpResponse) {
		this.#response = response;
		response.onAborted(() => {
			if (this.#dead) return;
			this.#dead = true;
			for (const callback of this.#abortCallbacks) callback();
		});
		response.onWritable(() => {
			this.#congested = false;
			this.#schedule();
			for (const callback of this.#drainCallbacks) callback();
			return true;
		});
	}

	get isOpen(): boolean {
		return !this.#dead && !this.#ending;
	}

	head(status: number, headers: Readonly<Record<string, string>>): void {
		if (!this.isOpen) return;
		this.#head = { status, headers };
		this.#schedule();
	}

	write(bytes: Uint8Array): boolean {
		if (!this.isOpen) return true;
		this.#queue.push(bytes);
		this.#schedule();
		return !this.#congested;
	}

	end(bytes?: Uint8Array): void {
		if (!this.isOpen) return;
		if (bytes !== undefined) this.#queue.push(bytes);
		this.#ending = true;
		this.#schedule();
	}

	destroy(): void {
		if (this.#dead) return;
		this.#dead = true;
		this.#response.close();
	}

	refuse(status: number, body: string): void {
		if (this.#dead) return;
		this.#response.cork(() => {
			this.#response
				.writeStatus(`${status} ${STATUS_TEXT[status] ?? ""}`)
				.writeHeader("content-type", "application/json")
				.end(body, true);
		});
		this.#dead = true;
		try {
			this.#response.close();
		} catch {}
	}

	onDrain(callback: () => void): void {
		this.#drainCallbacks.push(callback);
	}

	onAbort(callback: () => void): void {
		this.#abortCallbacks.push(callback);
	}

	#schedule(): void {
		if (this.#scheduled) return;
		this.#scheduled = true;
		setImmediate(() => {
			this.#scheduled = false;
			if (!this.#dead) this.#response.cork(() => this.#flush());
		});
	}

	#flush(): void {
		if (this.#head !== undefined) {
			this.#response.writeStatus(`${this.#head.status} ${STATUS_TEXT[this.#head.status] ?? ""}`);
			for (const [name, value] of Object.entries(this.#head.headers)) this.#response.writeHeader(name, value);
			this.#head = undefined;
		}
		const bytes = Buffer.concat(this.#queue);
		this.#queue = [];
		if (this.#ending) {
			this.#dead = true;
			this.#response.end(bytes);
		} else if (bytes.length > 0 && !this.#response.write(bytes)) {
			this.#congested = true;
		}
	}
}
