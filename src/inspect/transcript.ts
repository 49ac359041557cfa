import type { StreamFormat, Transcript } from "../providers/provider.ts";
import type { Entry } from "./stream-entry.ts";

/** One thing that was kept. Without `isMore` it replaces what the key had. */
export type TranscriptEntry = readonly [key: string, value: string, isMore: boolean];

const NO_NEWS = {};

/**
 * What went out of an answer, for formats whose end repeats it. The state of an answer moves to another lane with every
 * step, so the transcript is not part of it: only what is new is handed over, once.
 */
export class TranscriptKeeper implements Transcript {
	readonly #values = new Map<string, string>();
	#news: [key: string, value: string, isMore: boolean][] = [];

	constructor(journal: readonly TranscriptEntry[] = []) {
		for (const [key, value, isMore] of journal) this.#values.set(key, isMore ? (this.#values.get(key) ?? "") + value : value);
	}

	get(key: string): string | undefined {
		return this.#values.get(key);
	}

	keys(): Iterable<string> {
		return this.#values.keys();
	}

	set(key: string, value: string): void {
		this.#values.set(key, value);
		this.#news.push([key, value, false]);
	}

	append(key: string, text: string): void {
		this.#values.set(key, (this.#values.get(key) ?? "") + text);
		const last = this.#news.at(-1);
		if (last?.[2] === true && last[0] === key) last[1] += text;
		else this.#news.push([key, text, true]);
	}

	/** What was kept since the last call, if anything. */
	takeNews(): { readonly kept?: readonly TranscriptEntry[] } {
		const kept = this.#news;
		if (kept.length === 0) return NO_NEWS;
		this.#news = [];
		return { kept };
	}
}

/** Keeps what was written of an entry. */
export function keepWritten(transcript: TranscriptKeeper, format: StreamFormat, { reading, texts }: Entry, data: string): void {
	for (const [i, { kind, channel, text }] of reading.places.entries()) {
		const said = texts[i] ?? text;
		if (kind === "delta" && text + said !== "") transcript.append(channel, said);
	}
	if (reading.isKept) for (const [key, value] of format.keep?.(data) ?? []) transcript.set(key, value);
}
