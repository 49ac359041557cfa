import type { LinearModel } from "./linear-model.ts";
import { type WordContext, WordReader } from "./word-features.ts";

/** A sentence of more is decided where it stands: what an answer waits for in the worst case. UTF-16 units. */
const MAX_SENTENCE_UNITS = 512;
/** Sentences that are judged together, the newest by itself too: what is harmful in one may be said over several. */
const NEAR_SENTENCES = 4;
/** Sentences that say what the newest are to be expected to mean: an odd one in an ordinary answer is believed less. */
const FAR_SENTENCES = 16;
/** Fewer features (about three words of English) are no sentence: `1.`, `Dr.`, a heading. */
const MIN_FEATURES = 70;
/** What has fewer is believed in proportion, and doubted for the rest: a single `women` says nothing, whatever its weights. */
const SURE_FEATURES = 80;
const DOUBT = 2;
/** `\n` `!` `.` `?` `…` `।` `。` `！` `？` */
const SENTENCE_ENDS: ReadonlySet<number> = new Set([0x0a, 0x21, 0x2e, 0x3f, 0x2026, 0x0964, 0x3002, 0xff01, 0xff1f]);
const SENTENCE_END = new RegExp(`[${String.fromCharCode(...SENTENCE_ENDS)}]`);

/** How many features a sentence has, and the sum of the model's weights for them. Plain data. */
interface Weighed {
	readonly sum: number;
	readonly features: number;
}

/** Plain data: what another reader needs to go on. */
export interface HarmReaderState extends Weighed {
	readonly words: WordContext;
	/** The sentence so far. */
	readonly text: string;
	/** The sentences before it, oldest first. */
	readonly before: readonly Weighed[];
}

/** Called behind every sentence, with the index in the text and the chance of harm, 0…1, of what is said there. */
export type OnSentence = (at: number, score: number, sentence: string) => void;
/** Called behind every other word, likewise, of the sentence so far. */
export type OnHarmWord = (at: number, score: number) => void;

/**
 * Reads a growing text word by word and says how harmful its newest sentences are. Weights are whole numbers, so sums, and
 * with them every score, depend on the text alone and never on the pieces it came in.
 */
export class HarmReader {
	readonly #model: LinearModel;
	readonly #weights: Int8Array;
	readonly #words: WordReader;
	#before: readonly Weighed[];
	#near: Weighed;
	#far: Weighed;
	#sum: number;
	#features: number;
	#text: string;

	/** `weights`: of the model's only output. */
	constructor(model: LinearModel, weights: Int8Array, state?: HarmReaderState) {
		this.#model = model;
		this.#weights = weights;
		this.#words = new WordReader(model.header.buckets, state?.words);
		this.#before = state?.before ?? [];
		this.#near = totalOf(this.#before.slice(1 - NEAR_SENTENCES));
		this.#far = totalOf(this.#before);
		this.#sum = state?.sum ?? 0;
		this.#features = state?.features ?? 0;
		this.#text = state?.text ?? "";
	}

	/** Whether no sentence ends in `text`, which comes behind `unread` more units, so that it may be read together with what follows it. */
	goesOn(unread: number, text: string): boolean {
		return this.#text.length + unread + text.length < MAX_SENTENCE_UNITS && !SENTENCE_END.test(text);
	}

	/** Takes the next text, whole characters. A word costs half where `onWord` is not asked for. */
	read(text: string, onSentence: OnSentence, onWord?: OnHarmWord): void {
		for (let from = 0; from < text.length; ) {
			const to = Math.min(text.length, wholeCharacter(text, from + MAX_SENTENCE_UNITS - this.#text.length));
			let known = from;
			this.#words.read(text.slice(from, to), (hashed, count, { at, mark }) => {
				this.#add(hashed, count);
				const place = wholeCharacter(text, from + at);
				if (SENTENCE_ENDS.has(mark) && this.#features >= MIN_FEATURES) {
					this.#text += text.slice(known, place);
					known = place;
					this.#endSentence(place, onSentence);
				} else if (mark === 0) onWord?.(place, this.#judge());
			});
			this.#text += text.slice(known, to);
			if (this.#text.length >= MAX_SENTENCE_UNITS) this.#endSentence(to, onSentence);
			from = to;
		}
	}

	/** End of the text, `at` which the last sentence ends too. */
	finish(at: number, onSentence: OnSentence): void {
		this.#words.finish((hashed, count) => this.#add(hashed, count));
		if (this.#features > 0) this.#endSentence(at, onSentence);
	}

	/** The sentences that ended say nothing about those that follow. */
	forget(): void {
		this.#setBefore([]);
	}

	state(): HarmReaderState {
		return {
			words: this.#words.context(),
			text: this.#text,
			sum: this.#sum,
			features: this.#features,
			before: this.#before,
		};
	}

	#add(hashed: Uint32Array, count: number): void {
		const weights = this.#weights;
		let sum = 0;
		for (let i = 0; i < count; i++) sum += weights[hashed[i] as number] as number;
		this.#sum += sum;
		this.#features += count;
	}

	/** Half of it is what the newest sentences say, half what all of them do. */
	#judge(): number {
		const alone = this.#margin({ sum: 0, features: 0 });
		if (this.#before.length === 0) return this.#model.calibrated(0, alone);
		return this.#model.calibrated(0, (Math.max(alone, this.#margin(this.#near)) + this.#margin(this.#far)) / 2);
	}

	/** Of the sentence together with these before it. */
	#margin({ sum, features }: Weighed): number {
		const all = this.#features + features;
		const sure = Math.min(1, all / SURE_FEATURES);
		return this.#model.margin(0, this.#sum + sum, all) * sure - DOUBT * (1 - sure);
	}

	#endSentence(at: number, onSentence: OnSentence): void {
		const score = this.#judge();
		const sentence = this.#text;
		this.#setBefore([...this.#before, { sum: this.#sum, features: this.#features }].slice(1 - FAR_SENTENCES));
		this.#sum = 0;
		this.#features = 0;
		this.#text = "";
		onSentence(at, score, sentence);
	}

	#setBefore(before: readonly Weighed[]): void {
		this.#before = before;
		this.#near = totalOf(before.slice(1 - NEAR_SENTENCES));
		this.#far = totalOf(before);
	}
}

function totalOf(sentences: readonly Weighed[]): Weighed {
	return sentences.reduce((total, { sum, features }) => ({ sum: total.sum + sum, features: total.features + features }), {
		sum: 0,
		features: 0,
	});
}

/** `at`, or behind the character in which it lies. */
function wholeCharacter(text: string, at: number): number {
	const unit = text.charCodeAt(at - 1);
	return unit >= 0xd800 && unit < 0xdc00 ? at + 1 : at;
}
