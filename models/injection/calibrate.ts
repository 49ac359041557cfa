export interface Calibration {
	readonly slope: number;
	readonly offset: number;
}

export interface Judged {
	/** Before calibration. */
	readonly margin: number;
	readonly isAttack: boolean;
}

/** The score that policies block at by default. */
export const BLOCK_SCORE = 0.7;

/**
 * Margins to scores. The slope is Platt's, with both classes as heavy as each other; the offset is such that `share` of
 * the benign texts reach the score that blocks by default. Margins must come from models that did not learn the texts.
 */
export function calibrate(judged: readonly Judged[], share: number): Calibration {
	const slope = plattSlope(judged);
	const benign = judged.filter(({ isAttack }) => !isAttack).map(({ margin }) => margin);
	benign.sort((a, b) => b - a);
	const limit = benign[Math.floor(benign.length * share)] ?? 0;
	return { slope, offset: Math.log(BLOCK_SCORE / (1 - BLOCK_SCORE)) - slope * limit };
}

/** Gradient descent on two numbers: the problem is convex and small. */
function plattSlope(judged: readonly Judged[]): number {
	const attacks = judged.filter(({ isAttack }) => isAttack).length;
	const weights = { attack: 0.5 / attacks, benign: 0.5 / (judged.length - attacks) };
	let slope = 1;
	let offset = 0;
	for (let step = 0; step < 500; step++) {
		let bySlope = 0;
		let byOffset = 0;
		for (const { margin, isAttack } of judged) {
			const error = (1 / (1 + Math.exp(-(slope * margin + offset))) - (isAttack ? 1 : 0)) * (isAttack ? weights.attack : weights.benign);
			bySlope += error * margin;
			byOffset += error;
		}
		slope -= bySlope;
		offset -= byOffset;
	}
	return Math.max(0.1, slope);
}
