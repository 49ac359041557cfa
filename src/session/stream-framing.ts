import { type AnswerMode, type ApiName, skipsComments } from "../core/api.ts";
import { errorEvent } from "../core/error-envelope.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { TranscriptFormat } from "../core/transcript-format.ts";

/** What an answer's bytes are to HTTP, by the way it comes. */
const CONTENT_TYPES: Readonly<Record<AnswerMode, RegExp>> = {
	stream: /^text\/event-stream$/,
	array: /^application\/json$/,
	body: /^application\/json$/,
	sound: /^audio\/[\w.+-]{1,64}$/,
};

/** How an answer comes: as it was asked for, but a transcript whole where the model does not stream (`whisper-1` ignores `stream`). */
export function modeGiven(asked: AnswerMode, api: ApiName, headers: Readonly<Record<string, string>>): AnswerMode {
	return api === "openai-transcription" && asked === "stream" && CONTENT_TYPES.body.test(mediaType(headers)) ? "body" : asked;
}

/** Why the head of a good answer is not one to inspect; undefined: it is. */
export function answerFault(headers: Readonly<Record<string, string>>, mode: AnswerMode): ErrorCode | undefined {
	const encoding = headers["content-encoding"] ?? "identity";
	if (encoding.trim().toLowerCase() !== "identity") return "upstream_encoding";
	// An SDK that asked for the one and gets the other takes an empty answer for a complete one.
	return CONTENT_TYPES[mode].test(mediaType(headers)) ? undefined : "upstream_content_type";
}

function mediaType(headers: Readonly<Record<string, string>>): string {
	return (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

/** Players of bare samples need the rate and the channels. */
const SOUND = /^audio\/[\w.+-]{1,64}(?:; ?[a-z]{1,16}=[\w.-]{1,32}){0,4}$/i;

const KEEP_ALIVE = Buffer.from(": keep-alive\n\n");
const BLANK = Buffer.from("\n");

/** What the head of a good answer says of it; `upstream`: the head that it came with; `transcriptAs`: a text in the place of JSON. */
export function answerHeaders(
	mode: AnswerMode,
	upstream: Readonly<Record<string, string>>,
	transcriptAs?: TranscriptFormat,
): Record<string, string> {
	if (mode === "body") return { "content-type": transcriptAs === undefined ? "application/json" : "text/plain; charset=utf-8" };
	if (mode === "sound") {
		const type = upstream["content-type"] ?? "";
		return { "content-type": SOUND.test(type) ? type : mediaType(upstream) };
	}
	return {
		"content-type": `${mode === "stream" ? "text/event-stream" : "application/json"}; charset=utf-8`,
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
