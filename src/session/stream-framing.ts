import { type AnswerMode, type ApiName, skipsComments } from "../core/api.ts";
import { errorEvent } from "../core/error-envelope.ts";
import type { ErrorCode } from "../core/errors.ts";

/** What an answer's bytes are to HTTP, by the way it comes. */
const CONTENT_TYPES: Readonly<Record<AnswerMode, string>> = {
	stream: "text/event-stream",
	array: "application/json",
	body: "application/json",
};

/** Why the head of a good answer is not one to inspect; undefined: it is. */
export function answerFault(headers: Readonly<Record<string, string>>, mode: AnswerMode): ErrorCode | undefined {
	const encoding = headers["content-encoding"] ?? "identity";
	if (encoding.trim().toLowerCase() !== "identity") return "upstream_encoding";
	const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
	// An SDK that asked for the one and gets the other takes an empty answer for a complete one.
	return type === CONTENT_TYPES[mode] ? undefined : "upstream_content_type";
}

const KEEP_ALIVE = Buffer.from(": keep-alive\n\n");
const BLANK = Buffer.from("\n");

export function streamHeaders(mode: AnswerMode): Record<string, string> {
	return {
		"content-type": `${CONTENT_TYPES[mode]}; charset=utf-8`,
		"cache-control": "no-cache, no-transform",
		"x-accel-buffering": "no",
	};
}

/** What may be written between two events to show that the answer is alive; undefined where clients read nothing but events. */
export function keepAlive(mode: AnswerMode, api: ApiName): Uint8Array | undefined {
	if (mode === "array") return BLANK;
	return skipsComments(api) ? KEEP_ALIVE : undefined;
}

/** The last bytes of an answer that no lane can finish; `isBegun`: events have gone out. */
export function brokenEnd(mode: AnswerMode, api: ApiName, code: ErrorCode, isBegun: boolean): Uint8Array {
	const event = errorEvent(api, code);
	if (mode !== "array") return Buffer.from(event);
	const [, error] = /^data: (.*)/.exec(event) ?? [];
	return Buffer.from(`${isBegun ? ",\n" : "["}${error}]`);
}
