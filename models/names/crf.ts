import { LABELS, withForbidden } from "../../src/models/entity-labels.ts";
import { type Lattice, latticeOf } from "../../src/models/label-chain.ts";
import { FEATURES } from "../../src/models/token-features.ts";

/** One segment of text: feature buckets of its tokens and the label of each. */
export interface Example {
	readonly features: Uint32Array;
	readonly labels: Uint8Array;
}

export interface CrfWeights {
	/** By bucket and label. */
	readonly weights: Float32Array;
	/** By label and the label that follows; the last row is the start. */
	readonly transitions: Float64Array;
}

export interface CrfOptions {
	readonly bits: number;
	readonly epochs: number;
	readonly rate: number;
	/** Pulls weights towards zero, per use. */
	readonly decay: number;
	/** Share of the features that are left out at each use, so that none is relied on alone. */
	readonly dropout: number;
	/** Uniform in [0, 1). */
	readonly next: () => number;
	readonly onEpoch: (epoch: number, loss: number) => void;
}

/** Maximum likelihood by stochastic gradient descent with AdaGrad step sizes. `seen` says which buckets may have weights. */
export function trainCrf(examples: Example[], seen: Uint8Array, options: CrfOptions): CrfWeights {
	const { bits, epochs, dropout, next, onEpoch } = options;
	const emission = new Slopes(LABELS << bits, options.rate, options.decay);
	const transition = new Slopes(LABELS * (LABELS + 1), 0.3 * options.rate, 0);
	for (let epoch = 0; epoch < epochs; epoch++) {
		shuffle(examples, next);
		let loss = 0;
		for (const { features: all, labels } of examples) {
			// Bucket 0 stands for what is left out: its weights stay 0.
			const features = all.map((bucket) => (seen[bucket] === 0 || next() < dropout ? 0 : bucket));
			const scores = scoresOf(emission.weights, features, labels.length);
			const lattice = latticeOf(scores, withForbidden(transition.weights), labels.length);
			loss += stepEmissions(emission, lattice.marginals, features, labels);
			stepTransitions(transition, lattice, labels);
		}
		onEpoch(epoch, loss / examples.length);
	}
	return { weights: emission.weights, transitions: withForbidden(transition.weights) };
}

/** Weights that move by their gradients, each at a pace that slows down the more it has moved. */
class Slopes {
	readonly weights: Float32Array;
	readonly #squares: Float32Array;
	readonly #rate: number;
	readonly #decay: number;

	constructor(size: number, rate: number, decay: number) {
		this.weights = new Float32Array(size);
		this.#squares = new Float32Array(size).fill(1e-6);
		this.#rate = rate;
		this.#decay = decay;
	}

	move(at: number, push: number): void {
		const gradient = push - this.#decay * (this.weights[at] as number);
		if (gradient < 1e-4 && gradient > -1e-4) return;
		const square = (this.#squares[at] as number) + gradient * gradient;
		this.#squares[at] = square;
		(this.weights[at] as number) += (this.#rate * gradient) / Math.sqrt(square);
	}
}

/** Returns the loss. Tokens that are right beyond doubt move nothing. */
function stepEmissions(slopes: Slopes, marginals: Float64Array, features: Uint32Array, labels: Uint8Array): number {
	let loss = 0;
	for (const [i, gold] of labels.entries()) {
		const right = marginals[i * LABELS + gold] as number;
		loss -= Math.log(Math.max(right, 1e-12));
		if (right > 0.9999) continue;
		for (let f = 0; f < FEATURES; f++) {
			const bucket = features[i * FEATURES + f] as number;
			if (bucket === 0) continue;
			for (let label = 0; label < LABELS; label++)
				slopes.move(bucket * LABELS + label, (label === gold ? 1 : 0) - (marginals[i * LABELS + label] as number));
		}
	}
	return loss;
}

function stepTransitions(slopes: Slopes, { step, own, forward, backward, marginals }: Lattice, labels: Uint8Array): void {
	const pairs = new Float64Array(LABELS * LABELS);
	for (let label = 0; label < LABELS; label++)
		slopes.move(LABELS * LABELS + label, (labels[0] === label ? 1 : 0) - (marginals[label] as number));
	for (let i = 1; i < labels.length; i++) {
		const row = i * LABELS;
		let sum = 0;
		for (let pair = 0; pair < pairs.length; pair++) {
			const [before, label] = [Math.floor(pair / LABELS), pair % LABELS];
			const factor = (step[pair] as number) * (own[row + label] as number) * (backward[row + label] as number);
			pairs[pair] = (forward[row - LABELS + before] as number) * factor;
			sum += pairs[pair] as number;
		}
		const gold = (labels[i - 1] as number) * LABELS + (labels[i] as number);
		for (let pair = 0; pair < pairs.length; pair++) slopes.move(pair, (pair === gold ? 1 : 0) - (pairs[pair] as number) / sum);
	}
}

function scoresOf(weights: Float32Array, features: Uint32Array, tokens: number): Float64Array {
	const scores = new Float64Array(tokens * LABELS);
	for (let i = 0; i < tokens; i++)
		for (let f = 0; f < FEATURES; f++) {
			const row = (features[i * FEATURES + f] as number) * LABELS;
			for (let label = 0; label < LABELS; label++) (scores[i * LABELS + label] as number) += weights[row + label] as number;
		}
	return scores;
}

function shuffle<T>(list: T[], next: () => number): void {
	for (let i = list.length - 1; i > 0; i--) {
		const k = Math.floor(next() * (i + 1));
		[list[i], list[k]] = [list[k] as T, list[i] as T];
	}
}
