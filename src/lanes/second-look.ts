import type { Answerers, Questions } from "../inspect/questions.ts";
import { shippedHarmModel } from "../models/harm-model.ts";
import { shippedInjectionModel } from "../models/injection-model.ts";
import { type NamesEncoder, shippedNamesEncoder } from "../models/names-encoder.ts";
import { type FirstStages, type SecondStage, shippedSecondStage } from "../models/second-stage.ts";
import type { PromptVerdict } from "../verdict/prompt-verdict.ts";
import type { FromLane, SessionId } from "./protocol.ts";

/** A prompt with open questions. */
interface AskingPrompt {
	readonly sid: SessionId;
	readonly choice: number;
	readonly questions: Questions;
	/** ms for the answers. */
	readonly withinMs: number;
	/** Once they are known; does not throw. */
	readonly verdict: () => PromptVerdict;
}

/** Loaded where they are asked: a policy may do without one of them. */
const FIRST: FirstStages = {
	injection: (text) => shippedInjectionModel().score(text),
	harm: (text) => shippedHarmModel().score(text),
};

/** Loads the transformers; a load that failed is tried again. */
export interface LoadTransformers {
	readonly stage: () => Promise<SecondStage>;
	readonly names: () => Promise<NamesEncoder>;
}

export const SHIPPED: LoadTransformers = { stage: shippedSecondStage, names: shippedNamesEncoder };

/** Asks the transformers, and sends the verdict when they have answered. */
export class SecondLook {
	readonly #load: LoadTransformers;
	readonly #later: (item: FromLane) => void;
	#stage: Promise<SecondStage | undefined> | undefined;
	#names: Promise<NamesEncoder | undefined> | undefined;

	constructor(load: LoadTransformers, later: (item: FromLane) => void) {
		this.#load = load;
		this.#later = later;
	}

	async take({ sid, choice, questions, withinMs, verdict }: AskingPrompt): Promise<void> {
		const answerers = await this.#loaded(questions);
		this.#later({ kind: "deferred", sid, withinMs });
		await questions.answer(answerers, FIRST, withinMs);
		this.#later({ kind: "prompt", sid, verdict: verdict(), choice });
	}

	/** Nothing is asked any more; resolves when nothing is computed. */
	async close(): Promise<void> {
		const [stage, names] = await Promise.all([this.#stage, this.#names]);
		await Promise.all([stage?.idle(), names?.idle()]);
	}

	/** Asked for each time: a load that failed is not for good. */
	async #loaded({ asksStage, asksNames }: Questions): Promise<Answerers> {
		if (asksStage) this.#stage = this.#load.stage().catch(() => undefined);
		if (asksNames) this.#names = this.#load.names().catch(() => undefined);
		const [stage, names] = await Promise.all([this.#stage, this.#names]);
		return { stage, names };
	}
}
