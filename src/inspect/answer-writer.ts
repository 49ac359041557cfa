import type { StreamFormat, StreamMemory } from "../providers/provider.ts";
import type { ChannelSet } from "./channel-set.ts";
import type { PlainRepeat } from "./event-reader.ts";
import type { FindingTally } from "./finding-tally.ts";
import { decodeUtf8 } from "./pieces.ts";
import { composeEntry, type Entry } from "./stream-entry.ts";
import { keepWritten, type TranscriptKeeper } from "./transcript.ts";

/** Writes the events of one answer whose texts are decided, and what channels still hold where they end. */
export class AnswerWriter {
	readonly #format: StreamFormat;
	readonly #memory: StreamMemory;
	readonly #channels: ChannelSet;
	/** Absent where the format's end does not repeat what went out. */
	readonly #transcript: TranscriptKeeper | undefined;
	readonly #tally: FindingTally;
	/** What was noted last: events that repeat one another say it again. */
	#noted: unknown;

	/** `tally`: for what is found in the writing. */
	constructor(
		format: StreamFormat,
		memory: StreamMemory,
		channels: ChannelSet,
		transcript: TranscriptKeeper | undefined,
		tally: FindingTally,
	) {
		this.#tally = tally;
		this.#format = format;
		this.#memory = memory;
		this.#channels = channels;
		this.#transcript = transcript;
	}

	/** Whether all events have to be numbered anew. */
	get renumbers(): boolean {
		return this.#format.repeats?.counters?.areShifted(this.#memory) === true;
	}

	/** Whether an event that repeats the one before could go out as it came. */
	passes({ reading, note }: PlainRepeat): boolean {
		if (this.renumbers) return false;
		if (note !== reading.note || note === undefined) return true;
		return note === this.#noted && (this.#format.renumber?.(this.#memory, note) ?? []).length === 0;
	}

	/** Takes note of one that does, but for its text where that is another. */
	passed({ note, channel, text }: PlainRepeat, other: string | undefined): void {
		if (note !== this.#noted) {
			this.#format.note(this.#memory, note);
			this.#format.renumber?.(this.#memory, note);
			this.#noted = note;
		}
		this.#transcript?.append(channel, other ?? decodeUtf8(text));
	}

	/** Of an entry with a cut, what may still go out. */
	write(entry: Entry): string {
		const { note, pauses } = entry.reading;
		this.#channels.forgetEnded();
		if (note !== undefined && note !== this.#noted) this.#format.note(this.#memory, note);
		this.#noted = note;
		const held = entry.held === "" ? "" : this.say(pauses as string, entry.held);
		// A copy in the event may be cut; the text that it repeats ends all the same, and its finding is the one that counts.
		const before = held + (this.#channels.isCut ? "" : this.#flushFinished(entry));
		this.#countFirst(entry);
		if (entry.isCut) return before + this.#composeCut(entry);
		this.#repeatJoined(entry);
		const edits = note === undefined ? undefined : this.#format.renumber?.(this.#memory, note);
		const written = composeEntry(entry, (prefix) => this.#channels.isAltered(prefix), edits ?? []);
		if (this.#transcript !== undefined) keepWritten(this.#transcript, this.#format, entry, written.data);
		return before + written.sse;
	}

	/** A copy of what did not come before is the text itself, and counts; the copies of it do not. */
	#countFirst({ copied = [] }: Entry): void {
		const transcript = this.#transcript;
		if (transcript === undefined) return;
		const isFirst = (channel: string): boolean =>
			channel !== "" && [channel, `counted ${channel}`].every((key) => transcript.get(key) === undefined);
		const first = copied.filter(([channel]) => isFirst(channel));
		for (const [channel, findings] of first) this.#tally.add(findings, channel);
		for (const [channel] of first) transcript.set(`counted ${channel}`, "");
	}

	/** A copy of a text that was inspected together with another one, or as a part, says what went out. */
	#repeatJoined({ reading, texts }: Entry): void {
		if (this.#transcript === undefined) return;
		for (const [i, { kind, channel, text }] of reading.places.entries()) {
			const key = `joined ${channel}`;
			const isJoined = this.#transcript.get(key) !== undefined;
			if (kind === "delta" && !isJoined && this.#channels.isContinued(channel)) this.#transcript.set(key, "");
			if (kind !== "copy" || !isJoined) continue;
			const said = this.#transcript.get(channel) ?? "";
			texts[i] = said === text ? undefined : said;
		}
	}

	/** Text in an event of its own. */
	say(channel: string, text: string, unsent?: unknown): string {
		this.#transcript?.append(channel, text);
		return this.#format.textEvent(channel, text, this.#memory, unsent);
	}

	/** What a finishing channel still held: joined to its text in this event, or an event of its own before it. */
	#flushFinished(entry: Entry): string {
		const { finished, places, calls = [] } = entry.reading;
		const whole = new Set(calls.filter((name) => this.#channels.isWhole(name)));
		let before = "";
		for (const name of [...this.#channels.names(finished), ...whole]) {
			const rest = this.#channels.finish(name, whole.has(name) ? name : undefined);
			entry.isCut ||= this.#channels.isCut;
			if (this.#channels.isAltered(name)) this.#transcript?.set(`joined ${name}`, "");
			if (rest === "") continue;
			const i = places.findLastIndex((place) => place.kind === "delta" && place.channel === name && place.text !== "");
			if (i < 0) before += this.say(name, rest);
			else entry.texts[i] = (entry.texts[i] ?? places[i]?.text ?? "") + rest;
		}
		return before;
	}

	/** Of an event with a cut only the growing text that may still go out: never its finish reason. */
	#composeCut({ reading, texts }: Entry): string {
		return reading.places
			.map((place, i) => [place, texts[i] ?? place.text] as const)
			.filter(([place, text]) => place.kind === "delta" && text !== "")
			.map(([place, text]) => this.say(place.channel, text, reading.note))
			.join("");
	}

	/** Ends the arguments of open calls so that nobody makes the calls. */
	breakArguments(): string {
		const { jsonBreak } = this.#format;
		return jsonBreak === undefined
			? ""
			: this.#channels
					.argumentNames()
					.map((name) => this.say(name, jsonBreak))
					.join("");
	}

	/** Ends the channels with these prefixes outside any event. Stops at a cut. `mayGoOn`: against what is expected. */
	finish(prefixes: readonly string[], mayGoOn = false): string {
		let out = "";
		for (const name of this.#channels.names(prefixes)) {
			const rest = this.#channels.finish(name, mayGoOn ? name : undefined);
			if (rest !== "") out += this.say(name, rest);
			if (this.#channels.isCut) break;
		}
		return out;
	}
}
