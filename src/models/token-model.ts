import { ENTITIES, type Entity, LABELS, NEVER } from "./entity-labels.ts";
import { latticeOf, viterbi } from "./label-chain.ts";
import { NOTHING_BEFORE, type TextBefore, textAfter } from "./text-before.ts";
import { FEATURES, featuresOf } from "./token-features.ts";
import { type Token, tokenize } from "./token-text.ts";

/** The bit of the word list of common words. */
export const COMMON_WORD = 64;

/** UTF-16 span in the text. */
export interface EntitySpan {
	readonly entity: Entity;
	readonly from: number;
	readonly to: number;
	/** Probability of its labels, 0…1: the least of its tokens. */
	readonly probability: number;
}

/** A linear-chain CRF over hashed features: weights are whole numbers, times `scale`. */
export interface TokenModel {
	readonly bits: number;
	readonly scale: number;
	/** By bucket and label. */
	readonly weights: Int8Array;
	/** By label and the label that follows; the last row is the start of the text. */
	readonly transitions: Float64Array;
	/** Hashes of the words in lists, ascending, and the lists of each. */
	readonly words: Int32Array;
	readonly wordLists: Uint8Array;
}

/** What a segment holds, and what it says to the segments behind it. */
export interface SegmentReading {
	readonly tokens: readonly Token[];
	readonly spans: readonly EntitySpan[];
	readonly after: TextBefore;
	/** What the encoder said counted. */
	readonly isHeard: boolean;
}

/** What this model counts beside an encoder, which counts whole. */
const SHARE = 0.5;

/**
 * Entities of a segment, in order, by the most probable sequence of labels. `said`: log probabilities by an encoder, tokens × labels,
 * which then count too, unless it read the text as other tokens.
 */
export function findEntities(model: TokenModel, text: string, before: TextBefore = NOTHING_BEFORE, said?: Float64Array): SegmentReading {
	const tokens = tokenize(text);
	const heard = said?.length === tokens.length * LABELS ? said : undefined;
	const spans = tokens.length === 0 ? [] : entitiesOf(model, tokens, before, heard);
	return { tokens, spans, after: textAfter(before, tokens), isHeard: heard !== undefined };
}

function entitiesOf(model: TokenModel, tokens: readonly Token[], before: TextBefore, said: Float64Array | undefined): EntitySpan[] {
	const features = featuresOf(tokens, before, { lists: (word) => listsOf(model, word), bits: model.bits });
	const scores = emissions(model, features, tokens.length);
	if (said === undefined) return spansOf(scores, model.transitions, tokens);
	const both = scores.map((score, i) => SHARE * score + (said[i] as number));
	const transitions = model.transitions.map((weight) => (weight > NEVER ? SHARE * weight : weight));
	return spansOf(both, transitions, tokens);
}

function spansOf(scores: Float64Array, transitions: Float64Array, tokens: readonly Token[]): EntitySpan[] {
	const labels = viterbi(scores, transitions, tokens.length);
	if (labels.every((label) => label === 0)) return [];
	const { marginals } = latticeOf(scores, transitions, tokens.length);
	const spans: EntitySpan[] = [];
	for (let i = 0; i < tokens.length; ) {
		const begins = beginOf(labels[i] as number);
		let end = i + 1;
		while (begins > 0 && labels[end] === begins + 1) end++;
		if (begins > 0) {
			const probability = probabilityOf(marginals, begins, i, end);
			const [from, to] = [tokens[i]?.from as number, tokens[end - 1]?.to as number];
			spans.push({ entity: ENTITIES[(begins - 1) / 2] as Entity, from, to, probability });
		}
		i = end;
	}
	return spans;
}

/** The label that begins the entity of a label; 0 where there is none. */
function beginOf(label: number): number {
	return label === 0 || label % 2 === 1 ? label : label - 1;
}

function probabilityOf(marginals: Float64Array, begins: number, from: number, to: number): number {
	let least = 1;
	for (let i = from; i < to; i++)
		least = Math.min(least, (marginals[i * LABELS + begins] as number) + (marginals[i * LABELS + begins + 1] as number));
	return least;
}

/** Whether a word, by its hash, stands mostly in lower case in ordinary text. */
export function isCommonWord(model: TokenModel, word: number): boolean {
	return (listsOf(model, word) & COMMON_WORD) !== 0;
}

function listsOf({ words, wordLists }: TokenModel, word: number): number {
	let low = 0;
	let high = words.length - 1;
	while (low <= high) {
		const middle = (low + high) >> 1;
		const found = words[middle] as number;
		if (found === word) return wordLists[middle] as number;
		if (found < word) low = middle + 1;
		else high = middle - 1;
	}
	return 0;
}

function emissions({ weights, scale }: TokenModel, features: Uint32Array, tokens: number): Float64Array {
	const scores = new Float64Array(tokens * LABELS);
	for (let i = 0; i < tokens; i++) {
		for (let f = 0; f < FEATURES; f++) {
			const row = (features[i * FEATURES + f] as number) * LABELS;
			for (let label = 0; label < LABELS; label++) (scores[i * LABELS + label] as number) += weights[row + label] as number;
		}
		for (let label = 0; label < LABELS; label++) (scores[i * LABELS + label] as number) *= scale;
	}
	return scores;
}
