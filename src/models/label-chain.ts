import { LABELS } from "./entity-labels.ts";

/** The most probable sequence of labels. */
export function viterbi(scores: Float64Array, transitions: Float64Array, tokens: number): Uint8Array {
	const best = Float64Array.from(scores);
	const from = new Uint8Array(tokens * LABELS);
	for (let label = 0; label < LABELS; label++) (best[label] as number) += transitions[LABELS * LABELS + label] as number;
	for (let i = 1; i < tokens; i++) {
		for (let label = 0; label < LABELS; label++) {
			let top = Number.NEGATIVE_INFINITY;
			let arg = 0;
			for (let before = 0; before < LABELS; before++) {
				const score = (best[(i - 1) * LABELS + before] as number) + (transitions[before * LABELS + label] as number);
				if (score > top) {
					top = score;
					arg = before;
				}
			}
			(best[i * LABELS + label] as number) += top;
			from[i * LABELS + label] = arg;
		}
	}
	const labels = new Uint8Array(tokens);
	let label = argMax(best.subarray((tokens - 1) * LABELS));
	for (let i = tokens - 1; i >= 0; i--) {
		labels[i] = label;
		label = from[i * LABELS + label] as number;
	}
	return labels;
}

/** Factors of the forward-backward algorithm, each row scaled to sum to one. */
export interface Lattice {
	/** Of one label after another. */
	readonly step: Float64Array;
	/** Of a label by its token alone. */
	readonly own: Float64Array;
	readonly forward: Float64Array;
	readonly backward: Float64Array;
	/** Probability of each label at each token. */
	readonly marginals: Float64Array;
}

export function latticeOf(scores: Float64Array, transitions: Float64Array, tokens: number): Lattice {
	const step = transitions.map(Math.exp);
	const own = ownFactors(scores, tokens);
	const forward = forwardFactors(step, own, tokens);
	const backward = backwardFactors(step, own, tokens);
	const marginals = forward.map((value, i) => value * (backward[i] as number));
	for (let i = 0; i < tokens; i++) normalise(marginals, i * LABELS);
	return { step, own, forward, backward, marginals };
}

function ownFactors(scores: Float64Array, tokens: number): Float64Array {
	const own = new Float64Array(scores.length);
	for (let row = 0; row < tokens * LABELS; row += LABELS) {
		const top = scores[row + argMax(scores.subarray(row, row + LABELS))] as number;
		for (let label = 0; label < LABELS; label++) own[row + label] = Math.exp((scores[row + label] as number) - top);
	}
	return own;
}

function forwardFactors(step: Float64Array, own: Float64Array, tokens: number): Float64Array {
	const forward = new Float64Array(own.length);
	for (let label = 0; label < LABELS; label++) forward[label] = (step[LABELS * LABELS + label] as number) * (own[label] as number);
	normalise(forward, 0);
	for (let row = LABELS; row < tokens * LABELS; row += LABELS) {
		for (let label = 0; label < LABELS; label++) {
			let sum = 0;
			for (let before = 0; before < LABELS; before++)
				sum += (forward[row - LABELS + before] as number) * (step[before * LABELS + label] as number);
			forward[row + label] = sum * (own[row + label] as number);
		}
		normalise(forward, row);
	}
	return forward;
}

function backwardFactors(step: Float64Array, own: Float64Array, tokens: number): Float64Array {
	const backward = new Float64Array(own.length).fill(1);
	for (let row = (tokens - 2) * LABELS; row >= 0; row -= LABELS) {
		const next = row + LABELS;
		for (let label = 0; label < LABELS; label++) {
			let sum = 0;
			for (let after = 0; after < LABELS; after++)
				sum += (step[label * LABELS + after] as number) * (own[next + after] as number) * (backward[next + after] as number);
			backward[row + label] = sum;
		}
		normalise(backward, row);
	}
	return backward;
}

function normalise(values: Float64Array, row: number): void {
	let sum = 0;
	for (let label = 0; label < LABELS; label++) sum += values[row + label] as number;
	for (let label = 0; label < LABELS; label++) (values[row + label] as number) /= sum;
}

function argMax(values: Float64Array): number {
	let arg = 0;
	for (let label = 1; label < LABELS; label++) if ((values[label] as number) > (values[arg] as number)) arg = label;
	return arg;
}
