import type { TranscriptFormat } from "../core/transcript-format.ts";
import { type JsonObject, objectsOf } from "./json-object.ts";

/** The JSON that holds what a text of the format says. */
export const JSON_FOR: Readonly<Record<TranscriptFormat, string>> = { text: "json", srt: "verbose_json", vtt: "verbose_json" };

export function isTranscriptFormat(value: unknown): value is TranscriptFormat {
	return typeof value === "string" && Object.hasOwn(JSON_FOR, value);
}

/** A transcript in JSON as the text that Whisper writes (github.com/openai/whisper, utils.py). Undefined where it has no text, or no times. */
export function transcriptText({ text, segments }: JsonObject, format: TranscriptFormat): string | undefined {
	if (format === "text") return typeof text === "string" ? `${text}\n` : undefined;
	if (!Array.isArray(segments)) return undefined;
	const mark = format === "srt" ? "," : ".";
	const cues = objectsOf(segments)
		.filter((segment) => wordsOf(segment) !== "")
		.map((segment) => `${timeOf(segment["start"], mark)} --> ${timeOf(segment["end"], mark)}\n${wordsOf(segment)}\n\n`);
	return format === "srt" ? cues.map((cue, i) => `${i + 1}\n${cue}`).join("") : `WEBVTT\n\n${cues.join("")}`;
}

/** On one line, without what would be read as the times of a cue. */
function wordsOf({ text }: JsonObject): string {
	return typeof text === "string"
		? text
				.trim()
				.replace(/\s*\n\s*/g, " ")
				.replaceAll("-->", "->")
		: "";
}

/** Seconds as `00:00:01,500`. */
function timeOf(seconds: unknown, mark: "," | "."): string {
	const ms = Math.round(Math.max(0, Number(seconds) || 0) * 1000);
	const digits = (value: number, count = 2): string => String(Math.floor(value)).padStart(count, "0");
	return `${digits(ms / 3_600_000)}:${digits((ms / 60_000) % 60)}:${digits((ms / 1000) % 60)}${mark}${digits(ms % 1000, 3)}`;
}
