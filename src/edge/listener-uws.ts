import type { AppOptions, HttpRequest, HttpResponse, TemplatedApp, us_listen_socket } from "uWebSockets.js";
import { createRequire } from "node:module";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { ErrorCode } from "../core/errors.ts";
import { ArrivingBodies } from "./arriving-bodies.ts";
import { checkFraming, MAX_HEADER_BYTES } from "./framing-guard.ts";
import { LINGER_MS, type Listener, type ListenerOptions } from "./listener.ts";
import { OpenAnswers } from "./open-answers.ts";
import type { TlsMaterial } from "./tls.ts";
import { UwsDownstream, writeWhole } from "./uws-downstream.ts";

interface UwsModule {
	App(): TemplatedApp;
	SSLApp(options: AppOptions): TemplatedApp;
	/** `silent`: no header that names the server. */
	_cfg(key: "silent"): void;
	us_listen_socket_close(socket: us_listen_socket): void;
	us_socket_local_port(socket: us_listen_socket): number;
}

/** Upstream's binary as npm has it, then an older one for old systems; what else that package is would serve without its binary, in JavaScript. */
const BINARIES = ["uWebSockets.js", `uws-fallback/binaries/uws_${process.platform}_${process.arch}_${process.versions.modules}.node`];

let binary: UwsModule | undefined;

/** The binary that loads here. */
function loadBinary(): UwsModule | undefined {
	if (binary !== undefined) return binary;
	const require = createRequire(import.meta.url);
	// Read by the binary when it loads; its own default of 4096 bytes is too small for tokens and cookies.
	process.env["UWS_HTTP_MAX_HEADERS_SIZE"] ??= String(MAX_HEADER_BYTES);
	for (const name of BINARIES) {
		try {
			binary = require(name) as UwsModule;
			break;
		} catch {}
	}
	return binary;
}

/** Whether the binary loads on this machine. */
export function hasUws(): boolean {
	return loadBinary() !== undefined;
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
	readonly #bodies: ArrivingBodies;
	readonly #apps: TemplatedApp[] = [];
	/** Those that take connections; the binary does not bear one that is closed twice. */
	readonly #sockets = new Set<us_listen_socket>();
	#port: number;
	#isClosing = false;

	private constructor(uws: UwsModule, options: ListenerOptions) {
		this.#uws = uws;
		this.#options = options;
		this.#bodies = new ArrivingBodies(options.maxArrivingBytes);
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
		if (this.#isClosing) throw new Error("The listener is closing.");
		const before = [...this.#sockets];
		await this.#listen(material);
		// Connections that wait to be taken would be reset: a turn of the loop takes them, and from within one it may be half over.
		// One that comes between its end and the close still is.
		await nextTurn();
		await nextTurn();
		for (const socket of before) this.#stopListening(socket);
	}

	async close(): Promise<void> {
		this.#isClosing = true;
		await this.#answers.none(this.#options.clientStallMs);
		for (const socket of this.#sockets) this.#stopListening(socket);
		// The older binary has no such method; its connections end with their idle timeout, or the process.
		for (const app of this.#apps) app.close?.();
	}

	#stopListening(socket: us_listen_socket): void {
		if (this.#sockets.delete(socket)) this.#uws.us_listen_socket_close(socket);
	}

	#listen(tls: TlsMaterial | undefined): Promise<void> {
		const { host } = this.#options;
		const files = tls && { cert_file_name: tls.files.cert, key_file_name: tls.files.key };
		const app = files === undefined ? this.#uws.App() : this.#uws.SSLApp(files);
		this.#uws._cfg("silent");
		app.any("/*", (response, request) => receive(response, request, this.#options, this.#answers, this.#bodies));
		return new Promise((resolve, reject) => {
			app.listen(host, this.#port, (socket) => {
				if (!socket) return reject(new Error(`Cannot listen on ${host}:${this.#port}: is the port in use?`));
				this.#apps.push(app);
				this.#sockets.add(socket);
				this.#port = this.#uws.us_socket_local_port(socket);
				resolve();
			});
		});
	}
}

function receive(
	response: HttpResponse,
	request: HttpRequest,
	options: ListenerOptions,
	answers: OpenAnswers,
	bodies: ArrivingBodies,
): void {
	// As it came: `post` is no method (RFC 9110 §9.1), and only the older binary refuses it by itself.
	const method = request.getCaseSensitiveMethod();
	const isHead = method === "HEAD";
	const path = request.getUrl();
	const query = request.getQuery() ?? "";
	const lines: [string, string][] = [];
	request.forEach((name, value) => {
		lines.push([name, value]);
	});
	const remoteAddress = Buffer.from(response.getRemoteAddressAsText()).toString();
	const framing = checkFraming({ method, target: query === "" ? path : `${path}?${query}`, lines }, options.maxRequestSize);
	const isWaiting = lines.some(([name]) => name === "expect");
	const screened =
		framing.ok && !isWaiting ? options.screen?.({ method, path, query, headers: framing.headers, remoteAddress }) : undefined;
	// Within the callback: what the binary has then read and reads of the body is nobody's, and it drops it.
	if (screened !== undefined) return writeWhole(response, screened, isHead);
	const downstream = new UwsDownstream(response, isHead, options.clientStallMs, answers);
	const body = bodies.begin();
	let timeout: NodeJS.Timeout | undefined;
	const giveUp = (): void => {
		clearTimeout(timeout);
		body.drop();
	};
	const refuse = (code: ErrorCode): void => {
		giveUp();
		downstream.refuse(options.refusal(path, code, remoteAddress));
	};
	downstream.onAbort(giveUp);
	if (!framing.ok && framing.code === "request_too_large" && !isWaiting) {
		timeout = setTimeout(() => refuse("request_too_large"), LINGER_MS);
		response.onData((_chunk, isLast) => isLast && refuse("request_too_large"));
		return;
	}
	if (!framing.ok) return refuse(framing.code);
	timeout = setTimeout(() => refuse("request_timeout"), options.requestTimeoutMs);
	response.onData((chunk, isLast) => {
		if (!downstream.isOpen) return;
		if (!body.append(Buffer.from(chunk.slice(0)))) return refuse("overloaded");
		if (!isLast) return;
		clearTimeout(timeout);
		const request = { method, path, query, headers: framing.headers, remoteAddress, body: body.take() };
		const late = isWaiting ? options.screen?.(request) : undefined;
		if (late === undefined) options.handler(request, downstream);
		else downstream.answer(late);
	});
}
