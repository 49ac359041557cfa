import { TASKS, type Task } from "../models/onnx-encoder.ts";
import type { FirstStages, SecondOpinion, SecondStage } from "../models/second-stage.ts";

/**
 * What the second stage is asked about one prompt, or text. One with open questions is judged twice: the first time notes the
 * texts, and once they are answered the second time knows.
 */
export class Questions {
	readonly #texts: Readonly<Record<Task, Set<string>>> = { injection: new Set(), harm: new Set() };
	#opinion: SecondOpinion | undefined;

	/** `opinion`: what is known from the start. */
	constructor(opinion?: SecondOpinion) {
		this.#opinion = opinion;
	}

	/** Chance of an attack, or of harm, 0…1, from both stages together; undefined: not known. */
	about(text: string, task: Task = "injection"): number | undefined {
		if (this.#opinion === undefined) this.#texts[task].add(text);
		return this.#opinion?.risks[task].get(text);
	}

	get isOpen(): boolean {
		return this.#opinion === undefined && TASKS.some((task) => this.#texts[task].size > 0);
	}

	/** Something is not known for want of time, or because the model failed. */
	get isLate(): boolean {
		return this.#opinion?.isLate === true;
	}

	/** Never rejects. `stage`: undefined where it could not be loaded. `ms`: for all texts together. */
	async answer(stage: SecondStage | undefined, first: FirstStages, ms: number): Promise<void> {
		this.#opinion = (await stage?.judge(this.#texts, first, ms).catch(() => undefined)) ?? TOO_LATE;
	}
}

/** Nobody was asked in time. */
export const TOO_LATE: SecondOpinion = { risks: { injection: new Map(), harm: new Map() }, isLate: true };
