import type { ApiName } from "../core/api.ts";
import { ERRORS } from "../core/errors.ts";
import { matcherOf } from "../core/globs.ts";
import type { FilterState, ResponseFilter } from "../inspect/answer-filter.ts";
import { arrayStream } from "../inspect/array-answer.ts";
import { type BodyFilter, createBodyFilter } from "../inspect/body-filter.ts";
import { canaryFor, canaryStyle } from "../inspect/canary.ts";
import { answerStyle, ownSurrogates, type PromptMemory, type TextStyle } from "../inspect/conversation.ts";
import type { FilterStep } from "../inspect/filter-step.ts";
import { echoProgram } from "../inspect/hidden-text.ts";
import { answerInspect } from "../inspect/inspect-request.ts";
import type { LoadedPolicy } from "../inspect/loaded-policy.ts";
import { answerModeration } from "../inspect/moderation-request.ts";
import { judgePrompt, type ReadPrompt, readPrompt } from "../inspect/prompt-filter.ts";
import { Questions, TOO_LATE } from "../inspect/questions.ts";
import { createResponseFilter } from "../inspect/response-filter.ts";
import { toolCallStyle } from "../inspect/tool-calls.ts";
import type { TranscriptEntry } from "../inspect/transcript.ts";
import { translateBody, translateRequest, translateStream } from "../inspect/translated-answer.ts";
import { type SecondStage, shippedSecondStage } from "../models/second-stage.ts";
import { providerOf } from "../providers/registry.ts";
import { createHyperscanEngine } from "../scanner/engine-hyperscan.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import type { PromptVerdict } from "../verdict/prompt-verdict.ts";
import { SurrogateTable } from "../verdict/surrogate-table.ts";
import { Checkpoint } from "./checkpoint.ts";
import { type CreateEngine, LanePolicies } from "./lane-policies.ts";
import { memoryOf, toldBy } from "./prompt-memory.ts";
import type { FromLane, SessionId, ToLane } from "./protocol.ts";
import { SecondLook } from "./second-look.ts";

/** Bytes of one SSE block or, beyond what a policy could need, one whole answer. */
const MAX_BLOCK_BYTES = 1 << 20;
const MAX_BODY_BYTES = 10 << 20;
const MAX_CHANNELS = 128;

const encoder = new TextEncoder();

/** The vendor may keep the conversation (`previous_response_id`), so a request need not hold all of it. */
const STATEFUL: ReadonlySet<ApiName> = new Set(["openai-responses"]);

const INTERNAL: PromptVerdict = { action: "invalid", code: "internal_error", message: ERRORS.internal_error.message, param: null };

export interface LaneInspector {
	/** Handles one message; answers in the order of the messages, but for a prompt that the second stage is asked about. */
	handle(item: ToLane): readonly FromLane[];
	/** Resolves when nothing is computed any more: a thread must not be terminated before. */
	close(): Promise<void>;
}

export interface LaneInspectorOptions {
	/** Packs plain data into bytes and back. */
	readonly pack: (value: object) => Uint8Array;
	readonly unpack: <T>(bytes: Uint8Array) => T;
	/** Keys the hashes in redacted text. */
	readonly secretKey: Uint8Array;
	/** Takes the verdict of a prompt that the second stage was asked about, and before it by when it comes. Absent: it is not asked. */
	readonly later?: (item: FromLane) => void;
	/** Another than the package's, in tests. */
	readonly secondStage?: () => Promise<SecondStage>;
	/** Another engine than Hyperscan: the oracle, in tests. */
	readonly createEngine?: CreateEngine;
}

/** A prompt that is read, and its policy chosen. */
interface Inspection {
	/** Index of the policy that counts. */
	readonly choice: number;
	readonly policy?: LoadedPolicy;
	verdict(questions: Questions | undefined): PromptVerdict;
}

/** How the texts of one answer are inspected and written. */
interface AnswerContext {
	readonly style: TextStyle;
	readonly program: ScannerProgram;
}

type OpenAnswer =
	| { readonly mode: "stream"; readonly filter: ResponseFilter; readonly checkpoint: Checkpoint }
	| { readonly mode: "body"; readonly filter: BodyFilter };

/** All inspection of one lane: policies and open answers. Pure but for the native engines. */
export function createLaneInspector(options: LaneInspectorOptions): LaneInspector {
	const { later, secondStage = shippedSecondStage } = options;
	const secondLook = later && new SecondLook(secondStage, later);
	const policies = new LanePolicies(options.createEngine ?? createHyperscanEngine, options.secretKey);
	const answers = new Map<SessionId, OpenAnswer>();
	const answerContext = (policy: LoadedPolicy, { isStructured = false, surrogates }: ToLane & { kind: "open" }): AnswerContext => {
		const memory = surrogates && options.unpack<PromptMemory>(surrogates);
		const style = Object.assign({}, policy.style("response"), { isStructured });
		const known = memory === undefined || memory.surrogates.length === 0 ? style : answerStyle(style, memory);
		const { hasCanary, toolCalls } = policy.policy;
		const marked = hasCanary ? canaryStyle(known, memory?.canary) : known;
		return { style: toolCallStyle(marked, toolCalls, memory?.tools), program: echoProgram(policy, memory?.hidden) };
	};

	const close = (sid: SessionId): void => {
		const answer = answers.get(sid);
		if (answer?.mode === "stream") answer.filter.close();
		answers.delete(sid);
	};

	const output = (sid: SessionId, received: number, answer: OpenAnswer, step: FilterStep): FromLane => {
		const { ended, code } = step;
		const bytes = step.out !== "" && { bytes: encoder.encode(step.out) };
		if (ended === undefined) {
			const progress = answer.mode === "stream" ? answer.checkpoint.after(received, step, answer.filter) : { consumed: step.consumed };
			return { kind: "output", sid, received, ...progress, ...bytes };
		}
		const told = { found: answer.filter.found(), usage: answer.filter.usage() };
		close(sid);
		return { kind: "output", sid, received, consumed: step.consumed, ...bytes, ended, ...(code !== undefined && { code }), ...told };
	};

	/** The reply to an event that goes the short way. */
	const plain = ({ sid, bytes }: ToLane & { kind: "data" }, answer: OpenAnswer): FromLane | undefined => {
		const step = answer.mode === "stream" ? answer.filter.pushPlain?.(bytes) : undefined;
		if (step === undefined || answer.mode !== "stream") return undefined;
		const { consumed, out } = step;
		const received = bytes.length;
		if (out !== undefined) return output(sid, received, answer, { consumed, out });
		const progress = answer.checkpoint.after(received, step, answer.filter);
		return progress.resume === undefined ? { kind: "passed", sid } : { kind: "output", sid, received, bytes, ...progress };
	};

	/** An exception in one answer ends that answer closed; the lane and its other answers go on. */
	const guarded = (item: ToLane & { kind: "data" | "end" }): readonly FromLane[] => {
		const { sid } = item;
		const answer = answers.get(sid);
		if (answer === undefined) return [];
		const received = item.kind === "data" ? item.bytes.length : 0;
		try {
			if (item.kind === "end") return [output(sid, received, answer, answer.filter.end(item.fault))];
			return [plain(item, answer) ?? output(sid, received, answer, answer.filter.push(item.bytes))];
		} catch {
			const out = answer.mode === "stream" ? answer.filter.failure("internal_error") : "";
			return [output(sid, received, answer, { out, consumed: 0, ended: "fault", code: "internal_error" })];
		}
	};

	/** An answer that cannot be begun ends closed, too. */
	const open = (item: ToLane & { kind: "open" }): readonly FromLane[] => {
		try {
			return begin(item);
		} catch {
			return [{ kind: "output", sid: item.sid, received: 0, consumed: 0, ended: "fault", code: "internal_error" }];
		}
	};

	const begin = (item: ToLane & { kind: "open" }): readonly FromLane[] => {
		const policy = policies.get(item.policyId);
		if (policy === undefined) return [{ kind: "output", sid: item.sid, received: 0, consumed: 0, ended: "fault", code: "lane_failed" }];
		const provider = providerOf(item.api);
		const common = { onCut: policy.policy.onCut, ...answerContext(policy, item) };
		const { translation } = item;
		if (item.mode === "body") {
			const filter = createBodyFilter({ provider, maxBytes: MAX_BODY_BYTES, ...common });
			answers.set(item.sid, { mode: "body", filter: translation === undefined ? filter : translateBody(filter, translation) });
			return [];
		}
		const format = provider.stream;
		if (format === undefined)
			return [{ kind: "output", sid: item.sid, received: 0, consumed: 0, ended: "fault", code: "upstream_content_type" }];
		const state = item.resume === undefined ? {} : { state: options.unpack<FilterState>(item.resume) };
		const journal = (item.journal ?? []).flatMap((bytes) => options.unpack<readonly TranscriptEntry[]>(bytes));
		const filter = createResponseFilter({
			format,
			...common,
			api: item.api,
			maxBlockBytes: MAX_BLOCK_BYTES,
			maxChannels: MAX_CHANNELS,
			...state,
			journal,
		});
		answers.set(item.sid, { mode: "stream", filter: outerFilter(filter, item, state.state), checkpoint: new Checkpoint(options.pack) });
		return [];
	};

	const translate = (item: ToLane & { kind: "translate" }): readonly FromLane[] => {
		try {
			return [{ kind: "translated", sid: item.sid, result: translateRequest(item.body, item.api, item) }];
		} catch {
			return [{ kind: "translated", sid: item.sid, result: "internal_error" }];
		}
	};

	const judge = (
		{ api, isSecond, surrogates: given, history }: ToLane & { kind: "prompt" },
		read: ReadPrompt,
		policy: LoadedPolicy,
		questions: Questions | undefined,
	): PromptVerdict => {
		const { restores: keepsOriginals, dryRun } = policy.policy;
		const state = given && options.unpack<PromptMemory>(given);
		const surrogates = new SurrogateTable({
			key: options.secretKey,
			isStateful: STATEFUL.has(api),
			keepsOriginals,
			...(state && { state }),
		});
		const style = { prompt: surrogates, ...policy.style("prompt"), ...(state && { isOwn: ownSurrogates(state) }) };
		// Of several policies the first inspects the answer.
		const canary = isSecond ? undefined : canaryFor(read, policy.policy, options.secretKey);
		const verdict = judgePrompt(read, policy.policy, policy.prompt, style, { canary, history, questions });
		if (!("stream" in verdict) || (isSecond && dryRun)) return verdict;
		const told = isSecond ? state : toldBy(read, policy.policy, canary?.token);
		const memory = memoryOf(surrogates, dryRun, told);
		if (memory === undefined) return verdict;
		// An answer with originals given back is its own caller's, and this once.
		const isRepeatable = verdict.isRepeatable && !(memory.surrogates.length > 0 && keepsOriginals);
		const mayRestore = memory.surrogates.some(({ original }) => original !== undefined);
		return Object.assign({}, verdict, { isRepeatable, surrogates: options.pack(memory), mayRestore });
	};

	/** The model is only known here: the policy that counts is chosen by it. */
	const inspection = (item: ToLane & { kind: "prompt" }): Inspection => {
		const read = ANSWERED.has(item.api) ? undefined : readPrompt(item.body, item.path, providerOf(item.api));
		if (read?.action === "invalid") return { choice: 0, verdict: () => read };
		const choice = item.policies.findIndex(({ models }) => matcherOf(models)(read?.request.model ?? ""));
		const policy = policies.get(item.policies[choice]?.policyId ?? "");
		if (policy === undefined) return { choice: 0, verdict: () => INTERNAL };
		return {
			choice,
			policy,
			verdict: (questions) => (read === undefined ? answerOf(item, policy, questions) : judge(item, read, policy, questions)),
		};
	};

	const prompt = (item: ToLane & { kind: "prompt" }): readonly FromLane[] => {
		const { sid } = item;
		try {
			const { choice, policy, verdict } = inspection(item);
			const questions = secondLook === undefined ? undefined : new Questions(item.isLate && TOO_LATE);
			const first = verdict(questions);
			if (questions?.isOpen !== true) return [{ kind: "prompt", sid, verdict: first, choice }];
			const withinMs = policy?.policy.injection?.timeout?.ms ?? 0;
			void secondLook?.take({ sid, choice, questions, withinMs, verdict: () => attempted(() => verdict(questions)) });
			return [];
		} catch {
			return [{ kind: "prompt", sid, verdict: INTERNAL, choice: 0 }];
		}
	};

	return {
		close: async () => secondLook?.close(),
		handle(item) {
			switch (item.kind) {
				case "policy":
					policies.add(item);
					return [];
				case "dropPolicy":
					policies.drop(item.policyId);
					return [];
				case "prompt":
					return prompt(item);
				case "translate":
					return translate(item);
				case "open":
					return open(item);
				case "data":
				case "end":
					return guarded(item);
				case "close":
					close(item.sid);
					return [];
				default:
					return item satisfies never;
			}
		},
	};
}

function attempted(verdict: () => PromptVerdict): PromptVerdict {
	try {
		return verdict();
	} catch {
		return INTERNAL;
	}
}

/** What stands between the filter, which knows SSE in the upstream's format, and the client. */
function outerFilter(
	filter: ResponseFilter,
	{ mode, translation }: ToLane & { kind: "open" },
	state: FilterState | undefined,
): ResponseFilter {
	if (mode === "array") return arrayStream(filter, MAX_BLOCK_BYTES, state?.array);
	return translation === undefined ? filter : translateStream(filter, translation, state?.translation);
}

/** APIs that the engine itself serves. */
const ANSWERED: ReadonlySet<ApiName> = new Set(["inspect", "openai-moderations"]);

function answerOf({ api, body, path }: ToLane & { kind: "prompt" }, policy: LoadedPolicy, questions?: Questions): PromptVerdict {
	return api === "inspect" ? answerInspect(body, path, policy, questions) : answerModeration(body, policy, questions);
}
