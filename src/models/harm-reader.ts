import type { LinearModel } from "./linear-model.ts";
import { type WordContext, WordReader } from "./word-features.ts";

/** A sentence of more is decided where it stands: what an answer waits for in the worst case. UTF-16 units. */
const MAX_SENTENCE_UNITS = 512;
/** Sentences that are judged together, the newest by itself too: what is harmful in one may be said over several. */
const WINDOW_SENTENCES = 4;
/** Fewer features (about three words of English) are no sentence: `1.`, `Dr.`, a heading. */
const MIN_FEATURES = 70;
/** `\n` `!` `.` `?` `…` `।` `。` `！` `？` */
const SENTENCE_ENDS: ReadonlySet<number> = new Set([0x0a, 0x21, 0x2e, 0x3f, 0x2026, 0x0964, 0x3002, 0xff01, 0xff1f]);

/** Sums of the model's weights, one per output, and the number of features they are of. Plain data. */
interface Sums {
	readonly values: readonly number[];
	readonly features: number;
}

/** Plain data: what another reader needs to go on. */
export interface HarmReaderState {
	readonly words: WordContext;
	/** UTF-16 units of the sentence so far. */
	readonly units: number;
	/** The sentence so far, behind those before it. */
	readonly sentences: readonly Sums[];
}

/**
 * Called behind every word and every sentence, with the index in the text and the chance of harm, 0…1, of the sentence so
 * far or of those before it together with it.
 */
export type OnPlace = (at: number, score: number, isSentenceEnd: boolean) => void;

/**
 * Reads a growing text word by word and says how harmful its newest sentences are. Weights are whole numbers, so sums, and
 * with them every score, depend on the text alone and never on the pieces it came in.
 */
export class HarmReader {
	readonly #model: LinearModel;
	readonly #words: WordReader;
	/** Sums of the sentences before, oldest first. */
	#before: Sums[];
	readonly #sentence: Float64Array;
	#features: number;
	#units: number;
	/** What was judged last. */
	readonly #judged: Float64Array;
	#judgedFeatures = 0;

	constructor(model: LinearModel, state?: HarmReaderState) {
		const width = model.header.outputs.length;
		this.#model = model;
		this.#words = new WordReader(model.header.buckets, state?.words);
		const sentence = state?.sentences.at(-1);
		this.#before = [...(state?.sentences.slice(0, -1) ?? [])];
		this.#sentence = Float64Array.from(sentence?.values ?? new Array<number>(width).fill(0));
		this.#features = sentence?.features ?? 0;
		this.#units = state?.units ?? 0;
		this.#judged = new Float64Array(width);
	}

	/** Takes the next text, whole characters. */
	read(text: string, onPlace: OnPlace): void {
		for (let from = 0; from < text.length; ) {
			const to = wholeCharacter(text, from + MAX_SENTENCE_UNITS - this.#units);
			let counted = from;
			this.#words.read(text.slice(from, to), (hashed, count, { at, mark }) => {
				this.#add(hashed, count);
				const isEnd = SENTENCE_ENDS.has(mark) && this.#features >= MIN_FEATURES;
				const place = wholeCharacter(text, from + at);
				if (mark === 0 || isEnd) this.#place(place, isEnd, onPlace);
				if (isEnd) counted = place;
			});
			this.#units += Math.min(to, text.length) - counted;
			from = to;
			if (this.#units >= MAX_SENTENCE_UNITS) this.#place(to, true, onPlace);
		}
	}

	/** End of the text, `at` which the last sentence ends too. */
	finish(at: number, onPlace: OnPlace): void {
		this.#words.finish((hashed, count) => this.#add(hashed, count));
		if (this.#features > 0) this.#place(at, true, onPlace);
	}

	/** The likeliest kind of harm in what was judged last: the name of an output behind the first. */
	category(): string {
		const { outputs } = this.#model.header;
		let best = 1;
		let most = -1;
		for (let k = 1; k < outputs.length; k++) {
			const probability = this.#model.probability(k, this.#judged[k] as number, this.#judgedFeatures);
			if (probability > most) [best, most] = [k, probability];
		}
		return outputs[best]?.name ?? "";
	}

	/** What was judged so far is dealt with: it says nothing about what follows. */
	forget(): void {
		this.#before = [];
		this.#sentence.fill(0);
		this.#features = 0;
	}

	state(): HarmReaderState {
		const sentence = { values: [...this.#sentence], features: this.#features };
		return { words: this.#words.context(), units: this.#units, sentences: [...this.#before, sentence] };
	}

	#add(hashed: Uint32Array, count: number): void {
		this.#model.add(hashed, count, this.#sentence);
		this.#features += count;
	}

	#place(at: number, isEnd: boolean, onPlace: OnPlace): void {
		const score = this.#judge();
		if (isEnd) this.#endSentence();
		onPlace(at, score, isEnd);
	}

	/** Of the sentence, and of it with those before it: the higher chance. */
	#judge(): number {
		const alone = this.#model.probability(0, this.#sentence[0] as number, this.#features);
		let sum = this.#sentence[0] as number;
		let features = this.#features;
		for (const before of this.#before) {
			sum += before.values[0] as number;
			features += before.features;
		}
		return Math.max(alone, this.#model.probability(0, sum, features));
	}

	#endSentence(): void {
		this.#judged.set(this.#sentence);
		this.#judgedFeatures = this.#features;
		for (const { values, features } of this.#before) {
			for (const [k, value] of values.entries()) this.#judged[k] = (this.#judged[k] as number) + value;
			this.#judgedFeatures += features;
		}
		this.#before.push({ values: [...this.#sentence], features: this.#features });
		if (this.#before.length >= WINDOW_SENTENCES) this.#before.shift();
		this.#sentence.fill(0);
		this.#features = 0;
		this.#units = 0;
	}
}

/** `at`, or behind the character in which it lies. */
function wholeCharacter(text: string, at: number): number {
	const unit = text.charCodeAt(at - 1);
	return unit >= 0xd800 && unit < 0xdc00 ? at + 1 : at;
}
