/**
 * Where the text stands in one vendor's format. Pure functions over decoded JSON text; no I/O, no state beyond the
 * object made by `createStream`.
 */

/** One JSON string value. `from`/`to` are UTF-16 indices of the literal in the JSON text, quotes included. */
export interface Place {
	/** Texts with the same channel are parts of one text: `0:content` = choice 0, content. */
	readonly channel: string;
	readonly from: number;
	readonly to: number;
	/** Decoded value (may hold lone surrogates). */
	readonly text: string;
}

export type EventReading =
	| {
			readonly kind: "data";
			readonly places: readonly Place[];
			/** Channels that end with this event (finish_reason seen): flushed before the event goes out. */
			readonly finished: readonly string[];
			/** Choices this event belongs to and those it finishes; noted in the memory when the event is written, not when it is read. */
			readonly choices: readonly number[];
			readonly finishedChoices: readonly number[];
			/** True when nothing but channel text is in the event, so it may be dropped while its text is held. */
			readonly droppable: boolean;
	  }
	/** The vendor's end marker (`[DONE]`). */
	| { readonly kind: "done" }
	/** Must not pass: text on a place not inspected, invalid JSON, … `code` is an error code of the catalogue. */
	| { readonly kind: "fault"; readonly code: string };

/** Per-answer knowledge that survives a move to another lane. Plain data. */
export interface StreamMemory {
	/** id, model, created, … of the stream, to make events of the same shape. JSON text members. */
	head: Record<string, unknown>;
	/** Choices seen and not yet finished. */
	open: number[];
	/** Choices seen and finished. */
	closed: number[];
}

/** One streamed vendor format. */
export interface StreamFormat {
	newMemory(): StreamMemory;
	/** Reads the `data` of one SSE event; updates only the head in `memory`. */
	read(data: string, eventName: string | undefined, memory: StreamMemory): EventReading;
	/** An SSE block (with blank line) that carries `text` on `channel`. */
	textEvent(channel: string, text: string, memory: StreamMemory): string;
	/** The protocol-correct end of a cut answer: finish events for every open choice and the end marker. */
	cut(memory: StreamMemory): string;
	/** True when the answer is complete although the end marker is missing. */
	isComplete(memory: StreamMemory): boolean;
	/** The end marker. */
	done(): string;
	/** An error event for a fault after the head was sent. */
	fault(code: string, message: string): string;
}

/** One whole JSON body. */
export type BodyReading =
	| { readonly kind: "data"; readonly places: readonly Place[] }
	| { readonly kind: "fault"; readonly code: string };

export interface Provider {
	readonly stream: StreamFormat;
	/** Non-streamed answer. Each place is a whole text. */
	readBody(json: string): BodyReading;
	/** Rewrites a non-streamed answer that is cut: finish reasons of the choices become the vendor's word for it. */
	cutBody(json: string): string;
	/** All text of a request. */
	readRequest(json: string): RequestReading;
}

export type RequestReading =
	| { readonly kind: "data"; readonly places: readonly Place[]; readonly model: string; readonly stream: boolean }
	/** Refused with 400: `param` names the field, `message` the remedy. */
	| { readonly kind: "invalid"; readonly message: string; readonly param: string | null };
