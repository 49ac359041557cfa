import type { SecondOpinion, SecondStage } from "../models/second-stage.ts";

/**
 * What the second stage is asked about one prompt. A prompt with open questions is judged twice: the first time notes the
 * texts, and once they are answered the second time knows.
 */
export class Questions {
	readonly #texts = new Set<string>();
	#opinion: SecondOpinion | undefined;

	/** `opinion`: what is known from the start. */
	constructor(opinion?: SecondOpinion) {
		this.#opinion = opinion;
	}

	/** Chance of an attack, 0…1, from both stages together; undefined: not known. */
	about(text: string): number | undefined {
		if (this.#opinion === undefined) this.#texts.add(text);
		return this.#opinion?.risks.get(text);
	}

	get isOpen(): boolean {
		return this.#opinion === undefined && this.#texts.size > 0;
	}

	/** Something is not known for want of time, or because the model failed. */
	get isLate(): boolean {
		return this.#opinion?.isLate === true;
	}

	/** Never rejects. `stage`: undefined where it could not be loaded. `first`: the first stage's chance for a text. `ms`: for all texts together. */
	async answer(stage: SecondStage | undefined, first: (text: string) => number, ms: number): Promise<void> {
		this.#opinion = (await stage?.judge(this.#texts, first, ms).catch(() => undefined)) ?? TOO_LATE;
	}
}

/** Nobody was asked in time. */
export const TOO_LATE: SecondOpinion = { risks: new Map(), isLate: true };
