import { type AnswerUsage, NOTHING_USED } from "../core/answer-usage.ts";
import { errorEvent } from "../core/error-envelope.ts";
import { type ErrorCode, isErrorCode } from "../core/errors.ts";
import type { VendorError } from "../core/vendor-error.ts";
import type { CutCause, EventData, EventFault, EventReading, StreamFormat, StreamMemory } from "../providers/provider.ts";
import type { FindingReport } from "../verdict/finding-report.ts";
import { createSseDecoder, type SseBlock, type SseDecoder } from "../wire/sse-decoder.ts";
import { plainBlock } from "../wire/sse-fields.ts";
import type { FilterState, ResponseFilter, ResponseFilterOptions } from "./answer-filter.ts";
import { AnswerWriter } from "./answer-writer.ts";
import { ChannelSet } from "./channel-set.ts";
import { composeRepeat, EventReader } from "./event-reader.ts";
import { append, type FilterStep, type Run } from "./filter-step.ts";
import { cutCauseOf, securityComment } from "./finding-counts.ts";
import { FindingTally } from "./finding-tally.ts";
import { createEntry, deltaRuns, type Entry, endEntry, repeatedEntry, silentEntry, writtenEntries } from "./stream-entry.ts";
import { TranscriptKeeper } from "./transcript.ts";
import { UsageMeter } from "./usage-meter.ts";
import { WaitingEvents } from "./waiting-events.ts";
import { WholeTexts } from "./whole-texts.ts";

export function createResponseFilter(options: ResponseFilterOptions): ResponseFilter {
	return new Filter(options);
}

/** SSE blocks in, inspected SSE blocks out. */
class Filter implements ResponseFilter {
	readonly #options: ResponseFilterOptions;
	readonly #format: StreamFormat;
	readonly #decoder: SseDecoder;
	readonly #reader: EventReader;
	readonly #channels: ChannelSet;
	readonly #transcript: TranscriptKeeper | undefined;
	readonly #writer: AnswerWriter;
	readonly #waiting = new WaitingEvents();
	readonly #wholes: WholeTexts;
	/** By what has gone out, and by all that was read: events wait, and are written several at a time. */
	readonly #memory: StreamMemory;
	readonly #ahead: StreamMemory;
	/** Findings taken from texts and channels so far. */
	readonly #tally: FindingTally;
	readonly #usage: UsageMeter;
	/** Why the last complete text that was cut was. */
	#wholeCause: CutCause = "other";
	#received = 0;
	/** The end marker was seen: what follows is not part of the answer. */
	#done = false;

	constructor(options: ResponseFilterOptions) {
		const { program, style, state } = options;
		this.#options = options;
		this.#format = options.format;
		this.#decoder = createSseDecoder(options.maxBlockBytes, state?.began ?? false);
		this.#reader = new EventReader(options.format);
		this.#wholes = new WholeTexts(program, style, true);
		this.#memory = state?.memory ?? options.format.newMemory();
		this.#ahead = structuredClone(this.#memory);
		this.#tally = new FindingTally(state?.found);
		this.#usage = new UsageMeter(state?.usage);
		this.#transcript = options.format.keep === undefined ? undefined : new TranscriptKeeper(options.journal);
		this.#channels = new ChannelSet({
			program,
			style,
			maxChannels: options.maxChannels,
			onFindings: (findings, channel) => this.#tally.add(findings, channel),
			continuationOf: options.format.continuationOf ?? (() => undefined),
			isAsked: (channel) => !((options.format.choiceOf?.(channel) ?? 0) >= options.choices),
			state: state?.channels,
			usage: state?.usage ?? NOTHING_USED,
		});
		this.#writer = new AnswerWriter(this.#format, this.#memory, this.#channels, this.#transcript, this.#tally);
	}

	found(): FindingReport {
		this.#channels.takeFindings();
		return this.#tally.report();
	}

	usage(): AnswerUsage {
		return this.#usage.usage(this.#channels.units, this.#channels.hold);
	}

	pushPlain(bytes: Uint8Array): ReturnType<NonNullable<ResponseFilter["pushPlain"]>> {
		if (!this.#decoder.isEmpty || !this.#waiting.isEmpty || this.#done) return undefined;
		const repeat = this.#reader.plainRepeat(bytes);
		if (repeat === undefined || !this.#wholes.areClean(repeat.reading) || !this.#writer.passes(repeat)) return undefined;
		const text = this.#channels.writePlain(repeat);
		if (text === undefined) return undefined;
		this.#received += bytes.length;
		if (repeat.used !== undefined) this.#usage.read(repeat.used);
		this.#writer.passed(repeat, text === true ? undefined : text);
		return { consumed: this.#received, out: text === true ? undefined : composeRepeat(repeat, text), ...this.#transcript?.takeNews() };
	}

	push(bytes: Uint8Array): FilterStep {
		this.#received += bytes.length;
		this.#decoder.push(bytes);
		const run: Run = { out: "", entries: [], end: undefined };
		while (!this.#done && run.end === undefined) {
			this.#takeRepeated(run);
			const block = this.#decoder.next();
			if (block === undefined) break;
			if (typeof block === "string") this.#takeFault(run, block);
			else this.#takeBlock(run, block);
		}
		this.#flush(run);
		const step = { ...run.end, out: run.out };
		if (step.ended !== undefined) return { consumed: this.#received, ...step };
		if (this.#done || this.#decoder.hasEnded) {
			// The upstream's connection may stay open for long; the client need not wait for it.
			const last = this.end(undefined);
			return { ...last, out: step.out + last.out };
		}
		return { out: step.out, consumed: this.#received - this.#decoder.pendingBytes - this.#waiting.bytes, ...this.#transcript?.takeNews() };
	}

	end(fault: string | undefined): FilterStep {
		if (fault === undefined && !this.#done && this.#decoder.end()) return this.push(new Uint8Array(0));
		// What an answer that breaks off still holds may be the first half of a finding.
		const isComplete = this.#done || (fault === undefined && this.#format.isComplete(this.#ahead));
		if (!isComplete) return this.#fault(fault ?? "upstream_truncated");
		const waited = this.#endWaiting(true);
		if (waited.ended !== undefined) return waited;
		const out = waited.out + this.#writer.finish([""]);
		if (this.#channels.isCut) return this.#cut(out);
		const end = (this.#done ? "" : this.#format.done()) + securityComment(this.#options.api, "complete", this.found().counts);
		return { out: out + end, consumed: this.#received, ended: "complete" };
	}

	failure(code: ErrorCode): string {
		return errorEvent(this.#options.api, code);
	}

	state(): FilterState {
		return {
			memory: this.#memory,
			channels: this.#channels.state(),
			found: this.found(),
			usage: this.usage(),
			began: this.#decoder.began,
		};
	}

	close(): void {
		this.#channels.close();
	}

	#takeBlock(run: Run, block: SseBlock): void {
		const reading = this.#reader.read(block, this.#ahead);
		if (reading.kind === "data" && reading.note !== undefined) this.#format.note(this.#ahead, reading.note);
		if (!this.#wait(run, block, reading)) this.#take(run, block, reading);
	}

	/** Takes the events that repeat the one before. */
	#takeRepeated(run: Run): void {
		if (!this.#waiting.isEmpty) return;
		const mayTake = (reading: EventData): boolean =>
			this.#heldBefore(run, reading).length === 0 && run.end === undefined && this.#wholes.areClean(reading);
		const repeated = this.#reader.takeRepeated(this.#decoder, mayTake);
		const [first] = repeated?.events ?? [];
		if (repeated === undefined || first === undefined) return;
		const fault = this.#channels.open([first.place]);
		if (fault !== undefined) return this.#takeFault(run, fault);
		run.entries.push(repeatedEntry(repeated));
		if (repeated.used !== undefined) this.#usage.read(repeated.used);
	}

	#takeFault(run: Run, code: string, from?: VendorError): void {
		this.#flush(run);
		if (run.end === undefined) append(run, this.#fault(code, from));
	}

	/** Adds an event to the batch, and writes the batch where it must end. */
	#take(run: Run, block: SseBlock, reading: EventReading): void {
		if (reading.kind === "data" && this.#channels.begins(reading.places)) this.#flush(run);
		if (reading.kind === "data" && reading.calls !== undefined) this.#letGo(run, reading.calls);
		if (run.end !== undefined) return;
		const entry = this.#read(block, reading);
		if ("code" in entry) return this.#takeFault(run, entry.code, entry.from);
		run.entries.push(entry);
		const { finished, pauses, calls = [] } = entry.reading;
		// A channel may end inside the batch, so texts after its end must not be scanned together with those before. Text that
		// pauses goes on.
		const isEnd = pauses === undefined ? finished.length > 0 : this.#channels.names(finished).length > 0;
		if (isEnd || calls.length > 0 || this.#done) this.#flush(run);
	}

	/** `ending`: the channel whose text ends with these entries. */
	#flush(run: Run, ending?: string): void {
		if (run.end === undefined) append(run, this.#write(run.entries.splice(0), ending));
	}

	/** True when the event waits for text that came before it. */
	#wait(run: Run, block: SseBlock, reading: EventReading): boolean {
		if (!this.#waiting.isEmpty) {
			if (this.#waiting.takes(block, reading, (...texts) => this.#channels.decides(...texts))) return true;
			const isEnded = this.#waiting.isEndedBefore(reading);
			// Text on both sides of a seam is scanned together, this event's too.
			if (this.#waiting.isSeam && !isEnded) this.#takeAll(run, this.#waiting.take().events);
			else append(run, this.#endWaiting(isEnded));
			return false;
		}
		if (reading.kind !== "data") return false;
		const held = this.#heldBefore(run, reading);
		if (held.length === 0) return false;
		this.#flush(run);
		if (run.end !== undefined) return false;
		if (reading.pauses === undefined) this.#waiting.begin({ block, reading }, held);
		else this.#waiting.beginSeam({ block, reading }, reading.pauses);
		return true;
	}

	/** Channels whose text must go out before the event and is still held. Arguments that are whole are let go. */
	#heldBefore(run: Run, reading: EventData): readonly string[] {
		const before = this.#channels.before(reading);
		this.#letGo(run, before);
		return run.end === undefined ? before.filter((name) => this.#channels.isHolding(name)) : [];
	}

	/** Of these channels those whose arguments are whole. */
	#letGo(run: Run, channels: readonly string[]): void {
		if (channels.length === 0) return;
		if (deltaRuns(run.entries).some(({ channel }) => channels.includes(channel))) this.#flush(run);
		const whole = channels.filter((name) => this.#channels.isWhole(name));
		if (whole.length === 0) return;
		this.#flush(run);
		if (run.end === undefined) append(run, this.#finish(whole, true));
	}

	/** Lets the waiting events go, behind the text they waited for where that has ended. */
	#endWaiting(isTextEnded: boolean): FilterStep {
		const { isSeam } = this.#waiting;
		const { events, channels } = this.#waiting.take();
		const run: Run = { out: "", entries: [], end: undefined };
		if (isTextEnded && !isSeam) append(run, this.#finish(channels));
		this.#takeAll(run, events);
		this.#flush(run, isSeam ? channels[0] : undefined);
		return { consumed: this.#received, ...run.end, out: run.out };
	}

	/** Ends channels outside any event; `mayGoOn`: against what is expected. */
	#finish(prefixes: readonly string[], mayGoOn = false): FilterStep {
		const out = this.#writer.finish(prefixes, mayGoOn);
		return this.#channels.isCut ? this.#cut(out) : { out, consumed: this.#received };
	}

	#takeAll(run: Run, events: ReturnType<WaitingEvents["take"]>["events"]): void {
		for (const { block, reading } of events) if (!this.#done && run.end === undefined) this.#take(run, block, reading);
	}

	/** An entry, or the fault that ends the answer. */
	#read(block: SseBlock, reading: EventReading): Entry | EventFault {
		if (block.event !== undefined) this.#usage.read(block.event.data);
		if (block.event === undefined) return silentEntry(block);
		if (reading.kind === "fault") return reading;
		if (reading.kind === "done") {
			this.#done = true;
			return endEntry(block, this.#format.done());
		}
		if (reading.isEnd) this.#done = true;
		const code = this.#channels.open(reading.places);
		if (code !== undefined) return { kind: "fault", code };
		const plain = plainBlock(block);
		const isClean = [plain?.event?.name ?? "", plain?.event?.id ?? ""].every((text) => this.#wholes.isClean({ text, source: "text" }));
		if (plain === undefined || !isClean) return { kind: "fault", code: "upstream_invalid_event" };
		return createEntry(plain, reading, (place) => {
			const whole = this.#wholes.inspect(place);
			if (place.kind === "whole") this.#tally.add(whole.findings, "whole");
			if (whole.isCut) this.#wholeCause = cutCauseOf(whole.findings);
			return whole;
		});
	}

	/** Scans the texts of all entries, one call per channel, then writes the entries in their order. */
	#write(entries: readonly Entry[], ending: string | undefined): FilterStep {
		this.#channels.scan(entries, ending);
		let out = "";
		for (const entry of entries) {
			for (const written of writtenEntries(entry, this.#writer.renumbers)) {
				out += this.#writer.write(written);
				if (written.isCut) return this.#cut(out, written.reading.note);
			}
		}
		return { out, consumed: this.#received };
	}

	#cut(out: string, unsent?: unknown): FilterStep {
		const { onCut, api } = this.#options;
		const broken = this.#writer.breakArguments();
		const transcript = this.#transcript ?? new TranscriptKeeper();
		const end = this.#format.cut(this.#memory, unsent, transcript, this.#channels.cutCause ?? this.#wholeCause);
		const mark = onCut === "error" ? errorEvent(api, "answer_cut") : this.#format.done();
		return { out: out + broken + end + mark + securityComment(api, "cut", this.found().counts), consumed: this.#received, ended: "cut" };
	}

	#fault(code: string, from?: VendorError): FilterStep {
		const out = errorEvent(this.#options.api, isErrorCode(code) ? code : "internal_error", from);
		return { out, consumed: this.#received, ended: "fault", code };
	}
}
