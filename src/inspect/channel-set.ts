import type { AnswerUsage, HoldFacts } from "../core/answer-usage.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { CutCause, EventData, Place } from "../providers/provider.ts";
import { continuing } from "../scanner/continued-scanner.ts";
import type { ScannerState } from "../scanner/scanner-state.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import type { Finding } from "../verdict/finding.ts";
import { Channel } from "./channel.ts";
import type { ChannelState, ChannelStep } from "./channel-state.ts";
import type { TextStyle } from "./conversation.ts";
import type { PlainRepeat } from "./event-reader.ts";
import { cutCauseOf } from "./finding-counts.ts";
import { HoldMeter } from "./hold-meter.ts";
import { deltaRuns, type Entry, fillSlot } from "./stream-entry.ts";

/** Plain data. */
export interface ChannelSetState {
	readonly open: readonly (readonly [name: string, state: ChannelState])[];
	/** By the text that may go on: where the scan of it stands. */
	readonly left: readonly (readonly [text: string, state: ScannerState])[];
	/** Channels that must not grow any more: they ended, or the next part of their text has begun. */
	readonly ended: readonly string[];
}

/** Texts of one answer that are remembered as ended; no vendor has more. */
const MAX_ENDED = 4096;

/** The open texts of one streamed answer. */
export class ChannelSet {
	readonly #program: ScannerProgram;
	readonly #style: TextStyle;
	readonly #maxChannels: number;
	readonly #onFindings: (findings: readonly Finding[], channel: string) => void;
	readonly #continuationOf: (channel: string) => string | undefined;
	readonly #isAsked: (channel: string) => boolean;
	readonly #channels = new Map<string, Channel>();
	readonly #left: Map<string, ScannerState>;
	readonly #ended: Set<string>;
	/** Channels that ended since `forgetEnded`, with other text than the original. */
	#endedAltered: string[] = [];
	#units: number;
	readonly #hold: HoldMeter;

	/** `onFindings` gets the findings of a channel when it ends, or when they are taken before. */
	constructor(options: {
		readonly program: ScannerProgram;
		readonly style: TextStyle;
		/** Texts open at the same time. */
		readonly maxChannels: number;
		readonly onFindings: (findings: readonly Finding[], channel: string) => void;
		/** The text that a channel is a part of, where other channels may be other parts of it. */
		readonly continuationOf: (channel: string) => string | undefined;
		/** Whether the request asked for the text. */
		readonly isAsked: (channel: string) => boolean;
		readonly state: ChannelSetState | undefined;
		/** Of the text before it. */
		readonly usage: Pick<AnswerUsage, "units" | "hold">;
	}) {
		this.#program = options.program;
		this.#style = options.style;
		this.#maxChannels = options.maxChannels;
		this.#onFindings = options.onFindings;
		this.#units = options.usage.units;
		this.#hold = new HoldMeter(options.usage.hold);
		this.#continuationOf = options.continuationOf;
		this.#isAsked = options.isAsked;
		this.#left = new Map(options.state?.left);
		this.#ended = new Set(options.state?.ended);
		for (const [name, state] of options.state?.open ?? []) {
			const source = state.json === undefined ? "text" : state.json.isMixed ? "answer" : "json";
			this.#channels.set(name, new Channel(this.#program, this.#style, source, state));
		}
	}

	/** UTF-16 units of all text that was scanned. */
	get units(): number {
		return this.#units;
	}

	get hold(): HoldFacts {
		return this.#hold.facts;
	}

	/** Opens the channels of the deltas. Answers the fault, if one cannot be opened. */
	open(places: readonly Place[]): ErrorCode | undefined {
		for (const place of places) {
			const fault = place.kind === "delta" && place.text !== "" ? this.#open(place) : undefined;
			if (fault !== undefined) return fault;
		}
		return undefined;
	}

	/** An open channel that is a part of the same text: it may still grow when the next one begins. */
	#besides(channel: string): readonly [name: string, channel: Channel] | undefined {
		const whole = this.#continuationOf(channel);
		return whole === undefined ? undefined : [...this.#channels].findLast(([name]) => this.#continuationOf(name) === whole);
	}

	/** Whether one of the deltas begins a part beside another of its text: what came of that must be scanned before. */
	begins(places: readonly Place[]): boolean {
		return places.some(({ kind, channel }) => kind === "delta" && !this.#channels.has(channel) && this.#besides(channel) !== undefined);
	}

	#open({ channel, source }: Place): ErrorCode | undefined {
		// Some readers join it to what went out of this channel, others to what went out last.
		if (this.#ended.has(channel) || !this.#isAsked(channel)) return "upstream_invalid_event";
		if (this.#channels.has(channel)) return undefined;
		if (this.#channels.size + this.#left.size >= this.#maxChannels || this.#ended.size >= MAX_ENDED) return "too_many_channels";
		const whole = this.#continuationOf(channel) ?? channel;
		const [part, beside] = this.#besides(channel) ?? [];
		if (part !== undefined) this.#ended.add(part);
		const before = beside === undefined ? this.#left.get(whole) : continuing(beside.scanner.snapshot());
		this.#channels.set(channel, new Channel(this.#program, this.#style, source, undefined, before));
		this.#left.delete(whole);
		return undefined;
	}

	/** Takes the text of an event in. Answers as `Channel.writePlain`; undefined: `scan` its entry next. */
	writePlain({ channel: name, text, units, reading }: PlainRepeat): string | true | undefined {
		const channel = this.#channels.get(name);
		if (channel === undefined || (this.#channels.size > 1 && this.before(reading).length > 0)) return undefined;
		const out = channel.writePlain(text);
		if (out === undefined) return undefined;
		this.#units += units;
		if (out === true) this.#hold.passed(text.length);
		else this.#hold.came(channel.scanner.end - text.length, channel.scanner.end, channel.scanner.taken);
		return out;
	}

	/**
	 * Scans the deltas of the entries in their order, up to the first cut, and puts the texts in their places. `ending`: the
	 * channel whose text ends with them.
	 */
	scan(entries: readonly Entry[], ending?: string): void {
		const runs = deltaRuns(entries);
		const last = ending === undefined ? undefined : runs.findLast(({ channel }) => channel === ending);
		for (const [r, run] of runs.entries()) {
			const { channel, slots } = run;
			const deltas = slots.map((slot) => slot.text);
			for (const { length } of deltas) this.#units += length;
			const open = this.#channels.get(channel);
			const result = open && this.#write(channel, open, deltas, run === last);
			for (const [k, slot] of slots.entries()) fillSlot(slot, result === undefined ? "" : result.texts[k]);
			const cutSlot = slots[result?.cutAt ?? -1];
			if (cutSlot === undefined) continue;
			cutSlot.entry.isCut = true;
			cutSlot.entry.cutAt = cutSlot.i;
			// Texts of other channels in the same event were not scanned, so nothing of them may go out with its rest.
			for (const later of runs.slice(r + 1).flatMap((next) => next.slots)) fillSlot(later, "");
			return;
		}
	}

	#write(name: string, channel: Channel, deltas: readonly string[], isLast: boolean): ChannelStep {
		const { scanner } = channel;
		const from = channel.end;
		if (isLast) this.#leave(name, () => channel.behind(deltas));
		const step = isLast ? channel.writeLast(deltas) : channel.write(deltas);
		if (!scanner.isCut) this.#hold.came(from, scanner.end, scanner.taken);
		return step;
	}

	/** Open channels that begin with one of the prefixes. */
	names(prefixes: readonly string[]): string[] {
		if (prefixes.length === 0) return [];
		return [...this.#channels.keys()].filter((name) => prefixes.some((prefix) => name.startsWith(prefix)));
	}

	/** Open channels whose text must go out before the event; those that it goes on with do not count. */
	before({ places, pauses, follows = pauses === undefined ? [] : [pauses] }: EventData): string[] {
		return this.names(follows).filter((name) => !places.some(({ kind, channel }) => kind === "delta" && channel === name));
	}

	/** Keeps where a text stands that may go on after this channel, its part, has ended. Only the text itself goes on under its name. */
	#leave(name: string, state: () => ScannerState, text = this.#continuationOf(name)): void {
		if (text !== name) this.#ended.add(name);
		if (text !== undefined && !this.#left.has(text)) this.#left.set(text, continuing(state()));
	}

	/** Ends a channel; the rest of its text that may go out. `text`: it may go on, and in which text. */
	finish(name: string, text?: string): string {
		const channel = this.#channels.get(name);
		if (channel === undefined) return "";
		this.#leave(name, () => channel.scanner.snapshot(), text);
		const rest = channel.finish();
		if (channel.scanner.isCut) return rest;
		this.#onFindings(channel.scanner.takeFindings(), name);
		if (channel.isAltered) this.#endedAltered.push(name);
		channel.close();
		this.#channels.delete(name);
		return rest;
	}

	forgetEnded(): void {
		this.#endedAltered = [];
	}

	/** Whether a channel with the prefix gave out other text than the original. */
	isAltered(prefix: string): boolean {
		return (
			this.#endedAltered.some((name) => name.startsWith(prefix)) ||
			[...this.#channels].some(([name, channel]) => name.startsWith(prefix) && channel.isAltered)
		);
	}

	/** Whether text of the channel came and did not go out yet. */
	isHolding(name: string): boolean {
		return this.#channels.get(name)?.isHolding === true;
	}

	/** Whether the channel goes on with a text that ended before it. */
	isContinued(name: string): boolean {
		return this.#channels.get(name)?.isContinued === true;
	}

	/** Whether the channel's JSON is complete. */
	isWhole(name: string): boolean {
		return this.#channels.get(name)?.isWhole === true;
	}

	/** Whether `after` would decide all that the channel holds and `before`, which comes first. Changes nothing. */
	decides(name: string, before: string, after: string): boolean {
		return this.#channels.get(name)?.decides(before, after) ?? true;
	}

	/** Open channels with the arguments of a call. One that opened behind a cut in the same piece of the answer has none. */
	argumentNames(): string[] {
		return [...this.#channels].flatMap(([name, channel]) => (channel.isArguments ? [name] : []));
	}

	/** A cut took effect in one of them. */
	get isCut(): boolean {
		return this.cutCause !== undefined;
	}

	/** Why, if one did. */
	get cutCause(): CutCause | undefined {
		for (const { scanner } of this.#channels.values()) if (scanner.isCut) return cutCauseOf(scanner.findings);
		return undefined;
	}

	/** Hands over the findings of the open channels since the last call. */
	takeFindings(): void {
		for (const [name, channel] of this.#channels) this.#onFindings(channel.scanner.takeFindings(), name);
	}

	state(): ChannelSetState {
		return {
			open: [...this.#channels].map(([name, channel]) => [name, channel.state()] as const),
			left: [...this.#left],
			ended: [...this.#ended],
		};
	}

	close(): void {
		for (const channel of this.#channels.values()) channel.close();
		this.#channels.clear();
	}
}
