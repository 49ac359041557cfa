import { ERRORS, isErrorCode } from "../core/errors.ts";
import type { Place, StreamFormat, StreamMemory } from "../providers/provider.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import type { Finding } from "../verdict/finding.ts";
import { replaceStrings } from "../wire/json-strings.ts";
import { createSseDecoder, type SseBlock, type SseDecoder } from "../wire/sse-decoder.ts";
import { sseComment, withData } from "../wire/sse-encoder.ts";
import { Channel, type ChannelState, type RedactionStyle } from "./channel.ts";

export type EndKind = "complete" | "cut" | "fault";

/** What came out of one step. `ended` is final; nothing may be pushed afterwards. */
export interface FilterStep {
	/** Safe bytes as text; whole SSE blocks. */
	readonly out: string;
	/** Raw bytes of the answer that need not be replayed any more. */
	readonly consumed: number;
	readonly ended?: EndKind;
	/** With `fault`: the error code. */
	readonly code?: string;
}

/** Plain data: everything that continues a streamed answer on another lane. */
export interface FilterState {
	readonly memory: StreamMemory;
	readonly channels: readonly (readonly [string, ChannelState])[];
	readonly counts: Record<string, number>;
	readonly done: boolean;
}

export interface ResponseFilter {
	push(bytes: Uint8Array): FilterStep;
	/** Upstream ended, well or with a fault code. */
	end(fault: string | undefined): FilterStep;
	state(): FilterState;
	readonly counts: Record<string, number>;
	close(): void;
}

export interface ResponseFilterOptions {
	readonly format: StreamFormat;
	readonly program: ScannerProgram;
	readonly style: RedactionStyle;
	/** Bytes of one SSE block. */
	readonly maxBlockBytes: number;
	/** Texts open at the same time in one answer. */
	readonly maxChannels: number;
	readonly state?: FilterState;
}

export function createResponseFilter(options: ResponseFilterOptions): ResponseFilter {
	return new Filter(options);
}

interface Entry {
	readonly block: SseBlock;
	readonly places: readonly Place[];
	readonly finished: readonly string[];
	readonly droppable: boolean;
	readonly choices: readonly number[];
	readonly finishedChoices: readonly number[];
	/** Text for each place, `undefined` where it goes out as it came. */
	readonly texts: (string | undefined)[];
	/** A cut took effect in this event. */
	cut: boolean;
}

/** SSE blocks in, inspected SSE blocks out. */
class Filter implements ResponseFilter {
	readonly #options: ResponseFilterOptions;
	readonly #decoder: SseDecoder;
	readonly #channels = new Map<string, Channel>();
	readonly #memory: StreamMemory;
	readonly #earlier: Record<string, number>;
	#received = 0;
	/** The end marker was seen: what follows is not part of the answer. */
	#done: boolean;

	constructor(options: ResponseFilterOptions) {
		this.#options = options;
		this.#decoder = createSseDecoder(options.maxBlockBytes);
		this.#memory = options.state?.memory ?? options.format.newMemory();
		this.#earlier = { ...options.state?.counts };
		this.#done = options.state?.done ?? false;
		for (const [name, state] of options.state?.channels ?? []) {
			this.#channels.set(name, new Channel(options.program, options.style, state));
		}
	}

	get counts(): Record<string, number> {
		const counts = { ...this.#earlier };
		for (const channel of this.#channels.values()) countFindings(channel.scanner.findings, counts);
		return counts;
	}

	push(bytes: Uint8Array): FilterStep {
		this.#received += bytes.length;
		const decoding = this.#decoder.decode(bytes);
		let out = "";
		let entries: Entry[] = [];
		for (const block of decoding.blocks) {
			if (this.#done) break;
			const entry = this.#read(block);
			if (typeof entry === "string") {
				const flushed = this.#write(entries);
				return flushed.ended !== undefined ? flushed : this.#fault(out + flushed.out, entry);
			}
			entries.push(entry);
			// A channel may end inside the batch, so texts after the end must not be scanned together with those before.
			if (entry.finished.length === 0 && !this.#done) continue;
			const step = this.#write(entries);
			entries = [];
			out += step.out;
			if (step.ended !== undefined) return { ...step, out };
		}
		const step = this.#write(entries);
		out += step.out;
		if (step.ended !== undefined) return { ...step, out };
		if (decoding.kind === "fault" && !this.#done) return this.#fault(out, decoding.code);
		return { out, consumed: this.#received - this.#decoder.pendingBytes };
	}

	end(fault: string | undefined): FilterStep {
		const complete = this.#done || (fault === undefined && this.#options.format.isComplete(this.#memory));
		let out = "";
		for (const name of [...this.#channels.keys()]) {
			const rest = this.#finishChannel(name);
			if (rest !== "") out += this.#options.format.textEvent(name, rest, this.#memory);
			if (this.#isCut()) return this.#cut(out);
		}
		if (!complete) return this.#fault(out, fault ?? "upstream_truncated");
		if (!this.#done) out += this.#options.format.done();
		return { out: out + this.#securityComment("complete"), consumed: this.#received, ended: "complete" };
	}

	state(): FilterState {
		return {
			memory: this.#memory,
			channels: [...this.#channels].map(([name, channel]) => [name, channel.state()] as const),
			counts: this.counts,
			done: this.#done,
		};
	}

	close(): void {
		for (const channel of this.#channels.values()) channel.close();
		this.#channels.clear();
	}

	/** An entry, or the code of the fault that ends the answer. */
	#read(block: SseBlock): Entry | string {
		if (block.event === undefined) {
			// A comment is text as well, and no client needs an upstream's.
			return { block: { ...block, raw: "" }, places: [], finished: [], droppable: true, choices: [], finishedChoices: [], texts: [], cut: false };
		}
		const reading = this.#options.format.read(block.event.data, block.event.name, this.#memory);
		if (reading.kind === "fault") return reading.code;
		if (reading.kind === "done") {
			this.#done = true;
			return { block: { ...block, raw: this.#options.format.done() }, places: [], finished: [...this.#channels.keys()], droppable: false, choices: [], finishedChoices: [], texts: [], cut: false };
		}
		for (const place of reading.places) {
			if (place.text !== "" && !this.#openChannel(place.channel)) return "upstream_event_too_large";
		}
		return { block, places: reading.places, finished: reading.finished, droppable: reading.droppable, choices: reading.choices, finishedChoices: reading.finishedChoices, texts: reading.places.map(() => undefined), cut: false };
	}

	#openChannel(name: string): boolean {
		if (this.#channels.has(name)) return true;
		if (this.#channels.size >= this.#options.maxChannels) return false;
		this.#channels.set(name, new Channel(this.#options.program, this.#options.style));
		return true;
	}

	/** Scans the texts of all entries, one call per channel, then writes the entries in their order. */
	#write(entries: readonly Entry[]): FilterStep {
		for (const [name, channel] of this.#channels) {
			const slots = entries.flatMap((entry) => entry.places.flatMap((place, i) => (place.channel === name && place.text !== "" ? [{ entry, i, text: place.text }] : [])));
			if (slots.length === 0) continue;
			const { texts, cutAt } = channel.write(slots.map((slot) => slot.text));
			const cutSlot = slots[cutAt];
			if (cutSlot !== undefined) cutSlot.entry.cut = true;
			for (const [k, slot] of slots.entries()) slot.entry.texts[slot.i] = texts[k];
		}
		let out = "";
		for (const entry of entries) {
			for (const index of entry.choices) if (!this.#memory.open.includes(index) && !this.#memory.closed.includes(index)) this.#memory.open.push(index);
			if (!entry.cut) out += this.#flushFinished(entry);
			out += this.#compose(entry);
			if (entry.cut) return this.#cut(out);
			this.#memory.open = this.#memory.open.filter((index) => !entry.finishedChoices.includes(index));
			this.#memory.closed.push(...entry.finishedChoices);
		}
		return { out, consumed: this.#received };
	}

	/** What a finishing channel still held: joined to its text in this event, or an event of its own before it. */
	#flushFinished(entry: Entry): string {
		let before = "";
		for (const name of entry.finished) {
			const rest = this.#finishChannel(name);
			entry.cut ||= this.#channels.get(name)?.scanner.isCut === true;
			if (rest === "") continue;
			const i = entry.places.findLastIndex((place) => place.channel === name && place.text !== "");
			if (i < 0) before += this.#options.format.textEvent(name, rest, this.#memory);
			else entry.texts[i] = (entry.texts[i] ?? (entry.places[i] as Place).text) + rest;
		}
		return before;
	}

	#compose(entry: Entry): string {
		if (entry.cut) return this.#composeCut(entry);
		if (entry.texts.every((text) => text === undefined)) return entry.block.raw;
		const visible = entry.places.some((place, i) => (entry.texts[i] ?? place.text) !== "");
		if (!visible && entry.droppable) return "";
		const replacements = entry.places.flatMap(({ from, to }, i) => {
			const value = entry.texts[i];
			return value === undefined ? [] : [{ from, to, value }];
		});
		const event = entry.block.event;
		return event === undefined ? "" : withData(entry.block, replaceStrings(event.data, replacements));
	}

	/** Of an event with a cut only the text that may still go out: never its finish reason. */
	#composeCut(entry: Entry): string {
		return entry.places.map((place, i) => [place, entry.texts[i] ?? place.text] as const).filter(([, text]) => text !== "").map(([place, text]) => this.#options.format.textEvent(place.channel, text, this.#memory)).join("");
	}

	#finishChannel(name: string): string {
		const channel = this.#channels.get(name);
		if (channel === undefined) return "";
		const rest = channel.finish();
		if (channel.scanner.isCut) return rest;
		countFindings(channel.scanner.findings, this.#earlier);
		channel.close();
		this.#channels.delete(name);
		return rest;
	}

	#isCut(): boolean {
		for (const channel of this.#channels.values()) if (channel.scanner.isCut) return true;
		return false;
	}

	#cut(out: string): FilterStep {
		return { out: out + this.#options.format.cut(this.#memory) + this.#securityComment("cut"), consumed: this.#received, ended: "cut" };
	}

	#fault(out: string, code: string): FilterStep {
		const message = isErrorCode(code) ? ERRORS[code].message : ERRORS.internal_error.message;
		return { out: out + this.#options.format.fault(code, message), consumed: this.#received, ended: "fault", code };
	}

	#securityComment(kind: EndKind): string {
		const findings = this.counts;
		const action = kind === "cut" ? "cut" : Object.keys(findings).length > 0 ? "redact" : "allow";
		return sseComment(`security ${JSON.stringify({ action, findings })}`);
	}
}

export function countFindings(findings: readonly Finding[], counts: Record<string, number>): void {
	for (const { type } of findings) counts[type] = (counts[type] ?? 0) + 1;
}
