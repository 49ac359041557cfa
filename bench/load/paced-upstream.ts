/**
 * Process: a model that answers on a schedule and never waits for its reader (open loop), so a slow proxy cannot slow the
 * schedule down and hide its own delay (coordinated omission). Notes when each event was really given to the socket.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { deltaEvent, deltasOf, LAST_EVENTS, streamOf, type Workload } from "../fixtures/workload.ts";
import { clockUs, type FromUpstream, type ToUpstream } from "./messages.ts";

/** Events of one write where the reader sets the pace. */
const FLOOD_EVENTS = 8;

interface Flow {
	readonly response: ServerResponse;
	readonly deltas: readonly string[];
	readonly sends: Float64Array;
	/** ms on the tick clock at which delta 0 was due. */
	readonly startMs: number;
	next: number;
}

let workload: Workload;
let deltas: (stream: number) => readonly string[];
let sends = new Map<number, Float64Array>();
let lateness: number[] = [];
/** Flows by the millisecond in which they have something to send. */
let wheel = new Map<number, Flow[]>();
const floods = new Map<readonly string[], Buffer[]>();

const nowMs = (): number => Math.floor(clockUs() / 1000);
let lastTick = nowMs();

function tick(): void {
	const now = nowMs();
	for (; lastTick < now; lastTick++) {
		const due = wheel.get(lastTick);
		if (due === undefined) continue;
		wheel.delete(lastTick);
		for (const flow of due) emit(flow, lastTick);
	}
	setTimeout(tick, 1);
}

function emit(flow: Flow, dueMs: number): void {
	if (flow.response.destroyed) return;
	const index = flow.next++;
	flow.sends[index] = clockUs();
	lateness.push((flow.sends[index] as number) - dueMs * 1000);
	flow.response.write(deltaEvent(flow.deltas[index] as string, workload.place, index === 0));
	if (flow.next === flow.deltas.length) flow.response.end(LAST_EVENTS);
	else schedule(flow);
}

function schedule(flow: Flow): void {
	const dueMs = Math.max(lastTick + 1, Math.round(flow.startMs + (flow.next * 1000) / workload.rate));
	const list = wheel.get(dueMs);
	if (list === undefined) wheel.set(dueMs, [flow]);
	else list.push(flow);
}

function flood(response: ServerResponse, of: readonly string[]): void {
	const known = floods.get(of) ?? batchesOf(of);
	floods.set(of, known);
	let next = 0;
	const pump = (): void => {
		while (next < known.length) if (!response.write(known[next++])) return void response.once("drain", pump);
		response.end(LAST_EVENTS);
	};
	pump();
}

function batchesOf(of: readonly string[]): Buffer[] {
	const events = of.map((delta, i) => deltaEvent(delta, workload.place, i === 0));
	const count = Math.ceil(events.length / FLOOD_EVENTS);
	return Array.from({ length: count }, (_, i) => Buffer.from(events.slice(i * FLOOD_EVENTS, (i + 1) * FLOOD_EVENTS).join("")));
}

function answer(response: ServerResponse, stream: number): void {
	response.writeHead(200, { "content-type": "text/event-stream" });
	const own = deltas(stream);
	if (workload.rate === 0) return flood(response, own);
	const flow: Flow = { response, deltas: own, sends: new Float64Array(own.length), startMs: nowMs(), next: 0 };
	sends.set(stream, flow.sends);
	emit(flow, flow.startMs);
}

const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
	// Proxies that are only asked whether they are up may pass that on.
	if (request.method !== "POST") return void response.writeHead(404).end();
	let body = "";
	request.setEncoding("utf8");
	for await (const chunk of request) body += chunk;
	response.socket?.setNoDelay(true);
	response.on("error", () => undefined);
	const stream = streamOf(body);
	if (workload.networkMs === 0) answer(response, stream);
	else setTimeout(() => answer(response, stream), workload.networkMs);
});
server.keepAliveTimeout = 60_000;
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => say({ kind: "ready", port: (server.address() as AddressInfo).port }));
tick();

function say(message: FromUpstream): void {
	process.send?.(message);
}

process.on("message", (message: ToUpstream) => {
	if (message.kind === "sends") return say({ kind: "sends", sends, lateness: Float64Array.from(lateness) });
	workload = message.workload;
	deltas = deltasOf(workload);
	sends = new Map();
	lateness = [];
	wheel = new Map();
	floods.clear();
	say({ kind: "prepared" });
});
process.on("disconnect", () => process.exit(0));
