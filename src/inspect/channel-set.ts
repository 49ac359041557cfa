import type { AnswerUsage, HoldFacts } from "../core/answer-usage.ts";
import type { CutCause, Place } from "../providers/provider.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import type { Finding } from "../verdict/finding.ts";

import { Channel, type ChannelState, type ChannelStep } from "./channel.ts";
import type { TextStyle } from "./conversation.ts";
import { cutCauseOf } from "./finding-counts.ts";
import { HoldMeter } from "./hold-meter.ts";
import { deltaRuns, type Entry, fillSlot } from "./stream-entry.ts";

/** Plain data. */
export type ChannelSetState = readonly (readonly [name: string, state: ChannelState])[];

/** The open texts of one streamed answer. */
export class ChannelSet {
	readonly #program: ScannerProgram;
	readonly #style: TextStyle;
	readonly #maxChannels: number;
	readonly #onFindings: (findings: readonly Finding[], channel: string) => void;
	readonly #channels = new Map<string, Channel>();
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
		readonly state: ChannelSetState;
		/** Of the text before it. */
		readonly usage: Pick<AnswerUsage, "units" | "hold">;
	}) {
		this.#program = options.program;
		this.#style = options.style;
		this.#maxChannels = options.maxChannels;
		this.#onFindings = options.onFindings;
		this.#units = options.usage.units;
		this.#hold = new HoldMeter(options.usage.hold);
		for (const [name, state] of options.state) {
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

	/** False: too many are open. */
	open({ channel, source, text }: Place): boolean {
		if (text === "" || this.#channels.has(channel)) return true;
		if (this.#channels.size >= this.#maxChannels) return false;
		this.#channels.set(channel, new Channel(this.#program, this.#style, source));
		return true;
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
			const result = open && this.#write(open, deltas, run === last);
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

	#write(channel: Channel, deltas: readonly string[], isLast: boolean): ChannelStep {
		const { scanner } = channel;
		const from = scanner.end;
		const step = isLast ? channel.writeLast(deltas) : channel.write(deltas);
		if (!scanner.isCut) this.#hold.came(from, scanner.end, scanner.taken);
		return step;
	}

	/** Open channels that begin with one of the prefixes. */
	names(prefixes: readonly string[]): string[] {
		if (prefixes.length === 0) return [];
		return [...this.#channels.keys()].filter((name) => prefixes.some((prefix) => name.startsWith(prefix)));
	}

	/** Ends a channel; the rest of its text that may go out. */
	finish(name: string): string {
		const channel = this.#channels.get(name);
		if (channel === undefined) return "";
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

	/** Whether text of a channel with one of the prefixes came and did not go out yet. */
	isHolding(prefixes: readonly string[]): boolean {
		return this.names(prefixes).some((name) => this.#channels.get(name)?.isHolding === true);
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
		return [...this.#channels].map(([name, channel]) => [name, channel.state()] as const);
	}

	close(): void {
		for (const channel of this.#channels.values()) channel.close();
		this.#channels.clear();
	}
}
