import type { HttpResponse, TemplatedApp } from "uWebSockets.js";
import { createRequire } from "node:module";
import { MessageChannel, Worker } from "node:worker_threads";
import { Agent } from "undici";

/**
 * The least that a proxy of this shape does: uWebSockets.js in front, undici behind and, with `hop`, a worker thread that
 * gives every chunk back as it came. Nothing is read, checked, kept or counted. What ours costs beyond it is our own code.
 */
type Piece = readonly [id: number, bytes: Uint8Array | null];

const ECHO = `const { workerData: port } = require("node:worker_threads"); port.on("message", (pieces) => port.postMessage(pieces));`;

serve(Number(process.argv[2]), Number(process.argv[3]), process.argv[4] === "hop");

function serve(port: number, upstreamPort: number, hasHop: boolean): void {
	const open = new Map<number, HttpResponse>();
	const write = ([id, bytes]: Piece): void => {
		const response = open.get(id);
		if (bytes === null) open.delete(id);
		response?.cork(() => void (bytes === null ? response.end() : response.write(bytes)));
	};
	const give = hasHop ? overWorker(write) : write;
	const agent = new Agent({ pipelining: 1, connections: null });
	let next = 0;
	load()
		.any("/*", (response, request) => {
			const id = next++;
			const path = request.getUrl();
			if (request.getMethod() === "get") return void response.end("up");
			const body: Buffer[] = [];
			open.set(id, response);
			response.onAborted(() => open.delete(id));
			response.onData((chunk, isLast) => {
				body.push(Buffer.from(chunk.slice(0)));
				if (!isLast) return;
				agent.dispatch(
					{
						origin: `http://127.0.0.1:${upstreamPort}`,
						path,
						method: "POST",
						headers: { "content-type": "application/json" },
						body: Buffer.concat(body),
					},
					{
						onRequestStart: () => undefined,
						onResponseStart: () => void open.get(id)?.cork(() => open.get(id)?.writeHeader("content-type", "text/event-stream")),
						onResponseData: (_controller, chunk) => give([id, chunk]),
						onResponseEnd: () => give([id, null]),
						onResponseError: () => give([id, null]),
					},
				);
			});
		})
		.listen("127.0.0.1", port, () => undefined);
}

/** One message for each turn of the event loop. */
function overWorker(write: (piece: Piece) => void): (piece: Piece) => void {
	const { port1, port2 } = new MessageChannel();
	new Worker(ECHO, { eval: true, workerData: port2, transferList: [port2] });
	port1.on("message", (pieces: readonly Piece[]) => pieces.forEach(write));
	let queue: Piece[] = [];
	return (piece) => {
		if (queue.push(piece) > 1) return;
		setImmediate(() => {
			port1.postMessage(queue);
			queue = [];
		});
	};
}

function load(): TemplatedApp {
	const require = createRequire(import.meta.url);
	for (const name of ["uWebSockets.js", "uws-fallback"]) {
		try {
			return (require(name) as { App(): TemplatedApp }).App();
		} catch {}
	}
	throw new Error("No uWebSockets.js binary loads here.");
}
