import { type LabelScores, NAMES_TOO_LATE, type NamesEncoder, type NamesReading } from "../models/names-encoder.ts";
import { TASKS, type Task } from "../models/onnx-encoder.ts";
import type { FirstStages, SecondOpinion, SecondStage } from "../models/second-stage.ts";

/** Who answers; undefined: could not be loaded, or is not asked. */
export interface Answerers {
	readonly stage: SecondStage | undefined;
	readonly names: NamesEncoder | undefined;
}

/** What is known from the start. */
interface Known {
	readonly opinion: SecondOpinion;
	readonly reading: NamesReading;
}

/**
 * What the transformers are asked about one prompt, or text. One with open questions is judged twice: the first time notes the
 * texts, and once they are answered the second time knows.
 */
export class Questions {
	readonly #texts: Readonly<Record<Task, Set<string>>> = { injection: new Set(), harm: new Set() };
	readonly #named = new Set<string>();
	#opinion: SecondOpinion | undefined;
	#reading: NamesReading | undefined;

	constructor(known?: Known) {
		this.#opinion = known?.opinion;
		this.#reading = known?.reading;
	}

	/** Chance of an attack, or of harm, 0…1, from both stages together; undefined: not known. */
	about(text: string, task: Task = "injection"): number | undefined {
		if (this.#opinion === undefined) this.#texts[task].add(text);
		return this.#opinion?.risks[task].get(text);
	}

	/** What the encoder says of the names in a text; undefined: not known. */
	namesIn(text: string): LabelScores | undefined {
		if (this.#reading === undefined) this.#named.add(text);
		return this.#reading?.scores.get(text);
	}

	get isOpen(): boolean {
		return this.asksStage || this.asksNames;
	}

	get asksStage(): boolean {
		return this.#opinion === undefined && TASKS.some((task) => this.#texts[task].size > 0);
	}

	get asksNames(): boolean {
		return this.#reading === undefined && this.#named.size > 0;
	}

	/** Something of attacks or harm is not known for want of time, or because the model failed. */
	get isLate(): boolean {
		return this.#opinion?.isLate === true;
	}

	/** The same of names: the token model decides alone. */
	get areNamesLate(): boolean {
		return this.#reading?.isLate === true;
	}

	/** Never rejects. `ms`: for all texts together. */
	async answer({ stage, names }: Answerers, first: FirstStages, ms: number): Promise<void> {
		const [opinion, reading] = await Promise.all([
			this.asksStage ? stage?.judge(this.#texts, first, ms).catch(() => undefined) : NOTHING_ASKED.opinion,
			this.asksNames ? names?.read(this.#named, ms).catch(() => undefined) : NOTHING_ASKED.reading,
		]);
		this.#opinion = opinion ?? TOO_LATE.opinion;
		this.#reading = reading ?? TOO_LATE.reading;
	}
}

const NONE = { injection: new Map(), harm: new Map() };
const NOTHING_ASKED: Known = { opinion: { risks: NONE, isLate: false }, reading: { scores: new Map(), isLate: false } };
/** Nobody was asked in time. */
export const TOO_LATE: Known = { opinion: { risks: NONE, isLate: true }, reading: NAMES_TOO_LATE };
