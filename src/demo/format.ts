/** A request of a client, read as far as the demo needs it. */
export interface DemoRequest {
	/** With query. */
	readonly url: URL;
	readonly body: Readonly<Record<string, unknown>>;
}

/** What the demo says, and what is said about it. */
export interface DemoAnswer {
	readonly text: string;
	/** The text as it is streamed. */
	readonly deltas: readonly string[];
	/** Of this answer; no vendor's. */
	readonly id: string;
	/** Seconds since 1970. */
	readonly created: number;
	readonly inputTokens: number;
	readonly outputTokens: number;
}

/** One API of one vendor, as far as a scripted answer goes. */
export interface DemoFormat {
	/** Path of its requests. */
	readonly path: RegExp;
	/** What the last message asks, as JSON or text. */
	question(request: DemoRequest): string;
	/** The whole answer. */
	whole(answer: DemoAnswer, request: DemoRequest): object;
	/** Present when the request wants a stream: its pieces, in SSE or as they are. */
	stream?(answer: DemoAnswer, request: DemoRequest): DemoStream | undefined;
}

export interface DemoStream {
	readonly contentType: string;
	readonly pieces: readonly string[];
}

export const SSE = "text/event-stream";

export function sse(data: object, name?: string): string {
	return `${name === undefined ? "" : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** The last element of a list that `isWanted`, as JSON; a string stays as it is. */
export function lastOf(list: unknown, isWanted: (element: Readonly<Record<string, unknown>>) => boolean): string {
	if (typeof list === "string") return list;
	const objects = Array.isArray(list) ? list.filter((element) => typeof element === "object" && element !== null) : [];
	return JSON.stringify(objects.findLast(isWanted) ?? "");
}
