import { type ApiName, takesForm } from "../core/api.ts";
import { ERRORS } from "../core/errors.ts";
import { modelMatcherOf } from "../core/globs.ts";
import { canaryFor } from "../inspect/canary.ts";
import { ownSurrogates, type PromptMemory } from "../inspect/conversation.ts";
import { answerInspect } from "../inspect/inspect-request.ts";
import { KnownTexts } from "../inspect/known-texts.ts";
import type { LoadedPolicy } from "../inspect/loaded-policy.ts";
import { answerModeration } from "../inspect/moderation-request.ts";
import type { PromptContext } from "../inspect/prompt-context.ts";
import { judgePrompt } from "../inspect/prompt-filter.ts";
import { Questions, TOO_LATE } from "../inspect/questions.ts";
import { type ReadPrompt, readPrompt } from "../inspect/read-prompt.ts";
import type { Policy } from "../policy/policy.ts";
import { isConversationKept, isThread } from "../providers/kept-conversation.ts";
import { providerOf } from "../providers/registry.ts";
import type { PromptVerdict } from "../verdict/prompt-verdict.ts";
import { SurrogateTable } from "../verdict/surrogate-table.ts";
import type { LanePolicies } from "./lane-policies.ts";
import type { Packing } from "./packing.ts";
import { memoryOf, toldBy } from "./prompt-memory.ts";
import { type FromLane, isLongPrompt, type ToLane } from "./protocol.ts";
import type { SecondLook } from "./second-look.ts";

type Prompt = ToLane & { kind: "prompt" };

/** APIs that the engine itself serves. */
const ANSWERED: ReadonlySet<ApiName> = new Set(["inspect", "openai-moderations"]);

const INTERNAL: PromptVerdict = { action: "invalid", code: "internal_error", message: ERRORS.internal_error.message, param: null };

const NO_THREAD: PromptVerdict = {
	action: "invalid",
	code: "thread_not_supported",
	message: ERRORS.thread_not_supported.message,
	param: "thread",
};

/** A prompt that is read, and its policy chosen. */
interface Inspection {
	/** Index of the policy that counts. */
	readonly choice: number;
	readonly policy?: LoadedPolicy;
	verdict(questions: Questions | undefined): PromptVerdict;
}

export interface LanePromptsOptions {
	readonly policies: LanePolicies;
	readonly packing: Packing;
	/** Keys the hashes in redacted text. */
	readonly secretKey: Uint8Array;
	/** Absent: no transformer is asked. */
	readonly secondLook: SecondLook | undefined;
}

/** The prompts of one lane: each is judged, twice where a transformer is asked. */
export class LanePrompts {
	readonly #options: LanePromptsOptions;
	readonly #known = new KnownTexts();

	constructor(options: LanePromptsOptions) {
		this.#options = options;
	}

	/** The verdict; nothing where a transformer is asked first. */
	take(item: Prompt, pause?: () => void): readonly FromLane[] {
		const { sid } = item;
		const { secondLook } = this.#options;
		try {
			const { choice, policy, verdict } = this.#inspection(item, isLongPrompt(item) ? pause : undefined);
			const questions = secondLook === undefined ? undefined : new Questions(item.isLate && TOO_LATE);
			const first = verdict(questions);
			if (questions?.isOpen !== true) return [{ kind: "prompt", sid, verdict: first, choice }];
			const withinMs = policy?.policy.injection?.timeout?.ms ?? policy?.policy.names?.timeoutMs ?? 0;
			void secondLook?.take({ sid, choice, questions, withinMs, verdict: () => attempted(() => verdict(questions)) });
			return [];
		} catch {
			return [{ kind: "prompt", sid, verdict: INTERNAL, choice: 0 }];
		}
	}

	/** The model is only known here: the policy that counts is chosen by it. */
	#inspection(item: Prompt, pause: (() => void) | undefined): Inspection {
		const read = ANSWERED.has(item.api) ? undefined : readPrompt(item.body, item.path, providerOf(item.api), takesForm(item.api));
		if (read?.action === "invalid") return { choice: 0, verdict: () => read };
		const choiceFor = (model: string): number => item.policies.findIndex(({ models }) => modelMatcherOf(models)(model));
		const choice = choiceFor(read?.request.model ?? "");
		const id = item.policies[choice]?.policyId;
		const policy = this.#options.policies.get(id ?? "");
		if (policy === undefined) return { choice: 0, verdict: () => INTERNAL };
		const stray = read?.request.otherModels.find(({ model }) => item.policies[choiceFor(model)]?.policyId !== id);
		if (stray !== undefined) return { choice, verdict: () => otherPolicy(stray.param) };
		if (isThread(read?.value) && needsConversation(policy.policy)) return { choice, verdict: () => NO_THREAD };
		return {
			choice,
			policy,
			verdict: (questions) =>
				read === undefined ? answerOf(item, policy, { questions, pause }) : this.#judge(item, read, policy, { questions, pause }),
		};
	}

	#judge(
		{ api, isSecond, surrogates: given, history, caller }: Prompt,
		read: ReadPrompt,
		policy: LoadedPolicy,
		{ questions, pause }: Pick<PromptContext, "questions" | "pause">,
	): PromptVerdict {
		const { packing, secretKey } = this.#options;
		const { restores: keepsOriginals, dryRun } = policy.policy;
		const state = given && packing.unpack<PromptMemory>(given);
		const isStateful = isConversationKept(api, read.value);
		const surrogates = new SurrogateTable({ key: secretKey, isStateful, keepsOriginals, ...(state && { state }) });
		const style = { prompt: surrogates, ...policy.style("prompt"), ...(state && { isOwn: ownSurrogates(state) }) };
		// Of several policies the first inspects the answer.
		const canary = isSecond ? undefined : canaryFor(read, policy.policy, secretKey);
		// What is the request's own surrogate is no finding, so nothing can be said of the text by itself.
		const known = given === undefined ? this.#known.sentBy(caller, policy.policy.id) : undefined;
		const verdict = judgePrompt(
			read,
			{ policy: policy.policy, program: policy.prompt, style },
			{ canary, history, questions, known, pause },
		);
		if (!("stream" in verdict) || (isSecond && dryRun)) return verdict;
		const told = isSecond ? state : toldBy(read, policy.policy, canary?.token);
		const memory = memoryOf(surrogates, dryRun, told);
		if (memory === undefined) return verdict;
		// An answer with originals given back is its own caller's, and this once.
		const isRepeatable = verdict.isRepeatable && !(memory.surrogates.length > 0 && keepsOriginals);
		const mayRestore = memory.surrogates.some(({ original }) => original !== undefined);
		return Object.assign({}, verdict, { isRepeatable, surrogates: packing.pack(memory), mayRestore });
	}
}

/** Surrogates, system prompt and tools of earlier turns are what an answer is held against. */
function needsConversation({ dryRun, restores, hasCanary, onEcho, onParaphrase, toolCalls }: Policy): boolean {
	return !dryRun && (restores || [hasCanary, onEcho, onParaphrase, toolCalls].some((rule) => rule !== undefined));
}

/** One policy judges a request, so no model of another may answer it. */
function otherPolicy(param: string): PromptVerdict {
	const message = `'${param}' names a model that another security policy is for. Send a request for each of the models.`;
	return { action: "invalid", code: "model_not_allowed", message, param };
}

function attempted(verdict: () => PromptVerdict): PromptVerdict {
	try {
		return verdict();
	} catch {
		return INTERNAL;
	}
}

function answerOf({ api, body, path }: Prompt, policy: LoadedPolicy, context: Pick<PromptContext, "questions" | "pause">): PromptVerdict {
	return api === "inspect" ? answerInspect(body, path, policy, context) : answerModeration(body, policy, context.questions);
}
