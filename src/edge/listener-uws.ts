import type { AppOptions, HttpRequest, HttpResponse, TemplatedApp, us_listen_socket } from "uWebSockets.js";
import { STATUS_CODES } from "node:http";
import { createRequire } from "node:module";
import type { ErrorCode } from "../core/errors.ts";
import { checkFraming, MAX_HEADER_BYTES } from "./framing-guard.ts";
import { type AbortReason, type Downstream, LINGER_MS, type Listener, type ListenerOptions, type Refusal } from "./listener.ts";
import { OpenAnswers } from "./open-answers.ts";
import type { TlsMaterial } from "./tls.ts";

interface UwsModule {
	App(): TemplatedApp;
	SSLApp(options: AppOptions): TemplatedApp;
	/** `silent`: no header that names the server. */
	_cfg(key: "silent"): void;
	us_listen_socket_close(socket: us_listen_socket): void;
	us_socket_local_port(socket: us_listen_socket): number;
}

/** Bytes that may go out together with the end of an answer. */
const MAX_LAST_BYTES = 64 << 10;

/** Behind the present callback. Node's queueMicrotask makes an asynchronous resource of each. */
const soon = (task: () => void): void => void RESOLVED.then(task);
const RESOLVED = Promise.resolve();

let binary: UwsModule | undefined;

/** The binary that loads here: upstream's own or its npm republication, then the older one for old systems. */
function loadBinary(): UwsModule | undefined {
	if (binary !== undefined) return binary;
	const require = createRequire(import.meta.url);
	// Read by the binary when it loads; its own default of 4096 bytes is too small for tokens and cookies.
	process.env["UWS_HTTP_MAX_HEADERS_SIZE"] ??= String(MAX_HEADER_BYTES);
	for (const name of ["uWebSockets.js", "uws-fallback"]) {
		try {
			const before = nodeBinaries(require);
			const loaded = require(name) as UwsModule;
			// Without its binary the older package silently becomes a JavaScript server, which must not pass for this one.
			if (nodeBinaries(require) > before) binary = loaded;
			if (binary !== undefined) break;
		} catch {}
	}
	return binary;
}

/** Whether the binary loads on this machine. */
export function hasUws(): boolean {
	return loadBinary() !== undefined;
}

function nodeBinaries(require: NodeJS.Require): number {
	return Object.keys(require.cache).filter((file) => /uws[^/]*\.node$/.test(file)).length;
}

/** The uWebSockets.js listener. Rejects when no binary loads on this machine. */
export function listenUws(options: ListenerOptions): Promise<Listener> {
	const uws = loadBinary();
	if (uws === undefined)
		return Promise.reject(new Error("No uWebSockets.js binary loads here (it needs glibc 2.38 or Node 20). Set server.listener: node."));
	return UwsListener.open(uws, options);
}

/**
 * The binary cannot change the certificate of an app, so a renewed one is another app on the same port (SO_REUSEPORT):
 * the one before stops listening and serves the connections it has.
 */
class UwsListener implements Listener {
	readonly kind = "uws";
	readonly #uws: UwsModule;
	readonly #options: ListenerOptions;
	readonly #answers = new OpenAnswers();
	readonly #apps: TemplatedApp[] = [];
	#port: number;
	#socket: us_listen_socket | undefined;

	private constructor(uws: UwsModule, options: ListenerOptions) {
		this.#uws = uws;
		this.#options = options;
		this.#port = options.port;
	}

	static async open(uws: UwsModule, options: ListenerOptions): Promise<UwsListener> {
		const listener = new UwsListener(uws, options);
		await listener.#listen(options.tls);
		return listener;
	}

	get port(): number {
		return this.#port;
	}

	async renewTls(material: TlsMaterial): Promise<void> {
		// The binary shares a port that it was given, but not one that the system chose.
		if (this.#options.port === 0) throw new Error("The uws listener renews a certificate on a configured port only. Set server.port.");
		const before = this.#socket;
		await this.#listen(material);
		if (before !== undefined) this.#uws.us_listen_socket_close(before);
	}

	async close(): Promise<void> {
		await this.#answers.none(this.#options.clientStallMs);
		if (this.#socket !== undefined) this.#uws.us_listen_socket_close(this.#socket);
		// The older binary has no such method; its connections end with their idle timeout, or the process.
		for (const app of this.#apps) app.close?.();
	}

	#listen(tls: TlsMaterial | undefined): Promise<void> {
		const { host } = this.#options;
		const files = tls && { cert_file_name: tls.files.cert, key_file_name: tls.files.key };
		const app = files === undefined ? this.#uws.App() : this.#uws.SSLApp(files);
		this.#uws._cfg("silent");
		app.any("/*", (response, request) => receive(response, request, this.#options, this.#answers));
		return new Promise((resolve, reject) => {
			app.listen(host, this.#port, (socket) => {
				if (!socket) return reject(new Error(`Cannot listen on ${host}:${this.#port}: is the port in use?`));
				this.#apps.push(app);
				this.#socket = socket;
				this.#port = this.#uws.us_socket_local_port(socket);
				resolve();
			});
		});
	}
}

function receive(response: HttpResponse, request: HttpRequest, options: ListenerOptions, answers: OpenAnswers): void {
	const method = request.getMethod().toUpperCase();
	const downstream = new UwsDownstream(response, method === "HEAD", options.clientStallMs, answers);
	const path = request.getUrl();
	const query = request.getQuery() ?? "";
	const lines: [string, string][] = [];
	request.forEach((name, value) => {
		lines.push([name, value]);
	});
	const remoteAddress = Buffer.from(response.getRemoteAddressAsText()).toString();
	let timeout: NodeJS.Timeout | undefined;
	const refuse = (code: ErrorCode): void => {
		clearTimeout(timeout);
		downstream.refuse(options.refusal(path, code, remoteAddress));
	};
	downstream.onAbort(() => clearTimeout(timeout));
	const framing = checkFraming({ method, target: query === "" ? path : `${path}?${query}`, lines }, options.maxRequestSize);
	if (!framing.ok && framing.code === "request_too_large" && !lines.some(([name]) => name === "expect")) {
		timeout = setTimeout(() => refuse("request_too_large"), LINGER_MS);
		response.onData((_chunk, isLast) => isLast && refuse("request_too_large"));
		return;
	}
	if (!framing.ok) return refuse(framing.code);
	const chunks: Buffer[] = [];
	timeout = setTimeout(() => refuse("request_timeout"), options.requestTimeoutMs);
	response.onData((chunk, isLast) => {
		if (!downstream.isOpen) return;
		chunks.push(Buffer.from(chunk.slice(0)));
		if (!isLast) return;
		clearTimeout(timeout);
		options.handler({ method, path, query, headers: framing.headers, remoteAddress, body: Buffer.concat(chunks) }, downstream);
	});
}

class UwsDownstream implements Downstream {
	readonly #response: HttpResponse;
	readonly #isHead: boolean;
	readonly #clientStallMs: number;
	readonly #answers: OpenAnswers;
	#stall: NodeJS.Timeout | undefined;
	#dead = false;
	#queue: Uint8Array[] = [];
	#head: { readonly status: number; readonly headers: Readonly<Record<string, string>> } | undefined;
	#ending = false;
	/** The connection ends with the answer. */
	#closing = false;
	#scheduled = false;
	#congested = false;
	readonly #drainCallbacks: (() => void)[] = [];
	readonly #abortCallbacks: ((reason: AbortReason) => void)[] = [];

	constructor(response: HttpResponse, isHead: boolean, clientStallMs: number, answers: OpenAnswers) {
		this.#response = response;
		this.#isHead = isHead;
		this.#clientStallMs = clientStallMs;
		this.#answers = answers;
		answers.begin();
		response.onAborted(() => this.#lost("gone"));
		response.onWritable(() => {
			this.#congested = false;
			clearTimeout(this.#stall);
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
		this.#schedule(soon);
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
		this.#kill();
		this.#response.close();
	}

	/**
	 * Answers, then closes. Not before the next tick: while this answer is open, uWebSockets.js kills the connection if it
	 * finds another request behind this one; once the answer has ended it would run that request.
	 */
	refuse({ status, headers, body }: Refusal): void {
		this.#closing = true;
		this.head(status, headers);
		this.end(Buffer.from(body));
	}

	onDrain(callback: () => void): void {
		this.#drainCallbacks.push(callback);
	}

	onAbort(callback: (reason: AbortReason) => void): void {
		this.#abortCallbacks.push(callback);
	}

	#kill(): void {
		this.#dead = true;
		this.#answers.end();
		clearTimeout(this.#stall);
		this.#queue = [];
	}

	#onStall(): void {
		const response = this.#response;
		this.#lost("stalled");
		response.close();
	}

	#lost(reason: AbortReason): void {
		if (this.#dead) return;
		this.#kill();
		for (const callback of this.#abortCallbacks) callback(reason);
	}

	/** What one callback of the event loop writes goes out together, at its end where that may be. */
	#schedule(defer: (flush: () => void) => void = setImmediate): void {
		if (this.#scheduled) return;
		this.#scheduled = true;
		defer(() => {
			this.#scheduled = false;
			if (!this.#dead) this.#response.cork(() => this.#flush());
		});
	}

	/** While the socket is full nothing more is given to it: uWebSockets.js would keep all of it, out of reach of the deadline. */
	#flush(): void {
		if (this.#congested) return;
		if (this.#head !== undefined) {
			this.#response.writeStatus(`${this.#head.status} ${STATUS_CODES[this.#head.status] ?? ""}`);
			for (const [name, value] of Object.entries(this.#head.headers)) this.#response.writeHeader(name, value);
			this.#head = undefined;
		}
		const [first] = this.#queue;
		const bytes = this.#queue.length === 1 && first !== undefined ? first : Buffer.concat(this.#queue);
		this.#queue = [];
		// After `end` the binary keeps what the socket does not take, out of reach; so the end of much waits until it is taken.
		if (this.#ending && (this.#isHead || bytes.length <= MAX_LAST_BYTES)) {
			this.#kill();
			if (!this.#isHead) this.#response.end(bytes, this.#closing);
			else if (this.#closing) this.#response.endWithoutBody(bytes.length, true);
			// Given a length, the binary takes the answer for unfinished, and hangs up on the next request.
			else this.#response.writeHeader("content-length", String(bytes.length)).endWithoutBody();
		} else if (bytes.length > 0 && !this.#response.write(bytes)) {
			this.#congested = true;
			this.#stall = setTimeout(() => this.#onStall(), this.#clientStallMs);
		} else if (this.#ending) {
			this.#schedule();
		}
	}
}
