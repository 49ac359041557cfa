import type { Questions } from "../inspect/questions.ts";
import { shippedHarmModel } from "../models/harm-model.ts";
import { shippedInjectionModel } from "../models/injection-model.ts";
import type { FirstStages, SecondStage } from "../models/second-stage.ts";
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

/** Asks the second stage, and sends the verdict when it has answered. */
export class SecondLook {
	readonly #load: () => Promise<SecondStage>;
	readonly #later: (item: FromLane) => void;
	#stage: Promise<SecondStage | undefined> | undefined;

	constructor(load: () => Promise<SecondStage>, later: (item: FromLane) => void) {
		this.#load = load;
		this.#later = later;
	}

	async take({ sid, choice, questions, withinMs, verdict }: AskingPrompt): Promise<void> {
		// Asked for each time: a load that failed is not for good.
		this.#stage = this.#load().catch(() => undefined);
		const stage = await this.#stage;
		this.#later({ kind: "deferred", sid, withinMs });
		await questions.answer(stage, FIRST, withinMs);
		this.#later({ kind: "prompt", sid, verdict: verdict(), choice });
	}

	/** Nothing is asked any more; resolves when nothing is computed. */
	async close(): Promise<void> {
		const stage = await this.#stage;
		await stage?.idle();
	}
}
