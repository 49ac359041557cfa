import type { ByteOffset } from "../core/units.ts";
import type { HarmModel } from "../models/harm-model.ts";
import type { HarmReader, HarmReaderState } from "../models/harm-reader.ts";
import type { HarmPolicy, Rule } from "../policy/policy.ts";
import type { ScannerProgram } from "./text-scanner.ts";
import { type Sighting, type Watcher, WatchingScanner, type WatchingState } from "./watching-scanner.ts";

/** Plain data. */
export interface HarmWatcherState {
	readonly reader: HarmReaderState;
	/** Start of the sentence. */
	readonly sentence: ByteOffset;
	/** What the reader has not seen yet. */
	readonly unread?: string;
	/** Absent: nothing waits. */
	readonly holdFrom?: ByteOffset;
}

export type HarmState = WatchingState<HarmWatcherState>;

/** Share of the policy's threshold from which a sentence waits for its end. */
export const SUSPICION = 0.5;

const NONE: readonly Sighting[] = [];

/** A program whose scanners also judge what the text says, sentence by sentence. */
export function withHarm(program: ScannerProgram, model: HarmModel, policy: HarmPolicy): ScannerProgram {
	return {
		open(state, isOwn, isJson, said) {
			const watcher = new HarmWatcher(model, policy, state?.harm?.watcher);
			return new WatchingScanner(program.open(state, isOwn, isJson, said), watcher, (harm) => ({ harm }), state?.harm);
		},
	};
}

/**
 * A sentence is decided at its end. With `cut` and `redact` it waits from the word on that made it suspect, and what was
 * said before that word has gone out; with `flag` nothing waits.
 */
class HarmWatcher implements Watcher<HarmWatcherState> {
	readonly #model: HarmModel;
	readonly #reader: HarmReader;
	readonly #policy: HarmPolicy;
	#sentence: ByteOffset;
	#holdFrom: ByteOffset;
	/** Where nothing waits for a word, words are read when their sentence ends: all at once costs a third of one by one. */
	#unread: string;

	constructor(model: HarmModel, policy: HarmPolicy, state: HarmWatcherState | undefined) {
		this.#model = model;
		this.#reader = model.open(state?.reader);
		this.#policy = policy;
		this.#sentence = state?.sentence ?? 0;
		this.#holdFrom = state?.holdFrom ?? Number.POSITIVE_INFINITY;
		this.#unread = state?.unread ?? "";
	}

	get holdFrom(): ByteOffset {
		return this.#holdFrom;
	}

	read(bytes: Uint8Array, from: ByteOffset): readonly Sighting[] {
		const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
		const unread = this.#unread;
		const isLater = this.#policy.action === "flag" && this.#reader.goesOn(unread.length, text);
		this.#unread = isLater ? unread + text : "";
		return isLater ? NONE : this.#read(unread + text, from - Buffer.byteLength(unread));
	}

	#read(text: string, from: ByteOffset): readonly Sighting[] {
		const sightings: Sighting[] = [];
		let known = 0;
		let offset = from;
		const offsetOf = (at: number): ByteOffset => {
			offset += Buffer.byteLength(text.slice(known, at));
			known = at;
			return offset;
		};
		this.#readPlaces(text, offsetOf, sightings);
		return sightings;
	}

	/** The words on both sides of a marker are not one word. */
	skip(from: ByteOffset): readonly Sighting[] {
		const sightings = [...this.#catchUp(from)];
		this.#readPlaces(" ", () => from, sightings);
		return sightings;
	}

	finish(end: ByteOffset): readonly Sighting[] {
		const sightings = [...this.#catchUp(end)];
		this.#reader.finish(0, (_at, score, sentence) => this.#place(end, score, sentence, sightings));
		return sightings;
	}

	state(): HarmWatcherState {
		const isWaiting = this.#holdFrom < Number.POSITIVE_INFINITY;
		const unread = this.#unread;
		return {
			reader: this.#reader.state(),
			sentence: this.#sentence,
			...(unread !== "" && { unread }),
			...(isWaiting && { holdFrom: this.#holdFrom }),
		};
	}

	/** Reads what it has left unread, up to `end`. */
	#catchUp(end: ByteOffset): readonly Sighting[] {
		const unread = this.#unread;
		this.#unread = "";
		return unread === "" ? NONE : this.#read(unread, end - Buffer.byteLength(unread));
	}

	/** `offsetOf`: of a place in `text`; asked in their order. */
	#readPlaces(text: string, offsetOf: (at: number) => ByteOffset, sightings: Sighting[]): void {
		const { action, threshold } = this.#policy;
		const onWord = (at: number, score: number): void => {
			if (this.#holdFrom === Number.POSITIVE_INFINITY && score >= threshold * SUSPICION) this.#holdFrom = offsetOf(at);
		};
		this.#reader.read(
			text,
			(at, score, sentence) => this.#place(offsetOf(at), score, sentence, sightings),
			action === "flag" ? undefined : onWord,
		);
	}

	/** The end of a sentence. */
	#place(offset: ByteOffset, score: number, sentence: string, sightings: Sighting[]): void {
		if (score >= this.#policy.threshold) {
			sightings.push(this.#sighting(offset, score, sentence));
			this.#reader.forget();
		}
		this.#sentence = offset;
		this.#holdFrom = Number.POSITIVE_INFINITY;
	}

	#sighting(to: ByteOffset, score: number, sentence: string): Sighting {
		const { action } = this.#policy;
		const type = `harm_${this.#model.kindOf(sentence)}`;
		const from = action === "flag" ? this.#sentence : Math.min(this.#holdFrom, to);
		const finding = { type, rule: -1, from, to, score, action, category: "harm" as const };
		const at = action === "flag" ? Math.max(from, to - 1) : from;
		const piece = { kind: "redacted", from, rule: markerRule(type), text: undefined, isDisguised: false } as const;
		return { finding, at, ...(action === "redact" && { piece }) };
	}
}

function markerRule(type: string): Rule {
	return { name: type, type, category: "harm", label: "HARMFUL CONTENT", strategy: "mask", expression: "", score: 1, action: "redact" };
}
