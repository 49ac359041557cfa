/** A transcript as text: plain, or with times as SubRip or WebVTT subtitles. */
export type TranscriptFormat = "text" | "srt" | "vtt";
